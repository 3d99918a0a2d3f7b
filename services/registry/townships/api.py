"""Doors to townships: cards with incidence and villages, the steps of an exit, and of taking it back."""

from collections.abc import Mapping
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path

from services.registry.townships import queries
from services.registry.townships.actions import TOWNSHIPS
from services.registry.townships.rules import TownshipFacts, is_touched
from services.registry.townships.schemas import MinutedTownship, Township, TownshipCard
from services.registry.villages import actions
from services.registry.villages.rules import RevocationState, incidence_ppm
from services.registry.villages.schemas import ExitRevocation, ExitShown, RevocationShown
from services.registry.villages.tables import PlaceExit
from shared.acts.bodies import Batch, CodeCursor, Confirmation, Cursor, Page, Results, page
from shared.acts.minutes import list_minutes
from shared.data.revisions import AsOf
from shared.data.sql import Connection
from shared.doors.http import CurrentPolicy, Paging, Reading, Transaction, by
from shared.ground.context import Act
from shared.ground.problems import Problem

router = APIRouter(prefix="/townships", tags=["townships"])

Reader = Annotated[Act, by("county", "township", "department", "auditor")]
Office = Annotated[Act, by("township")]
County = Annotated[Act, by("county")]


@router.post("/exits")
async def propose_exits(body: Batch[Township], connection: Transaction, act: Office, policy: CurrentPolicy) -> Results:
    """Propose the township as a whole; `missing` says what is not there yet."""
    divisions = [item.division for item in body.sound]
    return body.answered(await actions.propose_exits(connection, act, policy, divisions, TOWNSHIPS))


@router.post("/exits/notices")
async def post_notices(body: Batch[Township], connection: Transaction, act: Office, policy: CurrentPolicy) -> Results:
    """Put the proposed township on public notice."""
    return body.answered(await actions.post_notices(connection, act, policy, body.sound, TOWNSHIPS))


@router.post("/exits/decisions")
async def decide_exits(
    body: Batch[MinutedTownship], connection: Transaction, act: County, policy: CurrentPolicy
) -> Results:
    """Decide townships whose notice is over, by the rule on what is recorded."""
    return body.answered(await actions.decide_exits(connection, act, policy, body.sound, TOWNSHIPS))


@router.post("/exits/announcements")
async def announce_exits(body: Batch[MinutedTownship], connection: Transaction, act: County) -> Results:
    """Announce approved townships; another person than the one who decided."""
    return body.answered(await actions.announce_exits(connection, act, body.sound, TOWNSHIPS))


@router.post("/exits/revocations")
async def propose_revocations(
    body: Batch[ExitRevocation], connection: Transaction, act: Annotated[Act, by("county", "auditor")]
) -> Results:
    """Announced exits of townships that were wrong, with what shows it; nothing changes before the county agrees."""
    return body.answered(await actions.propose_revocations(connection, act, body.sound, TOWNSHIPS))


@router.post("/exits/revocations/confirmations")
async def confirm_revocations(body: Batch[Confirmation], connection: Transaction, act: County) -> Results:
    """Another person agrees, and the exit counts as never made; or it stands."""
    return body.answered(await actions.confirm_revocations(connection, act, body.sound, TOWNSHIPS))


@router.get("/exits/revocations", dependencies=[by("county", "township", "auditor")])
async def list_revocations(
    connection: Paging, at: Cursor, state: RevocationState | None = None
) -> Page[RevocationShown]:
    """What was said to be wrong of exits in the caller's area, by id; never by which login."""
    return page(RevocationShown, await queries.list_revocations(connection, at, state=state), at)


@router.get("")
async def list_townships(connection: Paging, act: Reader, at: CodeCursor) -> Page[TownshipCard]:
    """Townships of the caller's area, by code."""
    codes = await queries.list_townships(connection, act.caller.area, act.business_date, at)
    return page(TownshipCard, await _cards(connection, act, codes), at, key="division")


@router.get("/{division}")
async def get_township(
    division: Annotated[str, Path(pattern=r"^[0-9]{9}$")], connection: Reading, act: Reader
) -> TownshipCard:
    """One township of the caller's area, as `GET /townships` tells of it."""
    codes = await queries.find_township(connection, act.caller.area, act.business_date, division)
    if not codes:
        raise Problem("shared.not_found")
    return (await _cards(connection, act, codes))[0]


async def _cards(connection: Connection, act: Act, codes: list[str]) -> list[TownshipCard]:
    found = await queries.list_township_facts(connection, AsOf(act.business_date), codes)
    cases = await queries.list_latest_cases(connection, codes)
    minutes = await list_minutes(connection, [case.id for case in cases.values()])
    return [_card(facts, cases.get(code), minutes) for code, facts in found.items()]


def _card(facts: TownshipFacts, case: PlaceExit | None, minutes: Mapping[UUID, str]) -> TownshipCard:
    out = case is not None and case.state == "announced"
    return TownshipCard(
        division=facts.division,
        status="exited" if out else "poor",
        touched=is_touched(facts.exited_villages, facts.poor_villages, out=out),
        poor_villages=facts.poor_villages,
        exited_villages=facts.exited_villages,
        poor_people=facts.poor_people,
        rural_people=facts.rural_people,
        incidence_ppm=incidence_ppm(facts.poor_people, facts.rural_people),
        exit=ExitShown(**case._asdict() | {"minutes_no": minutes.get(case.id)}) if case else None,
    )
