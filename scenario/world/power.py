"""Solar stations: what they truly yield, and what is read off their meters (domain notes 2.4).

1,400 full hours a year by the sun of the month, some weather, one village station with a broken string.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Literal

from scenario.world.draws import stream
from scenario.world.geography import Village

FULL_HOURS = {
    1: 95, 2: 100, 3: 125, 4: 135, 5: 145, 6: 135, 7: 125, 8: 120, 9: 115, 10: 110, 11: 100, 12: 95,
}  # fmt: skip
WEATHER, OWN = 0.04, 0.02  # standard deviations: of a month for all, of a month for one station
BROKEN_YIELD, BROKEN_MONTHS = 0.65, (5, 6, 7)  # the string breaks at the beginning of one of these
VILLAGE_W, GROUND_W, SITE_W = 100_000, 10_000_000, (60_000, 80_000, 100_000)
GROUND_TOWNSHIP = "140927200"
GROUND_CONNECTED, CATALOGUE_ON = date(2016, 6, 28), date(2017, 3, 20)
LISTED = 5  # of the batch of 2016; the others wait for the next catalogue
BACKWARDS_ON, JUMP_ON = (
    date(2017, 4, 30),
    date(2017, 8, 31),
)  # two readings are typed wrongly, in no quarter's last month

StationKind = Literal["village", "resettlement", "ground"]


@dataclass(frozen=True, slots=True)
class Station:
    """What everybody knows of it; `division`: its village, or the township; `listed_on`: in the catalogue."""

    key: str
    name_zh: str
    kind: StationKind
    division: str
    capacity_w: int
    connected_on: date
    listed_on: date | None


@dataclass(frozen=True, slots=True)
class StationTruth:
    """`broken_from`: the day from which a string yields nothing; on two days the meter's reader errs."""

    key: str
    name_zh: str
    station_kind: StationKind
    broken_from: date | None
    backwards_on: date | None
    jump_on: date | None


def draw_stations(
    seed: int, villages: Sequence[Village], inhabited: Collection[str], sites: Sequence[str]
) -> tuple[tuple[Station, ...], dict[str, StationTruth]]:
    """22 village stations, those of the resettlement sites, one on the ground.

    `inhabited`: villages with registered households; `sites`: villages with a resettlement site.
    """
    rng = stream(seed, "stations")
    stations = []
    for village in (v for v in villages if v.pv_station):
        connected = date(2016, rng.randint(6, 12), rng.randint(1, 24))
        name = f"{village.name.removesuffix('村')}光伏电站"
        stations.append(Station(f"pv/{village.code}", name, "village", village.code, VILLAGE_W, connected, None))
    first = sorted(stations, key=lambda s: (s.connected_on, s.key))[:LISTED]
    stations = [
        Station(
            s.key, s.name_zh, s.kind, s.division, s.capacity_w, s.connected_on, CATALOGUE_ON if s in first else None
        )
        for s in stations
    ]
    broken = rng.choice([s for s in stations if s.division in inhabited] or stations)
    broken_from = date(2017, rng.choice(BROKEN_MONTHS), 1)
    left_out, doubled = rng.sample([s for s in stations if s.key != broken.key], 2)
    truths = {
        s.key: StationTruth(
            s.key, s.name_zh, s.kind,
            broken_from=broken_from if s is broken else None,
            backwards_on=BACKWARDS_ON if s is left_out else None,
            jump_on=JUMP_ON if s is doubled else None,
        )
        for s in stations
    }  # fmt: skip
    others = _others(rng, sites)
    truths |= {s.key: StationTruth(s.key, s.name_zh, s.kind, None, None, None) for s in others}
    return (*stations, *others), truths


def _others(rng: Random, sites: Sequence[str]) -> list[Station]:
    """Those that no village owns."""
    found = [
        Station(
            f"pv/site{i}", f"安置点{i}号光伏电站", "resettlement", village, watts,
            date(2017, 6, rng.randint(5, 25)), None,
        )
        for i, (village, watts) in enumerate(zip(sites, SITE_W, strict=False), 1)
    ]  # fmt: skip
    ground = Station("pv/ground", "东湖集中式光伏电站", "ground", GROUND_TOWNSHIP, GROUND_W, GROUND_CONNECTED, None)
    return [*found, ground]


def true_kwh(seed: int, station: Station, truth: StationTruth, month_on: date) -> int:
    """What the station yields in the month that begins on `month_on`, from the day it was connected."""
    end = next_month(month_on)
    running = (end - max(month_on, min(station.connected_on, end))).days
    weather = stream(seed, "sun", month_on).gauss(1, WEATHER)
    own = stream(seed, "sun", month_on, station.key).gauss(1, OWN)
    broken = truth.broken_from is not None and month_on >= truth.broken_from
    hours = FULL_HOURS[month_on.month] * weather * own * (BROKEN_YIELD if broken else 1)
    return round(station.capacity_w / 1_000 * hours * running / (end - month_on).days)


def meter_total(seed: int, station: Station, truth: StationTruth, on: date) -> int:
    """The meter at the end of the month of `on`, in kWh since the station was connected."""
    total, month = 0, station.connected_on.replace(day=1)
    while month <= on:
        total += true_kwh(seed, station, truth, month)
        month = next_month(month)
    return total


def read_meter(seed: int, station: Station, truth: StationTruth, on: date) -> int:
    """What the reader writes down at the end of a month: once a digit is left out, once one is typed twice."""
    total = meter_total(seed, station, truth, on)
    if on == truth.backwards_on:
        return total // 10
    return total * 10 + total % 10 if on == truth.jump_on else total


def next_month(on: date) -> date:
    return (on.replace(day=28) + timedelta(days=4)).replace(day=1)
