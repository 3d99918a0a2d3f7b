"""Stations, dividends of the loans put into one of them, and the payment of all that is owed to households."""

from datetime import date, timedelta

from scenario.actors import dividends, payouts, power
from scenario.actors.villages import Village
from scenario.calendar.industry import earnings, grouped
from scenario.calendar.lending import BANKS
from scenario.world import read_meter
from scenario.world.entities import coop_key
from scenario.year import YEAR, Day, Deed, Year, everywhere

OPENED_ON, SITES_ON = date(YEAR, 1, 17), date(YEAR, 7, 4)
QUARTER_ENDS = (date(YEAR, 3, 31), date(YEAR, 6, 30), date(YEAR, 9, 30))
DUE_DAYS = (date(YEAR, 9, 15), date(YEAR, 12, 15))
# what is owed is paid on the tenth of each month, and soon after a dividend
PAY_DAYS = (*(date(YEAR, month, 10) for month in range(3, 13)), date(YEAR, 9, 18), date(YEAR, 12, 19))
ANSWER_DAYS = 3


async def declare_stations(year: Year, day: date) -> None:
    """Those connected by now, and what their meters showed at the end of the year before."""
    world = earnings(year)
    new = [s for s in world.stations if (s.connected_on.year == YEAR) == (day == SITES_ON)]
    owner = {s.key: "pv" if s.kind == "ground" else coop_key(s.division) for s in new}
    codes = {s.key: world.entities[owner[s.key]].code for s in new if owner[s.key] in world.entities}
    await power.declare(year.api, new, {s.key: codes.get(s.key, f"collective-{s.division}") for s in new})
    if day == OPENED_ON:
        await _read(year, date(YEAR - 1, 12, 31))


async def read_meters(year: Year, day: date) -> None:
    await _read(year, day)


async def _read(year: Year, on: date) -> None:
    world, seed = earnings(year), year.world.seed
    entered = OPENED_ON if on < SITES_ON else SITES_ON
    running = grouped((s for s in world.stations if s.connected_on < min(on, entered)), lambda s: s.division[:9])

    async def read(township: str) -> None:
        totals = {s.key: read_meter(seed, s, world.station_truth[s.key], on) for s in running[township]}
        await power.read(year.api, township, on, totals)

    await everywhere(list(running), read)


async def list_stations(year: Year, _day: date) -> None:
    await power.list_in_catalogue(year.api, earnings(year).stations)


async def settle(year: Year, day: date) -> None:
    await power.settle(year.api, _quarter_end(day))


async def receive_coal(year: Year, day: date) -> None:
    await power.receive_coal(year.api, _quarter_end(day), day)


def _quarter_end(day: date) -> date:
    return max(end for end in QUARTER_ENDS if end < day)


async def check_faults(year: Year, day: date) -> None:
    await power.check_faults(year.api, date(YEAR, day.month - 1, 1))


async def share_out(year: Year, day: date) -> None:
    """Villages in August, of what came in for half a year; the sites' stations in October."""
    known = await year.households()
    stations = {s.key: s for s in earnings(year).stations}
    kind = "village" if day.month == 8 else "resettlement"
    plans = [s for s in earnings(year).sharers if stations[s.station].kind == kind]
    await everywhere(
        plans,
        lambda s: power.share_out(year.api, stations[s.station], YEAR, {known[no]: s.most_fen for no in s.households}),
    )


async def approve_plans(year: Year, _day: date) -> None:
    stations = {s.key: s for s in earnings(year).stations}
    townships = sorted({stations[s.station].division[:9] for s in earnings(year).sharers})
    await everywhere(townships, lambda t: power.approve_plans(year.api, t))


async def sign_agreements(year: Year, day: date) -> None:
    known, world = await year.households(), earnings(year)
    by_village = grouped(world.agreements, lambda a: a.household_no[:12])
    code = world.entities["pv"].code
    # One after the other: each decision counts what the enterprise bears by those before it.
    for village, agreements in by_village.items():
        await dividends.sign(year.api, Village(village), agreements, known, code, day)


async def pay_dividends(year: Year, day: date) -> None:
    """In September not to all: the operator is short of money."""
    agreements = [a for a in earnings(year).agreements if a.paid_in_september or day.month == 12]
    await dividends.pay(year.api, earnings(year).entities["pv"].code, agreements, day, day)


async def answer_files(year: Year, day: date) -> None:
    customers = await year.numbers()
    await payouts.answer(year.api, BANKS, day, customers)


def days() -> list[Day]:
    steps: list[tuple[date, str, Deed]] = [
        (OPENED_ON, "stations entered", declare_stations),
        (date(YEAR, 3, 21), "stations in the catalogue", list_stations),
        (date(YEAR, 4, 20), "agreements signed", sign_agreements),
        (SITES_ON, "stations entered", declare_stations),
        (date(YEAR, 8, 14), "revenue shared out", share_out),
        (date(YEAR, 8, 21), "plans approved", approve_plans),
        (date(YEAR, 8, 28), "plans filed", lambda year, _: power.file_plans(year.api)),
        (date(YEAR, 10, 20), "dividends overdue", lambda year, _: dividends.check_overdue(year.api)),
        (date(YEAR, 10, 23), "revenue shared out", share_out),
        (date(YEAR, 10, 27), "plans approved", approve_plans),
        (date(YEAR, 10, 31), "plans filed", lambda year, _: power.file_plans(year.api)),
        (date(YEAR, 11, 20), "subsidies come in", lambda y, day: power.receive_subsidies(y.api, QUARTER_ENDS, day)),
        (date(YEAR, 12, 18), "dividends topped up", lambda year, _: dividends.top_up(year.api, YEAR)),
    ]
    steps += [(date(YEAR, m + 1, 1) - timedelta(days=1), "meters read", read_meters) for m in range(1, 12)]
    steps += [(date(YEAR, m, 4), "stations compared", check_faults) for m in range(2, 13)]
    for end in QUARTER_ENDS:
        steps.append((date(YEAR, end.month + 1, 5), "quarter's power settled", settle))
        steps.append((date(YEAR, end.month + 1, 12), "power paid for", receive_coal))
    steps += [(on, "dividends paid", pay_dividends) for on in DUE_DAYS]
    for on in PAY_DAYS:
        steps.append((on, "households paid", lambda year, day: payouts.pay(year.api, day)))
        steps.append((on + timedelta(days=ANSWER_DAYS), "banks answer", answer_files))
    return [Day(on, title, deed) for on, title, deed in steps]
