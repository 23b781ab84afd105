"""A schedule keeps the time zone that its template names.

Symptom: CloudFormation drops `ScheduleExpressionTimezone`; the deployed schedule says `UTC`.

Remedy: write the zone into the schedule. ministack still evaluates `cron(...)` in UTC, so whoever
shows the schedule on this machine invokes its target instead of waiting for the clock.
"""

from ministack.services import scheduler
from ministack.services.cloudformation import provisioners


def apply() -> None:
    """Keep the zone when CloudFormation creates or updates a schedule."""
    handler = provisioners._RESOURCE_HANDLERS["AWS::Scheduler::Schedule"]
    create, update = handler["create"], handler["update"]

    def create_in_zone(logical_id, props, stack_name):
        return _with_zone(create(logical_id, props, stack_name), props)

    def update_in_zone(physical_id, old_props, new_props, stack_name):
        return _with_zone(update(physical_id, old_props, new_props, stack_name), new_props)

    handler.update(create=create_in_zone, update=update_in_zone)


def _with_zone(provisioned, props):
    schedule = scheduler._schedules[f"{props.get('GroupName', 'default')}/{provisioned[0]}"]
    schedule["ScheduleExpressionTimezone"] = props.get("ScheduleExpressionTimezone", "UTC")
    return provisioned
