"""Doors to the year's scores: runs, their publication, scores with every line, the summary."""

from collections.abc import Sequence
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter

from services.assessment.scoring import actions, queries
from services.assessment.scoring.rules import Kind
from services.assessment.scoring.schemas import NewRun, RunState, Score, ScoreLine, ScoringSummary
from services.assessment.scoring.tables import RunRow, Scored, ShownScore
from shared.acts.bodies import Cursor, Page, page
from shared.data.pages import Place
from shared.data.sql import Connection
from shared.doors.http import CurrentPolicy, Paging, Reading, Transaction, by
from shared.ground.context import Act
from shared.values.inputs import Year
from shared.values.money import half_up

router = APIRouter(prefix="/scoring", tags=["scoring"])

County = Annotated[Act, by("county")]
COUNTY_READERS = by("county", "auditor")
# Who is assessed sees himself and his unit; names of cadres in a ranking are nobody else's.
READERS = by("county", "auditor", "team", "helper")


async def _scores(connection: Connection, rows: Sequence[ShownScore]) -> list[Score]:
    lines = await queries.list_lines(connection, [r.id for r in rows])
    return [Score(**r._asdict(), lines=[ScoreLine(scheme=r.kind, **x._asdict()) for x in lines[r.id]]) for r in rows]


async def _runs(connection: Connection, rows: Sequence[RunRow]) -> list[RunState]:
    counts = await queries.count_scored(connection, [r.id for r in rows])
    return [RunState(**r._asdict() | counts.get(r.id, Scored(r.id))._asdict()) for r in rows]


@router.post("/runs")
async def compute_run(body: NewRun, connection: Transaction, act: County, policy: CurrentPolicy) -> RunState:
    """Score all units and helpers for a year so far. The same id again answers the same."""
    (run,) = await _runs(connection, [await actions.compute_run(connection, act, policy, body)])
    return run


@router.get("/runs", dependencies=[COUNTY_READERS])
async def list_runs(year: Year, connection: Paging, at: Cursor) -> Page[RunState]:
    """A year's runs by id; at most one of them is published."""
    return page(RunState, await _runs(connection, await queries.list_runs(connection, at, year=year)), at)


@router.post("/runs/{run_id}/publication")
async def publish_run(run_id: UUID, connection: Transaction, act: County) -> RunState:
    """Let a run's scores out; by another person than the one who computed it, once a year."""
    (run,) = await _runs(connection, [await actions.publish_run(connection, act, run_id)])
    return run


@router.get("/runs/{run_id}/scores", dependencies=[COUNTY_READERS])
async def list_run_scores(run_id: UUID, connection: Paging, at: Cursor, kind: Kind | None = None) -> Page[Score]:
    """What a run found, also before it is published."""
    await queries.get_run(connection, run_id)
    return await _page(connection, at, run_id, kind)


@router.get("/scores", dependencies=[READERS])
async def list_scores(year: Year, connection: Paging, at: Cursor, kind: Kind | None = None) -> Page[Score]:
    """A year's published scores by subject, each with its lines; who is assessed sees his own."""
    run = await queries.find_published(connection, year)
    return await _page(connection, at, run.id, kind) if run else Page(items=[], next=None)


async def _page(connection: Connection, at: Place, run_id: UUID, kind: str | None) -> Page[Score]:
    rows = await queries.list_scores(connection, at, run_id=run_id, kind=kind)
    return page(Score, await _scores(connection, rows), at, "subject_id")


@router.get("/scores/{subject_id}", dependencies=[READERS])
async def list_versions(subject_id: UUID, year: Year, connection: Paging, at: Cursor) -> Page[Score]:
    """All versions of a subject's score, the oldest first."""
    rows = await queries.list_versions(connection, at, subject_id=subject_id, year=year)
    return page(Score, await _scores(connection, rows), at)


@router.get("/summary", dependencies=[COUNTY_READERS])
async def show_summary(year: Year, connection: Reading) -> ScoringSummary:
    """How many were assessed, how well; of the year's published scores."""
    rows = await queries.list_grades(connection, year)
    assessed: dict[str, int] = {}
    points: dict[str, int] = {}
    grades: dict[str, dict[str, int]] = {}
    for r in rows:
        of_kind = grades.setdefault(r.kind, {})
        of_kind[r.grade] = of_kind.get(r.grade, 0) + r.subjects
        points[r.kind] = points.get(r.kind, 0) + r.points_x100
        name = r.unit_kind or r.kind
        assessed[name] = assessed.get(name, 0) + r.subjects
    return ScoringSummary(
        units_key_assessed=assessed.get("key", 0),
        units_stationed_assessed=assessed.get("stationed", 0),
        helpers_assessed=assessed.get("helper", 0),
        grades=grades,
        mean_x100={kind: half_up(total, sum(grades[kind].values())) for kind, total in points.items()},
    )
