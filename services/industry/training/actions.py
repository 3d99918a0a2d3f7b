"""Planning classes, recording who attended and passed, owing the subsidy for it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from services.industry.payouts.actions import record_dues
from services.industry.payouts.rules import Due
from services.industry.training import queries
from services.industry.training.rules import SubsidyPolicy, attendance_refusal, certificate_refusal, subsidy_fen
from services.industry.training.schemas import (
    Attendance,
    Certificate,
    CertificateAcceptance,
    Result,
    Subsidies,
    TrainingClass,
)
from shared.acts.batches import NewRows, take_new
from shared.data.sql import Connection, Row
from shared.events.industry import CertificateIssued
from shared.facts.outbox import emit
from shared.ground.context import Act
from shared.ground.policy import Policy

CLASS = ("course", "provider_code", "division", "starts_on", "days", "employer_code")
ATTENDANCE = ("class_id", "household_id", "trainee", "days")
CERTIFICATE = ("attendance_id", "certificate_no", "issued_on")


def _results(ids: Sequence[UUID], reasons: Sequence[str | None]) -> list[Result]:
    return [
        Result(id=one, status="refused" if reason else "accepted", code=_code(reason))
        for one, reason in zip(ids, reasons, strict=True)
    ]


def _code(reason: str | None) -> str | None:
    return reason if reason is None or "." in reason else f"industry.training.{reason}"


async def plan_classes(connection: Connection, act: Act, items: Sequence[TrainingClass]) -> list[Result]:
    """Keep classes; what one is does not change."""
    known = await queries.list_classes_by_id(connection, [i.id for i in items])

    def judge(item: TrainingClass) -> str | dict[str, Any]:
        if not act.caller.within(item.division):
            return "outside_area"
        return item.model_dump() | {"created_on": act.business_date, "created_by": act.subject}

    async def save(rows: NewRows) -> set[UUID]:
        return await queries.insert_classes(connection, rows)

    reasons, _ = await take_new(items, known, CLASS, judge, save)
    return _results([i.id for i in items], reasons)


async def record_attendances(connection: Connection, act: Act, items: Sequence[Attendance]) -> list[Result]:
    """Keep who attended, once a class; a trainee's code stays with one household."""
    households = await queries.lock_households(connection, [i.household_id for i in items])
    await queries.take_turn(connection)
    classes = await queries.list_classes_by_id(connection, [i.class_id for i in items])
    known = await queries.list_attendances_by_id(connection, [i.id for i in items])
    attended = await queries.list_attended(connection, [i.trainee for i in items])
    of_others = await queries.list_of_others(connection, [(i.trainee, i.household_id) for i in items])
    owners = dict[str, UUID]()

    def judge(item: Attendance) -> str | dict[str, Any]:
        household, its_class = households.get(item.household_id), classes.get(item.class_id)
        if household is None or household["status"] == "removed":
            return "household_removed" if household else "shared.household_unknown"
        if its_class is None:
            return "shared.not_found"
        if reason := attendance_refusal(its_class["starts_on"], its_class["days"], item.days, act.business_date):
            return reason
        if (item.class_id, item.trainee) in attended:
            return "attended_already"
        if item.trainee in of_others or owners.setdefault(item.trainee, item.household_id) != item.household_id:
            return "trainee_of_another"
        attended.add((item.class_id, item.trainee))
        return item.model_dump() | {
            "division": household["division"],
            "recorded_on": act.business_date,
            "recorded_by": act.subject,
        }

    async def save(rows: NewRows) -> set[UUID]:
        return await queries.insert_attendances(connection, rows)

    reasons, _ = await take_new(items, known, ATTENDANCE, judge, save)
    return _results([i.id for i in items], reasons)


async def record_certificates(connection: Connection, act: Act, items: Sequence[Certificate]) -> list[Result]:
    """Keep certificates, one for an attendance, each number once in the county."""
    attendances = await queries.lock_attendances(connection, [i.attendance_id for i in items])
    await queries.take_turn(connection)
    known = await queries.list_certificates_by_id(connection, [i.id for i in items])
    certified = await queries.list_certified(connection, list(attendances))
    numbers = await queries.list_numbers(connection, [i.certificate_no for i in items])

    def judge(item: Certificate) -> str | dict[str, Any]:
        attendance = attendances.get(item.attendance_id)
        if attendance is None:
            return "shared.not_found"
        reason = certificate_refusal(
            attendance["starts_on"], attendance["class_days"], attendance["days"], item.issued_on, act.business_date
        )
        if reason:
            return reason
        if item.attendance_id in certified:
            return "certified_already"
        if item.certificate_no in numbers:
            return "number_taken"
        certified.add(item.attendance_id)
        numbers.add(item.certificate_no)
        return item.model_dump() | {
            "household_id": attendance["household_id"], "division": attendance["division"], "state": "recorded",
            "recorded_on": act.business_date, "recorded_by": act.subject,
        }  # fmt: skip

    async def save(rows: NewRows) -> set[UUID]:
        return await queries.insert_certificates(connection, rows)

    reasons, _ = await take_new(items, known, CERTIFICATE, judge, save)
    return _results([i.id for i in items], reasons)


async def accept_certificates(
    connection: Connection, act: Act, items: Sequence[CertificateAcceptance]
) -> list[Result]:  # fmt: skip
    """A second person answers each once; the first word stays."""
    certificates = await queries.lock_certificates(connection, [i.id for i in items])
    states = dict[UUID, str]()
    reasons = list[str | None]()
    for item in items:
        certificate, state = certificates.get(item.id), "accepted" if item.accepted else "refused"
        reasons.append(_answer_refusal(act, certificate, states.get(item.id), state))
        if certificate is not None and reasons[-1] is None and certificate["state"] == "recorded":
            states[item.id] = state
    await queries.answer_certificates(connection, states, act.business_date, act.subject)
    accepted = [certificates[one] for one, state in states.items() if state == "accepted"]
    await emit(connection, act, "industry", [
        CertificateIssued(
            household_id=c["household_id"], division=c["division"], certificate_id=c["id"], course=c["course"],
            issued_on=c["issued_on"],
        )
        for c in accepted
    ])  # fmt: skip
    return _results([i.id for i in items], reasons)


def _answer_refusal(act: Act, certificate: Row | None, earlier: str | None, state: str) -> str | None:
    if certificate is None:
        return "shared.not_found"
    stands = earlier or certificate["state"]
    if stands != "recorded":
        return None if stands == state else "already_answered"
    return "shared.same_person" if certificate["recorded_by"] == act.subject else None


async def order_subsidies(connection: Connection, act: Act, policy: Policy, course: str | None) -> Subsidies:
    """Record what is owed for accepted certificates; the dues' own keys keep it to once a year."""
    figures = policy.on(act.business_date, SubsidyPolicy)
    owed = [
        Due(
            source_key=f"training:{c['trainee']}:{c['course']}:{c['issued_on'].year}",
            household_id=c["household_id"], division=c["division"], purpose="training",
            payer=f"training:{c['course']}", category="none", amount_fen=subsidy_fen(c["days"], figures),
        )
        for c in await queries.list_owed(connection, course)
    ]  # fmt: skip
    new = await record_dues(connection, act, owed)
    return Subsidies(certificates=len(owed), dues=len(new), amount_fen=sum(due.amount_fen for due in new))
