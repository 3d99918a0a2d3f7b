"""The rows of measures; the migrations make their table."""

from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from services.registry.measures.rules import Kind
from shared.data.relations import table


class Measure(NamedTuple):
    """Help from `started_on` on; `source` is the aggregate of another service that it stands for."""

    id: UUID
    household_id: UUID
    division: str
    kind: Kind
    source: str
    started_on: date
    ended_on: date | None


class Listed(NamedTuple):
    """A household's measures, as JSON."""

    measures: list[dict[str, Any]]


measure = table("measure", Measure)
