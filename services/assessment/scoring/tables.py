"""The rows of runs and scores, and what is gathered for them; the migrations make their tables."""

from datetime import UTC, date, datetime
from typing import Annotated, Any, NamedTuple
from uuid import UUID

from sqlalchemy import SmallInteger

from services.assessment.scoring.rules import Grade, Kind, State
from shared.data.relations import table


class RunRow(NamedTuple):
    id: UUID
    division: str
    year: int
    until_on: date
    state: State
    computed_on: date
    computed_by: str
    published_on: date | None
    published_by: str | None
    procedure_version: int
    since_on: date
    due_on: date | None


class ScoreRow(NamedTuple):
    """`rank` is the one that it was published with; the database says when it was recorded."""

    id: UUID
    run_id: UUID
    subject_id: UUID
    kind: Kind
    division: str
    version: int
    points_x100: int
    reachable_x100: int
    rated_x100: int
    grade: Grade
    rank: int
    vetoed: bool
    decision_id: UUID | None
    appeal_id: UUID | None
    scored_on: date
    scored_by: str
    recorded_at: datetime = datetime.min.replace(tzinfo=UTC)


class LineRow(NamedTuple):
    score_id: UUID
    position: Annotated[int, SmallInteger()]
    code: str
    subject_id: UUID
    division: str
    points_x100: int
    max_x100: int
    withheld: bool
    figures: dict[str, Any]


class Standing(NamedTuple):
    """The score that stands; `rank` is the present one."""

    run_id: UUID
    subject_id: UUID
    kind: str
    division: str
    score_id: UUID
    rank: int


scoring_run = table("scoring_run", RunRow)
score = table("score", ScoreRow)
score_line = table("score_line", LineRow)
standing = table("standing", Standing)


class ShownScore(NamedTuple):
    """A score of a year's run, with the rank to be shown."""

    id: UUID
    subject_id: UUID
    kind: Kind
    version: int
    points_x100: int
    reachable_x100: int
    rated_x100: int
    grade: Grade
    scored_on: date
    year: int
    rank: int


class Scored(NamedTuple):
    """How many a run scored."""

    id: UUID
    units: int = 0
    helpers: int = 0


class Graded(NamedTuple):
    """How many of a kind (of units: which) have a grade."""

    kind: Kind
    unit_kind: str | None
    grade: Grade
    subjects: int
    points_x100: int


class Subject(NamedTuple):
    """Who is assessed; `team`: how many of a unit are stationed."""

    id: UUID
    division: str
    team: int


class Served(NamedTuple):
    """A month of a cadre of the unit `id`."""

    id: UUID
    days: int
    checked: int
    available: int


class Measures(NamedTuple):
    id: UUID
    households: int
    helped_once: int
    helped_twice: int


class Exits(NamedTuple):
    id: UUID
    exited: int
    prepared: int
    objections: int


class Records(NamedTuple):
    id: UUID
    visits: int
    late: int
    distinct_notes: int
    copied_groups: int


class Answers(NamedTuple):
    id: UUID
    answered: int
    satisfied: int


class VisitsDue(NamedTuple):
    id: UUID
    visits_due: int
    visits_kept: int


class FollowUps(NamedTuple):
    id: UUID
    follow_ups_due: int
    follow_ups_kept: int


class Accused(NamedTuple):
    """Who is named in a confirmed case."""

    id: UUID
    case_id: UUID
