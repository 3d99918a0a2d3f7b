"""How lists by one order become one list: pure functions."""

from collections.abc import Sequence
from typing import Any


def merged(pages: Sequence[dict[str, Any]], limit: int) -> tuple[list[dict[str, Any]], str | None]:
    """The first `limit` of all pages by (day, id), and the place behind them; None where nothing comes after.

    Every service goes on behind the same (day, id), so what was cut off here comes with the next page.
    """
    every = sorted((item for page in pages for item in page["items"]), key=lambda item: (item["due_on"], item["id"]))
    shown = every[:limit]
    more = len(every) > limit or any(page["next"] for page in pages)
    return shown, f"{shown[-1]['due_on']}.{shown[-1]['id']}" if more and shown else None
