"""The allocation: both steps of a round as we draw it, beside the optimum alone with a node for every household.

Both must find the same optimum; ours has to within a second.
"""

import time
from random import Random

import numpy as np
from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

from bench.ground import Ground, Result, side_by_side
from services.relocation.allocation.rules import Inputs, Lot, Unit, draw

HOUSEHOLDS, FLATS, BLOCKS, VILLAGES = 5_000, 4_000, 40, 130
CAP, PAIR, LONGEST_SECONDS = 2_500, 6, 1.0
MEMBERS = {1: 26, 2: 36, 3: 17, 4: 13, 5: 5, 6: 3}  # shares of households, in percent (domain notes 5)
SIZES = {1: 20, 2: 33, 3: 22, 4: 16, 5: 6, 6: 3}  # shares of flats, by the persons they are for

Quality = tuple[int, int, int]


def county(seed: int) -> Inputs:
    """A county's households and their flats: a fifth too few, not quite of the right sizes, few accessible."""
    rng = Random(seed)  # noqa: S311 - a world to measure, not a secret
    members = rng.choices(list(MEMBERS), list(MEMBERS.values()), k=HOUSEHOLDS)
    sizes = rng.choices(list(SIZES), list(SIZES.values()), k=FLATS)
    lots = [
        Lot(f"L{i:05}", n, rng.random() < 0.2, f"140927200{rng.randrange(VILLAGES):03}") for i, n in enumerate(members)
    ]
    units = [
        Unit(f"u{i:05}", "s", f"B{i % BLOCKS}", f"{i:05}", n * CAP, rng.random() < 0.08, n >= PAIR)
        for i, n in enumerate(sizes)
    ]
    return Inputs("r", 0, 2017, "2017-09-01", CAP, PAIR, tuple(lots), tuple(units))


def ours(inputs: Inputs) -> Quality:
    """Households housed, accessibility misses, area unused."""
    result = draw(inputs, "188")
    return len(result["allocations"]), result["accessibility_misses"], result["unused_area_m2_x100"]


def peer(inputs: Inputs) -> Quality:
    """The same flow with nothing put together: a node for each household, one for each class of flat."""
    classes: dict[tuple[int, bool, bool, str], int] = {}
    for u in inputs.units:
        kind = (u.area_m2_x100, u.accessible, u.paired, u.block)
        classes[kind] = classes.get(kind, 0) + 1
    area, accessible, paired, _ = map(np.array, zip(*classes, strict=True))
    room, nodes = np.array(list(classes.values())), np.arange(len(classes))
    members = np.array([x.members for x in inputs.lots])
    needs = np.array([x.needs_accessible for x in inputs.lots])
    unused = members[:, None] * CAP - area[None, :]
    missed = needs[:, None] & ~accessible[None, :]
    who, which = np.nonzero((unused >= 0) & ((members[:, None] >= PAIR) == paired[None, :]))
    miss = FLATS * int(unused.max()) + 1
    solver, sink, homes = SimpleMinCostFlow(), HOUSEHOLDS + len(classes), np.arange(HOUSEHOLDS)
    cost, one = unused[who, which] + miss * missed[who, which], np.ones(HOUSEHOLDS, int)
    arcs = solver.add_arcs_with_capacity_and_unit_cost(who, HOUSEHOLDS + which, np.ones_like(who), cost)
    solver.add_arcs_with_capacity_and_unit_cost(HOUSEHOLDS + nodes, 0 * nodes + sink, room, 0 * nodes)
    solver.add_arcs_with_capacity_and_unit_cost(homes, 0 * homes + sink, one, one * (FLATS + 1) * miss)
    solver.set_nodes_supplies(np.append(homes, sink), np.append(one, -HOUSEHOLDS))
    assert solver.solve() == solver.OPTIMAL
    taken = np.nonzero(solver.flows(arcs))[0]
    return len(taken), int(missed[who[taken], which[taken]].sum()), int(unused[who[taken], which[taken]].sum())


async def bench_allocation(_ground: Ground) -> Result:
    inputs = county(2017)
    found: dict[str, Quality] = {}

    async def draw_ours() -> int:
        begun = time.process_time()
        found["ours"] = ours(inputs)
        assert time.process_time() - begun < LONGEST_SECONDS
        return HOUSEHOLDS

    async def solve_peer() -> int:
        found["peer"] = peer(inputs)
        return HOUSEHOLDS

    result = await side_by_side(
        "allocation: both steps drawn", "lots/s", draw_ours, "the optimum, nothing aggregated", solve_peer, rounds=1
    )
    assert found["ours"] == found["peer"]
    return result
