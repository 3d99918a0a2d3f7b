"""JSON bodies, in which an object that says a name twice is known as such.

What it means is open (RFC 8259, 4): whoever reads it on its way may take the one value, we the other.
"""

import json
from collections import Counter
from typing import Any

from starlette.requests import Request


class Ambiguous(dict[str, Any]):
    """An object that says names twice, `twice`, with the last value of each."""

    twice: tuple[str, ...] = ()


def read_json(body: bytes) -> Any:
    """As `json.loads` does, which raises what is no JSON; an object that says a name twice is `Ambiguous`."""
    return json.loads(body, object_pairs_hook=_object)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    read = dict(pairs)
    if len(read) == len(pairs):
        return read
    found = Ambiguous(read)
    found.twice = tuple(name for name, times in Counter(name for name, _ in pairs).items() if times > 1)
    return found


async def _json(request: Request) -> Any:
    return read_json(await request.body())


def read_bodies_strictly() -> None:
    """Every door of this process reads its body so. The framework makes its requests itself and asks them alone: a
    class of routes would have to be named at each router, and one that forgot it would take the last value again.
    """
    Request.json = _json  # type: ignore[method-assign, assignment] # all doors share this one seam
