"""A service on one screen: its name, doors, reactions, rules. `shared.serve.run` runs what stands here."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastapi import APIRouter
from sqlalchemy import Table
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

from shared.acts import revocations
from shared.acts.papers import PartysStep
from shared.acts.policy_changes import Founded, changes_of
from shared.acts.procedures import Procedure
from shared.acts.projection import following
from shared.acts.tasks import OwnTask
from shared.data.relations import Relation
from shared.data.sql import Connection
from shared.doors.files import LARGEST_BYTES
from shared.events import CATALOGUE
from shared.facts.consumer import Reaction
from shared.ground.context import Act
from shared.ground.policy import Policy
from shared.values.verdicts import Rule

ROOT = Path(__file__).resolve().parents[2]


def together(*maps: Mapping[str, Reaction]) -> dict[str, Reaction]:
    """One reaction a type, of all those in the maps: each runs, in the order given, in the one transaction."""
    all_of: dict[str, list[Reaction]] = {}
    for reactions in maps:
        for kind, reaction in reactions.items():
            all_of.setdefault(kind, []).append(reaction)
    return {kind: _in_turn(reactions) for kind, reactions in all_of.items()}


def _in_turn(reactions: Sequence[Reaction]) -> Reaction:
    async def react(connection: Connection, facts: Sequence[tuple[Act, Any]]) -> None:
        for reaction in reactions:
            await reaction(connection, facts)

    return react


@dataclass(frozen=True, slots=True, eq=False)
class Service:
    """`routers` are mounted under `/{name}/v1`; `reactions` maps event types to functions.

    `follows` are the tables whose rows go with their household to another division, in the order in which they are
    written, once every reaction of the rooms has run; `history` those that keep where the household lived when it
    happened. A table with a household and a division is one of them, or follows such a one by its foreign key.
    What waits for a caller is read from `procedures`, and from `own_tasks` that are no step of one.
    `policies` are read with the file, on each day on which one of their entries begins: what can stand for nothing is
    refused before anybody asks.
    `parties` are the steps that are a party's own, and are taken on paper too.
    `background` are coroutines of the service's own that run beside it in the worker, given the application.
    `lifespan` is entered, given the application, once the pool is open; `middleware` are plain ASGI
    classes, the outermost first. `webhooks` are what it sends, told as doors of whoever takes it.
    `largest_body_bytes` is the most that any of its own doors takes.
    """

    name: str
    folder: Path
    routers: Sequence[APIRouter]
    reactions: Mapping[str, Reaction] = field(default_factory=dict)
    follows: Sequence[Table | Relation[Any]] = ()
    history: Sequence[Table | Relation[Any]] = ()
    rules: Sequence[Rule] = ()
    policies: Sequence[type[Any]] = ()
    procedures: Sequence[Procedure[Any]] = ()
    own_tasks: Sequence[OwnTask] = ()
    parties: Sequence[PartysStep] = ()
    background: Sequence[Callable[[Any], Coroutine[Any, Any, None]]] = ()
    prefix: str | None = None
    lifespan: Callable[[Any], AbstractAsyncContextManager[None]] | None = None
    middleware: Sequence[Callable[[ASGIApp], ASGIApp]] = ()
    webhooks: Sequence[BaseRoute] = ()
    largest_body_bytes: int = LARGEST_BYTES

    def __post_init__(self) -> None:
        if self.name != "gateway":  # it states revocations, and has no policy
            object.__setattr__(self, "reactions", together(self.reactions, revocations.REACTIONS))
            object.__setattr__(self, "procedures", (*self.procedures, changes_of(self.name)))
        if self.follows:
            object.__setattr__(self, "reactions", together(self.reactions, following(self.follows)))

    @property
    def topics(self) -> list[str]:
        """What it listens to: the topics of the types it reacts to."""
        return sorted({CATALOGUE[kind].TOPIC for kind in self.reactions})

    def founded(self, founding: Policy) -> Founded:
        """What its policy changes are held against."""
        kinds = dict.fromkeys((*self.policies, *(rule.policy for rule in self.rules)))
        return Founded(self.name, founding, tuple(kinds), tuple(self.rules))

    @property
    def migrations(self) -> Path:
        return self.folder / "migrations"
