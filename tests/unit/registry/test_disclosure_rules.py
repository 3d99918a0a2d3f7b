"""What a purpose covers, on which days, field by field."""

from datetime import date
from typing import get_args

import pytest

from services.registry.disclosures.rules import (
    MOST_READINGS,
    PURPOSES,
    Days,
    PersonalField,
    PurposeKind,
    as_typed,
    part,
    purpose_refusal,
    readings,
)

BEGUN = date(2017, 6, 1)
OPEN, ENDED = Days(BEGUN, None), Days(BEGUN, date(2017, 7, 1))


@pytest.mark.parametrize(
    ("kind", "days", "on", "reason"),
    [
        ("loan", None, BEGUN, "purpose_unknown"),
        ("loan", OPEN, date(2017, 5, 31), "purpose_unknown"),
        ("loan", OPEN, BEGUN, None),
        ("loan", OPEN, date(2020, 6, 1), None),
        ("loan", ENDED, date(2017, 6, 30), None),
        ("loan", ENDED, date(2017, 7, 1), "purpose_ended"),
        ("payout", OPEN, date(2017, 7, 30), None),
        ("payout", OPEN, date(2017, 7, 31), "purpose_ended"),
        ("payout", ENDED, date(2017, 7, 1), "purpose_ended"),
        ("survey", ENDED, date(2017, 6, 30), None),
        ("survey", ENDED, date(2017, 7, 1), "purpose_ended"),
    ],
)
def test_a_purpose_holds_on_its_days(kind: PurposeKind, days: Days | None, on: date, reason: str | None) -> None:
    assert purpose_refusal(kind, days, on, 60) == reason


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        ("loan", ("name", "id_masked", "phone")),
        ("payout", ("name", "account")),
        ("survey", ("name", "phone", "address")),
    ],
)
def test_a_field_beyond_the_purpose_is_refused_alone(kind: PurposeKind, told: tuple[PersonalField, ...]) -> None:
    every: tuple[PersonalField, ...] = get_args(PersonalField)
    found = part(kind, [*every, "name"])
    assert found.told == told
    assert found.beyond == tuple(f for f in every if f not in told)


@pytest.mark.parametrize(
    ("sounds", "typed"),
    [
        ([["wang"], ["ming"]], {"wangming", "wm"}),
        ([["zeng", "ceng"], ["ming"]], {"zengming", "cengming", "zm", "cm"}),
        ([["a"], [], ["bu"]], {"abu", "ab"}),
        ([[], ["ê"]], set()),
        ([], set()),
    ],
)
def test_a_name_may_be_typed_in_full_and_by_initials(sounds: list[list[str]], typed: set[str]) -> None:
    assert readings(sounds) == typed


def test_a_name_of_many_sounds_has_not_all_of_their_readings() -> None:
    assert len(readings([["a", "b", "c", "d"]] * 8)) <= 2 * MOST_READINGS


@pytest.mark.parametrize(("typed", "kept"), [("Wang Xiao'ming", "wangxiaoming"), ("LÜ", "lv"), ("wm", "wm")])
def test_pinyin_is_typed_in_many_ways(typed: str, kept: str) -> None:
    assert as_typed(typed) == kept


def test_every_purpose_says_who_and_what() -> None:
    assert set(PURPOSES) == {*get_args(PurposeKind)}
    assert {kind: purpose.holder for kind, purpose in PURPOSES.items()} == {
        "loan": "bank", "payout": "bank", "survey": "surveyor",
    }  # fmt: skip
