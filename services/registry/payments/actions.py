"""Recording payments as income."""

from collections.abc import Sequence

from services.registry.households import queries as register
from services.registry.households.actions import require_households
from services.registry.households.rules import income_year_of
from services.registry.payments import queries
from services.registry.payments.tables import IncomePayment
from shared.data.sql import Connection
from shared.events.industry import PaymentConfirmed
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
    sums = await queries.list_sums(connection, new)
    lines = [x._asdict() | {"division": households[x.household_id].division} for x in sums]
    await register.set_payments(connection, lines, act.subject)
