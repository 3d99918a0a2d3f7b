"""How a year of help is scored: a weighted scheme over facts, with a line for every point; pure rules.

Weights and thresholds are policy: the default unit scheme of domain notes 2.5 [choice] out of S56 (presence, copied
notes), S60 (villagers' voice), S57 and S58 (grades), S64 (excellent). Points are hundredths. A line without anything
to judge by is withheld: it brings nothing, and what it could have brought is left out of what the points are rated
against, so that nobody is graded down because nobody of his households was asked [choice].
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Literal
from uuid import UUID

from shared.values.money import half_up
from shared.values.verdicts import Reason, Rule, Verdict

Kind = Literal["unit", "helper"]
State = Literal["computed", "published"]
Grade = Literal["poor", "fair", "good", "excellent"]
GRADES: tuple[Grade, ...] = ("poor", "fair", "good", "excellent")
PPM = 1_000_000
WHOLE_X100 = 10_000


@dataclass(frozen=True, slots=True)
class Line:
    """What one part of the scheme brought, and by which figures."""

    code: str
    points_x100: int
    max_x100: int
    figures: dict[str, int | str | bool | None] = field(default_factory=dict)
    withheld: bool = False


@dataclass(frozen=True, slots=True)
class Month:
    """A stationed cadre's month: its days, those on which he was in service and not on leave, those he was there."""

    days: int
    available: int
    checked: int


@dataclass(frozen=True, slots=True)
class UnitFacts:
    """A unit's year so far. `prepared`: of `exited`, those visited often enough before. `households`: paired now."""

    team: int
    months: tuple[Month, ...]
    households: int
    helped_once: int
    helped_twice: int
    exited: int
    prepared: int
    objections: int
    visits: int
    late: int
    copied_groups: int
    answered: int
    satisfied: int
    case_id: UUID | None


@dataclass(frozen=True, slots=True)
class UnitPolicy:
    """Largest points of the lines (x 100), and what they are measured by. `team_x100` is a part of `presence_x100`."""

    presence_x100: Annotated[int, "unit_scheme.presence_x100"]
    team_x100: Annotated[int, "unit_scheme.team_x100"]
    measures_x100: Annotated[int, "unit_scheme.measures_x100"]
    exits_x100: Annotated[int, "unit_scheme.exits_x100"]
    records_x100: Annotated[int, "unit_scheme.records_x100"]
    satisfaction_x100: Annotated[int, "unit_scheme.satisfaction_x100"]
    team_size: int
    days_a_month: Annotated[int, "presence_days_a_month"]
    first_help_ppm: int
    copied_group_x100: int
    grades_x100: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class HelperFacts:
    """A helper's year so far. Of the visits due and the follow-ups due, how many were made."""

    visits_due: int
    visits_kept: int
    visits: int
    distinct_notes: int
    late: int
    follow_ups_due: int
    follow_ups_kept: int
    answered: int
    satisfied: int
    case_id: UUID | None


@dataclass(frozen=True, slots=True)
class HelperPolicy:
    """Largest points of the lines (x 100)."""

    visits_x100: Annotated[int, "helper_scheme.visits_x100"]
    records_x100: Annotated[int, "helper_scheme.records_x100"]
    follow_ups_x100: Annotated[int, "helper_scheme.follow_ups_x100"]
    satisfaction_x100: Annotated[int, "helper_scheme.satisfaction_x100"]
    grades_x100: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class GradePolicy:
    """From how many points (x 100) on a grade is given, and the largest share of the excellent."""

    grades_x100: tuple[int, int, int]
    excellent_share_ppm: int


@dataclass(frozen=True, slots=True)
class WindowPolicy:
    """By which figures facts of the year are counted."""

    visits_before_exit: int
    visits_per_quarter: int
    quarter_held_days: int
    follow_up_days: int


def _share(code: str, max_x100: int, part: int, whole: int, figures: Mapping[str, int]) -> Line:
    """The part of the whole, or withheld where there is no whole."""
    shown = dict(figures)
    if whole == 0:
        return Line(code, 0, max_x100, {**shown, "withheld": True}, withheld=True)
    return Line(code, half_up(max_x100 * max(0, min(part, whole)), whole), max_x100, {**shown})


def presence(facts: UnitFacts, policy: UnitPolicy) -> Line:
    """A team of three (S66), each there 20 calendar days a month (S56), fewer by the days of recorded leave.

    A month counts to its quota and no further: days too many in May do not make up for June.
    """
    due = [half_up(100 * policy.days_a_month * m.available, m.days) for m in facts.months]
    due_x100, kept_x100 = sum(due), sum(min(100 * m.checked, d) for m, d in zip(facts.months, due, strict=True))
    team = min(facts.team, policy.team_size)
    team_points = half_up(policy.team_x100 * team, policy.team_size)
    days_max = policy.presence_x100 - policy.team_x100
    # Nothing due of a team that is all on leave is kept; nobody there is not.
    days_points = half_up(days_max * kept_x100, due_x100) if due_x100 else days_max * (facts.team > 0)
    figures = {
        "team": facts.team, "team_needed": policy.team_size, "days_due_x100": due_x100, "days_kept_x100": kept_x100,
    }  # fmt: skip
    return Line("presence", team_points + days_points, policy.presence_x100, {**figures})


def measures(facts: UnitFacts, policy: UnitPolicy) -> Line:
    """Households that anything reached in the year, more for those that two kinds of help did [choice]."""
    one, two = facts.helped_once, facts.helped_twice
    reached = policy.first_help_ppm * one + (PPM - policy.first_help_ppm) * two
    figures = {"households": facts.households, "helped_once": one, "helped_twice": two}
    return _share("measures", policy.measures_x100, reached, PPM * facts.households, figures)


def exits(facts: UnitFacts, policy: UnitPolicy) -> Line:
    """Exits that were visited before often enough, less those that somebody objected to [choice].

    Where nobody exited and nobody objected there is nothing to judge.
    """
    figures = {"exited": facts.exited, "prepared": facts.prepared, "objections": facts.objections}
    whole = max(facts.exited, min(facts.objections, 1))
    return _share("exits", policy.exits_x100, facts.prepared - facts.objections, whole, figures)


def unit_records(facts: UnitFacts, policy: UnitPolicy) -> Line:
    """Visits recorded on time; two points off for each group of copied notes (S56: -2 per error)."""
    figures = {"visits": facts.visits, "late": facts.late, "copied_groups": facts.copied_groups}
    # Who has households and recorded nothing has no records, and that is to be judged.
    if facts.visits == 0 and facts.households > 0:
        return Line("records", 0, policy.records_x100, {**figures})
    line = _share("records", policy.records_x100, facts.visits - facts.late, facts.visits, figures)
    points = max(0, line.points_x100 - policy.copied_group_x100 * facts.copied_groups)
    return Line("records", points, line.max_x100, line.figures, line.withheld)


def satisfaction(facts: UnitFacts | HelperFacts, policy: UnitPolicy | HelperPolicy) -> Line:
    """What the households themselves answered to a third party (S60); withheld where none was asked or answered."""
    figures = {"answered": facts.answered, "satisfied": facts.satisfied}
    return _share("satisfaction", policy.satisfaction_x100, facts.satisfied, facts.answered, figures)


def visits(facts: HelperFacts, policy: HelperPolicy) -> Line:
    """Of the households and quarters that were his, those that he visited (S72: overdue visits) [choice]."""
    figures = {"visits_due": facts.visits_due, "visits_kept": facts.visits_kept}
    return _share("visits", policy.visits_x100, facts.visits_kept, facts.visits_due, figures)


def helper_records(facts: HelperFacts, policy: HelperPolicy) -> Line:
    """Half for notes of their own, half for records that came on time [choice]."""
    figures = {"visits": facts.visits, "distinct_notes": facts.distinct_notes, "late": facts.late}
    if facts.visits == 0 and facts.visits_due > 0:
        return Line("records", 0, policy.records_x100, {**figures})
    kept = facts.distinct_notes + facts.visits - facts.late
    return _share("records", policy.records_x100, kept, 2 * facts.visits, figures)


def follow_ups(facts: HelperFacts, policy: HelperPolicy) -> Line:
    """Visits that a death in the household asked for [choice]."""
    figures = {"follow_ups_due": facts.follow_ups_due, "follow_ups_kept": facts.follow_ups_kept}
    return _share("follow_ups", policy.follow_ups_x100, facts.follow_ups_kept, facts.follow_ups_due, figures)


def _veto(case_id: UUID | None) -> tuple[Line, ...]:
    """Named in a confirmed case: no points are taken, and no points help (domain notes 2.5 "Veto")."""
    return () if case_id is None else (Line("veto", 0, 0, {"case_id": str(case_id)}),)


def unit_lines(facts: UnitFacts, policy: UnitPolicy) -> tuple[Line, ...]:
    """The unit scheme: presence 20, measures 25, exits 20, records 10, satisfaction 25 by default."""
    return (
        presence(facts, policy),
        measures(facts, policy),
        exits(facts, policy),
        unit_records(facts, policy),
        satisfaction(facts, policy),
        *_veto(facts.case_id),
    )


def helper_lines(facts: HelperFacts, policy: HelperPolicy) -> tuple[Line, ...]:
    """The helper scheme: visits 45, records 20, follow-ups 10, satisfaction 25 by default."""
    return (
        visits(facts, policy),
        helper_records(facts, policy),
        follow_ups(facts, policy),
        satisfaction(facts, policy),
        *_veto(facts.case_id),
    )


@dataclass(frozen=True, slots=True)
class Rated:
    """A score before it is compared: the sum of its lines, out of what they could bring."""

    points_x100: int
    reachable_x100: int
    rated_x100: int
    vetoed: bool


def rated(lines: Sequence[Line]) -> Rated:
    """`rated_x100`: the points of a hundred, had nothing been withheld. Nothing reachable is rated 0."""
    points, reachable = sum(x.points_x100 for x in lines), sum(x.max_x100 for x in lines if not x.withheld)
    rating = half_up(WHOLE_X100 * points, reachable) if reachable else 0
    return Rated(points, reachable, rating, any(x.code == "veto" for x in lines))


def grade_of(rating: Rated, grades_x100: Sequence[int]) -> Grade:
    """90, 80, 60 (S57, S58 [choice]), before the share of excellent; a veto is poor whatever the points."""
    if rating.vetoed:
        return "poor"
    reached = sum(rating.rated_x100 >= limit for limit in grades_x100)
    return GRADES[reached]


def _verdict(lines: tuple[Line, ...], grades_x100: tuple[int, int, int]) -> Verdict:
    reasons = tuple(
        Reason(x.code, 0 < x.max_x100 == x.points_x100, {**x.figures, "points_x100": x.points_x100}) for x in lines
    )
    return Verdict(grade_of(rated(lines), grades_x100), reasons)


def unit_score(facts: UnitFacts, policy: UnitPolicy) -> Verdict:
    """The grade that the points alone give; a reason for each line, passed where nothing is missing."""
    return _verdict(unit_lines(facts, policy), policy.grades_x100)


def helper_score(facts: HelperFacts, policy: HelperPolicy) -> Verdict:
    """The same for a helper."""
    return _verdict(helper_lines(facts, policy), policy.grades_x100)


UNIT_SCORE = Rule("assessment.unit_score", UnitFacts, UnitPolicy, unit_score, "docs/domain.md#25-assessment")
HELPER_SCORE = Rule("assessment.helper_score", HelperFacts, HelperPolicy, helper_score, "docs/domain.md#25-assessment")


def ranks(ratings: Mapping[UUID, Rated]) -> dict[UUID, int]:
    """Best first, alike where rated alike (1, 2, 2, 4); the vetoed behind all others, by their points [choice]."""
    places: dict[tuple[bool, int], int] = {}
    for position, key in enumerate(sorted((r.vetoed, -r.rated_x100) for r in ratings.values()), 1):
        places.setdefault(key, position)
    return {one: places[r.vetoed, -r.rated_x100] for one, r in ratings.items()}


def grades(ratings: Mapping[UUID, Rated], grades_x100: Sequence[int], share_ppm: int) -> dict[UUID, Grade]:
    """Each subject's grade among those of its kind: excellent for at most the share (S64: 25 %), others are good.

    Those rated alike are graded alike: where all of them would be too many, none is excellent.
    """
    found = {one: grade_of(r, grades_x100) for one, r in ratings.items()}
    best = [r.rated_x100 for one, r in ratings.items() if found[one] == "excellent"]
    most = len(ratings) * share_ppm // PPM
    for one, grade in found.items():
        if grade == "excellent" and sum(r >= ratings[one].rated_x100 for r in best) > most:
            found[one] = "good"
    return found


def regrade(own: Rated, others: Sequence[str], grades_x100: Sequence[int], share_ppm: int) -> Grade:
    """The grade of a corrected score beside the others' published ones, which stay [choice].

    It is excellent only where the share leaves room.
    """
    grade = grade_of(own, grades_x100)
    room = (len(others) + 1) * share_ppm // PPM - sum(o == "excellent" for o in others)
    return "good" if grade == "excellent" and room < 1 else grade


def corrected(lines: Sequence[Line], code: str, points_x100: int, appeal_id: UUID) -> tuple[Line, ...]:
    """The lines with one replaced: its new points, the old ones and the appeal among its figures; no more withheld."""
    return tuple(
        Line(
            x.code,
            points_x100,
            x.max_x100,
            {k: v for k, v in x.figures.items() if k != "withheld"}
            | {"appeal": str(appeal_id), "before_x100": x.points_x100},
        )
        if x.code == code
        else x
        for x in lines
    )
