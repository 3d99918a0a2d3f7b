"""Doors to resolutions: the county grants, other systems ask with a purpose, everybody who asked is on record."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response

from services.registry.resolutions import actions, queries
from services.registry.resolutions.schemas import (
    Grants,
    GrantShown,
    GrantTerms,
    ResolutionPage,
    ResolutionShown,
    Resolve,
    ResolvedList,
)
from shared.doors.http import CurrentDataKeys, CurrentPolicy, Reading, Transaction, by
from shared.ground.context import Act

router = APIRouter(prefix="/resolutions", tags=["resolutions"])

FIRST = UUID(int=0)
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


@router.get("", dependencies=[Reader])
async def list_resolutions(
    connection: Reading,
    cursor: UUID = FIRST,
    subject: Annotated[str | None, Query(max_length=200)] = None,
    household_id: UUID | None = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> ResolutionPage:
    """Who asked for which household, when, what for; whoever asks sees its own, the county and auditors all."""
    rows = await queries.list_resolutions(connection, cursor, limit, subject, household_id)
    items = [ResolutionShown(**row) for row in rows]
    return ResolutionPage(items=items, next=str(items[-1].id) if len(items) == limit else None)


@router.get("/grants", dependencies=[Reader])
async def list_grants(connection: Reading) -> Grants:
    """The caller's own; all of them for the county and auditors."""
    return Grants(items=[GrantShown(**row) for row in await queries.list_grants(connection)])


@router.put("/grants/{subject}")
async def grant(subject: Subject, body: GrantTerms, connection: Transaction, act: County) -> GrantShown:
    """Let a subscriber, a department or an officer ask; never oneself."""
    return await actions.grant(connection, act, subject, body)


@router.delete("/grants/{subject}", status_code=204)
async def withdraw(subject: Subject, connection: Transaction, act: County) -> None:
    """From today on it covers nothing."""
    await actions.withdraw(connection, act, subject)
