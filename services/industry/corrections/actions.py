"""Putting right what was recorded: a reading and a spending by one person, an exchange and a certificate by two."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any
from uuid import UUID

from services.industry.corrections import queries, schemas
from services.industry.corrections.rules import more_before, spending_refusal
from services.industry.corrections.tables import (
    CertificateRevocation,
    ExchangeCorrection,
    PaymentRevocation,
    certificate_revocation,
    exchange_correction,
    payment_revocation,
)
from services.industry.payouts import queries as payouts
from services.industry.payouts.actions import RULING
from services.industry.projects import queries as projects
from services.industry.stations import queries as stations
from services.industry.stations.actions import EXCHANGE as METERS
from services.industry.stations.rules import MeterPolicy, Reading, Totals, fits_since, reading_refusal, recounted
from services.industry.stations.tables import Station, StationExchange, StationReading
from services.industry.training.actions import CERTIFICATES
from services.industry.training.rules import REVOKED
from shared.acts.batches import take_new
from shared.acts.bodies import Confirmation, Result, answers
from shared.acts.openings import open_cases
from shared.acts.procedures import (
    PASSED,
    Finding,
    Procedure,
    Step,
    advance,
    by_bureaus,
    confirmed,
    lock_cases,
    take_step,
)
from shared.data.sql import Connection
from shared.events.envelope import Payload
from shared.events.industry import CertificateRevoked, PaymentRevoked
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.values.ids import uuid7

ROOM = "industry.corrections"
READING = ("reading_id", "total_kwh", "reason")
EXCHANGE = ("exchange_id", "last_kwh", "first_kwh", "reason")
SPENDING = ("spending_id", "amount_fen", "reason")
REVOCATION = ("certificate_id", "reason")
PAYMENT = ("line_id", "code")
EXCHANGES = Procedure(f"{ROOM}.exchanges", exchange_correction, ((
    Step("confirmed", "proposed", ("township", "county"), ("proposed_by",), "confirmed",
         zh="确认更正电表更换记录", en="Confirm that a meter's exchange was told wrongly"),
),))  # fmt: skip
OF_PAYMENTS = (
    Step("confirmed", "proposed", ("county",), ("proposed_by",), "confirmed",
         zh="确认撤销误报的付款", en="Confirm that a payment was confirmed by mistake"),
)  # fmt: skip
OF_CERTIFICATES = (
    Step("confirmed", "proposed", ("county",), ("proposed_by",), "confirmed",
         zh="确认撤销培训证书", en="Confirm that a certificate is revoked"),
)  # fmt: skip
# Since the second version: whoever pays says that money did not arrive, whoever accepts a certificate that it is none.
BY_FINANCE = by_bureaus(OF_PAYMENTS, confirmed="finance")
BY_HUMAN_RESOURCES = by_bureaus(OF_CERTIFICATES, confirmed="human_resources")
PAYMENTS = Procedure(f"{ROOM}.payments", payment_revocation, (OF_PAYMENTS, BY_FINANCE), freezes=False)
REVOCATIONS = Procedure(f"{ROOM}.certificates", certificate_revocation, (OF_CERTIFICATES, BY_HUMAN_RESOURCES))


async def correct_readings(
    connection: Connection, act: Act, policy: Policy, items: Sequence[schemas.ReadingCorrection]
) -> list[Result]:
    """What a meter showed in truth; what it earned is made up for when the next quarter is settled.

    What the old meter showed when it was exchanged was told by two persons, and is not one's to correct.
    """
    readings = await stations.list_readings_by_id(connection, [i.reading_id for i in items])
    places = await stations.lock_stations(connection, sorted({r.station_id for r in readings.values()}))
    # Statements of their own after the lock, so that they see what the one before us has committed.
    readings = await stations.list_readings_by_id(connection, list(readings))
    totals = await stations.list_readings(connection, places)
    exchanges = await stations.list_exchanges_of(connection, places)
    known = await queries.list_reading_corrections(connection, [i.id for i in items])
    share_ppm = policy.on(act.business_date, MeterPolicy).meter_share_ppm
    stand = {one: row.stood_kwh for one, row in readings.items()}

    def judge(item: schemas.ReadingCorrection) -> str | dict[str, Any]:
        reading = readings.get(item.reading_id)
        station = places.get(reading.station_id) if reading else None
        if reading is None or station is None:
            return "shared.not_found"
        if any(e.confirmed and e.exchanged_on == reading.read_on for e in exchanges[station.id]):
            return "of_an_exchange"
        if item.total_kwh == stand[reading.id]:
            return "nothing_changes"
        right = Reading(reading.read_on, item.total_kwh + reading.before_kwh)
        others = [r for r in totals[station.id] if r.read_on != reading.read_on]
        if reason := reading_refusal(right, others, station.capacity_w, station.connected_on, share_ppm):
            return f"industry.stations.{reason}"
        was_kwh, stand[reading.id] = stand[reading.id], item.total_kwh
        totals[station.id] = [*others, right]
        told = {"corrected_on": act.business_date, "corrected_by": act.subject, "division": station.division}
        return item.model_dump() | told | {"station_id": station.id, "was_kwh": was_kwh}

    save = partial(queries.insert_reading_corrections, connection)
    reasons, new = await take_new(items, known, READING, judge, save)
    await stations.correct_readings(connection, {row["reading_id"]: row["total_kwh"] for row in new})
    return answers(ROOM, [i.id for i in items], reasons)


async def propose_exchanges(
    connection: Connection, act: Act, policy: Policy, items: Sequence[schemas.ExchangeCorrection]
) -> list[Result]:
    """What two persons told wrongly of a meter's exchange; each waits for a second person again."""
    told = await stations.list_exchanges_by_id(connection, [i.exchange_id for i in items])
    places = await stations.lock_stations(connection, sorted({e.station_id for e in told.values()}))
    told = await stations.list_exchanges_by_id(connection, list(told))
    readings = await stations.list_readings_of(connection, places)
    known = await queries.list_exchange_corrections(connection, [i.id for i in items])
    proposed = await queries.list_exchanges_open(connection, places)
    share_ppm = policy.on(act.business_date, MeterPolicy).meter_share_ppm

    def judge(item: schemas.ExchangeCorrection) -> str | ExchangeCorrection:
        exchange = told.get(item.exchange_id)
        station = places.get(exchange.station_id) if exchange else None
        if exchange is None or station is None:
            return "shared.not_found"
        if exchange.state != "confirmed":
            return "exchange_not_confirmed"
        if station.id in proposed:
            return "correction_open"
        if item.totals == exchange.stood:
            return "nothing_changes"
        if not _fits(station, exchange, item.totals, readings[station.id], share_ppm):
            return "does_not_fit"
        proposed.add(station.id)
        return EXCHANGES.opened(
            act,
            "proposed",
            id=item.id,
            exchange_id=exchange.id,
            station_id=station.id,
            division=station.division,
            was_last_kwh=exchange.stood.last_kwh,
            was_first_kwh=exchange.stood.first_kwh,
            last_kwh=item.last_kwh,
            first_kwh=item.first_kwh,
            reason=item.reason,
            proposed_on=act.business_date,
            proposed_by=act.subject,
        )

    save = partial(queries.insert_exchanges, connection)
    return await open_cases(connection, act, EXCHANGES, "proposed", items, known, EXCHANGE, judge, save, room=ROOM)


def _fits(
    station: Station, exchange: StationExchange, right: Totals | None, readings: Sequence[StationReading], ppm: int
) -> bool:
    """What was read on the day of an exchange and since must be what these two meters can have shown."""
    on = exchange.exchanged_on
    of_day = [r for r in readings if r.read_on == on and not (right is None and exchange.told_with(r))]
    totals = [Reading(on, r.before_kwh + (right.last_kwh if right else r.stood_kwh)) for r in of_day]
    others = [Reading(r.read_on, r.stood_kwh + r.before_kwh) for r in readings]
    line = recounted(on, totals, more_before(exchange.stood, right), others)
    return fits_since(on, line, station.capacity_w, station.connected_on, ppm)


async def confirm_exchanges(
    connection: Connection, act: Act, policy: Policy, items: Sequence[Confirmation]
) -> list[Result]:
    """What was read since counts on from what the old meter showed in truth; what it earned is made up for later."""
    cases = await lock_cases(connection, EXCHANGES, [i.id for i in items])
    places = await stations.lock_stations(connection, sorted({c.station_id for c in cases.values()}))
    exchanges = await stations.list_exchanges_by_id(connection, [c.exchange_id for c in cases.values()])
    readings = await stations.list_readings_of(connection, places)
    share_ppm = policy.on(act.business_date, MeterPolicy).meter_share_ppm

    def find(case: ExchangeCorrection, item: Confirmation) -> Finding:
        station, exchange = places[case.station_id], exchanges[case.exchange_id]
        fits = _fits(station, exchange, case.right, readings[station.id], share_ppm)
        return confirmed(case, item) if fits or not item.confirmed else Finding(refusal=f"{ROOM}.does_not_fit")

    async def correct(passed: list[tuple[ExchangeCorrection, Finding]]) -> None:
        for case, _ in passed:
            exchange = exchanges[case.exchange_id]
            of_day = [r for r in readings[case.station_id] if r.read_on == exchange.exchanged_on]
            kwh = more_before(exchange.stood, case.right)
            await stations.rebase_readings(connection, case.station_id, exchange.exchanged_on, kwh)
            if case.right:
                await stations.correct_exchange(connection, exchange.id, *case.right)
                await stations.correct_readings(connection, {r.id: case.right.last_kwh for r in of_day})
            else:
                await advance(connection, act, METERS, "revoked", [(exchange, "revoked", PASSED)])
                told = [r.id for r in of_day if exchange.told_with(r)]
                await stations.withdraw_readings(connection, told, act.business_date)

    return await take_step(connection, act, EXCHANGES, "confirmed", items, find, rows=cases, save=correct)


async def correct_spendings(
    connection: Connection, act: Act, items: Sequence[schemas.SpendingCorrection]
) -> list[Result]:
    """What was spent in truth, within the budget; the rest of it is free again."""
    spendings = await projects.list_spendings_by_id(connection, [i.spending_id for i in items])
    places = await projects.lock_projects(connection, sorted({s.project_id for s in spendings.values()}))
    spendings = await projects.list_spendings_by_id(connection, list(spendings))
    known = await queries.list_spending_corrections(connection, [i.id for i in items])
    left = {i: p.budget_fen - p.spent_fen for i, p in places.items()}
    stand = {one: row.stood_fen for one, row in spendings.items()}

    def judge(item: schemas.SpendingCorrection) -> str | dict[str, Any]:
        spending = spendings.get(item.spending_id)
        if spending is None or spending.project_id not in places:
            return "shared.not_found"
        was_fen = stand[spending.id]
        if reason := spending_refusal(item.amount_fen, was_fen, left[spending.project_id]):
            return reason
        left[spending.project_id] -= item.amount_fen - was_fen
        stand[spending.id] = item.amount_fen
        told = {"corrected_on": act.business_date, "corrected_by": act.subject, "division": spending.division}
        return item.model_dump() | told | {"project_id": spending.project_id, "was_fen": was_fen}

    save = partial(queries.insert_spending_corrections, connection)
    reasons, new = await take_new(items, known, SPENDING, judge, save)
    sums = Counter[UUID]()
    for row in new:
        sums[row["project_id"]] += row["amount_fen"] - row["was_fen"]
    await projects.correct_spendings(connection, {row["spending_id"]: row["amount_fen"] for row in new})
    await projects.add_spent(connection, sums)
    return answers(ROOM, [i.id for i in items], reasons)


async def propose_payments(
    connection: Connection, act: Act, items: Sequence[schemas.PaymentRevocation]
) -> list[Result]:
    """The bank says that it confirmed lines by mistake; each waits for the finance bureau, which had them paid."""
    lines = await queries.lock_lines(connection, [i.line_id for i in items])
    known = await queries.list_payments_by_id(connection, [i.id for i in items])
    proposed = await queries.list_payments_open(connection, list(lines))

    def judge(item: schemas.PaymentRevocation) -> str | PaymentRevocation:
        line = lines.get(item.line_id)
        if line is None:
            return "shared.not_found"
        if line.state != "confirmed":
            return "not_paid"
        if item.line_id in proposed:
            return "revocation_open"
        proposed.add(item.line_id)
        return PAYMENTS.opened(
            act,
            "proposed",
            **item.model_dump(),
            household_id=line.household_id,
            division=line.division,
            bank=line.bank,
            amount_fen=line.amount_fen,
            proposed_on=act.business_date,
            proposed_by=act.subject,
        )

    save = partial(queries.insert_payments, connection)
    return await open_cases(connection, act, PAYMENTS, "proposed", items, known, PAYMENT, judge, save, room=ROOM)


async def confirm_payments(connection: Connection, act: Act, items: Sequence[Confirmation]) -> list[Result]:
    """The due is open again, and held until somebody rules on it; whoever counted the payment counts it no more."""

    async def undo(passed: list[tuple[PaymentRevocation, Finding]]) -> None:
        await payouts.take_turn(connection)
        await payouts.undo_payments(connection, {case.line_id: case.code for case, _ in passed}, act.business_date)

    def revoked(case: PaymentRevocation, _found: Finding) -> Payload:
        return PaymentRevoked(
            household_id=case.household_id,
            division=case.division,
            payment_id=case.line_id,
            amount_fen=case.amount_fen,
            revoked_on=act.business_date,
        )

    return await take_step(connection, act, PAYMENTS, "confirmed", items, confirmed, save=undo, facts=revoked)


async def propose_revocations(connection: Connection, act: Act, items: Sequence[schemas.Revocation]) -> list[Result]:
    """Certificates that should not have been accepted; each waits for another person."""
    certificates = await queries.lock_certificates(connection, [i.certificate_id for i in items])
    known = await queries.list_revocations_by_id(connection, [i.id for i in items])
    proposed = await queries.list_being_revoked(connection, list(certificates))

    def judge(item: schemas.Revocation) -> str | CertificateRevocation:
        certificate = certificates.get(item.certificate_id)
        if certificate is None:
            return "shared.not_found"
        if certificate.state != "accepted":
            return "not_accepted"
        if item.certificate_id in proposed:
            return "revocation_open"
        proposed.add(item.certificate_id)
        return REVOCATIONS.opened(
            act,
            "proposed",
            **item.model_dump(),
            household_id=certificate.household_id,
            division=certificate.division,
            proposed_on=act.business_date,
            proposed_by=act.subject,
        )

    save = partial(queries.insert_revocations, connection)
    return await open_cases(connection, act, REVOCATIONS, "proposed", items, known, REVOCATION, judge, save, room=ROOM)


async def confirm_revocations(connection: Connection, act: Act, items: Sequence[Confirmation]) -> list[Result]:
    """By another person: everybody who heard of the certificate hears of it; what was not paid yet is not owed."""

    async def revoke(passed: list[tuple[CertificateRevocation, Finding]]) -> None:
        cases = {case.certificate_id: case for case, _ in passed}
        certificates = await queries.lock_certificates(connection, list(cases))
        found = replace(PASSED, detail={"reason": "revoked"})
        await advance(connection, act, CERTIFICATES, "revoked", [(c, "revoked", found) for c in certificates.values()])
        await payouts.take_turn(connection)
        owed = await queries.list_owed(connection, list(cases))
        await payouts.insert_rulings(connection, [_not_owed(act, cases[o.certificate_id], o) for o in owed])

    def revoked(case: CertificateRevocation, _found: Finding) -> Payload:
        return CertificateRevoked(
            household_id=case.household_id,
            division=case.division,
            certificate_id=case.certificate_id,
            revoked_on=act.business_date,
        )

    return await take_step(connection, act, REVOCATIONS, "confirmed", items, confirmed, save=revoke, facts=revoked)


def _not_owed(act: Act, case: CertificateRevocation, owed: Any) -> dict[str, Any]:
    """The two persons of the revocation have ruled on its due as well."""
    ruled = RULING.opened(
        act, "confirmed", id=uuid7(), due_id=owed.due_id, household_id=owed.household_id, division=owed.division,
        ruling="not_owed", evidence=f"{REVOKED}/{case.id}", proposed_on=case.proposed_on, proposed_by=case.proposed_by,
        confirmed_on=act.business_date, confirmed_by=act.subject,
    )  # fmt: skip
    row: dict[str, Any] = ruled._asdict()
    return row
