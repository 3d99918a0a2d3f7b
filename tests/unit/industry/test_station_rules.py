"""What a meter can show, what its kWh are worth, and which station is broken."""

from datetime import date, timedelta
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.industry.stations.rules import (
    FaultPolicy,
    Month,
    Prices,
    Reading,
    TariffPolicy,
    find_faults,
    is_quarter_end,
    month_end,
    reading_refusal,
    right_place,
    settle,
    tariff_of,
)

CONNECTED = date(2017, 3, 1)
SHARE = 350_000


def r(on: str, total_kwh: int) -> Reading:
    return Reading(date.fromisoformat(on), total_kwh)


KNOWN = [r("2017-03-31", 10_000), r("2017-05-31", 30_000)]


@pytest.mark.parametrize(
    ("reading", "known", "refusal"),
    [
        (r("2017-03-31", 10_000), [], None),
        (r("2017-02-28", 0), [], "before_connection"),
        (r("2017-03-01", 5_000), [], None),  # a meter that came with a total
        (r("2017-04-30", 20_000), KNOWN, None),
        (r("2017-04-30", 9_999), KNOWN, "meter_backwards"),
        (r("2017-04-30", 30_001), KNOWN, "meter_backwards"),
        (r("2017-06-30", 29_999), KNOWN, "meter_backwards"),
        (r("2017-06-30", 30_000), KNOWN, None),
        # 100 kW x 24 h x 30 days x 0.35 is 25,200 kWh.
        (r("2017-06-30", 55_200), KNOWN, None),
        (r("2017-06-30", 55_201), KNOWN, "meter_jump"),
        # From zero at the connection, 30 days before.
        (r("2017-03-31", 25_200), [], None),
        (r("2017-03-31", 25_201), [], "meter_jump"),
        # One that leaves the next more than it can have run: 20,000 kWh in the last day of May.
        (r("2017-05-30", 10_000), KNOWN, "meter_jump"),
        (r("2017-03-01", 10_001), KNOWN, "meter_backwards"),
    ],
)
def test_what_a_meter_cannot_show(reading: Reading, known: list[Reading], refusal: str | None) -> None:
    assert reading_refusal(reading, known, 100_000, CONNECTED, SHARE) == refusal


@given(st.lists(st.integers(0, 800), min_size=1, max_size=20), st.randoms())
def test_readings_fit_in_whatever_order_they_come(steps: list[int], chance: object) -> None:
    """100 kW run at most 840 kWh a day."""
    totals = [Reading(CONNECTED + timedelta(days=n), sum(steps[:n])) for n in range(len(steps) + 1)]
    shuffled = list(totals)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    known: list[Reading] = []
    for reading in shuffled:
        assert reading_refusal(reading, known, 100_000, CONNECTED, SHARE) is None
        known.append(reading)


@pytest.mark.parametrize(
    ("plan_year", "connected_on", "tariff"),
    [
        (2017, "2017-05-01", 750_000), (2016, "2017-06-30", 880_000), (2016, "2017-07-01", 750_000),
        (2015, "2016-01-01", 880_000), (2017, "2017-09-01", 750_000),
    ],
)  # fmt: skip
def test_the_tariff_is_the_stations_for_good(plan_year: int, connected_on: str, tariff: int) -> None:
    policy = TariffPolicy(750_000, 880_000, 2016, date(2017, 6, 30))
    assert tariff_of(plan_year, date.fromisoformat(connected_on), policy) == tariff


EARLY, LATE = Prices(320_500, 750_000), Prices(332_000, 750_000)


def test_a_year_of_a_village_station_is_worth_what_the_county_counts_with() -> None:
    """140,000 kWh: 46,480 yuan of coal, 58,520 of subsidy (domain notes 2.4)."""
    worth = settle(0, [r("2017-12-31", 140_000)], {date(2017, 12, 31): LATE})
    assert (worth.kwh, worth.until_kwh, worth.coal_fen, worth.subsidy_fen) == (140_000, 140_000, 4_648_000, 5_852_000)


def test_each_reading_has_the_price_of_its_day_and_the_sum_is_rounded_once() -> None:
    readings = [r("2017-06-30", 101), r("2017-07-15", 202)]
    worth = settle(1, readings, {readings[0].read_on: EARLY, readings[1].read_on: LATE})
    # 100 x 32.05 + 101 x 33.20 fen = 3205 + 3353.2; 100 x 42.95 + 101 x 41.80 = 4295 + 4221.8.
    assert (worth.kwh, worth.coal_fen, worth.subsidy_fen) == (201, 6_558, 8_517)


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=12))
def test_both_legs_are_the_tariff_but_for_one_rounding(steps: list[int]) -> None:
    readings = [Reading(CONNECTED + timedelta(days=n), sum(steps[: n + 1])) for n in range(len(steps))]
    worth = settle(0, readings, dict.fromkeys([x.read_on for x in readings], EARLY))
    assert worth.kwh == sum(steps)
    assert abs(worth.coal_fen + worth.subsidy_fen - worth.kwh * 75) <= 1


def test_quarters_months_and_places() -> None:
    ends = [date(2017, 3, 31), date(2017, 6, 30), date(2017, 9, 30), date(2017, 12, 31)]
    assert [d for d in (date(2017, 1, 1) + timedelta(days=n) for n in range(365)) if is_quarter_end(d)] == ends
    assert month_end(date(2016, 2, 1)) == date(2016, 2, 29)
    for kind, division, right in (
        ("village", "140927200201", True), ("village", "140927200", False), ("ground", "140927200", True),
        ("ground", "140927200201", False), ("resettlement", "140927200201", True),
    ):  # fmt: skip
        assert right_place(kind, division) is right


def month(number: int, kwh: int, capacity_w: int = 100_000, days: int = 30) -> Month:
    start = date(2017, 5, 31)
    return Month(UUID(int=number), capacity_w, Reading(start, 500), Reading(start + timedelta(days=days), 500 + kwh))


FAULT = FaultPolicy(fault_share_ppm=800_000, fault_fewest_stations=3)


def test_a_station_far_below_the_middle_is_suspected() -> None:
    months = [month(1, 10_000), month(2, 12_000), month(3, 9_599), month(4, 12_000), month(5, 13_000)]
    (fault,) = find_faults(months, FAULT)
    assert (fault.station_id, fault.metered_kwh, fault.expected_kwh) == (UUID(int=3), 9_599, 12_000)
    assert find_faults([*months[:2], month(3, 9_600), *months[3:]], FAULT) == []


def test_size_and_days_are_taken_into_account() -> None:
    months = [month(1, 12_000), month(2, 36_000, 300_000), month(3, 4_000, days=10), month(4, 2_000, 50_000, 20)]
    (fault,) = find_faults(months, FAULT)
    assert (fault.station_id, fault.expected_kwh) == (UUID(int=4), 4_000)


def test_of_two_nobody_knows_which_is_broken() -> None:
    assert find_faults([month(1, 12_000), month(2, 1)], FAULT) == []
    assert find_faults([], FAULT) == []
    assert find_faults([month(n, 0) for n in range(4)], FAULT) == []
