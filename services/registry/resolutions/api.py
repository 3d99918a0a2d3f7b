"""Doors to resolutions: the county grants, other systems ask with a purpose, everybody who asked is on record."""

from typing import Annotated

from fastapi import APIRouter, Path, Query, Response

from services.registry.resolutions import actions, queries
from services.registry.resolutions.schemas import GrantShown, GrantTerms, ResolutionShown, Resolve, ResolvedList
from shared.acts.bodies import CodeCursor, Cursor, Page, page
from shared.acts.numbers import HouseholdAsked
from shared.doors.http import CurrentDataKeys, CurrentPolicy, Paging, Reading, Transaction, by
from shared.doors.preconditions import Expecting, tagged
from shared.ground.context import Act

router = APIRouter(prefix="/resolutions", tags=["resolutions"])

County = Annotated[Act, by("county")]
Asker = Annotated[Act, by("subscriber", "department", "county")]
Reader = by("county", "auditor", "subscriber", "department")
Subject = Annotated[str, Path(min_length=1, max_length=200)]


# POST, so that no household and no purpose stands in an address (mechanics 7).
@router.post("", response_model_exclude_none=True)
async def resolve(
    body: Resolve,
    connection: Transaction,
    policy: CurrentPolicy,
    data_keys: CurrentDataKeys,
    act: Asker,
    response: Response,
) -> ResolvedList:
    """Who the people of up to 100 households are: reference, name, relation; the ID number where granted and asked."""
    results = await actions.resolve(connection, act, policy, data_keys, body)
    response.headers["Cache-Control"] = "no-store"
    return ResolvedList(results=results)


@router.get("")
async def list_resolutions(
    connection: Paging,
    act: Annotated[Act, Reader],
    at: Cursor,
    household_id: HouseholdAsked,
    subject: Annotated[str | None, Query(max_length=200)] = None,
) -> Page[ResolutionShown]:
    """Who asked for which household, when, what for; whoever asks sees its own, the county and auditors all."""
    own = None if act.caller.role in ("county", "auditor") else act.subject
    rows = await queries.list_resolutions(connection, at, subject=subject or own, household_id=household_id)
    return page(ResolutionShown, rows, at)


@router.get("/grants", dependencies=[Reader])
async def list_grants(connection: Paging, at: CodeCursor) -> Page[GrantShown]:
    """The caller's own; all of them for the county and auditors."""
    return page(GrantShown, await queries.list_grants(connection, at), at, key="subject")


@router.get("/grants/{subject}", dependencies=[Reader])
async def get_grant(subject: Subject, connection: Reading, response: Response) -> GrantShown:
    """As an edit of it goes by; the caller's own, everybody's for the county and auditors."""
    return tagged(response, actions.shown(await queries.get_grant(connection, subject)))


@router.put("/grants/{subject}")
async def grant(
    subject: Subject,
    body: GrantTerms,
    connection: Transaction,
    policy: CurrentPolicy,
    act: County,
    response: Response,
    expected: Expecting,
) -> GrantShown:
    """Let a subscriber, a department or an officer ask, for a year at the longest; never oneself."""
    return tagged(response, await actions.grant(connection, act, policy, subject, body, expected))


@router.delete("/grants/{subject}", status_code=204)
async def withdraw(subject: Subject, connection: Transaction, act: County, expected: Expecting) -> None:
    """From today on it covers nothing."""
    await actions.withdraw(connection, act, subject, expected)
