"""Who gets which flat, in two steps that anybody can take again from the published inputs and seed.

Step 1 settles the class of flat by an exact optimum; step 2 draws the flat within its class (domain notes 2.2
"Allocation": (2) size and type, (3) accessibility first, (4) one village together, (5) class by an optimal
assignment, flat by public draw). Nothing here knows a household: lots stand for them. And what is published does not
say who is disabled: lots stand in groups and flats in kinds under codes of their round; how many of which group get
which kind is settled, and published, with the list; each lot carries a commitment that its household can open.
"""

import hashlib
import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from itertools import product
from typing import Any, Literal, NamedTuple

RoundState = Literal["frozen", "announced", "drawn"]
State = Literal["allocated", "key_handed", "reported", "moved_in", "released"]
LARGEST_COST = 2**62  # the solver's integers have 64 bits with a sign


@dataclass(frozen=True, slots=True)
class AllocationPolicy:
    """What a round is frozen with: the largest area a person, who takes two flats, how long flats may be swapped."""

    area_cap_m2_x100_per_person: int
    pair_from_members: int
    allocation_notice_days: int


@dataclass(frozen=True, slots=True)
class SeedPolicy:
    """How long before the draw its seed is known."""

    seed_days_before_draw: int


@dataclass(frozen=True, slots=True)
class Applicant:
    """A household as it was on the snapshot day, without its name; `village` is its division. Never published."""

    lot: str
    members: int
    needs_accessible: bool
    village: str
    nonce: str


@dataclass(frozen=True, slots=True)
class Flat:
    """One flat, or two adjoining ones under one number; area in 0.01 square metres. Never published."""

    unit_id: str
    site_id: str
    block: str
    no: str
    area_m2_x100: int
    accessible: bool
    paired: bool


@dataclass(frozen=True, slots=True)
class Lot:
    """What is published of an applicant: `group` is a code, `commitment` what its household opens by its nonce."""

    lot: str
    members: int
    group: str
    village: str
    commitment: str


@dataclass(frozen=True, slots=True)
class Unit:
    """What is published of a flat: `kind` is a code for its area, whether it is accessible, and whether it is two."""

    unit_id: str
    site_id: str
    block: str
    no: str
    area_m2_x100: int
    kind: str
    paired: bool


@dataclass(frozen=True, slots=True)
class Quota:
    """How many of a group get units of a kind."""

    group: str
    kind: str
    count: int


@dataclass(frozen=True, slots=True)
class Frame:
    """What a draw is of, and by which figures. Draw 0 is the round's own; later ones give away what came free."""

    round_id: str
    draw_no: int
    cohort: int
    snapshot_on: str
    cap_m2_x100_per_person: int
    pair_from_members: int


@dataclass(frozen=True, slots=True)
class Inputs(Frame):
    """All that a draw depends on, but for the seed; all of it is published."""

    lots: tuple[Lot, ...]
    units: tuple[Unit, ...]
    quotas: tuple[Quota, ...]


class Group(NamedTuple):
    """Households that are alike to the optimum."""

    members: int
    needs_accessible: bool


class Type(NamedTuple):
    """Units that are alike to the optimum; with its site and block a type is a class."""

    area_m2_x100: int
    accessible: bool
    paired: bool


Block = tuple[str, str]
LISTS: Mapping[str, Callable[..., Any]] = {"lots": Lot, "units": Unit, "quotas": Quota}


def inputs_json(inputs: Inputs) -> dict[str, Any]:
    return asdict(inputs) | {name: [asdict(x) for x in getattr(inputs, name)] for name in LISTS}


def read_inputs(document: Mapping[str, Any]) -> Inputs:
    """Raises KeyError or TypeError where it is not what `inputs_json` wrote."""
    return Inputs(**{**document, **{name: tuple(kind(**x) for x in document[name]) for name, kind in LISTS.items()}})


def is_coded(document: Mapping[str, Any]) -> bool:
    """Whether inputs are of this form; those before it told who needs an accessible flat."""
    return "quotas" in document


def digest(document: Mapping[str, Any]) -> str:
    """SHA-256 over canonical JSON: keys sorted, no white space, UTF-8."""
    text = json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


# 25 square metres a person, counted on the snapshot day [known].
def cap_m2_x100(members: int, per_person_m2_x100: int) -> int:
    return members * per_person_m2_x100


# No flat over the cap; six people or more take a pair, and nobody else does [choice].
def fits(members: int, area_m2_x100: int, per_person_m2_x100: int, pair_from: int, *, paired: bool) -> bool:
    """Whether a household of so many may have a unit at all."""
    return area_m2_x100 <= cap_m2_x100(members, per_person_m2_x100) and paired == (members >= pair_from)


def _order(seed: str, *parts: object) -> str:
    return hashlib.sha256("|".join((seed, *map(str, parts))).encode()).hexdigest()


# The secret that who freezes the list hands in stays sealed: codes and nonces come of it, and whoever had it could read
# the codes by trying the few groups there are. What is told of it at the draw numbers the lots and opens nothing else.
def numbering_key(secret: str) -> str:
    """What numbers the lots of a list frozen with this secret."""
    return _order(secret, "numbering")


def nonce_of(secret: str, lot: str) -> str:
    """What opens a lot's commitment, together with its flag."""
    return _order(secret, "nonce", lot)


def commitment_to(applicant: Applicant) -> str:
    """SHA-256 of `nonce|lot|yes` for who needs an accessible flat, of `nonce|lot|no` for who does not."""
    return _order(applicant.nonce, applicant.lot, "yes" if applicant.needs_accessible else "no")


def _codes(secret: str, letter: str, found: Iterable[tuple[Any, ...]]) -> dict[tuple[Any, ...], str]:
    """Codes in an order that says nothing of what they stand for."""
    shuffled = sorted(set(found), key=lambda x: _order(secret, letter, *x))
    return {each: f"{letter}{n:02}" for n, each in enumerate(shuffled, 1)}


def coded(frame: Frame, secret: str, applicants: Sequence[Applicant], flats: Sequence[Flat]) -> Inputs:
    """What is published of a list. Step 1 is settled here: it depends on how many there are, and on no seed."""
    groups = {a.lot: Group(a.members, a.needs_accessible) for a in applicants}
    types = {f.unit_id: Type(f.area_m2_x100, f.accessible, f.paired) for f in flats}
    flows = assign(
        Counter(groups.values()), Counter(types.values()), frame.cap_m2_x100_per_person, frame.pair_from_members
    )
    group, kind = _codes(secret, "G", groups.values()), _codes(secret, "K", types.values())
    lots = (Lot(a.lot, a.members, group[groups[a.lot]], a.village, commitment_to(a)) for a in applicants)
    units = (Unit(f.unit_id, f.site_id, f.block, f.no, f.area_m2_x100, kind[types[f.unit_id]], f.paired) for f in flats)
    quotas = sorted((group[g], kind[t], n) for (g, t), n in flows.items())
    return Inputs(**asdict(frame), lots=tuple(lots), units=tuple(units), quotas=tuple(Quota(*q) for q in quotas))


# Numbers that say nothing of whose they are, and stay as they are: the key's digest is published at once, itself at the
# draw. Anybody who has the households' numbers can number them again [choice].
def numbered(key: str, households: Sequence[str]) -> list[str]:
    """Households' numbers in the order of their lots, the first of which is L00001."""
    return sorted(households, key=lambda no: _order(key, "lot", no))


def commitment(key: str) -> str:
    """What is published of a key while nobody may know it: its SHA-256."""
    return hashlib.sha256(key.encode()).hexdigest()


def assign(
    groups: Mapping[Group, int], types: Mapping[Type, int], per_person_m2_x100: int, pair_from: int
) -> dict[tuple[Group, Type], int]:
    """How many of each group get how many units of each type; an exact optimum by minimum-cost flow.

    First the most households housed, then the fewest who need an accessible flat and get another, then the least
    area left under the caps. Blocks do not matter to it, so types stand for classes.
    """
    # Imported here: it weighs a tenth of a second, and most processes never draw.
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

    solver = SimpleMinCostFlow()
    rows, columns = sorted(groups), sorted(types)
    pairs = [
        (g, t)
        for g, t in product(rows, columns)
        if fits(g.members, t.area_m2_x100, per_person_m2_x100, pair_from, paired=t.paired)
    ]
    unused = {(g, t): cap_m2_x100(g.members, per_person_m2_x100) - t.area_m2_x100 for g, t in pairs}
    most = min(sum(groups.values()), sum(types.values()))
    # All that can be left unused weighs less than one miss; all misses and all that together less than one household.
    miss = most * max(unused.values(), default=0) + 1
    unhoused = most * miss + miss
    nodes = len(rows) + len(columns) + 1
    assert unhoused * max(1, sum(groups.values())) < LARGEST_COST
    assert unhoused * (nodes + 1) < LARGEST_COST  # it scales costs by the number of nodes
    number: dict[tuple[object, ...], int] = {each: i for i, each in enumerate([*rows, *columns])}
    sink = nodes - 1
    arcs = []
    for g, t in pairs:
        cost = unused[g, t] + (miss if g.needs_accessible and not t.accessible else 0)
        arcs.append(solver.add_arc_with_capacity_and_unit_cost(number[g], number[t], min(groups[g], types[t]), cost))
    for t in columns:
        solver.add_arc_with_capacity_and_unit_cost(number[t], sink, types[t], 0)
    for g in rows:
        solver.add_arc_with_capacity_and_unit_cost(number[g], sink, groups[g], unhoused)
        solver.set_node_supply(number[g], groups[g])
    solver.set_node_supply(sink, -sum(groups.values()))
    status = solver.solve()
    assert status == solver.OPTIMAL, status  # there is always a flow: everybody unhoused is one
    return {pair: n for pair, arc in zip(pairs, arcs, strict=True) if (n := solver.flow(arc))}


def _typed(inputs: Inputs, seed: str) -> dict[str, list[Lot]]:
    """Which lots get which kind. Within a group those who get a flat at all, and the better kind, go by the seed."""
    waiting: dict[str, list[Lot]] = defaultdict(list)
    for lot in sorted(inputs.lots, key=lambda x: _order(seed, inputs.draw_no, "group", x.lot)):
        waiting[lot.group].append(lot)
    area = {u.kind: u.area_m2_x100 for u in inputs.units}
    found: dict[str, list[Lot]] = defaultdict(list)
    # Larger flats first.
    for quota in sorted(inputs.quotas, key=lambda q: (q.group, -area[q.kind], q.kind)):
        group = waiting[quota.group]
        found[quota.kind] += group[: quota.count]
        waiting[quota.group] = group[quota.count :]
    return found


def _placed(inputs: Inputs, seed: str, typed: Mapping[str, Sequence[Lot]]) -> dict[tuple[Block, str], list[Lot]]:
    """Which block: a village's households stay together, the largest village choosing first, by the block that
    takes most of it; of equals the one that it fills best.
    """
    room = Counter(((u.site_id, u.block), u.kind) for u in inputs.units)
    blocks = sorted({block for block, _ in room})
    villages: dict[str, list[tuple[str, Lot]]] = defaultdict(list)
    for kind in sorted(typed):
        for lot in typed[kind]:
            villages[lot.village].append((kind, lot))
    placed: dict[tuple[Block, str], list[Lot]] = defaultdict(list)
    for village in sorted(villages, key=lambda v: (-len(villages[v]), _order(seed, inputs.draw_no, "village", v))):
        left = villages[village]
        while left:
            wanted = Counter(kind for kind, _ in left)

            def merit(block: Block, wanted: Counter[str] = wanted) -> tuple[int, int, Block]:
                free = {kind: room[block, kind] for kind in wanted}
                return -sum(min(free[k], n) for k, n in wanted.items()), sum(free.values()), block

            block, still = min(blocks, key=merit), []
            for kind, lot in left:
                if room[block, kind]:
                    room[block, kind] -= 1
                    placed[block, kind].append(lot)
                else:
                    still.append((kind, lot))
            assert len(still) < len(left)  # no kind has more lots than units
            left = still
    return placed


def class_name(block: Block, kind: str) -> str:
    """How a class is written in a result, and into the hash that orders its lots."""
    return f"{block[0]}/{block[1]}/{kind}"


def lottery(name: str, lots: Iterable[Lot], units: Iterable[Unit], seed: str, draw_no: int) -> list[tuple[Lot, Unit]]:
    """Lots of a class in the order of their hashes take its units in the order of their numbers."""
    drawn = sorted(lots, key=lambda x: _order(seed, draw_no, name, x.lot))
    return list(zip(drawn, sorted(units, key=lambda u: (u.no, u.unit_id)), strict=False))


def draw(inputs: Inputs, seed: str) -> dict[str, Any]:
    """By the quotas and the seed: which lot gets which unit, as the result that is published."""
    placed = _placed(inputs, seed, _typed(inputs, seed))
    units: dict[tuple[Block, str], list[Unit]] = defaultdict(list)
    for unit in inputs.units:
        units[(unit.site_id, unit.block), unit.kind].append(unit)
    rows, unused = [], 0
    for block, kind in sorted(placed):
        name = class_name(block, kind)
        for lot, unit in lottery(name, placed[block, kind], units[block, kind], seed, inputs.draw_no):
            unused += cap_m2_x100(lot.members, inputs.cap_m2_x100_per_person) - unit.area_m2_x100
            rows.append({"lot": lot.lot, "unit_id": unit.unit_id, "class": name})
    housed = {row["lot"] for row in rows}
    return {
        "round_id": inputs.round_id,
        "draw_no": inputs.draw_no,
        "seed": seed,
        "allocations": sorted(rows, key=lambda r: r["lot"]),
        "unhoused": sorted(x.lot for x in inputs.lots if x.lot not in housed),
        "unused_area_m2_x100": unused,
    }


def stands_at(*, keys: bool, reported: bool) -> State:
    """How far somebody had come with a flat that he has not moved into: keys in hand, or his move told already."""
    return "reported" if reported else "key_handed" if keys else "allocated"


@dataclass(frozen=True, slots=True)
class Held:
    """An allocation as a swap sees it; `frozen`: a confirmed fraud is under review."""

    state: str
    members: int
    cap_m2_x100: int
    area_m2_x100: int
    paired: bool
    notice_ends_on: date
    swapped: bool
    frozen: bool


# One swap, within the notice, and neither home over its new household's cap (domain notes 2.2 (6)).
def swap_refusal(first: Held, second: Held, on: date) -> str | None:
    """Why two households may not exchange their flats; None where they may."""
    both = (first, second)
    if any(x.state != "allocated" for x in both):
        return "not_allocated"
    if any(x.swapped for x in both):
        return "swapped_before"
    if any(on >= x.notice_ends_on for x in both):
        return "window_closed"
    if any(x.frozen for x in both):
        return "frozen"
    if first.area_m2_x100 > second.cap_m2_x100 or second.area_m2_x100 > first.cap_m2_x100:
        return "over_cap"
    return "pair_for_single" if first.paired != second.paired else None
