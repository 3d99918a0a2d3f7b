"""Doors to villages: cards with incidence and checklist, facilities in batches, the steps of an exit."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Path, Query

from services.registry.villages import actions, queries
from services.registry.villages.rules import ChecklistPolicy, VillageFacts, incidence_ppm
from services.registry.villages.schemas import (
    ExitResults,
    FacilityReports,
    FacilityResults,
    VillageCard,
    VillageExit,
    VillageItems,
    VillagePage,
)
from shared.data.sql import Connection, Row
from shared.doors.http import CurrentPolicy, Transaction, by
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
    body: FacilityReports, connection: Transaction, act: Inspector, policy: CurrentPolicy
) -> FacilityResults:
    """What villages have of the checklist, up to 1,000 at once, a result for each."""
    return FacilityResults(results=await actions.report_facilities(connection, act, policy, body.items))


@router.post("/exits")
async def propose_exits(
    body: VillageItems, connection: Transaction, act: Township, policy: CurrentPolicy
) -> ExitResults:
    """Propose villages of the township; `missing` says what is not there yet."""
    return ExitResults(results=await actions.propose_exits(connection, act, policy, body.divisions))


@router.post("/exits/notices")
async def post_notices(
    body: VillageItems, connection: Transaction, act: Township, policy: CurrentPolicy
) -> ExitResults:
    """Put proposed villages on public notice in the township."""
    return ExitResults(results=await actions.post_notices(connection, act, policy, body.divisions))


@router.post("/exits/decisions")
async def decide_exits(body: VillageItems, connection: Transaction, act: County, policy: CurrentPolicy) -> ExitResults:
    """Decide villages whose notice is over, by the rule on what is recorded."""
    return ExitResults(results=await actions.decide_exits(connection, act, policy, body.divisions))


@router.post("/exits/announcements")
async def announce_exits(body: VillageItems, connection: Transaction, act: County) -> ExitResults:
    """Announce approved villages; another person than the one who decided."""
    return ExitResults(results=await actions.announce_exits(connection, act, body.divisions))


@router.get("")
async def list_villages(
    connection: Transaction, act: Reader, policy: CurrentPolicy,
    cursor: Annotated[str, Query(pattern=r"^[0-9]{0,12}$")] = "", limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> VillagePage:  # fmt: skip
    """Villages of the caller's area, by code. `next` is the cursor of the following page."""
    codes = await queries.list_villages(connection, act.caller.area, act.business_date, cursor, limit)
    items = await _cards(connection, act, policy, codes)
    return VillagePage(items=items, next=codes[-1] if len(codes) == limit else None)


@router.get("/{division}")
async def get_village(
    division: Annotated[str, Path(pattern=r"^[0-9]{12}$")],
    connection: Transaction,
    act: Reader,
    policy: CurrentPolicy,
) -> VillageCard:
    """One village of the caller's area."""
    codes = await queries.find_village(connection, act.caller.area, act.business_date, division)
    if not codes:
        raise Problem("shared.not_found")
    return (await _cards(connection, act, policy, codes))[0]


async def _cards(connection: Connection, act: Act, policy: Policy, codes: list[str]) -> list[VillageCard]:
    found = await queries.list_village_facts(connection, act.business_date, codes)
    cases = await queries.list_latest_cases(connection, codes)
    items = policy.on(act.business_date, ChecklistPolicy).village_facility_items
    return [_card(code, facts, cases.get(code), items) for code, facts in found.items()]


def _card(division: str, facts: VillageFacts, case: Row | None, items: Sequence[str]) -> VillageCard:
    out = case is not None and case["state"] == "announced"
    return VillageCard(
        division=division, poor_village=facts.poor_village,
        status="exited" if out else "poor" if facts.poor_village else "ordinary",
        poor_people=facts.poor_people, rural_people=facts.rural_people,
        incidence_ppm=incidence_ppm(facts.poor_people, facts.rural_people),
        facilities={item: item in facts.met for item in items}, exit=_exit(case) if case else None,
    )  # fmt: skip


def _exit(case: Row) -> VillageExit:
    names = [name for name in VillageExit.model_fields if name != "exit_id"]
    return VillageExit(exit_id=case["id"], **{name: case[name] for name in names})
