from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.domain.landings import read_landing
from headwater.domain.tagged_links import MARKS, tag_link
from headwater.domain.url_templates import EMAIL_TEMPLATES, URL_TEMPLATES
from headwater.errors import InvalidParameterError

SHOP = "https://shop.example/mugs"
MARK = {"source": "newsletter", "medium": "email", "campaign": "Spring sale"}


def test_a_link_carries_its_marks_and_tells_its_channel() -> None:
    told = tag_link(SHOP, MARK | {"content": "top & left"}, ("shop.example",))
    assert told.link == (
        f"{SHOP}?utm_source=newsletter&utm_medium=email&utm_campaign=Spring%20sale"
        "&utm_content=top%20%26%20left"
    )
    assert (told.channel, told.source, told.medium) == ("email", "newsletter", "email")
    assert (told.replaced, told.warnings) == ((), ())


def test_what_the_link_carries_besides_stays_as_it_is_written() -> None:
    told = tag_link(f"{SHOP}?size=a%2Fb&UTM_Source=old&x=&utm_term=mug#reviews", MARK)
    assert told.link == (
        f"{SHOP}?size=a%2Fb&x=&utm_term=mug"
        "&utm_source=newsletter&utm_medium=email&utm_campaign=Spring%20sale#reviews"
    )
    assert told.replaced == ("utm_source",)


def test_a_link_elsewhere_and_a_medium_that_tells_nothing_are_warned_of() -> None:
    unknown = {"source": "unheard-of", "medium": "hologram", "campaign": "x"}
    told = tag_link("https://elsewhere.example/", unknown, ("shop.example",))
    assert [warning.partition(":")[0] for warning in told.warnings] == ["url", "medium"]
    assert not tag_link("https://www.shop.example/", MARK, ("shop.example",)).warnings


@pytest.mark.parametrize(
    ("url", "marks", "name"),
    [
        ("shop.example/mugs", MARK, "url"),
        ("javascript:alert(1)", MARK, "url"),
        (SHOP, MARK | {"source": " "}, "source"),
        (SHOP, {"source": "a", "campaign": "b"}, "medium"),
        (SHOP, MARK | {"term": "a\nb"}, "term"),
        (SHOP, MARK | {"campaign": "x" * 513}, "campaign"),
        (f"{SHOP}?{'x' * 2048}", MARK, "url"),
    ],
)
def test_what_makes_no_link_is_refused_by_name(url: str, marks: dict[str, str], name: str) -> None:
    with pytest.raises(InvalidParameterError, match=f"^{name}: "):
        tag_link(url, marks)


@given(
    st.fixed_dictionaries(
        {
            name: st.text(st.characters(codec="utf-8", exclude_categories=["C", "Z"]), min_size=1)
            for name in MARKS
        }
    ).map(lambda marks: {name: value[:40] for name, value in marks.items()})
)
def test_the_collector_reads_what_was_put_in(marks: dict[str, str]) -> None:
    campaign = read_landing(tag_link(SHOP, marks).link).campaign
    read = (campaign.source, campaign.medium, campaign.campaign, campaign.content, campaign.term)
    assert read == tuple(marks[n] for n in ("source", "medium", "campaign", "content", "term"))
    assert campaign.campaign_id == marks["id"]


@pytest.mark.parametrize(
    "template", [*URL_TEMPLATES.values(), *EMAIL_TEMPLATES], ids=lambda each: each.platform
)
def test_every_template_is_read_as_a_campaign_of_its_kind(template: object) -> None:
    text = getattr(template, "template", "")
    campaign = read_landing(f"{SHOP}?{text}").campaign
    assert campaign.source
    assert campaign.medium
    assert campaign.campaign
