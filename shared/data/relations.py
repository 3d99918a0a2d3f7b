"""A table and the type of its rows: the one place that names a column."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from types import NoneType, UnionType
from typing import Annotated, Any, Generic, Literal, TypeVar, Union, get_args, get_origin, get_type_hints
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Date, DateTime, Float, Integer, LargeBinary, Text, Uuid
from sqlalchemy.dialects.postgresql import ARRAY, DATERANGE, JSONB, TSTZRANGE

R_co = TypeVar("R_co", covariant=True)
# A bigint, where Python knows one kind of whole number.
Big = Annotated[int, BigInteger()]
# Ranges, as the driver gives them: the days of which something holds, and while it was held for true.
DayRange = Annotated[Any, DATERANGE()]
InstantRange = Annotated[Any, TSTZRANGE()]
_KINDS: dict[Any, Any] = {
    UUID: Uuid(), str: Text(), int: Integer(), bool: Boolean(), date: Date(), datetime: DateTime(timezone=True),
    bytes: LargeBinary(), float: Float(), dict: JSONB(), Any: JSONB(),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Column:
    """A column's SQL type, whether it may be empty, and the words it may hold where they are few."""

    kind: Any
    nullable: bool
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Relation(Generic[R_co]):
    """`row` is a NamedTuple: its annotations are the columns. `types` by column, as SQLAlchemy writes them."""

    name: str
    row: type[R_co]
    shape: Mapping[str, Column] = field(repr=False)

    @property
    def types(self) -> dict[str, Any]:
        return {name: column.kind for name, column in self.shape.items()}

    @property
    def columns(self) -> str:
        """All of them, in the order of the row, for SELECT."""
        return self.columns_of("")

    def columns_of(self, alias: str) -> str:
        """All of them, each with its table's alias."""
        before = f"{alias}." if alias else ""
        return ", ".join(f'{before}"{name}"' for name in self.shape)


def table(name: str, row: type[R_co]) -> Relation[R_co]:
    """The relation that a NamedTuple describes: UUID, str, int, `Big`, bool, date, datetime, bytes, dict (JSON), lists.

    A `Literal` is text; `X | None` may be empty.
    """
    hints = get_type_hints(row, include_extras=True)
    return Relation(name, row, {field_name: _column(hint) for field_name, hint in hints.items()})


def _column(hint: Any) -> Column:
    if get_origin(hint) in (Union, UnionType):
        (rest,) = (arg for arg in get_args(hint) if arg is not NoneType)
        return replace(_column(rest), nullable=True)
    return Column(_kind(hint), nullable=False, words=get_args(hint) if get_origin(hint) is Literal else ())


def _kind(hint: Any) -> Any:
    origin = get_origin(hint)
    if origin is Annotated:
        return get_args(hint)[1]
    if origin is Literal:
        return _KINDS[type(get_args(hint)[0])]
    if origin is list:
        return ARRAY(_kind(get_args(hint)[0]))
    return _KINDS[origin or hint]
