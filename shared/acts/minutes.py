"""What the county's leading group resolved: a decision of the county cites its minutes, and its step keeps their number
(domain notes 9.13).
"""

from collections.abc import Sequence
from uuid import UUID

from pydantic import Field

from shared.acts.bodies import Case, Input
from shared.data.sql import Connection, fetch, sql


class Minuted(Input):
    """Cites the leading group: `minutes_no` is the document number of its minutes."""

    minutes_no: str = Field(min_length=1, max_length=80)


class MinutedCase(Case, Minuted):
    """A case, with the minutes that its step is taken by."""


_MINUTES = sql("""
    SELECT DISTINCT ON (case_id) case_id, detail ->> 'minutes_no' AS minutes_no FROM case_step
    WHERE case_id = ANY(:ids) AND jsonb_exists(detail, 'minutes_no') ORDER BY case_id, id DESC
    """)


async def list_minutes(connection: Connection, case_ids: Sequence[UUID]) -> dict[UUID, str]:
    """By case, as far as the caller may see it, the minutes of its last step that cites any."""
    return {row["case_id"]: row["minutes_no"] for row in await fetch(connection, _MINUTES, ids=list(case_ids))}
