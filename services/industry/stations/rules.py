"""What a station metered, what that is worth, and whether it is broken: pure rules.

Electricity in whole kWh, capacity in watts, prices in fen x 10^4 a kWh (0.3205 yuan is 320,500).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from statistics import median
from typing import Literal, NamedTuple
from uuid import UUID

from shared.values.dates import add_months
from shared.values.money import half_up

PRICE_UNIT = 10_000
PPM = 1_000_000
VILLAGE_DIGITS, TOWNSHIP_DIGITS = 12, 9
Kind = Literal["village", "resettlement", "ground"]
KINDS: tuple[Kind, ...] = ("village", "resettlement", "ground")
Leg = Literal["coal", "subsidy"]
LEGS: tuple[Leg, ...] = ("coal", "subsidy")
ExchangeState = Literal["told", "confirmed", "refused", "revoked"]


@dataclass(frozen=True, slots=True)
class MeterPolicy:
    meter_share_ppm: int


@dataclass(frozen=True, slots=True)
class Reading:
    """The station's total on a day, over all its meters."""

    read_on: date
    total_kwh: int


def right_place(kind: str, division: str) -> bool:
    """A station stands in a village, one on open ground in a township [choice]."""
    return len(division) == (TOWNSHIP_DIGITS if kind == "ground" else VILLAGE_DIGITS)


def reading_refusal(
    reading: Reading, readings: Sequence[Reading], capacity_w: int, connected_on: date, share_ppm: int
) -> str | None:
    """Why a reading cannot be, beside those known of other days: a meter runs forward, and no faster than it can.

    The most is a share of capacity x 24 h: the sun sets (S41: 1,400 h a year are 16 %; the share is [choice]). From
    the connection on the meter stands at zero, unless it was read on that day.
    """
    if reading.read_on < connected_on:
        return "before_connection"
    line = sorted([*readings, reading], key=lambda r: r.read_on)
    if line[0].read_on != connected_on:
        line.insert(0, Reading(connected_on, 0))
    at = line.index(reading)
    for before, after in pairwise(line[max(at - 1, 0) : at + 2]):
        if after.total_kwh < before.total_kwh:
            return "meter_backwards"
        hours = 24 * (after.read_on - before.read_on).days
        if (after.total_kwh - before.total_kwh) * 1000 * PPM > capacity_w * hours * share_ppm:
            return "meter_jump"
    return None


@dataclass(frozen=True, slots=True)
class CoalPolicy:
    coal_price_fen_e4: int


@dataclass(frozen=True, slots=True)
class Exchange:
    """A meter that was taken out with its last total, and the one in its place with its first."""

    exchanged_on: date
    last_kwh: int
    first_kwh: int
    confirmed: bool


class Totals(NamedTuple):
    """What the meter that was taken out showed at last, and the one that was put in at first; kWh."""

    last_kwh: int
    first_kwh: int


def before_kwh(on: date, exchanges: Sequence[Exchange]) -> int:
    """What is added to a meter's total for those before it. On the day of an exchange the old one is read."""
    return sum(e.last_kwh - e.first_kwh for e in exchanges if e.confirmed and e.exchanged_on < on)


def exchange_refusal(exchange: Exchange, exchanges: Sequence[Exchange]) -> str | None:
    """Why an exchange is not taken, beside what was read of that day and since; None where nothing speaks against."""
    if any(not e.confirmed for e in exchanges):
        return "exchange_open"
    return "dates_reversed" if any(e.exchanged_on >= exchange.exchanged_on for e in exchanges) else None


def rebased(last: Reading, kwh: int, readings: Sequence[Reading]) -> list[Reading]:
    """A station's totals where a meter that showed `last` was exchanged for one before which `kwh` were counted.

    What was read since was read of the new one, whichever was told first.
    """
    later = [Reading(r.read_on, r.total_kwh + kwh) for r in readings if r.read_on > last.read_on]
    return [*(r for r in readings if r.read_on < last.read_on), last, *later]


def recounted(on: date, of_day: Sequence[Reading], kwh: int, readings: Sequence[Reading]) -> list[Reading]:
    """A station's totals where an exchange of that day was told wrongly: `of_day` is what stands of the day.

    `kwh` is by how much more the meters before the new one had counted than was told.
    """
    later = [Reading(r.read_on, r.total_kwh + kwh) for r in readings if r.read_on > on]
    return [*(r for r in readings if r.read_on < on), *of_day, *later]


def fits_since(on: date, line: Sequence[Reading], capacity_w: int, connected_on: date, share_ppm: int) -> bool:
    """Whether what was read on a day and since can have been read of a station with these totals."""
    return not any(
        reading_refusal(r, [o for o in line if o != r], capacity_w, connected_on, share_ppm)
        for r in line
        if r.read_on >= on
    )


@dataclass(frozen=True, slots=True)
class Prices:
    """Of one day: the coal benchmark, and the whole tariff of this station."""

    coal: int
    tariff: int


@dataclass(frozen=True, slots=True)
class TariffPolicy:
    """The batch of 2016 keeps its tariff where it was connected in time."""

    pv_tariff_fen_e4: int
    pv_old_tariff_fen_e4: int
    pv_old_plan_year: int
    pv_old_connected_until: date


def tariff_of(plan_year: int, connected_on: date, policy: TariffPolicy) -> int:
    """The station's for good: 0.75 yuan; 0.88 for the batch of 2016 connected by 2017-06-30 [known]."""
    old = plan_year <= policy.pv_old_plan_year and connected_on <= policy.pv_old_connected_until
    return policy.pv_old_tariff_fen_e4 if old else policy.pv_tariff_fen_e4


@dataclass(frozen=True, slots=True)
class Worth:
    """What was metered since the last settlement, and both legs of what it earns."""

    kwh: int
    until_kwh: int
    coal_fen: int
    subsidy_fen: int


def settle(base_kwh: int, readings: Sequence[Reading], prices: Mapping[date, Prices]) -> Worth:
    """The readings of a quarter, by day, above what is settled: coal leg and subsidy leg (domain notes 2.4 "Money").

    What lies between two readings is priced on the day of the later one, as the grid company reads it [choice]; the
    sums are exact and rounded once.
    """
    coal = subsidy = 0
    until = base_kwh
    for reading in readings:
        kwh, price = reading.total_kwh - until, prices[reading.read_on]
        coal += kwh * price.coal
        subsidy += kwh * (price.tariff - price.coal)
        until = reading.total_kwh
    return Worth(until - base_kwh, until, half_up(coal, PRICE_UNIT), half_up(subsidy, PRICE_UNIT))


def is_quarter_end(day: date) -> bool:
    """The last day of March, June, September or December."""
    return day.month % 3 == 0 and (day + timedelta(days=1)).day == 1


@dataclass(frozen=True, slots=True)
class FaultPolicy:
    fault_share_ppm: int
    fault_fewest_stations: int


@dataclass(frozen=True, slots=True)
class Month:
    """A station's readings around a month: the last before it, the last within it."""

    station_id: UUID
    capacity_w: int
    before: Reading
    last: Reading

    @property
    def kwh(self) -> int:
        return self.last.total_kwh - self.before.total_kwh

    @property
    def capacity_days(self) -> int:
        return self.capacity_w * (self.last.read_on - self.before.read_on).days


@dataclass(frozen=True, slots=True)
class Fault:
    station_id: UUID
    metered_kwh: int
    expected_kwh: int


def find_faults(months: Sequence[Month], policy: FaultPolicy) -> list[Fault]:
    """Stations of one kind whose yield lies below a share of the median's; of few stations none is compared.

    The yield is per watt and day between the readings, so that stations read on other days are comparable [choice].
    """
    if len(months) < policy.fault_fewest_stations:
        return []
    middle = median(Fraction(m.kwh, m.capacity_days) for m in months)
    return [
        Fault(m.station_id, m.kwh, half_up(expected.numerator, expected.denominator))
        for m in months
        if m.kwh * PPM < (expected := middle * m.capacity_days) * policy.fault_share_ppm
    ]


def month_end(month_on: date) -> date:
    return add_months(month_on, 1) - timedelta(days=1)
