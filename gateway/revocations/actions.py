"""Taking tokens back."""

from gateway.revocations import queries
from gateway.revocations.schemas import NewRevocation
from gateway.revocations.tables import SubjectRevocation
from shared.acts.revocations import Revocation, keep
from shared.data.sql import Connection
from shared.events.gateway import SubjectRevoked
from shared.facts.outbox import emit
from shared.ground.context import Act
from shared.values.ids import uuid7


async def revoke(connection: Connection, act: Act, body: NewRevocation, now: float) -> SubjectRevocation:
    """Here from its commit on, in a service as soon as it is heard there. `now` is in Unix seconds."""
    # A token says the second of its issue: one of this very second is taken back too.
    not_before = int(now) + 1
    row = await queries.insert_revocation(
        connection, id=uuid7(), subject=body.subject, not_before=not_before, reason=body.reason, by=act.subject
    )
    await keep(connection, [Revocation(row.subject, not_before)])
    fact = SubjectRevoked(revocation_id=row.id, subject=row.subject, not_before=not_before)
    await emit(connection, act, "gateway", [fact])
    return row
