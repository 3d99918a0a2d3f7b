"""Who may be said to have joined a household."""

from dataclasses import replace
from datetime import date

import pytest

from services.registry.arrivals.rules import Before, Home, Said, arrival_refusal, is_claimed
from services.registry.claims.rules import leaves_as

HOME = Home(struck=False, registered_on=date(2014, 6, 1))
SAID = Said("marriage_in", joined_on=date(2017, 5, 10), born_on=date(1992, 4, 2), on=date(2017, 6, 1))
BORN = Said("birth", joined_on=date(2017, 5, 10), born_on=date(2017, 5, 10), on=date(2017, 6, 1))
LEFT = Before(here=False, left_on=date(2017, 5, 10), died=False)
THERE = Before(here=False, left_on=None, died=False)


def test_who_is_new_or_has_left_may_join() -> None:
    assert arrival_refusal(HOME, None, SAID) is None
    assert arrival_refusal(HOME, None, BORN) is None
    assert arrival_refusal(HOME, LEFT, SAID) is None, "on the very day on which he belonged elsewhere no more"
    assert arrival_refusal(HOME, replace(LEFT, here=True), SAID) is None, "who left comes back"


def test_who_still_belongs_elsewhere_is_claimed_and_not_refused() -> None:
    assert arrival_refusal(HOME, THERE, SAID) is None
    assert is_claimed(THERE)
    assert not any(map(is_claimed, (None, LEFT, replace(THERE, here=True))))


@pytest.mark.parametrize(
    ("home", "before", "said", "refusal"),
    [
        (None, None, SAID, "shared.not_found"),
        (replace(HOME, struck=True), None, SAID, "household_removed"),
        (HOME, None, replace(SAID, joined_on=date(2017, 6, 2)), "future_date"),
        (HOME, None, replace(SAID, born_on=date(2017, 5, 11)), "before_birth"),
        (HOME, None, replace(BORN, joined_on=date(2017, 5, 11)), "not_the_day_of_birth"),
        (HOME, None, replace(SAID, joined_on=date(2014, 5, 31)), "before_registration"),
        (HOME, replace(LEFT, died=True), SAID, "has_died"),
        (HOME, replace(THERE, here=True), SAID, "already_member"),
        (HOME, LEFT, replace(SAID, joined_on=date(2017, 5, 9)), "before_departure"),
    ],
)
def test_what_cannot_be_is_refused(home: Home | None, before: Before | None, said: Said, refusal: str) -> None:
    assert arrival_refusal(home, before, said) == refusal


def test_how_one_leaves_follows_from_how_he_joins() -> None:
    assert [leaves_as(r) for r in ("marriage_in", "registration_in", "birth", "sharing", "release")] == [
        "marriage_out", "registration_out", "not_sharing", "not_sharing", "not_sharing",
    ]  # fmt: skip
