"""A service on one screen: its name, doors, reactions, rules. `shared.serve` runs what stands here."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastapi import APIRouter

from shared.decisions import Rule
from shared.events import CATALOGUE
from shared.reactor import Reaction

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True, slots=True)
class Service:
    """`routers` are mounted under `/{name}/v1`; `reactions` maps event types to functions.

    `background` are coroutines of the service's own that run beside it in the worker, given the application.
    """

    name: str
    folder: Path
    routers: Sequence[APIRouter]
    reactions: Mapping[str, Reaction] = field(default_factory=dict)
    rules: Sequence[Rule] = ()
    background: Sequence[Callable[[Any], Coroutine[Any, Any, None]]] = ()
    prefix: str | None = None

    @property
    def topics(self) -> list[str]:
        """What it listens to: the topics of the types it reacts to."""
        return sorted({CATALOGUE[kind].TOPIC for kind in self.reactions})

    @property
    def migrations(self) -> Path:
        return self.folder / "migrations"
