"""What offices have in their lists, what stands on an income sheet, who signs a loan: the truth, as often as told."""

from collections import Counter

import pytest

from scenario.actors.sheets import lines_of
from scenario.eyes import VillageEyes
from scenario.world import SheetPart, World
from scenario.world.lists import (
    ADAPTED,
    CARD,
    CERTIFIED,
    DEVICE,
    DOCTOR,
    OFFICES,
    PAID,
    REHABILITATED,
    SHEETS,
    TAKEN_OVER,
    TESTED,
)
from scenario.world.loans import NAMED

pytestmark = pytest.mark.xdist_group("world")


def test_what_is_paid_out_is_all_of_the_transfers_or_none(world: World) -> None:
    sums: Counter[str] = Counter()
    for paid in world.lists.paid:
        assert OFFICES[paid.source] == paid.unit
        sums[paid.no] += paid.amount_fen
    poor = [h for h in world.households if h.group != "exited"]
    assert sums.keys() <= {h.no for h in poor}
    assert all(world.truth[no].incomes[2017].transfer_fen == fen for no, fen in sums.items())
    gets = [h for h in poor if world.truth[h.no].incomes[2017].transfer_fen]
    assert len(sums) / len(gets) == pytest.approx(PAID, abs=0.02)
    assert max(Counter((p.no, p.source) for p in world.lists.paid).values()) == 1


def test_lists_of_facts_are_true_and_as_long_as_told(world: World) -> None:
    by_unit = Counter(unit for unit, _, _ in {(f.unit, f.no, f.id_number) for f in world.lists.facts})
    poor = [h for h in world.households if h.group != "exited"]
    repaired = [h for h in poor if world.truth[h.no].house.repaired_on]
    disabled = [m for h in poor for m in h.members if m.health == "disabled"]
    assert by_unit["housing"] / len(repaired) == pytest.approx(TAKEN_OVER, abs=0.05)
    assert by_unit["water"] / sum(h.relocation is None for h in poor) == pytest.approx(TESTED, abs=0.02)
    assert by_unit["disabled_federation"] / len(disabled) == pytest.approx(CERTIFIED, abs=0.04)
    for fact in world.lists.facts:
        house = world.truth[fact.no].house
        if fact.unit == "housing":
            assert (fact.value, fact.since) == (house.grade_2017, house.repaired_on)
        elif fact.unit == "water":
            assert fact.value is house.safe_water
        else:
            people = {m.id_number: m.health for m in world.by_no[fact.no].members}
            of = ("disabled",) if fact.unit == "disabled_federation" else ("chronic", "major")
            assert people[fact.id_number] in of
            assert fact.field != "health" or fact.value == "disabled"


def test_what_is_given_is_given_to_some_of_whom_it_concerns(world: World) -> None:
    said: dict[str, list[object]] = {}
    levels = {f.id_number: f.value for f in world.lists.facts if f.field == "disability_level"}
    for fact in world.lists.facts:
        said.setdefault(fact.field, []).append(fact.value)
        asked = {"assistive_device": 3, "home_adapted": 2}.get(fact.field, 4)
        assert fact.unit != "disabled_federation" or int(str(levels[fact.id_number])) <= asked
    shares = {"family_doctor": DOCTOR, "chronic_card": CARD, "assistive_device": DEVICE, "home_adapted": ADAPTED}
    shares["rehabilitation"] = REHABILITATED
    for field, share in shares.items():
        assert said[field].count(True) / len(said[field]) == pytest.approx(share, abs=0.1), field


def test_who_gets_what_is_of_the_age_and_the_school_that_it_is_for(world: World) -> None:
    sources = {paid.source for paid in world.lists.paid}
    assert sources >= set(OFFICES) - {"orphan_allowance"}
    for paid in world.lists.paid:
        home = world.by_no[paid.no]
        if paid.source == "boarding_allowance":
            assert any(m.in_school == "middle" for m in home.members)
        if paid.source == "disabled_living_allowance":
            assert any(m.health == "disabled" for m in home.members)


def test_a_sheet_says_the_same_as_the_statement_line_by_line(world: World) -> None:
    eyes = VillageEyes(world)
    poor = [h for h in world.households if h.group != "exited"]
    kept = {h.no: parts for h in poor if (parts := eyes.sheet(h.no)) is not None}
    assert len(kept) / len(poor) == pytest.approx(SHEETS, abs=0.02)
    for no, parts in kept.items():
        costs = sum(p.amount_fen for p in parts if p.source == "business_cost")
        assert sum(p.amount_fen for p in parts) - 2 * costs == eyes.income(no).net_fen
        assert all(p.amount_fen > 0 for p in parts)
    assert any(p.product for parts in kept.values() for p in parts)


@pytest.mark.parametrize("fen", [3, 349, 350, 123_457, 80_000])
def test_quantities_at_the_years_price_and_what_is_over_are_worth_what_was_sold(fen: int) -> None:
    prices = {"oats": 350}
    lines = lines_of(SheetPart("crops", fen, "oats"), prices)
    worth = [(q * 350 + 50) // 100 if (q := x.get("quantity_x100")) else x["amount_fen"] for x in lines]
    assert sum(worth) == fen
    assert all(w > 0 for w in worth)
    assert lines_of(SheetPart("local_wage", fen), prices) == [{"source": "local_wage", "amount_fen": fen}]


def test_the_village_names_who_signs_where_it_is_not_the_head(world: World) -> None:
    others = []
    for wish in world.wishes:
        head = wish.household_no and world.by_no[wish.household_no].members[0].id_number
        if wish.household_no and wish.borrower_id_number != head:
            others.append(wish)
        else:
            assert not wish.named
    assert sum(w.named for w in others) / len(others) == pytest.approx(NAMED, abs=0.05)
    assert 0.2 < len(others) / len(world.wishes) < 0.4
