"""Recording payments as income."""

from collections.abc import Sequence

from services.registry.households.actions import require_households
from services.registry.households.rules import income_year_of
from services.registry.incomes import queries as incomes
from services.registry.payments import queries
from services.registry.payments.tables import IncomePayment, Line
from shared.data.sql import Connection
from shared.events.industry import PaymentConfirmed, PaymentRevoked
from shared.ground.context import Act

NO_INCOME = "none"


async def record_payments(connection: Connection, act: Act, payments: Sequence[PaymentConfirmed]) -> None:
    """What is income counts in the year in which it was paid, once; payments of one payer in one year add up.

    Raises:
        WaitError: a household is not in the register yet.
    """
    income = [p for p in payments if p.category != NO_INCOME]
    households = await require_households(connection, [p.household_id for p in income])
    new = await queries.insert_payments(
        connection,
        [
            IncomePayment(
                payment_id=p.payment_id,
                household_id=p.household_id,
                division=households[p.household_id].division,
                income_year=income_year_of(p.paid_on),
                category=p.category,
                payer=p.payer,
                amount_fen=p.amount_fen,
                paid_on=p.paid_on,
            )
            for p in income
        ],
    )
    await _set_sums(connection, act, new)


async def revoke_payments(connection: Connection, act: Act, payments: Sequence[PaymentRevoked]) -> None:
    """What did not arrive was no income."""
    gone = await queries.revoke_payments(connection, {p.payment_id: p.revoked_on for p in payments})
    await _set_sums(connection, act, gone)


async def _set_sums(connection: Connection, act: Act, changed: Sequence[Line]) -> None:
    households = await require_households(connection, [x.household_id for x in changed])
    sums = await queries.list_sums(connection, changed)
    lines = [x._asdict() | {"division": households[x.household_id].division} for x in sums]
    await incomes.set_payments(connection, lines, act.subject)
