"""What an ad's clicks bring along."""

from __future__ import annotations

import pytest

from headwater.domain.ad_links import effective_utm, leading_link

MACROS = {"{campaignid}": "7", "{creative}": "9", "{{ad.name}}": "Clip 1", "__CID__": "5"}


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (["https://s.example/?utm_source=a&x=1"], {"utm_source": "a"}),
        (["https://s.example/p", "utm_source=fb&utm_medium=paid"], "fb paid"),
        (["https://s.example/p", "&utm_source=fb"], {"utm_source": "fb"}),
        (["https://s.example/", "{lpurl}?utm_campaign={campaignid}"], {"utm_campaign": "7"}),
        (["", "", "utm_content={creative}-{campaignid}"], {"utm_content": "9-7"}),
        (["", "utm_content={{ad.name}}"], {"utm_content": "Clip 1"}),
        (["https://s.example/?utm_content=__CID__"], {"utm_content": "5"}),
        (["https://s.example/?utm_source=own", "utm_source=tag"], {"utm_source": "own"}),
        (["https://s.example/?utm_term={keyword}"], {}),
        (["https://s.example/?utm_term={keyword:shoes}"], {}),
        (["https://s.example/?utm_term=__PLACEMENT__"], {}),
        (["https://s.example/?utm_term=a%26b+c"], {"utm_term": "a&b c"}),
        (["https://s.example/?utm_source=a#utm_source=b"], {"utm_source": "a"}),
        (["https://s.example/a=b"], {}),
        ([], {}),
    ],
)
def test_macros_are_filled_in_and_the_first_of_two_counts(
    parts: list[str], expected: dict[str, str] | str
) -> None:
    if isinstance(expected, str):
        source, medium = expected.split()
        expected = {"utm_source": source, "utm_medium": medium}
    assert effective_utm(parts, MACROS) == expected


PLAIN, CARD = "https://s.example/", "https://s.example/2?utm_campaign=launch&utm_content=card_2"


@pytest.mark.parametrize(
    ("links", "leading"),
    [
        ([PLAIN, CARD], CARD),
        ([PLAIN, "https://s.example/3"], PLAIN),
        (["", PLAIN], PLAIN),
        ([], ""),
    ],
)
def test_of_several_links_the_first_one_with_marks_stands_for_all(
    links: list[str], leading: str
) -> None:
    assert leading_link(links) == leading
