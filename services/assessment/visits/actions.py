"""Taking what phones send: judged by the day it was done, answered the same however often it is sent."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.assessment.deeds import queries as deeds
from services.assessment.teams import queries as teams
from services.assessment.teams.tables import CadreRow, HomePlaceRow
from services.assessment.visits import queries
from services.assessment.visits.rules import (
    FindingPolicy,
    VisitFacts,
    VisitPolicy,
    distance_m,
    is_stated,
    judge_checkin,
    judge_visit,
    note_digest,
)
from services.assessment.visits.schemas import NewCheckin, SentVisit, VisitResult
from services.assessment.visits.tables import CheckinRow, VisitRow
from shared.acts.bodies import code_of
from shared.acts.reasons import reason_shown
from shared.data.sql import Connection
from shared.events.assessment import VisitRecorded
from shared.facts.outbox import emit
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.ground.problems import Problem

ROOM = "assessment.visits"


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
    sent, days = {i.id for i in items}, [(i.household_id, i.visited_on) for i in items]
    earlier = await queries.list_earlier(connection, cadre.id, list(sent), days)
    known = {row.id: row for row in earlier if row.id in sent}
    counted = {(row.household_id, row.visited_on) for row in earlier if row.counts and row.cadre_id == cadre.id}
    tenures = await teams.list_tenures(connection, cadre.id, list(households))
    places = await teams.list_places(connection, sorted({h.division for h in households.values()}))
    moved = await deeds.list_moved_in(connection, list(households))
    homes = await teams.list_home_places(connection, list(households))
    fresh, reasons = dict[UUID, VisitRow](), list[str | None]()
    for item in items:
        said, household = _said(item), households.get(item.household_id)
        if item.id in known:
            reasons.append(_repeated(act, known[item.id], said))
            continue
        if household is None or not codes.issuperset(item.findings):
            # A helper sees whom he is paired with; to ask again would change nothing.
            nobody = "not_the_helper" if act.caller.role == "helper" else "shared.household_unknown"
            reasons.append("unknown_finding" if household else nobody)
            continue
        day, far = (item.household_id, item.visited_on), _distance(places, household.division, item)
        facts = VisitFacts(
            item.visited_on,
            act.business_date,
            _helped(tenures.get(item.household_id, ()), item.visited_on),
            far,
            day in counted,
            nearest_m=_nearest(places, household.division, item),
            moved=item.visited_on >= moved.get(item.household_id, date.max),
            stated=is_stated((item.lat_e6, item.lon_e6)),
            home_m=_home_distance(homes.get(item.household_id), item),
        )
        judged = judge_visit(facts, figures)
        reasons.append(judged.refusal)
        if not judged.refusal:
            counted |= {day} if judged.counts else set()
            known[item.id] = fresh[item.id] = VisitRow(
                **said,
                id=item.id,
                division=household.division,
                cadre_id=cadre.id,
                distance_m=far,
                note_digest=note_digest(item.note),
                counts=judged.counts,
                late=judged.late,
                reasons=list(judged.reasons),
                recorded_on=act.business_date,
                recorded_by=act.subject,
            )
    free = await queries.insert_visits(connection, list(fresh.values()))
    await emit(connection, act, "assessment", [_recorded(row) for row in fresh.values() if row.id in free])
    return _results(items, reasons, known, fresh, free)


async def record_checkins(
    connection: Connection, act: Act, policy: Policy, items: Sequence[NewCheckin]
) -> list[VisitResult]:
    """Days of presence in the village where the caller is stationed; one counts a day.

    Raises:
        Problem: the caller is no cadre of the area (403).
    """
    cadre = await _lock_cadre(connection, act)
    if not act.caller.within(cadre.division):
        raise Problem("assessment.visits.not_a_cadre")
    figures = policy.on(act.business_date, VisitPolicy)
    known = await queries.list_checkins_by_id(connection, [i.id for i in items])
    places = await teams.list_places(connection, [cadre.division])
    counted = await queries.list_checked_days(connection, cadre.id, [i.on for i in items])
    fresh, reasons = dict[UUID, CheckinRow](), list[str | None]()
    for item in items:
        said = {"checked_on": item.on, "lat_e6": item.lat_e6, "lon_e6": item.lon_e6}
        if item.id in known:
            reasons.append(_repeated(act, known[item.id], said))
            continue
        far = _distance(places, cadre.division, item)
        judged = judge_checkin(
            item.on,
            act.business_date,
            cadre.starts_on,
            far,
            figures,
            counted=item.on in counted,
            nearest_m=_nearest(places, cadre.division, item),
            stated=is_stated((item.lat_e6, item.lon_e6)),
        )
        reasons.append(judged.refusal)
        if not judged.refusal:
            counted |= {item.on} if judged.counts else set()
            known[item.id] = fresh[item.id] = CheckinRow(
                id=item.id,
                cadre_id=cadre.id,
                division=cadre.division,
                checked_on=item.on,
                lat_e6=item.lat_e6,
                lon_e6=item.lon_e6,
                distance_m=far,
                counts=judged.counts,
                reasons=list(judged.reasons),
                recorded_on=act.business_date,
                recorded_by=act.subject,
            )
    free = await queries.insert_checkins(connection, list(fresh.values()))
    return _results(items, reasons, known, fresh, free)


async def _lock_cadre(connection: Connection, act: Act) -> CadreRow:
    cadre = await teams.lock_cadre_of(connection, act.subject)
    if cadre is None:
        raise Problem("assessment.visits.not_a_cadre")
    return cadre


def _said(item: SentVisit) -> dict[str, Any]:
    """What a visit must say again when it comes again."""
    return item.model_dump(exclude={"id"}) | {"findings": sorted(set(item.findings))}


def _repeated(act: Act, earlier: VisitRow | CheckinRow, said: Mapping[str, Any]) -> str | None:
    """Two phones may send the same; the same person with another content, or another person, is refused."""
    if earlier.recorded_by != act.subject:
        return "id_taken"
    same = all(getattr(earlier, name) == value for name, value in said.items())
    return None if same else "content_differs"


def _helped(tenures: Sequence[tuple[date, date | None]], on: date) -> bool:
    return any(start <= on and (end is None or on < end) for start, end in tenures)


def _distance(places: Mapping[str, tuple[int, int]], division: str, item: SentVisit | NewCheckin) -> int | None:
    place = places.get(division)
    return None if place is None else distance_m(place, (item.lat_e6, item.lon_e6))


def _home_distance(home: HomePlaceRow | None, item: SentVisit) -> int | None:
    """To the new home, from the day on which the household lives there."""
    if home is None or item.visited_on < home.since_on:
        return None
    return distance_m((home.lat_e6, home.lon_e6), (item.lat_e6, item.lon_e6))


def _nearest(places: Mapping[str, tuple[int, int]], division: str, item: SentVisit | NewCheckin) -> int | None:
    near = (place for village, place in places.items() if village[:6] == division[:6])
    return min((distance_m(place, (item.lat_e6, item.lon_e6)) for place in near), default=None)


def _recorded(row: VisitRow) -> VisitRecorded:
    return VisitRecorded(
        household_id=row.household_id,
        division=row.division,
        visit_id=row.id,
        cadre_id=row.cadre_id,
        visited_on=row.visited_on,
        counts=row.counts,
        findings=row.findings,
    )


def _results(
    items: Sequence[SentVisit | NewCheckin],
    reasons: Sequence[str | None],
    known: Mapping[UUID, VisitRow | CheckinRow],
    fresh: Mapping[UUID, VisitRow | CheckinRow],
    free: set[UUID],
) -> list[VisitResult]:
    results = []
    for item, reason in zip(items, reasons, strict=True):
        code = code_of(ROOM, "id_taken" if item.id in fresh and item.id not in free else reason)
        if code:
            results.append(VisitResult(id=item.id, status="refused", code=code))
            continue
        row, new = known[item.id], item.id in fresh
        judged = {"counts": row.counts, "reasons": row.reasons, "why": [reason_shown(ROOM, r) for r in row.reasons]}
        results.append(VisitResult(id=item.id, status="accepted", fresh=new, **judged))
    return results
