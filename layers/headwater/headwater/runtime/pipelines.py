"""Wires what starts a run, and what a change of settings works with; neither needs the engine."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from headwater.adapters.aws_session import shared_session
from headwater.adapters.stepfunctions.pipeline import StepFunctionsPipeline
from headwater.runtime.settings import settings
from headwater.runtime.storage import CLIENT, accounts, clock, lake, runs
from headwater.usecases.change_settings import SettingPorts
from headwater.usecases.restate_effects import RestatePorts

if TYPE_CHECKING:
    from headwater.domain.audit import Actor
    from headwater.usecases.ports import Pipeline


@cache
def pipeline() -> Pipeline:
    """Return what starts pulls and runs; who only starts pulls is told of no state machine."""
    return StepFunctionsPipeline(
        shared_session().client("stepfunctions", config=CLIENT),
        shared_session().client("lambda", config=CLIENT),
        state_machine_arn=settings().pipeline_arn,
        pull_function=settings().required("pull_orders_function"),
    )


def setting_ports(by: Actor | None = None) -> SettingPorts:
    """Return what a change of settings works with; ``by`` is who makes it."""
    return SettingPorts(accounts=accounts(), pipeline=pipeline(), clock=clock(), by=by)


def restate_ports(by: Actor | None = None) -> RestatePorts:
    """Return what a request to restate effects works with; ``by`` is who asks."""
    return RestatePorts(
        accounts=accounts(), runs=runs(), lake=lake(), pipeline=pipeline(), clock=clock(), by=by
    )
