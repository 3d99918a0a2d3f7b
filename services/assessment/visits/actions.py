"""Taking what phones send: judged by the day it was done, answered the same however often it is sent."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.assessment.deeds import queries as deeds
from services.assessment.teams import queries as teams
from services.assessment.visits import queries
from services.assessment.visits.rules import (
    FindingPolicy,
    Judgement,
    VisitFacts,
    VisitPolicy,
    distance_m,
    is_stated,
    judge_checkin,
    judge_visit,
    note_digest,
)
from services.assessment.visits.schemas import NewCheckin, SentVisit, VisitResult
from shared.data.sql import Connection, Row
from shared.events.assessment import VisitRecorded
from shared.facts.outbox import emit
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.ground.problems import Problem

VISIT_CONTENT = ("household_id", "visited_on", "lat_e6", "lon_e6", "note", "findings", "photo_sha256")
CHECKIN_CONTENT = ("checked_on", "lat_e6", "lon_e6")
TAKEN = "assessment.visits.id_taken"


async def record_visits(
    connection: Connection, act: Act, policy: Policy, items: Sequence[SentVisit]
) -> list[VisitResult]:
    """Judge and keep each; what is refused is not kept, and may come again corrected under the same id.

    Raises:
        Problem: the caller is no cadre (403).
    """
    cadre = await _lock_cadre(connection, act)
    figures = policy.on(act.business_date, VisitPolicy)
    codes = set(policy.on(act.business_date, FindingPolicy).visit_findings)
    # Statements of their own after the locks, so that they see what a phone before us has committed.
    households = await teams.lock_households(connection, sorted({i.household_id for i in items}))
    known: dict[UUID, Any] = dict(await queries.list_visits_by_id(connection, [i.id for i in items]))
    tenures = await teams.list_tenures(connection, cadre["id"], list(households))
    places = await teams.list_places(connection, sorted({h["division"] for h in households.values()}))
    moved = await deeds.list_moved_in(connection, list(households))
    counted = await queries.list_counted(connection, cadre["id"], [(i.household_id, i.visited_on) for i in items])
    fresh, refused = dict[UUID, dict[str, Any]](), list[str | None]()
    for item in items:
        row, household = _visit_row(act, item, cadre["id"]), households.get(item.household_id)
        if item.id in known:
            refused.append(_repeated(row, known[item.id], VISIT_CONTENT))
            continue
        if household is None or not codes.issuperset(item.findings):
            refused.append("assessment.visits.unknown_finding" if household else "shared.household_unknown")
            continue
        day, far = (item.household_id, item.visited_on), _distance(places, household["division"], item)
        facts = VisitFacts(
            item.visited_on,
            act.business_date,
            _helped(tenures.get(item.household_id, ()), item.visited_on),
            far,
            day in counted,
            nearest_m=_nearest(places, household["division"], item),
            moved=item.visited_on >= moved.get(item.household_id, date.max),
            stated=is_stated((item.lat_e6, item.lon_e6)),
        )
        judged = judge_visit(facts, figures)
        refused.append(_code(judged))
        if not judged.refusal:
            counted |= {day} if judged.counts else set()
            kept = {"division": household["division"], "late": judged.late}
            known[item.id] = fresh[item.id] = row | kept | _judged(judged, far)
    taken = set(fresh) - await queries.insert_visits(connection, list(fresh.values()))
    await emit(connection, act, "assessment", [_recorded(r) for r in fresh.values() if r["id"] not in taken])
    return _results(items, [TAKEN if i.id in taken else c for i, c in zip(items, refused, strict=True)], known, fresh)


async def record_checkins(
    connection: Connection, act: Act, policy: Policy, items: Sequence[NewCheckin]
) -> list[VisitResult]:
    """Days of presence in the village where the caller is stationed; one counts a day.

    Raises:
        Problem: the caller is no cadre of the area (403).
    """
    cadre = await _lock_cadre(connection, act)
    if not act.caller.within(cadre["division"]):
        raise Problem("assessment.visits.not_a_cadre")
    figures = policy.on(act.business_date, VisitPolicy)
    known: dict[UUID, Any] = dict(await queries.list_checkins_by_id(connection, [i.id for i in items]))
    places = await teams.list_places(connection, [cadre["division"]])
    counted = await queries.list_checked_days(connection, cadre["id"], [i.on for i in items])
    fresh, refused = dict[UUID, dict[str, Any]](), list[str | None]()
    for item in items:
        row = _checkin_row(act, item, cadre)
        if item.id in known:
            refused.append(_repeated(row, known[item.id], CHECKIN_CONTENT))
            continue
        far = _distance(places, cadre["division"], item)
        judged = judge_checkin(
            item.on,
            act.business_date,
            cadre["starts_on"],
            far,
            figures,
            counted=item.on in counted,
            nearest_m=_nearest(places, cadre["division"], item),
            stated=is_stated((item.lat_e6, item.lon_e6)),
        )
        refused.append(_code(judged))
        if not judged.refusal:
            counted |= {item.on} if judged.counts else set()
            known[item.id] = fresh[item.id] = row | _judged(judged, far)
    taken = set(fresh) - await queries.insert_checkins(connection, list(fresh.values()))
    return _results(items, [TAKEN if i.id in taken else c for i, c in zip(items, refused, strict=True)], known, fresh)


async def _lock_cadre(connection: Connection, act: Act) -> Row:
    cadre = await teams.lock_cadre_of(connection, act.subject)
    if cadre is None:
        raise Problem("assessment.visits.not_a_cadre")
    return cadre


def _visit_row(act: Act, item: SentVisit, cadre_id: UUID) -> dict[str, Any]:
    return item.model_dump() | {
        "findings": sorted(set(item.findings)),
        "note_digest": note_digest(item.note),
        "cadre_id": cadre_id,
        "recorded_on": act.business_date,
        "recorded_by": act.subject,
    }


def _checkin_row(act: Act, item: NewCheckin, cadre: Row) -> dict[str, Any]:
    return item.model_dump(exclude={"on"}) | {
        "checked_on": item.on,
        "cadre_id": cadre["id"],
        "division": cadre["division"],
        "recorded_on": act.business_date,
        "recorded_by": act.subject,
    }


def _judged(judged: Judgement, far: int | None) -> dict[str, Any]:
    return {"distance_m": far, "counts": judged.counts, "reasons": list(judged.reasons)}


def _repeated(row: dict[str, Any], earlier: Any, content: Sequence[str]) -> str | None:
    """Two phones may send the same; the same person with another content, or another person, is refused."""
    if earlier["recorded_by"] != row["recorded_by"]:
        return TAKEN
    same = all(earlier[name] == row[name] for name in content)
    return None if same else "assessment.visits.content_differs"


def _helped(tenures: Sequence[tuple[date, date | None]], on: date) -> bool:
    return any(start <= on and (end is None or on < end) for start, end in tenures)


def _distance(places: Mapping[str, tuple[int, int]], division: str, item: SentVisit | NewCheckin) -> int | None:
    place = places.get(division)
    return None if place is None else distance_m(place, (item.lat_e6, item.lon_e6))


def _nearest(places: Mapping[str, tuple[int, int]], division: str, item: SentVisit | NewCheckin) -> int | None:
    near = (place for village, place in places.items() if village[:6] == division[:6])
    return min((distance_m(place, (item.lat_e6, item.lon_e6)) for place in near), default=None)


def _code(judged: Judgement) -> str | None:
    return judged.refusal and f"assessment.visits.{judged.refusal}"


def _recorded(row: dict[str, Any]) -> VisitRecorded:
    return VisitRecorded(
        household_id=row["household_id"],
        division=row["division"],
        visit_id=row["id"],
        cadre_id=row["cadre_id"],
        visited_on=row["visited_on"],
        counts=row["counts"],
        findings=row["findings"],
    )


def _results(
    items: Sequence[SentVisit | NewCheckin],
    refused: Sequence[str | None],
    known: Mapping[UUID, Any],
    fresh: Mapping[UUID, Any],
) -> list[VisitResult]:
    return [
        VisitResult(id=item.id, status="refused", code=code, counts=False, reasons=[])
        if code
        else VisitResult(
            id=item.id, status="accepted", code=None, counts=known[item.id]["counts"],
            reasons=known[item.id]["reasons"], fresh=item.id in fresh,
        )
        for item, code in zip(items, refused, strict=True)
    ]  # fmt: skip
