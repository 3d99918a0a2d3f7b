"""Doors to surveys: the county opens and closes, a third party asks whom the draw names."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from services.assessment.surveys import actions, queries
from services.assessment.surveys.rules import STRATA, DrawPolicy, share_ppm
from services.assessment.surveys.schemas import (
    Candidate,
    NewAnswer,
    NewRound,
    Round,
    RoundInputs,
    Sample,
    SurveySummary,
)
from services.assessment.surveys.tables import RoundRow
from shared.acts.bodies import Batch, Cursor, Page, Results, page
from shared.data.sql import Connection
from shared.doors.http import CurrentPolicy, Paging, Reading, Transaction, by
from shared.ground.context import Act
from shared.ground.problems import Problem

router = APIRouter(prefix="/surveys", tags=["surveys"])

OVERSEERS = by("county", "auditor", "surveyor")
County = Annotated[Act, by("county")]
Surveyor = Annotated[Act, by("surveyor")]


async def _round(connection: Connection, row: RoundRow) -> Round:
    return Round(**row._asdict(), **(await queries.get_size(connection, row.id))._asdict())


@router.post("/rounds", status_code=201)
async def open_round(body: NewRound, connection: Transaction, policy: CurrentPolicy, act: County) -> Round:
    """Freezes who is helped and draws, in one act."""
    return await _round(connection, await actions.open_round(connection, act, policy, body))


@router.get("/rounds/{round_id}", dependencies=[OVERSEERS])
async def get_round(round_id: UUID, connection: Reading) -> Round:
    """One round, with how many were drawn and asked so far."""
    return await _round(connection, await queries.get_round(connection, round_id))


@router.get("/rounds/{round_id}/inputs", dependencies=[by("county", "auditor")])
async def get_inputs(round_id: UUID, connection: Reading, policy: CurrentPolicy) -> RoundInputs:
    """What the draw was made of, so that it can be made again; who asks households learns of the drawn alone."""
    found = await queries.get_round(connection, round_id)
    if found.state == "open":
        raise Problem("assessment.surveys.not_closed")
    parts = policy.on(found.opened_on, DrawPolicy).parts
    candidates = [Candidate(**row._asdict()) for row in await queries.list_candidates(connection, round_id)]
    return RoundInputs(
        id=round_id,
        seed=found.seed,
        per_unit=found.per_unit,
        strata=list(STRATA),
        parts=list(parts),
        candidates=candidates,
    )


@router.get("/samples", dependencies=[OVERSEERS])
async def list_samples(connection: Paging, at: Cursor, round_id: UUID | None = None) -> Page[Sample]:
    """The households drawn, and nobody else; by id. Who was struck or stands still is asked no more."""
    return page(Sample, await actions.list_samples(connection, at, round_id), at)


@router.post("/answers")
async def record_answers(body: Batch[NewAnswer], connection: Transaction, act: Surveyor) -> Results:
    """What households said."""
    return body.answered(await actions.record_answers(connection, act, body.sound))


@router.post("/rounds/{round_id}/closing")
async def close_round(round_id: UUID, connection: Transaction, act: County) -> Round:
    """By another person than who opened it."""
    return await _round(connection, await actions.close_round(connection, act, round_id))


@router.get("/summary", dependencies=[by("county", "township", "auditor", "surveyor")])
async def show_summary(year: Annotated[int, Query(ge=2000, le=2100)], connection: Reading) -> SurveySummary:
    """A year's answers within the caller's area."""
    totals = await queries.get_summary(connection, year)
    rates = {
        "satisfaction_ppm": share_ppm(totals.satisfied, totals.answered),
        "answered_ppm": share_ppm(totals.answered, totals.sampled - totals.not_asked),
    }
    return SurveySummary(year=year, **totals._asdict(), **rates)
