"""Who answers a grievance, who may take it down, and when it goes higher."""

from datetime import date
from typing import Any
from uuid import UUID

import pytest

from services.registry.grievances.rules import (
    escalation_refusal,
    filing_refusal,
    first_office,
    may_read,
    next_office,
    sheet_refusal,
    signed_step,
    telling_refusal,
)

VILLAGE, COUNTY = "140927200201", "140927"
DUE = date(2017, 10, 17)
HOME = UUID(int=1)


@pytest.mark.parametrize(
    ("about", "division", "office"),
    [
        (None, VILLAGE, "township"), (None, VILLAGE[:9], "township"), (None, COUNTY, "county"),
        ("village", VILLAGE, "county"), ("team", VILLAGE, "county"), ("helper", VILLAGE, "county"),
        ("township", VILLAGE, "county"), ("bank", VILLAGE, "county"), ("department", VILLAGE, "county"),
        ("county", VILLAGE, "auditor"), ("county", COUNTY, "auditor"),
    ],
)  # fmt: skip
def test_it_goes_past_whoever_is_complained_of(about: Any, division: str, office: str) -> None:
    assert first_office(about, division) == office


def test_the_auditor_is_the_last() -> None:
    assert [next_office(office) for office in ("township", "county", "auditor")] == ["county", "auditor", None]


@pytest.mark.parametrize(
    ("role", "channel", "about", "about_subject", "named", "refusal"),
    [
        ("villager", "own", None, None, False, None),
        ("villager", "own", "village", "chair", False, None),
        ("villager", "oral", None, None, False, "wrong_channel"),
        ("villager", "own", None, None, True, "needs_no_name"),
        ("village", "own", None, None, False, "wrong_channel"),
        ("village", "oral", None, None, True, None),
        ("village", "anonymous", None, None, False, None),
        ("village", "anonymous", None, None, True, "needs_no_name"),
        ("village", "oral", "village", None, False, "complained_of"),
        ("county", "hotline", "village", "clerk", False, "complained_of"),
        ("county", "hotline", None, "chair", False, "office_missing"),
        ("village", "paper", None, None, True, None),
        ("village", "paper", None, None, False, "party_missing"),
        ("villager", "paper", None, None, False, "wrong_channel"),
        ("county", "paper", None, None, True, "wrong_channel"),
        ("village", "paper", "village", None, True, "complained_of"),
    ],
)
def test_who_takes_it_down(
    role: str, channel: Any, about: Any, about_subject: str | None, *, named: bool, refusal: str | None
) -> None:
    assert filing_refusal(role, "clerk", channel, about, about_subject, named=named) == refusal


@pytest.mark.parametrize(
    ("channel", "handed", "refusal"),
    [("own", "signed", None), ("oral", "fingerprint", None), ("anonymous", "posted", None),
     ("own", "posted", "wrong_handing"), ("anonymous", "signed", "wrong_handing")],
)  # fmt: skip
def test_an_anonymous_one_is_answered_on_the_board(channel: Any, handed: Any, refusal: str | None) -> None:
    assert telling_refusal(channel, handed) == refusal


@pytest.mark.parametrize(
    ("office", "state", "role", "channel", "on", "refusal"),
    [
        ("township", "with_township", "villager", "own", DUE, "not_overdue"),
        ("township", "with_township", "villager", "own", date(2017, 10, 18), None),
        ("township", "township_answered", "county", "own", date(2017, 10, 18), None),
        ("township", "township_answered", "county", "own", DUE, "not_overdue"),
        ("township", "told", "villager", "own", date(2017, 10, 1), None),
        ("township", "told", "village", "own", date(2017, 10, 1), "own_word"),
        ("county", "told", "village", "oral", date(2017, 10, 1), None),
        ("county", "told", "village", "paper", date(2017, 10, 1), "own_word"),
        ("auditor", "told", "villager", "own", date(2017, 10, 1), "nobody_higher"),
        ("auditor", "with_auditor", "villager", "own", date(2018, 10, 1), "nobody_higher"),
    ],
)
def test_it_goes_higher_when_it_is_late_or_when_the_complainant_is_not_content(
    office: Any, state: Any, role: str, channel: Any, on: date, refusal: str | None
) -> None:
    assert escalation_refusal(office, state, role, channel, DUE, on) == refusal


@pytest.mark.parametrize(
    ("state", "office", "agreed", "step", "refusal"),
    [
        ("unsigned", "county", True, "with_county", None),
        ("told", "township", True, "settled", None),
        ("told", "township", False, "with_county", None),
        ("told", "auditor", True, "settled", None),
        ("told", "auditor", False, "with_None", "nobody_higher"),
        # Where it waits for an office, no step follows from where it stands to where it stands.
        ("with_county", "county", True, "with_county", None),
    ],
)
def test_what_the_complainants_sheet_says(
    state: Any, office: Any, step: str, refusal: str | None, *, agreed: bool
) -> None:
    assert signed_step(state, office, agreed=agreed) == step
    assert sheet_refusal("he", HOME, state, office, agreed=agreed) == refusal


def test_no_sheet_is_signed_by_nobody_or_for_no_household() -> None:
    assert sheet_refusal(None, HOME, "told", "county", agreed=True) == "party_missing"
    assert sheet_refusal("he", None, "told", "county", agreed=True) == "party_missing"


def test_what_it_says_is_for_who_decides_the_complainant_and_the_auditor() -> None:
    readers = {
        role for role in ("villager", "village", "team", "township", "county", "auditor")
        if may_read(role, "township", frozenset())
    }  # fmt: skip
    assert readers == {"villager", "township", "auditor"}
    assert may_read("township", "county", frozenset({"township"})), "who has decided knows what about"
