"""Doors to disclosures: who somebody is, for a purpose; households by name; and who looked."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from services.registry.disclosures import actions, queries
from services.registry.disclosures.actions import Looks
from services.registry.disclosures.schemas import Disclose, DisclosedList, FoundList, LookShown, Search
from shared.acts.bodies import Batch, Cursor, Page, page
from shared.acts.numbers import HouseholdAsked
from shared.doors.http import CurrentDataKeys, CurrentPolicy, Paging, Transaction, by
from shared.ground.context import Act

router = APIRouter(tags=["disclosures"])

Holder = Annotated[Act, by("bank", "surveyor")]
Official = Annotated[Act, by("county", "township", "village", "team")]


async def _looks(request: Request) -> Looks:
    looks: Looks = request.app.state.looks
    return looks


# For doors that open a household, or list some with names: who read them.
OpenedBy = Annotated[Looks, Depends(_looks)]


@router.post("/disclosures")
async def disclose(
    body: Batch[Disclose],
    connection: Transaction,
    policy: CurrentPolicy,
    data_keys: CurrentDataKeys,
    act: Holder,
    response: Response,
) -> DisclosedList:
    """Who the borrower, the payee, the drawn household is: up to 1,000 at once, a result for each, field by field."""
    told = await actions.disclose(connection, act, policy, data_keys, body.sound)
    response.headers["Cache-Control"] = "no-store"
    return DisclosedList.model_validate(body.answered(told), from_attributes=True)


@router.get("/disclosures", dependencies=[by("county", "auditor", "villager")])
async def list_disclosures(
    connection: Paging,
    at: Cursor,
    household_id: HouseholdAsked,
    subject: Annotated[str | None, Query(max_length=200)] = None,
) -> Page[LookShown]:
    """Who looked at which household, when, for what; a villager sees who looked at his own, or read a list with it."""
    return page(LookShown, await queries.list_looks(connection, at, household_id, subject), at)


# POST, so that no name and no number stands in an address (mechanics 7).
@router.post("/households/search")
async def search(
    body: Search,
    connection: Transaction,
    policy: CurrentPolicy,
    data_keys: CurrentDataKeys,
    act: Official,
    response: Response,
) -> FoundList:
    """Households of the caller's area with the names of their heads, at most 50."""
    found = await actions.search(connection, act, policy, data_keys, body)
    response.headers["Cache-Control"] = "no-store"
    return found
