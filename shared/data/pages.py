"""Lists by rising key, a page at a time: one statement for each set of filters that is really asked.

`:x IS NULL OR col = :x` says all of them in one, and costs a hundred times what it must: the planner cannot use an
index for a filter that may not be there.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, NamedTuple, TypeVar

from shared.data.relations import Relation
from shared.data.sql import Connection, Statement, fetch, sql

R = TypeVar("R")


class Place(NamedTuple):
    """Where a list goes on: behind which key, for how many rows; `seal` makes the cursor of the next page of a key."""

    after: Any
    limit: int
    seal: Callable[[Any], str] = str


@dataclass(frozen=True, slots=True)
class Pages(Generic[R]):
    """`source` is a SELECT without its WHERE; `conditions` by filter; `where` always holds; `key` orders; `told` says
    more of the rows of a page, which stands in it as `{page}`.
    """

    row: type[R]
    source: str
    key: str
    where: str
    conditions: Mapping[str, str]
    types: Mapping[str, Any]
    told: str = "{page}"
    made: dict[frozenset[str], Statement[R]] = field(default_factory=dict, repr=False)

    def statement(self, filters: Iterable[str]) -> Statement[R]:
        """The one for these filters; made when first asked."""
        asked = frozenset(filters)
        if asked not in self.made:
            conditions = [self.where, f"{self.key} > :after", *(self.conditions[name] for name in sorted(asked))]
            text = f"{self.source} WHERE {' AND '.join(c for c in conditions if c)} ORDER BY {self.key} LIMIT :limit"
            text = self.told.replace("{page}", text)
            used = {name: kind for name, kind in self.types.items() if name in asked or name == "after"}
            self.made[asked] = sql(text, self.row, **used)
        return self.made[asked]


def _condition(column: str) -> str:
    # Codes grow to the right: a division's range holds all that lies inside it.
    if column.rsplit(".", 1)[-1] == "division":
        return f"{column} >= :division AND {column} <= :division || '~'"
    return f"{column} = :{column.rsplit('.', 1)[-1]}"


def page(relation: Relation[R], *equal: str, key: str = "id", where: str = "", **conditions: str) -> Pages[R]:
    """Pages of a table. `equal` are columns that may be filtered by value (`division`: by what lies inside it)."""
    source = f"SELECT {relation.columns} FROM {relation.name}"
    types = {name: relation.types[name] for name in equal} | {"after": relation.types[key]}
    return Pages(relation.row, source, key, where, {n: _condition(n) for n in equal} | conditions, types)


def page_of(
    row: type[R],
    source: str,
    *equal: str,
    key: str = "id",
    where: str = "",
    after: Any = None,
    told: str = "{page}",
    **conditions: str,
) -> Pages[R]:
    """Pages of a join: `source` is its SELECT without WHERE, `equal` its columns as it calls them (`c.state`).

    `after` is the type of the key where that is no UUID. `told`: what is looked up for a page's rows at once.
    """
    named = {column.rsplit(".", 1)[-1]: _condition(column) for column in equal}
    return Pages(row, source, key, where, named | conditions, {} if after is None else {"after": after}, told)


async def fetch_page(connection: Connection, pages: Pages[R], at: Place, **filters: Any) -> list[R]:
    """By rising key; a filter that is None lets everything pass. What `source` or `where` ask for stands among them."""
    asked = {name: value for name, value in filters.items() if value is not None or name not in pages.conditions}
    query = pages.statement(asked.keys() & pages.conditions.keys())
    return await fetch(connection, query, after=at.after, limit=at.limit, **asked)
