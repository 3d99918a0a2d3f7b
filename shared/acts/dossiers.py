"""What the rooms of a service hold of one household, in one statement: a round trip costs more than a short list."""

from collections.abc import Sequence
from typing import Annotated, Any

from fastapi import Depends, Request

from shared.acts import decisions
from shared.data.sql import Row, Statement, sql
from shared.values.verdicts import Rule

LONGEST = 1000


async def _rules(request: Request) -> Sequence[Rule]:
    rules: Sequence[Rule] = request.app.state.service.rules
    return rules


# Those of the service that was asked.
OwnRules = Annotated[Sequence[Rule], Depends(_rules)]


def lists(**selects: str) -> str:
    """Columns that are lists: the rows of each select as JSON, in its order."""
    return ", ".join(
        f"(SELECT coalesce(json_agg(r), '[]') FROM ({text}) r) AS {name}"  # noqa: S608 - our names
        for name, text in selects.items()
    )


def dossier(source: str = "", *, types: dict[str, Any] | None = None, **selects: str) -> Statement[Row]:
    """One row with the columns of `source`, if any, a list for each select, and the decisions about the household.

    Each select speaks of `:household_id` and is the longest page at most; `types` are those of further parameters.
    """
    wanted = lists(**{n: f"{text} LIMIT {LONGEST}" for n, text in selects.items()}, decisions=decisions.OF_HOUSEHOLD)
    text = f"SELECT s.*, {wanted} FROM ({source}) s" if source else f"SELECT {wanted}"  # noqa: S608 - our names
    return sql(text, **(types or {}))


def page(rows: list[dict[str, Any]], key: str = "id") -> dict[str, Any]:
    """The rows as the list's own door answers them."""
    return {"items": rows, "next": rows[-1][key] if len(rows) == LONGEST else None}
