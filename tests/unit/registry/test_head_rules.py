"""Who may become head of a household: a table of cases."""

from dataclasses import replace
from datetime import date

import pytest

from services.registry.heads.rules import Belongs, Said, head_refusal

SINCE = date(2017, 5, 10)
HEAD = Belongs(date(1950, 1, 1), date(2014, 6, 1), stays=True, heads_since=date(2014, 6, 1))
SON = Belongs(date(1985, 1, 1), date(2014, 6, 1), stays=True, heads_since=None)
PEOPLE = {
    "head": HEAD,
    "son": SON,
    "child": replace(SON, born_on=date(1999, 5, 11)),
    "grown": replace(SON, born_on=date(1999, 5, 10)),
    "gone": replace(SON, stays=False),
    "bride": replace(SON, joined_on=SINCE),
}
SAID = Said("son", SINCE, (), date(2017, 6, 1))


@pytest.mark.parametrize(
    ("said", "refusal"),
    [
        (SAID, None),
        (replace(SAID, since=date(2017, 6, 2)), "future_date"),
        (replace(SAID, reference="nobody"), "not_a_member"),
        (replace(SAID, reference="gone"), "not_a_member"),
        (replace(SAID, reference="head"), "already_head"),
        (replace(SAID, reference="child"), "under_age"),
        (replace(SAID, reference="grown"), None),
        (replace(SAID, reference="bride"), "before_membership"),
        (replace(SAID, since=date(2014, 6, 1)), "before_membership"),
        (replace(SAID, relations=("grown", "bride")), None),
        (replace(SAID, relations=("nobody",)), "relation_of_nobody"),
        (replace(SAID, relations=("gone",)), "relation_of_nobody"),
        (replace(SAID, since=date(2017, 5, 9), relations=("bride",)), "relation_of_nobody"),
        (replace(SAID, relations=("son",)), "relation_of_a_head"),
        (replace(SAID, relations=("head",)), "relation_of_a_head"),
    ],
)
def test_who_may_become_head(said: Said, refusal: str | None) -> None:
    assert head_refusal(PEOPLE, said, struck=False) == refusal


def test_a_household_has_one_head_on_every_day() -> None:
    since_may = PEOPLE | {"head": replace(HEAD, heads_since=SINCE)}
    assert head_refusal(since_may, SAID, struck=False) == "before_present_head"
    assert head_refusal(since_may, replace(SAID, since=date(2017, 5, 11)), struck=False) is None
    assert head_refusal({"son": SON}, SAID, struck=False) == "before_present_head"


def test_a_household_that_was_struck_has_no_new_head() -> None:
    assert head_refusal(PEOPLE, SAID, struck=True) == "household_removed"
