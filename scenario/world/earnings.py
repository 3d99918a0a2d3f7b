"""What brings the poor an income in 2017, in one value: firms, stations, ventures, jobs, dividends.

Money that reaches a household by 30 September is part of its true income of 2017 (see `receipts`).
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from scenario.world.draws import stream
from scenario.world.entities import Entity, draw_entities
from scenario.world.geography import Village, VillageTruth
from scenario.world.households import Household
from scenario.world.jobs import Jobs, draw_jobs
from scenario.world.loans import LoanWish, in_shares
from scenario.world.people import ABLE
from scenario.world.power import Station, StationTruth, draw_stations, true_kwh
from scenario.world.receipts import Receipts
from scenario.world.truth import HouseholdTruth
from scenario.world.ventures import LINES, Ventures, draw_ventures

DIVIDEND_FEN = 300_000  # a year for each 50,000 yuan; half of it in September, half in December
LATE = 0.03  # of the households, not paid in September
NO_CONSENT = 0.01  # of the households, asked in April
PV_SHARERS = (9, 16)  # households of a village station
PV_POOL_FEN_KWH = 32  # what a village may share of a kWh of the first half year: the coal leg
OPERATION_FEN_W = 3  # a year
SITE_STATIONS = 3


@dataclass(frozen=True, slots=True)
class Agreement:
    """A loan put into the PV operator; `consents` False: the household says no when it is asked."""

    wish_no: str
    household_no: str
    principal_fen: int
    floor_fen: int
    consents: bool
    paid_in_september: bool


@dataclass(frozen=True, slots=True)
class Sharers:
    """Who the village would have share in its station's revenue, and how much at most."""

    station: str
    households: tuple[str, ...]
    most_fen: int


@dataclass(frozen=True, slots=True)
class Earnings:
    """Tuples in the order of their keys' making; truths by key."""

    entities: dict[str, Entity]
    stations: tuple[Station, ...]
    station_truth: dict[str, StationTruth]
    sharers: tuple[Sharers, ...]
    ventures: Ventures
    jobs: Jobs
    agreements: tuple[Agreement, ...]


def draw_earnings(
    seed: int,
    villages: Sequence[Village],
    village_truth: Mapping[str, VillageTruth],
    homes: Sequence[Household],
    truth: Mapping[str, HouseholdTruth],
    wishes: Sequence[LoanWish],
) -> tuple[Earnings, dict[str, HouseholdTruth]]:
    """The year's earnings, and the households' truth with what they were paid in it."""
    inhabited = {h.village_code for h in homes}
    receipts = Receipts(truth)
    agreements = _agreements(seed, wishes, receipts)
    stations, station_truth = draw_stations(seed, villages, inhabited, _site_villages(homes))
    sharers = _sharers(seed, stations, station_truth, homes, receipts)
    ventures = draw_ventures(seed, villages, village_truth, inhabited)
    crops: dict[str, list[str]] = {}
    for project in ventures.projects:
        if project.kind in LINES:
            crops.setdefault(project.division, []).append(project.kind)
    jobs = draw_jobs(seed, homes, receipts, ventures.tourism_villages, crops)
    earnings = Earnings(
        entities=draw_entities(seed, [v for v in villages if v.code in inhabited]),
        stations=stations,
        station_truth=station_truth,
        sharers=sharers,
        ventures=ventures,
        jobs=jobs,
        agreements=agreements,
    )
    return earnings, receipts.settled()


def _agreements(seed: int, wishes: Sequence[LoanWish], receipts: Receipts) -> tuple[Agreement, ...]:
    found = []
    for wish in in_shares(wishes):
        if wish.household_no is None:
            continue
        rng = stream(seed, "agreements", wish.wish_no)
        consents, late = rng.random() >= NO_CONSENT, rng.random() < LATE
        half = DIVIDEND_FEN // 2
        if consents and not late and not receipts.take(wish.household_no, "property", half):
            consents = False  # nobody who has so little would put a loan into a firm
        found.append(Agreement(wish.wish_no, wish.household_no, wish.amount_fen, DIVIDEND_FEN, consents, not late))
    return tuple(found)


def _site_villages(homes: Sequence[Household]) -> list[str]:
    """A village in each of the townships whose people move most: the sites with a station lie there."""
    moving = Counter(h.village_code[:9] for h in homes if _moved_and_deeply_poor(h))
    places = sorted({h.village_code[:9] for h in homes}, key=lambda t: (-moving[t], t))
    return [min(h.village_code for h in homes if h.village_code[:9] == t) for t in places[:SITE_STATIONS]]


def _moved_and_deeply_poor(home: Household) -> bool:
    return home.relocation == 2016 and home.deep_poverty and not any(m.labour in ABLE for m in home.members)


def _sharers(
    seed: int,
    stations: Sequence[Station],
    truths: Mapping[str, StationTruth],
    homes: Sequence[Household],
    receipts: Receipts,
) -> tuple[Sharers, ...]:
    """Households without labour: of the station's village, or moved to its site; the poorest first."""
    weak = [h for h in homes if not any(m.labour in ABLE for m in h.members)]
    found = []
    for station in (s for s in stations if s.kind != "ground"):
        rng = stream(seed, "sharers", station.key)
        near = [h for h in weak if h.village_code == station.division and h.relocation is None]
        if station.kind == "resettlement":
            near = [h for h in weak if _moved_and_deeply_poor(h) and h.village_code[:9] == station.division[:9]]
        near.sort(key=lambda h: (not h.deep_poverty, h.group == "exited", rng.random()))
        chosen = near[: rng.randint(*PV_SHARERS)]
        if not chosen:
            continue
        most = _pool_fen(seed, station, truths[station.key]) // len(chosen) // 1_000 * 1_000
        in_year = station.kind == "village"  # the sites' stations are new: theirs is shared out in winter
        takers = tuple(h.no for h in chosen if not in_year or receipts.take(h.no, "property", most))
        if takers and most:
            found.append(Sharers(station.key, takers, most))
    return tuple(found)


def _pool_fen(seed: int, station: Station, truth: StationTruth) -> int:
    """What comes in for the first half year, or a new station's third quarter, less its operation."""
    months = range(1, 7) if station.kind == "village" else range(6, 10)
    kwh = sum(true_kwh(seed, station, truth, date(2017, month, 1)) for month in months)
    return max(kwh * PV_POOL_FEN_KWH - station.capacity_w * OPERATION_FEN_W // 2, 0)
