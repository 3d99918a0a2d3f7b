"""Builds the county: geography, people, groups, households, truth, loans, each from streams of its own."""

from scenario.world.changes import draw_deaths
from scenario.world.cheats import CHEATING, draw_cheats
from scenario.world.county import World
from scenario.world.draws import stream
from scenario.world.earnings import draw_earnings
from scenario.world.geography import RURAL_PEOPLE, Village, townships, village_truths, villages
from scenario.world.groups import HOUSEHOLDS, household_counts, place_households
from scenario.world.help import draw_help
from scenario.world.homes import draw_homes
from scenario.world.households import make_households
from scenario.world.lists import draw_lists
from scenario.world.loans import draw_wishes
from scenario.world.marriages import draw_married_in, draw_married_out
from scenario.world.movers import draw_partings, draw_village_moves
from scenario.world.newcomers import draw_applicants, draw_births
from scenario.world.people import SIZES, Member, draw_causes, draw_members
from scenario.world.setbacks import draw_setbacks
from scenario.world.truth import MEAN_UNREGISTERED_SIZE, draw_truth, draw_unregistered, standing_of


def build_world(seed: int, households: int | None = None, cheating: float = CHEATING) -> World:
    """The county for `seed`; `households` registered ones, 9,800 unless told, in all or fewer villages, of which the
    share `cheating` writes what is not so.

    The same arguments give the same world in every process. Smaller worlds scale all totals and keep the
    241 villages, of which only some then have registered households.
    """
    count = HOUSEHOLDS if households is None else households
    places = townships()
    all_villages = villages(seed)
    standings = village_truths(seed, all_villages)
    by_code = {v.code: v for v in all_villages}

    homes: list[Village] = []
    members: list[tuple[Member, ...]] = []
    taken: set[str] = set()
    for code, n in household_counts(seed, all_villages, standings, count).items():
        rng = stream(seed, "people", code)
        homes += [by_code[code]] * n
        members += [draw_members(rng, SIZES.draw(rng), taken) for _ in range(n)]

    sizes = [len(m) for m in members]
    groups = place_households(seed, homes, sizes)
    registered = make_households(seed, homes, members, groups, draw_causes(seed, members))
    truth = {h.no: draw_truth(seed, h, standing_of(v, standings)) for h, v in zip(registered, homes, strict=True)}
    wishes = draw_wishes(seed, registered, {number for t in truth.values() for number in t.deceased})
    setbacks, truth = draw_setbacks(seed, registered, truth)
    earnings, truth = draw_earnings(seed, all_villages, standings, registered, truth, wishes)
    partings = draw_partings(seed, registered)
    village_moves = draw_village_moves(seed, registered, partings)
    deaths = draw_deaths(seed, registered, truth, wishes)
    unregistered = draw_unregistered(seed, all_villages, count)
    births = draw_births(seed, registered, taken)
    applicants = draw_applicants(seed, {h.village_code for h in registered}, standings, unregistered, taken)
    busy = {p.no for p in partings} | {m.no for m in village_moves}
    outside = max(RURAL_PEOPLE * count // HOUSEHOLDS - sum(sizes), 0)
    return World(
        seed=seed,
        townships=places,
        villages=all_villages,
        households=registered,
        by_no={h.no: h for h in registered},
        truth=truth,
        village_truth=standings,
        unregistered=unregistered,
        unregistered_households=round(outside / MEAN_UNREGISTERED_SIZE),
        wishes=wishes,
        earnings=earnings,
        homes=draw_homes(seed, all_villages, registered, truth),
        deaths=deaths,
        setbacks=setbacks,
        partings=partings,
        village_moves=village_moves,
        births=births,
        applicants=applicants,
        married_in=draw_married_in(seed, registered, truth, busy, taken),
        married_out=draw_married_out(seed, registered, deaths, wishes, busy),
        help=draw_help(seed, all_villages, registered),
        lists=draw_lists(seed, registered, truth),
        cheats=draw_cheats(seed, registered, standings, truth, cheating),
    )
