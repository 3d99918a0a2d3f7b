"""The rows of the feed; the migrations make their table."""

from datetime import datetime
from typing import NamedTuple

from shared.data.relations import Big, table


class ExitFact(NamedTuple):
    """`event` is the CloudEvent as it is sent, byte for byte."""

    position: Big
    epoch: Big
    event_id: str
    key: str
    type: str
    event: str
    published_at: datetime


exit_fact = table("exit_fact", ExitFact)
