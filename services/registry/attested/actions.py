"""Attesting incomes of one's trade: a line of the household's income that no statement overwrites."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, Protocol, cast
from uuid import UUID

from services.registry.attested import queries
from services.registry.attested.rules import IncomeTradePolicy, payer_of, refusal_of
from services.registry.attested.schemas import NewIncomeAttestation
from services.registry.attested.tables import Earned, IncomeAttestation
from services.registry.changes.queries import list_people
from services.registry.households import queries as households
from services.registry.households.rules import is_stated, net_income_fen
from services.registry.incomes import queries as incomes
from services.registry.persons.queries import list_known
from services.registry.roster.queries import list_registered
from shared.acts.batches import NewRows, take_new
from shared.acts.bodies import Result, answers
from shared.data.crypto import DataKeys
from shared.data.sql import Connection
from shared.events.registry import IncomeAssessed
from shared.facts.outbox import emit
from shared.ground.context import Act
from shared.ground.policy import Policy

ROOM = "registry.attested"
CONTENT = ("household_id", "member_id", "income_year", "source", "amount_fen", "document_no", "corrects", "reason")
# An income: whose household's, of which year and source. And what one word is about: of the whole, or of one person.
Income = tuple[UUID | None, int, str]
About = tuple[UUID | None, int, str, UUID | None]


class Named(Protocol):
    """An item that names a household by id or number, or a person by reference or ID number, or both."""

    @property
    def household_id(self) -> UUID | None: ...
    @property
    def household_no(self) -> str | None: ...
    @property
    def person(self) -> str | None: ...
    @property
    def number(self) -> str | None: ...


class Located(NamedTuple):
    """Whom an item is about; `refusal` where that is nobody. `stays`: the person belongs to the household still."""

    household_id: UUID | None
    member_id: UUID | None = None
    person: str | None = None
    stays: bool = True
    refusal: str | None = None


NOBODY = Located(None, refusal="not_found")


async def locate(connection: Connection, act: Act, data_keys: DataKeys, items: Sequence[Named]) -> list[Located]:
    """Whom each item is about: within the caller's area, and told to nobody."""
    numbers = {item.number: data_keys.index(item.number) for item in items if item.number}
    persons = await list_known(connection, numbers) if numbers else {}
    people = await list_people(connection, [item.person for item in items if item.person])
    registered = await list_registered(connection, [item.household_no for item in items if item.household_no])
    members = {
        one: Located(p.household_id, p.member_id, p.reference, p.left_on is None)
        for one, p in persons.items()
        if act.caller.within(p.division)
    }
    members |= {one: Located(p.household_id, p.id, one, p.stays) for one, p in people.items()}
    found = list[Located]()
    for item in items:
        home = item.household_id
        if item.household_no:
            home = registered[item.household_no].id if item.household_no in registered else None
        named = item.household_id is not None or item.household_no is not None
        of_person = item.person or item.number
        one = members.get(of_person, NOBODY) if of_person else Located(home)
        if named and home is None:
            one = NOBODY
        elif named and one.refusal is None and one.household_id != home:
            one = Located(None, refusal="registry.attestations.not_in_household")
        found.append(one)
    return found


class Told(NamedTuple):
    """An item, and whom it is about."""

    id: UUID
    household_id: UUID | None
    member_id: UUID | None
    income_year: int
    source: str
    amount_fen: int
    document_no: str
    corrects: UUID | None
    reason: str | None
    about: Located


def _said(item: NewIncomeAttestation) -> tuple[int, str, int, str, UUID | None, str | None]:
    return item.income_year, item.source, item.amount_fen, item.document_no, item.corrects, item.reason


async def attest_incomes(
    connection: Connection, act: Act, policy: Policy, data_keys: DataKeys, items: Sequence[NewIncomeAttestation]
) -> list[Result]:
    """Each stands until the department corrects it; an income of another trade, or what is none, is refused."""
    unit, trade = act.caller.unit, policy.on(act.business_date, IncomeTradePolicy)
    located = await locate(connection, act, data_keys, items)
    found = [
        Told(item.id, about.household_id, about.member_id, *_said(item), about)
        for item, about in zip(items, located, strict=True)
    ]
    homes = await households.lock_households(connection, sorted({i.household_id for i in found if i.household_id}))
    own = defaultdict[Income, list[IncomeAttestation]](list)
    for row in await queries.list_of_unit(connection, list(homes), unit):
        own[_about(row)[:3]].append(row)
    taken = await queries.list_by_id(connection, [i.id for i in found])

    def judge(item: Told) -> str | dict[str, Any]:
        home = homes.get(item.household_id) if item.household_id else None
        if item.about.refusal or home is None:
            return item.about.refusal or "not_found"
        if home.status == "removed":
            return "household_removed"
        reason = refusal_of(trade, unit, item.source, item.income_year, act.business_date)
        if reason is None and not item.about.stays:
            reason = "registry.attestations.not_in_household"
        stands = own[_about(item)[:3]]
        if reason or (reason := _correction_refusal(item, stands)):
            return reason
        row = IncomeAttestation(
            **{name: getattr(item, name) for name in ("id", *CONTENT)},
            division=home.division,
            unit=unit,
            category=cast("Earned", trade.income_sources[item.source]),
            attested_on=act.business_date,
            attested_by=act.subject,
        )
        stands.append(row)
        return row._asdict()

    async def save(rows: NewRows) -> set[UUID]:
        return await queries.insert_attestations(connection, rows)

    reasons, fresh = await take_new(found, taken, CONTENT, judge, save)
    if fresh:
        people = {about.member_id: about.person or "" for about in located if about.member_id}
        await _count(connection, act, [IncomeAttestation(**row) for row in fresh], people)
    return answers(ROOM, [i.id for i in items], reasons)


NOTHING = "registry.attestations.nothing_to_correct"


def _about(row: Told | IncomeAttestation) -> About:
    return row.household_id, row.income_year, row.source, row.member_id


def _correction_refusal(item: Told, stands: Sequence[IncomeAttestation]) -> str | None:
    """Another amount of the same source and year is told with a reason, never by the way; and what was attested of the
    household as a whole is not told again of its people, nor the other way round. `stands`: the department's words on
    that income so far, of the whole and of its people.
    """
    if item.corrects is not None:
        found = any(row.id == item.corrects and _about(row) == _about(item) for row in stands)
        return None if found else NOTHING
    corrected = {row.corrects for row in stands}
    last = {_about(row): row.amount_fen for row in stands if row.id not in corrected}
    if any(fen and (one[3] is None) != (item.member_id is None) for one, fen in last.items()):
        return "whole_and_persons"
    return "attested_already" if last.get(_about(item), item.amount_fen) != item.amount_fen else None


async def _count(
    connection: Connection, act: Act, fresh: Sequence[IncomeAttestation], people: Mapping[UUID, str]
) -> None:
    """The last word of each source counts; of whose income is known, others hear what it is now. `people`: the
    reference of each member.
    """
    last = {_about(row): row for row in fresh}
    lines = [
        {n: getattr(row, n) for n in ("household_id", "division", "income_year", "category", "amount_fen")}
        | {"payer": payer_of(row.unit, row.source, people.get(row.member_id) if row.member_id else None)}
        | {"stated_on": row.attested_on}
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
