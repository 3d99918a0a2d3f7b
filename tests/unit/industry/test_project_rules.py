"""Credit codes, plans, reports against measures, households' parts."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.industry.projects.rules import (
    CHARSET,
    Part,
    Plan,
    ProjectPolicy,
    is_credit_code,
    over_reported,
    part_refusal,
    plan_refusal,
    works_done,
)
from shared.ground.context import Caller

UNITS = {"oats": "mu", "shop": "count", "works": "count", "product": "count", "tourism": "none"}
VILLAGE, TOWNSHIP, COUNTY = "140927200201", "140927200", "140927"
STANDARDS_EXAMPLE = "91350100M000100Y43"  # of GB 32100-2015 itself


@pytest.mark.parametrize(
    ("code", "right"),
    [
        (STANDARDS_EXAMPLE, True),
        ("91350100M000100Y44", False),  # another check character
        ("91350100M000100Y4", False),
        ("91350100M000100Y430", False),
        ("", False),
        ("91350100m000100Y43", False),
        ("91350100I000100Y43", False),  # I is no character of the standard
        ("913501000M00100Y43", False),  # two neighbours changed places
        ("９1350100M000100Y43", False),
    ],
)
def test_credit_codes(code: str, right: bool) -> None:
    assert is_credit_code(code) is right


@given(st.text(CHARSET, min_size=17, max_size=17), st.integers(0, 16), st.sampled_from(CHARSET))
def test_one_check_character_fits_and_no_single_mistake_passes(first: str, place: int, other: str) -> None:
    (code,) = [first + c for c in CHARSET if is_credit_code(first + c)]
    mistaken = code[:place] + other + code[place + 1 :]
    assert is_credit_code(mistaken) is (mistaken == code)


GOOD = Plan("oats", VILLAGE, 12_000, None, entity_named=False, entity_known=False, inside=True)
PLANNER = Caller("planner", "township", TOWNSHIP)
POLICY = ProjectPolicy(UNITS, ("road", "water"))


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({}, None),
        ({"planned_x100": 0}, None),
        ({"division": TOWNSHIP}, None),
        ({"division": COUNTY}, "outside_area"),
        ({"division": "140927201"}, "outside_area"),
        ({"kind": "gold"}, "unknown_kind"),
        ({"entity_named": True}, "entity_unknown"),
        ({"entity_named": True, "entity_known": True}, None),
        ({"item": "road"}, "item_misplaced"),
        ({"kind": "tourism"}, "no_quantity"),
        ({"kind": "tourism", "planned_x100": 0}, None),
        ({"kind": "works", "item": "road"}, None),
        ({"kind": "works", "item": "palace"}, "unknown_item"),
        ({"kind": "works"}, "unknown_item"),
        ({"kind": "works", "item": "road", "division": TOWNSHIP}, "not_a_village"),
        ({"kind": "product", "item": "黑豆"}, None),
        ({"kind": "product"}, None),
        ({"kind": "product", "division": TOWNSHIP}, "not_a_village"),
    ],
)
def test_plans(changes: dict[str, object], refusal: str | None) -> None:
    plan = replace(GOOD, **changes)  # type: ignore[arg-type]
    assert plan_refusal(replace(plan, inside=PLANNER.within(plan.division)), POLICY) == refusal


@pytest.mark.parametrize(
    ("reported", "measured", "found"),
    [
        (110, 100, False),  # ten per cent is still tolerated
        (111, 100, True),
        (100, 100, False),
        (90, 100, False),
        (1, 0, True),
        (0, 0, False),
        (11_001, 10_000, True),
        (11_000, 10_000, False),
    ],
)
def test_over_reported(reported: int, measured: int, found: bool) -> None:
    assert over_reported(reported, measured, 100_000) is found


@pytest.mark.parametrize(
    ("planned", "accepted", "done"),
    [(100, 100, True), (100, 99, False), (100, 200, True), (0, 100, True), (0, 0, False), (100, 0, False)],
)
def test_works_done(planned: int, accepted: int, done: bool) -> None:
    assert works_done(planned, accepted) is done


OPENED = date(2017, 5, 1)
SHOP = Part("shop", OPENED, accepted=True, measured_x100=100, accepted_on=OPENED + timedelta(days=90))


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({}, None),
        ({"accepted_on": OPENED + timedelta(days=89)}, "too_young"),
        ({"accepted_on": OPENED + timedelta(days=89), "accepted": False}, None),
        ({"kind": "oats", "accepted_on": OPENED}, None),
        ({"accepted_on": OPENED - timedelta(days=1)}, "dates_reversed"),
        ({"accepted_on": OPENED - timedelta(days=1), "accepted": False}, "dates_reversed"),
        ({"measured_x100": 0}, "nothing_measured"),
        ({"measured_x100": 0, "accepted": False}, None),
    ],
)
def test_parts(changes: dict[str, object], refusal: str | None) -> None:
    assert part_refusal(replace(SHOP, **changes), {"shop": 90}) == refusal  # type: ignore[arg-type]
