"""What industry's payments mean here: income of the household, by payer and category."""

from collections.abc import Sequence

from services.registry.payments import actions
from shared.data.sql import Connection
from shared.events.industry import PaymentConfirmed, PaymentRevoked
from shared.facts.consumer import Reaction
from shared.ground.context import Act


async def on_payment_confirmed(connection: Connection, facts: Sequence[tuple[Act, PaymentConfirmed]]) -> None:
    await actions.record_payments(connection, facts[-1][0], [fact for _, fact in facts])


async def on_payment_revoked(connection: Connection, facts: Sequence[tuple[Act, PaymentRevoked]]) -> None:
    await actions.revoke_payments(connection, facts[-1][0], [fact for _, fact in facts])


REACTIONS: dict[str, Reaction] = {
    PaymentConfirmed.TYPE: on_payment_confirmed,
    PaymentRevoked.TYPE: on_payment_revoked,
}
