"""Planning classes, recording who attended and passed, owing the subsidy for it."""

from collections.abc import Sequence
from functools import partial
from typing import Any
from uuid import UUID

from services.industry.payouts.actions import record_dues
from services.industry.payouts.rules import Due
from services.industry.training import queries
from services.industry.training.rules import SubsidyPolicy, attendance_refusal, certificate_refusal, subsidy_fen
from services.industry.training.schemas import Attendance, Certificate, Subsidies, TrainingClass
from services.industry.training.tables import TrainingCertificate, training_certificate
from shared.acts.batches import take_new
from shared.acts.bodies import Confirmation, Result, answers
from shared.acts.procedures import (
    PASSED,
    Finding,
    Procedure,
    Step,
    by_bureaus,
    confirmed,
    lock_cases,
    log_steps,
    take_step,
)
from shared.acts.projection import OF_REGISTERED, list_households, lock_households, registered
from shared.data.sql import Connection
from shared.events.envelope import Payload
from shared.events.industry import CertificateIssued
from shared.ground.context import Act
from shared.ground.policy import Policy

ROOM = "industry.training"
CLASS = ("course", "provider_code", "division", "starts_on", "days", "employer_code")
ATTENDANCE = ("class_id", "household_id", "trainee", "days")
CERTIFICATE = ("attendance_id", "certificate_no", "issued_on")


BEGUN = (
    Step("accepted", "recorded", ("county",), ("recorded_by",), "accepted", asked_where=OF_REGISTERED,
         zh="审核培训证书", en="Acceptance of a certificate"),
)  # fmt: skip
# Since the second version the human resources bureau accepts.
CERTIFICATES = Procedure(ROOM, training_certificate, (BEGUN, by_bureaus(BEGUN, accepted="human_resources")))


async def plan_classes(connection: Connection, act: Act, items: Sequence[TrainingClass]) -> list[Result]:
    """Keep classes; what one is does not change."""
    known = await queries.list_classes_by_id(connection, [i.id for i in items])

    def judge(item: TrainingClass) -> str | dict[str, Any]:
        if not act.caller.within(item.division):
            return "outside_area"
        return item.model_dump() | {"created_on": act.business_date, "created_by": act.subject}

    reasons, _ = await take_new(items, known, CLASS, judge, partial(queries.insert_classes, connection))
    return answers(ROOM, [i.id for i in items], reasons)


async def record_attendances(connection: Connection, act: Act, items: Sequence[Attendance]) -> list[Result]:
    """Keep who attended, once a class; a trainee's code stays with one household."""
    households = await lock_households(connection, [i.household_id for i in items])
    await queries.take_turn(connection)
    classes = await queries.list_classes_by_id(connection, [i.class_id for i in items])
    known = await queries.list_attendances_by_id(connection, [i.id for i in items])
    attended = await queries.list_attended(connection, [i.trainee for i in items])
    of_others = await queries.list_of_others(connection, [(i.trainee, i.household_id) for i in items])
    owners = dict[str, UUID]()

    def judge(item: Attendance) -> str | dict[str, Any]:
        household, its_class = registered(households, item.household_id), classes.get(item.class_id)
        if isinstance(household, str):
            return household
        if its_class is None:
            return "shared.not_found"
        if reason := attendance_refusal(its_class.starts_on, its_class.days, item.days, act.business_date):
            return reason
        if (item.class_id, item.trainee) in attended:
            return "attended_already"
        if item.trainee in of_others or owners.setdefault(item.trainee, item.household_id) != item.household_id:
            return "trainee_of_another"
        attended.add((item.class_id, item.trainee))
        return item.model_dump() | {
            "division": household.division,
            "recorded_on": act.business_date,
            "recorded_by": act.subject,
        }

    reasons, _ = await take_new(items, known, ATTENDANCE, judge, partial(queries.insert_attendances, connection))
    return answers(ROOM, [i.id for i in items], reasons)


async def record_certificates(connection: Connection, act: Act, items: Sequence[Certificate]) -> list[Result]:
    """Keep certificates, one for an attendance, each number once in the county."""
    attendances = await queries.lock_attended(connection, [i.attendance_id for i in items])
    households = await list_households(connection, {a.household_id for a in attendances.values()})
    await queries.take_turn(connection)
    known = await queries.list_certificates_by_id(connection, [i.id for i in items])
    certified = await queries.list_certified(connection, list(attendances))
    numbers = await queries.list_numbers(connection, [i.certificate_no for i in items])

    def judge(item: Certificate) -> str | dict[str, Any]:
        attendance = attendances.get(item.attendance_id)
        if attendance is None:
            return "shared.not_found"
        household = registered(households, attendance.household_id)
        if isinstance(household, str):
            return household
        reason = certificate_refusal(
            attendance.starts_on, attendance.class_days, attendance.days, item.issued_on, act.business_date
        )
        if reason:
            return reason
        if item.attendance_id in certified:
            return "certified_already"
        if item.certificate_no in numbers:
            return "number_taken"
        certified.add(item.attendance_id)
        numbers.add(item.certificate_no)
        case = CERTIFICATES.opened(
            act,
            "recorded",
            **item.model_dump(),
            household_id=attendance.household_id,
            division=attendance.division,
            recorded_on=act.business_date,
            recorded_by=act.subject,
        )
        return case._asdict()

    reasons, new = await take_new(items, known, CERTIFICATE, judge, partial(queries.insert_certificates, connection))
    await log_steps(connection, act, CERTIFICATES, "recorded", [(TrainingCertificate(**row), PASSED) for row in new])
    return answers(ROOM, [i.id for i in items], reasons)


async def accept_certificates(connection: Connection, act: Act, items: Sequence[Confirmation]) -> list[Result]:
    """A second person answers each once; the first word stays."""
    cases = await lock_cases(connection, CERTIFICATES, [i.id for i in items])
    households = await list_households(connection, {c.household_id for c in cases.values()})
    courses = await queries.list_courses(connection, [i.id for i in items])

    def find(case: TrainingCertificate, item: Confirmation) -> Finding:
        household = registered(households, case.household_id)
        return Finding(refusal=household) if isinstance(household, str) and item.confirmed else confirmed(case, item)

    def issued(case: TrainingCertificate, _found: Finding) -> Payload:
        return CertificateIssued(
            household_id=case.household_id,
            division=case.division,
            certificate_id=case.id,
            course=courses[case.id],
            issued_on=case.issued_on,
        )

    return await take_step(connection, act, CERTIFICATES, "accepted", items, find, rows=cases, facts=issued)


async def order_subsidies(connection: Connection, act: Act, policy: Policy, course: str | None) -> Subsidies:
    """Record what is owed for accepted certificates; the dues' own keys keep it to once a year."""
    figures = policy.on(act.business_date, SubsidyPolicy)
    owed = [
        Due(
            source_key=f"training:{c.trainee}:{c.course}:{c.issued_on.year}" + (f":{c.revoked}" if c.revoked else ""),
            household_id=c.household_id,
            division=c.division,
            purpose="training",
            payer=f"training:{c.course}",
            category="none",
            amount_fen=subsidy_fen(c.days, figures),
        )
        for c in await queries.list_owed(connection, course)
    ]
    new = await record_dues(connection, act, owed)
    return Subsidies(certificates=len(owed), dues=len(new), amount_fen=sum(due.amount_fen for due in new))
