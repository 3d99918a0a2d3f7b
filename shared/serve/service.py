"""A service on one screen: its name, doors, reactions, rules. `shared.serve.run` runs what stands here."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from starlette.types import ASGIApp

from shared.acts.procedures import Procedure
from shared.acts.tasks import OwnTask
from shared.events import CATALOGUE
from shared.facts.consumer import Reaction
from shared.values.verdicts import Rule

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Service:
    """`routers` are mounted under `/{name}/v1`; `reactions` maps event types to functions.

    What waits for a caller is read from `procedures`, and from `own_tasks` that are no step of one.

    `background` are coroutines of the service's own that run beside it in the worker, given the application.
    `lifespan` is entered, given the application, once the pool is open; `middleware` are plain ASGI
    classes, the outermost first.
    """

    name: str
    folder: Path
    routers: Sequence[APIRouter]
    reactions: Mapping[str, Reaction] = field(default_factory=dict)
    rules: Sequence[Rule] = ()
    procedures: Sequence[Procedure[Any]] = ()
    own_tasks: Sequence[OwnTask] = ()
    background: Sequence[Callable[[Any], Coroutine[Any, Any, None]]] = ()
    prefix: str | None = None
    lifespan: Callable[[Any], AbstractAsyncContextManager[None]] | None = None
    middleware: Sequence[Callable[[ASGIApp], ASGIApp]] = ()

    @property
    def topics(self) -> list[str]:
        """What it listens to: the topics of the types it reacts to."""
        return sorted({CATALOGUE[kind].TOPIC for kind in self.reactions})

    @property
    def migrations(self) -> Path:
        return self.folder / "migrations"
