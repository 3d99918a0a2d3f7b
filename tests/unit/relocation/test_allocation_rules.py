"""Who gets which flat: the optimum beside every other choice, the lottery, and that anybody can draw it again."""

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.relocation.allocation.rules import (
    Applicant,
    Flat,
    Frame,
    Group,
    Held,
    Inputs,
    Type,
    assign,
    cap_m2_x100,
    coded,
    commitment_to,
    digest,
    draw,
    fits,
    inputs_json,
    lottery,
    nonce_of,
    numbering_key,
    read_inputs,
    stands_at,
    swap_refusal,
)

CAP, PAIR = 2_500, 6


SECRET = "drawn-at-home-2017"


class Listed(NamedTuple):
    """A list as the office knows it; what is published of it is `inputs`."""

    lots: Sequence[Applicant]
    units: Sequence[Flat]
    inputs: Inputs


def inputs(lots: Sequence[Applicant], units: Sequence[Flat], draw_no: int = 0, secret: str = SECRET) -> Listed:
    frame = Frame("r", draw_no, 2016, "2017-03-01", CAP, PAIR)
    return Listed(lots, units, coded(frame, secret, lots, units))


def lot(number: int, members: int = 2, *, needs: bool = False, village: str = "v1") -> Applicant:
    return Applicant(f"L{number:05}", members, needs, village, nonce_of(SECRET, f"L{number:05}"))


def unit(number: int, area: int = 5_000, *, accessible: bool = False, paired: bool = False, block: str = "1") -> Flat:
    return Flat(f"u{number:03}", "s", block, f"{number:03}", area, accessible, paired)


def choices(lots: Sequence[Applicant], units: Sequence[Flat]) -> Iterator[list[tuple[Applicant, Flat]]]:
    """Every way to give some of the lots one fitting unit each."""
    if not lots:
        yield []
        return
    first, rest = lots[0], lots[1:]
    yield from choices(rest, units)
    for each in units:
        if fits(first.members, each.area_m2_x100, CAP, PAIR, paired=each.paired):
            left = [u for u in units if u is not each]
            yield from ([(first, each), *more] for more in choices(rest, left))


def cost(given: Sequence[tuple[Applicant, Flat]]) -> tuple[int, int, int]:
    """Households housed (less is worse, so negative), accessibility misses, area left unused."""
    unused = sum(cap_m2_x100(x.members, CAP) - u.area_m2_x100 for x, u in given)
    return -len(given), sum(x.needs_accessible and not u.accessible for x, u in given), unused


def drawn(given: Listed, seed: str = "20170302") -> list[tuple[Applicant, Flat]]:
    lots, units = {x.lot: x for x in given.lots}, {u.unit_id: u for u in given.units}
    return [(lots[row["lot"]], units[row["unit_id"]]) for row in draw(given.inputs, seed)["allocations"]]


LOTS = st.lists(st.tuples(st.integers(1, 8), st.booleans(), st.sampled_from("ab")), max_size=5)
UNITS = st.lists(
    st.tuples(
        st.sampled_from([2_500, 4_900, 5_000, 7_500, 12_500, 15_000]), st.booleans(), st.booleans(),
        st.sampled_from("12"),
    ),
    max_size=5,
)  # fmt: skip


def built(lots: Sequence[tuple[int, bool, str]], units: Sequence[tuple[int, bool, bool, str]]) -> Listed:
    return inputs(
        [lot(i, m, needs=n, village=v) for i, (m, n, v) in enumerate(lots)],
        [unit(i, a, accessible=c, paired=p, block=b) for i, (a, c, p, b) in enumerate(units)],
    )


@settings(max_examples=150, deadline=None)
@given(LOTS, UNITS)
def test_nothing_is_better_than_what_is_drawn(
    lots: list[tuple[int, bool, str]], units: list[tuple[int, bool, bool, str]]
) -> None:
    given = built(lots, units)
    found = drawn(given)
    assert cost(found) == min(map(cost, choices(given.lots, given.units)))
    assert len({x.lot for x, _ in found}) == len({u.unit_id for _, u in found}) == len(found)
    assert all(fits(x.members, u.area_m2_x100, CAP, PAIR, paired=u.paired) for x, u in found)
    result = draw(given.inputs, "20170302")
    assert result["unused_area_m2_x100"] == cost(found)[2]
    assert sorted([*(x.lot for x, _ in found), *result["unhoused"]]) == sorted(x.lot for x in given.lots)


@settings(max_examples=50, deadline=None)
@given(LOTS, UNITS, st.text(max_size=5), st.randoms(use_true_random=False))
def test_it_can_be_drawn_again_from_what_is_published(
    lots: list[tuple[int, bool, str]], units: list[tuple[int, bool, bool, str]], seed: str, chance: object
) -> None:
    given = built(lots, units).inputs
    again = read_inputs(inputs_json(given))
    assert again == given
    assert digest(draw(again, seed)) == digest(draw(given, seed))
    # The order of the lists is nobody's advantage.
    mixed = list(given.lots)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    assert draw(replace(given, lots=tuple(mixed)), seed) == draw(given, seed)


def test_one_more_housed_outweighs_everything_and_one_miss_outweighs_any_area() -> None:
    # Housing both costs a miss: the one who needs it takes the ordinary flat, for the other fits only the accessible.
    both = [lot(1, 3, needs=True), lot(2, 2)]
    found = dict(drawn(inputs(both, [unit(1, 7_500), unit(2, 5_000, accessible=True)])))
    assert {x.lot: u.unit_id for x, u in found.items()} == {"L00001": "u001", "L00002": "u002"}
    # A small accessible flat is better for who needs it than a large one without.
    needs = [lot(1, 5, needs=True)]
    assert drawn(inputs(needs, [unit(1, 12_500), unit(2, 2_500, accessible=True)]))[0][1].unit_id == "u002"
    # Among equals the least area is left over.
    assert drawn(inputs([lot(1, 3)], [unit(1, 5_000), unit(2, 7_500), unit(3, 2_500)]))[0][1].unit_id == "u002"


@pytest.mark.parametrize(
    ("members", "area", "paired", "may"),
    [
        (2, 5_000, False, True), (2, 5_001, False, False), (5, 12_500, False, True), (5, 12_500, True, False),
        (6, 12_500, False, False), (6, 15_000, True, True), (6, 15_001, True, False), (0, 1, False, False),
    ],
)  # fmt: skip
def test_no_flat_over_the_cap_and_pairs_for_six_or_more(members: int, area: int, paired: bool, may: bool) -> None:
    assert fits(members, area, CAP, PAIR, paired=paired) is may
    found = drawn(inputs([lot(1, members)], [unit(1, area, paired=paired)]))
    assert bool(found) is may


def test_a_village_stays_together_as_far_as_the_optimum_lets_it() -> None:
    lots = [lot(i, 2, village="big" if i < 6 else "small") for i in range(10)]
    units = [unit(i, block="A" if i < 5 else "B") for i in range(12)]
    found = drawn(inputs(lots, units))
    blocks = Counter((x.village, u.block) for x, u in found)
    # Six find room together in B, which has seven; the other village fills A.
    assert blocks == {("big", "B"): 6, ("small", "A"): 4}
    # The largest village chooses first: a smaller one would take the only block that holds all of the large one.
    lots = [lot(i, 2, village="big" if i < 6 else "small") for i in range(11)]
    units = [unit(i, block="A" if i < 6 else "B" if i < 10 else "C") for i in range(14)]
    for seed in "1234":
        blocks = Counter((x.village, u.block) for x, u in drawn(inputs(lots, units), seed))
        assert blocks["big", "A"] == 6
    # Where no block holds all of it, the rest is one group too.
    crowded = drawn(inputs([lot(i, 2, village="big") for i in range(8)], units))
    assert sorted(Counter(u.block for _, u in crowded).values()) == [2, 6]


def test_who_is_housed_and_where_is_the_seeds_doing() -> None:
    lots, units = [lot(i) for i in range(40)], [unit(i) for i in range(20)]
    first, second = (dict(drawn(inputs(lots, units), seed)) for seed in ("1", "2"))
    assert len(first) == len(second) == 20
    assert set(first) != set(second)
    assert first == dict(drawn(inputs(lots, units), "1"))
    assert set(first) != set(dict(drawn(inputs(lots, units, draw_no=1), "1")))


def test_everybody_gets_something_sometimes() -> None:
    lots, units = [lot(i) for i in range(4)], [unit(i) for i in range(2)]
    wins = Counter(x.lot for n in range(400) for x, _ in drawn(inputs(lots, units), str(n)))
    assert all(150 < wins[x.lot] < 250 for x in lots)


def test_the_lottery_is_written_down() -> None:
    """As `printf "188|1|s/1/5000/ordinary/single|L00003" | sha256sum` orders them."""
    listed = inputs([lot(i) for i in range(1, 8)], [unit(i) for i in (2, 1, 3, 5, 4)]).inputs
    found = lottery("s/1/5000/ordinary/single", listed.lots, listed.units, "188", 1)
    assert [(x.lot, u.unit_id) for x, u in found] == [
        ("L00001", "u001"), ("L00003", "u002"), ("L00002", "u003"), ("L00005", "u004"), ("L00006", "u005"),
    ]  # fmt: skip


FLAGS = st.lists(st.booleans(), min_size=2, max_size=12)


@settings(max_examples=100, deadline=None)
@given(FLAGS, st.randoms(use_true_random=False), UNITS)
def test_who_is_disabled_is_told_by_nothing_but_codes_and_commitments(
    flags: list[bool], chance: Any, units: list[tuple[int, bool, bool, str]]
) -> None:
    """Of a village's households of one size it may be any: what is published of them else is the same."""
    other = list(flags)
    chance.shuffle(other)
    shown = []
    for needs in (flags, other):
        document = inputs_json(built([(2, n, "a") for n in needs], units).inputs)
        text = json.dumps(document)
        assert not re.search("accessib|true|false", re.sub(r'"paired": (true|false)', "", text))
        for each in document["lots"]:
            del each["group"], each["commitment"]
        shown.append(document)
    assert shown[0] == shown[1]


def test_a_code_does_not_say_which_group_it_is() -> None:
    """By its name, its place, or by what is told at the draw."""
    lots = [lot(i, needs=i < 2) for i in range(6)]
    units = [unit(i, accessible=i < 3) for i in range(6)]
    secrets = [f"drawn-at-home-{n}" for n in range(200)]
    listed = [inputs(lots, units, secret=secret).inputs for secret in secrets]
    assert 60 < sum(x.lots[0].group == "G01" for x in listed) < 140
    assert 60 < sum(x.units[0].kind == "K01" for x in listed) < 140
    # Who has the key that numbered the lots makes other codes and nonces of it.
    assert nonce_of(numbering_key(SECRET), "L00001") != nonce_of(SECRET, "L00001")
    by_key = [inputs(lots, units, secret=numbering_key(secret)).inputs for secret in secrets]
    assert 60 < sum(x.lots[0].group == y.lots[0].group for x, y in zip(listed, by_key, strict=True)) < 140


def test_a_household_opens_its_commitment_and_nobody_opens_it_otherwise() -> None:
    one = lot(1, needs=True)
    (shown,) = inputs([one], [unit(1)]).inputs.lots
    assert shown.commitment == hashlib.sha256(f"{one.nonce}|L00001|yes".encode()).hexdigest()
    assert shown.commitment != commitment_to(replace(one, needs_accessible=False))
    assert shown.commitment != commitment_to(replace(one, nonce=""))


def test_costs_of_a_whole_county_fit_the_solver() -> None:
    groups = {Group(m, n): 2_500 for m in range(1, 9) for n in (False, True)}
    types = {Type(2_500 * m, a, m > 5): 2_000 for m in range(1, 9) for a in (False, True)}
    flows = assign(groups, types, CAP, PAIR)
    assert sum(flows.values()) == 32_000


HELD = Held("allocated", 3, 7_500, 7_500, paired=False, notice_ends_on=date(2017, 3, 9), swapped=False, frozen=False)


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({}, None),
        ({"state": "key_handed"}, "not_allocated"),
        ({"state": "released"}, "not_allocated"),
        ({"swapped": True}, "swapped_before"),
        ({"notice_ends_on": date(2017, 3, 8)}, "window_closed"),
        ({"frozen": True}, "frozen"),
        ({"cap_m2_x100": 7_499}, "over_cap"),
        ({"area_m2_x100": 7_501, "cap_m2_x100": 10_000}, "over_cap"),
        ({"area_m2_x100": 5_000}, None),
        ({"paired": True}, "pair_for_single"),
    ],
)
def test_swaps(changes: dict[str, object], reason: str | None) -> None:
    other = replace(HELD, **changes)  # type: ignore[arg-type]
    assert swap_refusal(HELD, other, date(2017, 3, 8)) == reason
    assert swap_refusal(other, HELD, date(2017, 3, 8)) == reason


@pytest.mark.parametrize(
    ("keys", "reported", "state"),
    [(False, False, "allocated"), (True, False, "key_handed"), (True, True, "reported")],
)
def test_who_is_back_stands_where_he_had_come_to(keys: bool, reported: bool, state: str) -> None:
    assert stands_at(keys=keys, reported=reported) == state
