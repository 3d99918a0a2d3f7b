"""What other services' facts mean here: help that a household's plan named has come, and its line is done."""

from collections.abc import Sequence
from typing import Any

from services.registry.measures.reactions import PAID, STARTS
from services.registry.plans import actions
from shared.data.sql import Connection
from shared.events.industry import CertificateRevoked, PaymentConfirmed, PaymentRevoked
from shared.facts.consumer import Reaction
from shared.ground.context import Act


async def on_help_stated(connection: Connection, facts: Sequence[tuple[Act, Any]]) -> None:
    """Facts of one type, after they became measures: each on the day on which it was stated."""
    for act in {act.business_date: act for act, _ in facts}.values():
        ids = sorted({fact.household_id for of, fact in facts if of.business_date == act.business_date})
        await actions.fulfil_by_help(connection, act, ids)


async def on_certificate_revoked(connection: Connection, facts: Sequence[tuple[Act, CertificateRevoked]]) -> None:
    act, _ = facts[-1]
    await actions.unfulfil(connection, act, "measure_training", sorted({str(fact.certificate_id) for _, fact in facts}))


async def on_payment_revoked(connection: Connection, facts: Sequence[tuple[Act, PaymentRevoked]]) -> None:
    act, _ = facts[-1]
    for kind in sorted(set(PAID.values())):
        await actions.unfulfil(connection, act, f"measure_{kind}", sorted({str(fact.payment_id) for _, fact in facts}))


REACTIONS: dict[str, Reaction] = {
    **{kind.TYPE: on_help_stated for kind in STARTS},
    PaymentConfirmed.TYPE: on_help_stated,
    CertificateRevoked.TYPE: on_certificate_revoked,
    PaymentRevoked.TYPE: on_payment_revoked,
}
