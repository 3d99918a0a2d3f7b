"""Attesting incomes of one's trade: a line of the household's income that no statement overwrites."""

from collections.abc import Sequence
from typing import Any, cast
from uuid import UUID

from services.registry.attested import queries
from services.registry.attested.rules import IncomeTradePolicy, payer_of, refusal_of
from services.registry.attested.schemas import NewIncomeAttestation
from services.registry.attested.tables import Earned, IncomeAttestation
from services.registry.households import queries as households
from services.registry.households.rules import is_stated, net_income_fen
from services.registry.incomes import queries as incomes
from services.registry.roster.queries import list_registered
from shared.acts.batches import NewRows, take_new
from shared.acts.bodies import Result, answers
from shared.data.sql import Connection
from shared.events.registry import IncomeAssessed
from shared.facts.outbox import emit
from shared.ground.context import Act
from shared.ground.policy import Policy

ROOM = "registry.attested"
CONTENT = ("household_id", "income_year", "source", "amount_fen", "document_no", "corrects", "reason")
# What one word is about: a household's income of a source in a year.
About = tuple[UUID | None, int, str]


async def attest_incomes(
    connection: Connection, act: Act, policy: Policy, items: Sequence[NewIncomeAttestation]
) -> list[Result]:
    """Each stands until the department corrects it; an income of another trade, or what is none, is refused."""
    unit, trade = act.caller.unit, policy.on(act.business_date, IncomeTradePolicy)
    numbers = await list_registered(connection, [i.household_no for i in items if i.household_no])
    found = [
        item.model_copy(update={"household_id": numbers[no].id if (no := item.household_no) in numbers else None})
        if item.household_no
        else item
        for item in items
    ]
    homes = await households.lock_households(connection, sorted({i.household_id for i in found if i.household_id}))
    own = {row.id: row for row in await queries.list_of_unit(connection, list(homes), unit)}
    taken = await queries.list_by_id(connection, [i.id for i in found])

    def judge(item: NewIncomeAttestation) -> str | dict[str, Any]:
        home = homes.get(item.household_id) if item.household_id else None
        if home is None:
            return "not_found"
        if home.status == "removed":
            return "household_removed"
        reason = refusal_of(trade, unit, item.source, item.income_year, act.business_date)
        if reason or (reason := _correction_refusal(item, own)):
            return reason
        row = IncomeAttestation(
            **{name: getattr(item, name) for name in ("id", *CONTENT)},
            division=home.division,
            unit=unit,
            category=cast("Earned", trade.income_sources[item.source]),
            attested_on=act.business_date,
            attested_by=act.subject,
        )
        own[row.id] = row
        return row._asdict()

    async def save(rows: NewRows) -> set[UUID]:
        return await queries.insert_attestations(connection, rows)

    reasons, fresh = await take_new(found, taken, CONTENT, judge, save)
    if fresh:
        await _count(connection, act, [IncomeAttestation(**row) for row in fresh])
    return answers(ROOM, [i.id for i in items], reasons)


NOTHING = "registry.attestations.nothing_to_correct"


def _correction_refusal(item: NewIncomeAttestation, own: dict[UUID, IncomeAttestation]) -> str | None:
    """Another amount of the same source and year is told with a reason, never by the way."""
    about: About = (item.household_id, item.income_year, item.source)
    if item.corrects is not None:
        earlier = own.get(item.corrects)
        return None if earlier and (earlier.household_id, earlier.income_year, earlier.source) == about else NOTHING
    same = [row for row in own.values() if (row.household_id, row.income_year, row.source) == about]
    return "attested_already" if same and same[-1].amount_fen != item.amount_fen else None


async def _count(connection: Connection, act: Act, fresh: Sequence[IncomeAttestation]) -> None:
    """The last word of each source counts; of whose income is known, others hear what it is now."""
    last = {(row.household_id, row.income_year, row.source): row for row in fresh}
    lines = [
        {n: getattr(row, n) for n in ("household_id", "division", "income_year", "category", "amount_fen")}
        | {"payer": payer_of(row.unit, row.source), "stated_on": row.attested_on}
        for row in last.values()
    ]
    await incomes.set_attested(connection, lines, act.subject)
    places = {(row.household_id, row.income_year): row.division for row in last.values()}
    known = await incomes.list_incomes(connection, sorted({one for one, _ in places}))
    told = [
        IncomeAssessed(
            household_id=one, division=division, income_year=year, net_income_fen=net_income_fen(known[one][year])
        )
        for (one, year), division in places.items()
        if is_stated(known[one][year])
    ]
    await emit(connection, act, "registry", told)
