"""Doors to villages: cards with incidence and checklist, facilities in batches, the steps of an exit."""

from collections.abc import Mapping, Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path

from services.registry.villages import actions, queries
from services.registry.villages.rules import ChecklistPolicy, RevocationState, VillageFacts, incidence_ppm
from services.registry.villages.schemas import (
    ExitRevocation,
    ExitShown,
    FacilityReport,
    MinutedVillage,
    RevocationShown,
    Village,
    VillageCard,
)
from services.registry.villages.tables import PlaceExit
from shared.acts.bodies import Batch, CodeCursor, Confirmation, Cursor, Page, Results, page
from shared.acts.minutes import list_minutes
from shared.data.revisions import AsOf
from shared.data.sql import Connection
from shared.doors.http import CurrentPolicy, Paging, Reading, Transaction, by
from shared.doors.moments import AskedAsOf
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.ground.problems import Problem

router = APIRouter(prefix="/villages", tags=["villages"])

Reader = Annotated[Act, by("county", "township", "village", "team", "helper", "department", "auditor")]
Inspector = Annotated[Act, by("township", "department")]
Township = Annotated[Act, by("township")]
County = Annotated[Act, by("county")]


@router.post("/facilities")
async def report_facilities(
    body: Batch[FacilityReport], connection: Transaction, act: Inspector, policy: CurrentPolicy
) -> Results:
    """What villages have of the checklist, up to 1,000 at once, a result for each."""
    return body.answered(await actions.report_facilities(connection, act, policy, body.sound))


@router.post("/exits")
async def propose_exits(body: Batch[Village], connection: Transaction, act: Township, policy: CurrentPolicy) -> Results:
    """Propose villages of the township; `missing` says what is not there yet."""
    divisions = [item.division for item in body.sound]
    return body.answered(await actions.propose_exits(connection, act, policy, divisions))


@router.post("/exits/notices")
async def post_notices(body: Batch[Village], connection: Transaction, act: Township, policy: CurrentPolicy) -> Results:
    """Put proposed villages on public notice in the township."""
    return body.answered(await actions.post_notices(connection, act, policy, body.sound))


@router.post("/exits/decisions")
async def decide_exits(
    body: Batch[MinutedVillage], connection: Transaction, act: County, policy: CurrentPolicy
) -> Results:
    """Decide villages whose notice is over, by the rule on what is recorded and the minutes of the leading group."""
    return body.answered(await actions.decide_exits(connection, act, policy, body.sound))


@router.post("/exits/announcements")
async def announce_exits(body: Batch[MinutedVillage], connection: Transaction, act: County) -> Results:
    """Announce approved villages, by the minutes of the leading group; another person than the one who decided."""
    return body.answered(await actions.announce_exits(connection, act, body.sound))


@router.post("/exits/revocations")
async def propose_revocations(
    body: Batch[ExitRevocation], connection: Transaction, act: Annotated[Act, by("township", "county", "auditor")]
) -> Results:
    """Announced exits of villages that were wrong, with what shows it; nothing changes before the county agrees."""
    return body.answered(await actions.propose_revocations(connection, act, body.sound))


@router.post("/exits/revocations/confirmations")
async def confirm_revocations(body: Batch[Confirmation], connection: Transaction, act: County) -> Results:
    """Another person agrees: the village is on the list as before, and may be proposed again; or its exit stands."""
    return body.answered(await actions.confirm_revocations(connection, act, body.sound))


@router.get("/exits/revocations", dependencies=[by("county", "township", "auditor")])
async def list_revocations(
    connection: Paging, at: Cursor, state: RevocationState | None = None
) -> Page[RevocationShown]:
    """What was said to be wrong of exits in the caller's area, by id; never by which login."""
    return page(RevocationShown, await queries.list_revocations(connection, at, state=state), at)


@router.get("")
async def list_villages(
    connection: Paging, act: Reader, policy: CurrentPolicy, as_of: AskedAsOf, at: CodeCursor
) -> Page[VillageCard]:
    """Villages of the caller's area, by code; as they stand, or as of a day, by what was known at a moment."""
    codes = await queries.list_villages(connection, act.caller.area, as_of.on, at)
    return page(VillageCard, await _cards(connection, policy, as_of, codes), at, key="division")


@router.get("/{division}")
async def get_village(
    division: Annotated[str, Path(pattern=r"^[0-9]{12}$")],
    connection: Reading,
    act: Reader,
    policy: CurrentPolicy,
    as_of: AskedAsOf,
) -> VillageCard:
    """One village of the caller's area, as `GET /villages` tells of it."""
    codes = await queries.find_village(connection, act.caller.area, as_of.on, division)
    if not codes:
        raise Problem("shared.not_found")
    return (await _cards(connection, policy, as_of, codes))[0]


async def _cards(connection: Connection, policy: Policy, as_of: AsOf, codes: list[str]) -> list[VillageCard]:
    found = await queries.list_village_facts(connection, as_of, codes)
    cases = await queries.list_latest_cases(connection, codes)
    if as_of.asked:  # of a case that was under way then nobody knows how far it had come
        cases = {code: case for code, case in cases.items() if case.announced_on and case.announced_on <= as_of.on}
    items = policy.on(as_of.on, ChecklistPolicy).village_facility_items
    minutes = await list_minutes(connection, [case.id for case in cases.values()])
    return [_card(code, facts, cases.get(code), minutes, items) for code, facts in found.items()]


def _card(
    division: str, facts: VillageFacts, case: PlaceExit | None, minutes: Mapping[UUID, str], items: Sequence[str]
) -> VillageCard:
    out = case is not None and case.state == "announced"
    return VillageCard(
        division=division,
        poor_village=facts.poor_village,
        status="exited" if out else "poor" if facts.poor_village else "ordinary",
        poor_people=facts.poor_people,
        rural_people=facts.rural_people,
        incidence_ppm=incidence_ppm(facts.poor_people, facts.rural_people),
        facilities={item: item in facts.met for item in items},
        exit=ExitShown(**case._asdict() | {"minutes_no": minutes.get(case.id)}) if case else None,
    )
