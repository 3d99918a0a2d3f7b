"""Batches of items that their senders name: each is taken once, answered the same ever after, refused alone."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Protocol, TypeVar
from uuid import UUID

from shared.data.sql import Connection, Statement, fetch

# An id that is taken outside the caller's area is not his to see; that nothing comes back says it is taken.
FREE = "ORDER BY 1 ON CONFLICT (id) DO NOTHING RETURNING id"


class Named(Protocol):
    """An item with its sender's own id."""

    @property
    def id(self) -> UUID: ...


Item = TypeVar("Item", bound=Named)
NewRows = list[dict[str, Any]]


async def take_new(
    items: Sequence[Item],
    known: Mapping[UUID, Any],
    content: Sequence[str],
    judge: Callable[[Item], str | dict[str, Any]],
    save: Callable[[NewRows], Awaitable[set[UUID]]],
) -> tuple[list[str | None], NewRows]:
    """Judge each item that is not `known` yet, in order, and save the rows of those that pass, together.

    `judge` answers the reason of a refusal, or the row to keep, with the item's id. `content` names what an item that
    comes again must have as it was. `save` is called once, also with nothing; it answers the ids that were free.

    Returns a reason for each item, None where it is taken, and the rows that were new.
    """
    seen, reasons = dict(known), list[str | None]()
    fresh: dict[UUID, dict[str, Any]] = {}
    for item in items:
        reason = None
        if item.id in seen:
            same = all(value_of(seen[item.id], name) == getattr(item, name) for name in content)
            reason = None if same else "content_differs"
        elif isinstance(judged := judge(item), str):
            reason = judged
        else:
            fresh[item.id] = seen[item.id] = judged
        reasons.append(reason)
    free = await save(list(fresh.values()))
    taken = set(fresh) - free
    found = ["id_taken" if item.id in taken else reason for item, reason in zip(items, reasons, strict=True)]
    return found, [row for one, row in fresh.items() if one in free]


def value_of(row: Any, name: str) -> Any:
    """Of a row that was read, or of one that is about to be kept."""
    return getattr(row, name) if isinstance(row, tuple) else row[name]


async def insert_free(connection: Connection, query: Statement[Any], rows: Sequence[Mapping[str, Any]]) -> set[UUID]:
    """Run an `insert_many` that ends with FREE: the ids that were free; the others are somebody else's."""
    if not rows:
        return set()
    return {r["id"] for r in await fetch(connection, query, **{n: [row[n] for row in rows] for n in query.names})}
