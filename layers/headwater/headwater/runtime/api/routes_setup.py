"""What a merchant sets up outside of here: the URLs of his ads and mailings."""

from collections.abc import Callable
from dataclasses import asdict
from typing import Annotated

from aws_lambda_powertools.event_handler import Response
from aws_lambda_powertools.event_handler.api_gateway import Router
from aws_lambda_powertools.event_handler.openapi.params import Query

from headwater.runtime import storage
from headwater.runtime.api.answers import json_answer
from headwater.runtime.api.contract import NEEDS_KEY, answers
from headwater.runtime.api.models_setup import TaggedLinkAnswer, UrlTemplates
from headwater.runtime.api.routing import account_of, new_router
from headwater.usecases.tag_links import TaggedLink, list_templates


def setup_routes(tag_link: Callable[..., TaggedLink]) -> Router:
    """Return the routes of the set-up.

    Args:
        tag_link: the use case that puts campaign marks into a link.
    """
    router = new_router()
    _add_url_templates(router)
    _add_link(router, tag_link)
    return router


def _add_url_templates(router: Router) -> None:
    @router.get(
        "/v1/setup/url-templates",
        operation_id="list_url_templates",
        summary="What to paste into ad platforms and mailings",
        description="With these every click carries the ids of its campaign, ad set and ad, by "
        "which cost meets it.",
        tags=["setup"],
        responses=answers(UrlTemplates),
        security=NEEDS_KEY,
    )
    def url_templates() -> Response[str]:
        rows = [asdict(template) for template in list_templates()]
        return json_answer({"account": account_of(router), "rows": rows})


def _add_link(router: Router, tag_link: Callable[..., TaggedLink]) -> None:
    @router.get(
        "/v1/setup/link",
        operation_id="build_link",
        summary="Put campaign marks into a link",
        description="For mailings, posts and partners: the link to use, and the channel that its "
        "clicks will count for.",
        tags=["setup"],
        responses=answers(TaggedLinkAnswer),
        security=NEEDS_KEY,
    )
    def build_link(
        url: Annotated[str, Query(description="A page of the shop.")],
        source: Annotated[str, Query(description="Who sends the visitor: newsletter, facebook …")],
        medium: Annotated[str, Query(description="How: email, cpc, social, affiliate …")],
        campaign: Annotated[str, Query(description="The mailing, post or offer.")],
        content: Annotated[str, Query(description="Which link of several.")] = "",
        term: Annotated[str, Query(description="A keyword or audience.")] = "",
        utm_id: Annotated[str, Query(alias="id", description="The campaign's id.")] = "",
    ) -> Response[str]:
        account = account_of(router)
        marks = {
            "source": source,
            "medium": medium,
            "campaign": campaign,
            "content": content,
            "term": term,
            "id": utm_id,
        }
        told = tag_link(account, url, marks, accounts=storage.accounts())
        return json_answer({"account": account, **asdict(told)})
