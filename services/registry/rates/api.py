"""Doors to the error rates: a sample drawn by an inspector, what was found, what it says."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from services.registry.rates import actions, queries
from services.registry.rates.rules import People, State, composite, share_of
from services.registry.rates.schemas import (
    Incidence,
    NewRateSample,
    Rate,
    RateFinding,
    RateLineShown,
    RateSampleShown,
    RatesShown,
)
from services.registry.rates.tables import RateSample
from shared.acts.bodies import Batch, Cursor, Page, Results, page
from shared.acts.numbers import HouseholdAsked
from shared.doors.http import Paging, Reading, Transaction, by
from shared.ground.context import Act

router = APIRouter(prefix="/rate-samples", tags=["rates"])
READERS = by("county", "auditor")
Inspector = Annotated[Act, by("auditor")]


@router.post("", status_code=201)
async def draw_sample(body: NewRateSample, connection: Transaction, act: Inspector) -> RateSampleShown:
    """Draws by the seed, all over the caller's area: exits of this year, and doors outside the register."""
    row = await actions.draw_sample(connection, act, body)
    return RateSampleShown.model_validate(row, from_attributes=True)


@router.post("/findings")
async def record_findings(body: Batch[RateFinding], connection: Transaction, act: Inspector) -> Results:
    """What somebody found who neither helps the household, nor stated, visited or decided anything of it. An exit that
    is wrong is raised as a suspicion under the same id.
    """
    return body.answered(await actions.record_findings(connection, act, body.sound))


@router.get("", dependencies=[READERS])
async def list_samples(connection: Paging, at: Cursor) -> Page[RateSampleShown]:
    """Samples that were drawn, by id."""
    return page(RateSampleShown, await queries.list_samples(connection, at), at)


@router.get("/lines", dependencies=[READERS])
async def list_lines(
    connection: Paging,
    at: Cursor,
    household_id: HouseholdAsked,
    sample_id: UUID | None = None,
    state: State | None = None,
) -> Page[RateLineShown]:
    """Lines of samples, by id."""
    rows = await queries.list_lines(connection, at, household_id=household_id, sample_id=sample_id, state=state)
    return page(RateLineShown, rows, at)


@router.get("/{sample_id}", dependencies=[READERS])
async def get_sample(sample_id: UUID, connection: Reading) -> RatesShown:
    """The error rates that a sample tells by now, each with its interval."""
    row = await queries.get_sample(connection, sample_id)
    found = await queries.count_found(connection, sample_id)
    shares = {
        kind: share_of(found[kind].wrong, found[kind].found) if kind in found else share_of(0, 0)
        for kind in ("exited", "outside")
    }
    share, low, high = composite(_people(row), shares["exited"], shares["outside"])
    return RatesShown(
        **RateSampleShown.model_validate(row, from_attributes=True).model_dump(),
        wrong_exits=Rate(**shares["exited"]._asdict()),
        missed=Rate(**shares["outside"]._asdict()),
        composite_incidence=Incidence(share_ppm=share, low_ppm=low, high_ppm=high),
    )


def _people(row: RateSample) -> People:
    return People(row.poor_people, row.exited_people, row.outside_people, row.rural_people)
