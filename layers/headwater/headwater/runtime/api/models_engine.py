"""The shapes of how an account's credits are computed."""

from typing import Annotated

from pydantic import Field

from headwater.domain.buckets import MOST_BUCKETS
from headwater.domain.settings import DEFAULT_BUCKETS, DEFAULT_MIN_PATHS, MOST_MIN_PATHS
from headwater.runtime.api.fields import ApiModel, with_example

_EXAMPLE = {"markov_min_paths": 2000, "contact_buckets": 1}
_MinPaths = Annotated[
    int,
    Field(
        strict=True,
        ge=1,
        le=MOST_MIN_PATHS,
        description="A month's effects that rest on fewer converting or fewer null paths are "
        "those of linear_all.",
    ),
]
_Buckets = Annotated[
    int,
    Field(
        strict=True,
        ge=1,
        le=MOST_BUCKETS,
        description="Into how many parts the attribution of an account is cut that one function "
        "cannot hold; no figure depends on it.",
    ),
]


class EngineBody(ApiModel):
    """How credits are to be computed; what is left out has its default."""

    model_config = with_example(_EXAMPLE)

    markov_min_paths: _MinPaths = DEFAULT_MIN_PATHS
    contact_buckets: _Buckets = DEFAULT_BUCKETS


class EngineAnswer(ApiModel):
    """How the next run computes credits."""

    model_config = with_example({"account": "harbor", **_EXAMPLE})

    account: str
    markov_min_paths: _MinPaths
    contact_buckets: _Buckets
