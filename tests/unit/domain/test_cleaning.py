from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from headwater.domain.cleaning import Alias, Cleaner, Cleaning, Pattern
from headwater.domain.cleaning_documents import (
    InvalidCleaningError,
    cleaning_document,
    cleaning_from_document,
)
from headwater.domain.settings import AccountSettings

ALIASES: dict[str, Any] = {
    "source": [{"equals": "FB", "name": "facebook"}, {"contains": "goog", "name": "google"}],
    "campaign": [{"glob": "bf20??-*", "name": "Black Friday"}],
}
RULES: list[dict[str, Any]] = [
    {"channel": "partners", "referrer": {"contains": "partner.example"}},
    {
        "channel": "paid_social",
        "source": {"equals": "facebook"},
        "click_id_kind": {"equals": "fbclid"},
    },
    {"channel": "paid_other", "source": {"equals": "facebook"}},
]


def cleaner(document: dict[str, Any]) -> Cleaner:
    return Cleaner(cleaning_from_document(document))


@pytest.mark.parametrize(
    ("test", "value", "fitting", "other"),
    [
        ("equals", "Face Book", " FACE  book ", "facebook"),
        ("starts_with", "bf", "BF2026", "a bf"),
        ("contains", "fri", "Black Friday", "f r i"),
        ("glob", "bf20??-*", "BF2026-mail", "bf2026"),
        ("glob", "*friday", "black friday", "friday!"),
        ("glob", "[ab]", "[AB]", "a"),
        ("contains", "*", "2*3", "2x3"),
    ],
)
def test_a_pattern_fits_whatever_the_letter_case(
    test: str, value: str, fitting: str, other: str
) -> None:
    clean = Cleaner(Cleaning(source=(Alias(Pattern(test, value), "fits"),)))
    assert clean.name("source", fitting) == "fits"
    assert clean.name("source", other) == other


def test_the_first_alias_that_fits_names_the_value() -> None:
    clean = cleaner({"aliases": ALIASES})
    assert clean.name("source", "fb") == "facebook"
    assert clean.name("source", "Google") == "google"
    assert clean.name("source", "bing") == "bing"
    assert clean.name("medium", "fb") == "fb"


def test_an_alias_of_an_alias_is_followed_to_its_end() -> None:
    clean = cleaner(
        {"aliases": {"source": [{"equals": "fb", "name": "facebook"},
                                {"equals": "facebook", "name": "Meta"}]}}
    )  # fmt: skip
    assert clean.name("source", "FB") == "Meta"


def test_the_first_channel_rule_whose_conditions_all_hold_wins() -> None:
    clean = cleaner({"channel_rules": RULES})
    facebook = {"source": "Facebook"}
    assert clean.channel({**facebook, "click_id_kind": "fbclid"}, "x") == "paid_social"
    assert clean.channel(facebook, "x") == "paid_other"
    assert clean.channel({**facebook, "referrer": "www.partner.example"}, "x") == "partners"
    assert clean.channel({"source": "bing"}, "organic_search") == "organic_search"


def test_what_is_stored_is_read_back() -> None:
    document = {
        "aliases": {"source": [], "medium": [], "campaign": [], **ALIASES},
        "channel_rules": RULES,
        "paid_channels": ["partners", "affiliate"],
    }
    cleaning = cleaning_from_document(document)
    assert cleaning_document(cleaning) == document
    settings = AccountSettings(cleaning=cleaning)
    assert AccountSettings.from_document(settings.document()) == settings
    assert AccountSettings.from_document({}).cleaning == Cleaning()


@pytest.mark.parametrize(
    ("document", "where", "why"),
    [
        ([], "body", "give an object"),
        ({"alias": {}}, "alias", "no such field"),
        ({"aliases": []}, "aliases", "give an object"),
        ({"aliases": {"term": []}}, "aliases.term", "no such field"),
        ({"aliases": {"source": {}}}, "aliases.source", "give a list"),
        ({"aliases": {"source": [7]}}, "aliases.source.0", "an alias is an object"),
        ({"aliases": {"source": [{"name": "x"}]}}, "aliases.source.0.pattern", "give one of"),
        ({"aliases": {"source": [{"regex": "(a+)+$", "name": "x"}]}},
         "aliases.source.0.pattern", "give one of"),
        ({"aliases": {"source": [{"equals": "a", "glob": "b", "name": "x"}]}},
         "aliases.source.0.pattern", "give one of"),
        ({"aliases": {"source": [{"equals": "", "name": "x"}]}},
         "aliases.source.0.equals", "1 to 200"),
        ({"aliases": {"source": [{"contains": "  ", "name": "x"}]}},
         "aliases.source.0.contains", "would fit everything"),
        ({"aliases": {"source": [{"glob": "*?", "name": "x"}]}},
         "aliases.source.0.glob", "would fit everything"),
        ({"aliases": {"source": [{"equals": 7, "name": "x"}]}},
         "aliases.source.0.equals", "give a text"),
        ({"aliases": {"source": [{"equals": "a", "name": ""}]}},
         "aliases.source.0.name", "1 to 200"),
        ({"aliases": {"source": [{"equals": "a", "name": "a\u0000b"}]}},
         "aliases.source.0.name", "1 to 200"),
        ({"aliases": {"source": [{"equals": "a"}]}}, "aliases.source.0.name", "give a text"),
        ({"aliases": {"source": [{"equals": "a", "name": "b"}, {"equals": "B", "name": "A"}]}},
         "aliases.source.0.name", "leads back to itself: b → A → b"),
        ({"channel_rules": [{"channel": "x", "term": {}}]},
         "channel_rules.0.term", "no such field"),
        ({"channel_rules": [{"channel": "x"}]}, "channel_rules.0.channel", "every click"),
        ({"channel_rules": [{"channel": "Paid Social", "source": {"equals": "a"}}]},
         "channel_rules.0.channel", "lower-case"),
        ({"channel_rules": [{"channel": "x", "source": "a"}]},
         "channel_rules.0.source", "give one of"),
        ({"channel_rules": [{"channel": "x", "source": {"glob": "*"}}]},
         "channel_rules.0.source.glob", "would fit everything"),
        ({"channel_rules": [{}] * 101}, "channel_rules", "at most 100"),
    ],
)  # fmt: skip
def test_what_cannot_work_is_refused_by_place_and_reason(
    document: object, where: str, why: str
) -> None:
    with pytest.raises(InvalidCleaningError) as refused:
        cleaning_from_document(document)
    place, reason = refused.value.faults[0]
    assert place == where
    assert why in reason


def test_every_bad_rule_is_named_at_once() -> None:
    with pytest.raises(InvalidCleaningError) as refused:
        cleaning_from_document({"channel_rules": [{"channel": "x"}, RULES[0], {"channel": "y"}]})
    places = [where for where, _ in refused.value.faults]
    assert places == ["channel_rules.0.channel", "channel_rules.2.channel"]


def test_no_pattern_takes_long_on_any_value() -> None:
    clean = Cleaner(Cleaning(source=(Alias(Pattern("glob", "*a" * 100), "x"),)))
    started = time.process_time()
    clean.name("source", "a" * 512 + "b")
    assert time.process_time() - started < 1


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["equals", "starts_with", "contains"]),
            st.text("abcd", min_size=1, max_size=3),
            st.text("abcd", min_size=1, max_size=3),
        ),
        max_size=6,
    ),
    st.text("abcd", max_size=4),
)
def test_cleaning_twice_is_cleaning_once(aliases: list[tuple[str, str, str]], value: str) -> None:
    document = {"aliases": {"source": [{test: p, "name": name} for test, p, name in aliases]}}
    try:
        clean = cleaner(document)
    except InvalidCleaningError:
        return
    once = clean.name("source", value)
    assert clean.name("source", once) == once
