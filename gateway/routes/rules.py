"""Which route a path takes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

# A target as a client writes it: printable ASCII, no fragment.
_TARGET = re.compile(rb"[!-\"$-\[\]-~]*")
# Whoever writes dots or separators encoded, or empty or dotted segments, means another path than it looks.
_CROOKED = re.compile(rb"(?i)%2e|%2f|%5c|%00|//|/\.{1,2}(/|$)")

# What a service answers for every path it has.
ALWAYS = ("HEAD", "OPTIONS")


@dataclass(frozen=True, slots=True)
class Route:
    """A public prefix, the service behind it, and what it may cost."""

    prefix: str
    upstream: str
    methods: frozenset[str]
    largest_body_bytes: int
    timeout_seconds: float

    @property
    def path(self) -> str:
        """What metrics call it."""
        return f"{self.prefix}/..."


def read_routes(document: dict[str, Any]) -> tuple[Route, ...]:
    """The routes of a `routes.toml`, in its order."""
    return tuple(Route(**(entry | {"methods": frozenset({*entry["methods"], *ALWAYS})})) for entry in document["route"])


def is_straight(path: bytes, query: bytes) -> bool:
    """Whether every server on the way will read the target alike."""
    return bool(_TARGET.fullmatch(path) and _TARGET.fullmatch(query)) and not _CROOKED.search(path)


def find_route(routes: Sequence[Route], path: str) -> Route | None:
    """The first route whose prefix is the path or a folder above it."""
    for route in routes:
        if path.startswith(route.prefix) and path[len(route.prefix) :][:1] in ("", "/"):
            return route
    return None
