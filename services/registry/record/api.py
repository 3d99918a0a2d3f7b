"""Doors to the record: lists with the names of heads, one household whole, figures, every fact with its source."""

from collections.abc import Iterator
from typing import Annotated, get_args
from uuid import UUID

from fastapi import APIRouter

from services.registry.contacts.rules import SEES_NO_ACCOUNT, masked_account, masked_phone
from services.registry.disclosures.api import OpenedBy
from services.registry.disclosures.rules import READS_NAMES
from services.registry.households.api import shown
from services.registry.households.rules import POOR, Status
from services.registry.households.schemas import Household, HouseholdListed
from services.registry.record import queries
from services.registry.record.rules import OF_CONTACT, OF_HOUSEHOLD, OF_PERSON, Said, facts_of, unit_of
from services.registry.record.schemas import Fact, Facts, Figures, StandingCount
from services.registry.record.tables import Sourced
from shared.acts.bodies import Cursor, Page, page
from shared.data.crypto import DataKeys
from shared.doors.http import OF_HOUSEHOLDS, CurrentDataKeys, CurrentPolicy, Paging, Reading, by
from shared.doors.moments import AskedAsOf
from shared.ground.context import Act
from shared.values.inputs import Area, HouseholdNo

Reader = Annotated[Act, OF_HOUSEHOLDS]
MASKS = {"phone": masked_phone, "account": masked_account}

# Whoever generates a client finds them where they were.
router = APIRouter(prefix="/households", tags=["households"])


@router.get("")
async def list_households(
    connection: Paging,
    as_of: AskedAsOf,
    at: Cursor,
    act: Reader,
    by_whom: OpenedBy,
    status: Status | None = None,
    division: Area | None = None,
    household_no: HouseholdNo | None = None,
) -> Page[HouseholdListed]:
    """Households of the caller's area, by id: as they stand, or as of a day, by what was known at a moment. That they
    were listed with the names of their heads is on record: a page is one look.
    """
    filters = {"status": status, "division": division, "household_no": household_no}
    rows = await queries.list_households(connection, as_of, at, **filters)
    if act.caller.role in READS_NAMES:
        by_whom.listed(act, division, [row.id for row in rows])
    elif act.caller.role != "villager":
        rows = [row._replace(head=None) for row in rows]
    return page(HouseholdListed, rows, at)


@router.get("/figures", dependencies=[by("county", "township", "village", "team", "auditor")])
async def get_figures(connection: Reading, as_of: AskedAsOf, division: Area) -> Figures:
    """How many households and people of a division stood how on a day, by what was known at a moment."""
    counted = {row.status: row for row in await queries.count_households(connection, as_of, division)}
    poor = [counted[status] for status in POOR if status in counted]
    deep = [row for row in await queries.count_deep_poverty(connection, as_of, division) if row.status in POOR]
    return Figures(
        division=division,
        on=as_of.on,
        known_at=as_of.known_at,
        poor_households=sum(row.households for row in poor),
        poor_people=sum(row.people for row in poor),
        deep_poverty_households=sum(row.households for row in deep),
        deep_poverty_people=sum(row.people for row in deep),
        standings=[StandingCount(**counted[s]._asdict()) for s in get_args(Status) if s in counted],
    )


@router.get("/{household_id}")
async def get_household(
    household_id: UUID,
    connection: Reading,
    policy: CurrentPolicy,
    as_of: AskedAsOf,
    act: Reader,
    by_whom: OpenedBy,
) -> Household:
    """One household with its people, conditions and incomes: as held for true now, or as of a day, by what was known at
    a moment. Who opened it is on record.
    """
    row = await queries.get_whole(connection, household_id, as_of)
    by_whom.opened(act, household_id)
    return shown(row, policy, as_of.on)


@router.get("/{household_id}/facts")
async def get_facts(
    household_id: UUID,
    connection: Reading,
    as_of: AskedAsOf,
    data_keys: CurrentDataKeys,
    act: Reader,
    by_whom: OpenedBy,
) -> Facts:
    """Every fact that is held for true of a household: since when, who said it and how it came to be known; telephone
    and account masked. Who opened it is on record.
    """
    row = await queries.get_sourced(connection, household_id, as_of)
    by_whom.opened(act, household_id)
    facts = [*_facts(row), *_contacts(row, data_keys, act)]
    return Facts(household_id=household_id, on=as_of.on, known_at=as_of.known_at, facts=facts)


def _contacts(row: Sourced, data_keys: DataKeys, act: Act) -> Iterator[Fact]:
    shown = [name for name in OF_CONTACT if name != "account" or act.caller.role not in SEES_NO_ACCOUNT]
    for said in facts_of([f"{name}_sealed" for name in shown], row.contacts) if row.contacts else ():
        # Bytes travel as JSON in hexadecimal, behind two characters that say so.
        sealed, field = bytes.fromhex(said.value[2:]), said.field.removesuffix("_sealed")
        plain = data_keys.decrypt(sealed, "household_contact", said.field, said.source["household_id"])
        yield _fact(said._replace(value=MASKS[field](plain)), field)


def _facts(row: Sourced) -> Iterator[Fact]:
    # Who is out, fell back or was struck is so by a procedure of the county.
    poor = row.status == "poor"
    yield Fact(
        field="status",
        value=row.status,
        since=row.stands_since,
        said_as=None if poor else "county",
        weight="takeover" if poor else "attestation",
    )
    for said in facts_of(OF_HOUSEHOLD, row.versions):
        yield _fact(said)
    for reference in dict.fromkeys(x["reference"] for x in row.people):
        for said in facts_of(OF_PERSON, [x for x in row.people if x["reference"] == reference]):
            yield _fact(said, f"person_{said.field}", reference)
    for line in row.lines:
        said = Said(f"{line['category']}_fen", line["amount_fen"], line)
        yield _fact(said).model_copy(update={"income_year": line["income_year"]})


def _fact(said: Said, field: str = "", person: str | None = None) -> Fact:
    source, unit = said.source, unit_of(said)
    return Fact(
        field=field or said.field,
        value=said.value,
        person=person,
        since=source["since"],
        said_as="department" if unit else source["stated_as"],
        unit=unit,
        weight="attestation" if unit else source["weight"],
    )
