"""Whose a difference is, what the next list makes of it, and when a list is too much: tables of cases."""

from datetime import date
from pathlib import Path
from typing import Any, get_args

import pytest

from services.registry.differences.rules import (
    LED,
    OFFICES,
    DifferencePolicy,
    Named,
    Owner,
    Stands,
    State,
    door_of,
    fate_of,
    is_owner,
    is_unread,
    owner_of,
    too_much,
    unread_of,
    word_refusal,
)
from services.registry.national.rules import Field
from shared.ground.policy import read_policy

ON, LATER = date(2017, 6, 1), date(2017, 7, 1)
POLICY = read_policy(Path("services/registry/policy.toml")).on(ON, DifferencePolicy)


def test_every_field_has_an_owner_and_a_door() -> None:
    for field in get_args(Field):
        owner = owner_of(field, POLICY)
        assert owner in get_args(Owner), field
        assert door_of(field, "differs", owner).startswith("/registry/v1/")
    assert {*POLICY.difference_owners} == {*get_args(Field)}
    assert {*POLICY.difference_owners.values()} == {*OFFICES}
    assert {*LED} == {*get_args(Named)}


@pytest.mark.parametrize(
    ("field", "owner", "door"),
    [
        ("education", "education", "attestations"), ("house_grade", "housing", "attestations"),
        ("safe_water", "water", "attestations"), ("medical_insured", "health", "attestations"),
        ("pension_insured", "human_resources", "attestations"), ("attribute", "civil_affairs", "attestations"),
        ("wage", "village", "incomes"), ("phone", "village", "phones"), ("name", "township", "imports"),
        ("status", "county", "exits"),
    ],
)  # fmt: skip
def test_who_answers_for_a_field_and_where_it_is_put_right(field: str, owner: str, door: str) -> None:
    assert owner_of(field, POLICY) == owner
    assert door_of(field, "differs", owner).rpartition("/")[2] == door


@pytest.mark.parametrize(
    ("owner", "role", "unit", "is_his"),
    [
        ("village", "village", "", True), ("village", "township", "", False), ("water", "department", "water", True),
        ("water", "department", "housing", False), ("county", "department", "county", True),
        ("county", "county", "", True),
    ],
)  # fmt: skip
def test_a_bureau_answers_for_its_own_fields(owner: str, role: str, unit: str, *, is_his: bool) -> None:
    assert is_owner(owner, role, unit) is is_his


def stands(state: State, *, same: bool = True) -> Stands:
    return Stands(state, ON, same)


@pytest.mark.parametrize(
    ("before", "listed_on", "found", "fate"),
    [
        (None, LATER, True, "opened"),
        (None, LATER, False, None),
        (stands("open"), LATER, True, "seen"),
        (stands("open"), LATER, False, "agreed"),
        # What was said to be wrong there, and is not put right in a later list.
        (stands("there"), LATER, True, "opened"),
        (stands("there"), ON, True, "seen"),
        (stands("doubted"), LATER, True, "seen"),
        (stands("here"), LATER, True, "seen"),
        (stands("here"), LATER, False, "agreed"),
        (stands("staying"), LATER, True, "seen"),
        # What was to stay, stays as it was.
        (stands("kept"), LATER, True, "seen"),
        (stands("kept", same=False), LATER, True, "opened"),
        (stands("kept"), LATER, False, "agreed"),
        (stands("agreed"), LATER, True, "opened"),
        (stands("agreed"), LATER, False, None),
    ],
)
def test_what_a_list_makes_of_a_difference(
    before: Stands | None, listed_on: date, fate: str | None, *, found: bool
) -> None:
    assert fate_of(before, listed_on, found=found) == fate


@pytest.mark.parametrize(
    ("cause", "reason", "refusal"),
    [
        ("stays", None, "no_reason"),
        ("stays", "two phones", None),
        ("wrong_here", None, None),
        ("other_day", None, None),
    ],
)
def test_what_stays_needs_a_reason(cause: Any, reason: str | None, refusal: str | None) -> None:
    assert word_refusal(cause, reason) == refusal


@pytest.mark.parametrize(
    ("touched", "registered", "held_in"),
    [
        ({"1": 19}, {"1": 19}, None),
        ({"1": 20}, {"1": 20}, "1"),
        ({"1": 30}, {"1": 100}, None),
        ({"1": 31}, {"1": 100}, "1"),
        ({"1": 31, "2": 90}, {"1": 100, "2": 200}, "2"),
        # A township of which the register has nobody.
        ({"1": 20}, {}, "1"),
    ],
)
def test_a_list_that_touches_too_much_is_held(
    touched: dict[str, int], registered: dict[str, int], held_in: str | None
) -> None:
    assert too_much(touched, registered, POLICY) == held_in


@pytest.mark.parametrize(
    ("columns", "field", "unread"),
    [
        ((), "wage", False), (("wage",), "wage", True), (("wage",), "phone", False),
        (("number",), "person", True), (("number",), "health", True), (("number",), "wage", False),
        (("township",), "village", True), (("health",), "education", False), (("household",), "household", True),
    ],
)  # fmt: skip
def test_of_what_could_not_be_read_nothing_ends(columns: tuple[str, ...], field: str, *, unread: bool) -> None:
    assert is_unread(field, unread_of(columns)) is unread
