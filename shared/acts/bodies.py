"""What bodies have in common: a batch and its answers, a page and its cursor.

A batch reads each item alone, so that one that cannot be read refuses itself and never its neighbours.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Any, ClassVar, Generic, Literal, TypeVar, cast
from uuid import UUID

from fastapi import Depends, Query
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from shared.acts.reasons import ReasonShown, Telling, missing_shown
from shared.data.pages import Place
from shared.doors.cursors import CurrentListing, SealedCursor
from shared.doors.http import field_error
from shared.doors.json_bodies import Ambiguous
from shared.ground import problems
from shared.values.inputs import LARGEST, Written, clean, plain_in, written_in
from shared.values.verdicts import Missing

LARGEST_BATCH = 1000
NO_STATES: Mapping[Any, str] = MappingProxyType({})
Fen = Annotated[int, Field(ge=0, le=10**13, strict=True)]
T = TypeVar("T")
Shown = TypeVar("Shown", bound=BaseModel)


class Input(BaseModel):
    """What callers send: an unknown field is a mistake worth hearing about, and so is one that is said twice, and
    text that no table can hold; a number is no text, and yes is no number.

    Every text of it is one of `shared.values.inputs`, marked or not: nobody has to think of it.
    """

    model_config = ConfigDict(extra="forbid")
    _written: ClassVar[dict[str, Written | None]] = {}
    _plain: ClassVar[dict[str, type]] = {}

    @classmethod
    def __pydantic_init_subclass__(cls, **kwargs: Any) -> None:
        super().__pydantic_init_subclass__(**kwargs)
        fields = cls.model_fields.items()
        cls._written = {name: written_in(Annotated[f.annotation, *f.metadata, None]) for name, f in fields}
        cls._plain = {name: plain for name, f in fields if (plain := plain_in(f.annotation))}

    # Of the whole, not of its fields: one that tells bodies apart takes no validator before it.
    @model_validator(mode="before")
    @classmethod
    def _cleaned(cls, sent: Any) -> Any:
        if not isinstance(sent, Mapping):
            return sent
        kept, errors = dict(sent), list[InitErrorDetails]()
        if isinstance(sent, Ambiguous):
            said = PydanticCustomError("said_twice", "said once")
            errors += [{"type": said, "loc": (name,), "input": None} for name in sent.twice]
        for name, value in sent.items():
            if name in cls._plain:
                errors += _unlike(value, cls._plain[name], (name,))
            elif isinstance(value, (str, list)) and name in cls._written:
                kept[name] = _clean(value, cls._written[name], (name,), errors)
        if errors:
            raise ValidationError.from_exception_data(cls.__name__, errors)
        return kept


def _unlike(value: Any, plain: type, place: tuple[str | int, ...]) -> list[InitErrorDetails]:
    """What is not of its type as JSON has it, in a list or alone: "off", "80" and 1.0 stand for nothing."""
    if isinstance(value, list):
        return [error for i, one in enumerate(value) for error in _unlike(one, plain, (*place, i))]
    if value is None or type(value) is plain:
        return []
    return [{"type": f"{plain.__name__}_type", "loc": place, "input": None}]


def _clean(value: Any, how: Written | None, place: tuple[str | int, ...], errors: list[InitErrorDetails]) -> Any:
    """A text, or all in a list, as it is stored; a body within a body cleans itself."""
    if isinstance(value, list):
        return [_clean(v, how, (*place, i), errors) for i, v in enumerate(value)]
    if not isinstance(value, str):
        return value
    try:
        return clean(value, how)
    except PydanticCustomError as error:
        errors.append({"type": error, "loc": place, "input": None})
        return value


class Case(Input):
    """Names what an act is about; steps that need no more than that."""

    id: UUID


class Confirmation(Case):
    """The second person's word."""

    confirmed: bool


class FieldError(BaseModel):
    """One thing wrong in an item: where, and what was expected. It never carries what was sent."""

    field: str
    expected_en: str
    expected_zh: str


class Result(Telling):
    """What became of an item. `id` names the item, or what it is about, as its sender does.

    `state` is where the case stands now; `case_id` the case that this opened; `missing` the conditions of the rule that
    do not hold, and `why` the same with their figures; `errors` what could not be read of the item.
    """

    id: UUID | str | None
    status: Literal["accepted", "refused"]
    code: str | None = None
    state: str | None = None
    case_id: UUID | None = None
    missing: list[str] = Field(default=[])
    why: list[ReasonShown] = Field(default=[])
    errors: list[FieldError] = Field(default=[])


class Results(BaseModel):
    """In the order sent."""

    results: list[Result]


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An item that is none: its answer stands already."""

    result: Result


def _alone(value: Any, read: ValidatorFunctionWrapHandler) -> Any:
    """Read one item of a batch; what is wrong with it stays with it."""
    try:
        return read(value)
    except ValidationError as error:
        found = [field_error(_of_one_kind(e, value)) for e in error.errors(include_input=False)[:20]]
        errors = [FieldError(field=e.field, expected_en=e.expected_en, expected_zh=e.expected_zh) for e in found]
        return Unreadable(
            Result(id=_name_of(value), status="refused", code="shared.invalid_item", errors=errors),
        )


def _of_one_kind(error: Any, value: Any) -> Any:
    """Where bodies are told apart by a word, the path begins with that word, which is no field of the item's."""
    path = error["loc"]
    tagged = len(path) > 1 and isinstance(value, Mapping) and path[0] not in value and path[0] in value.values()
    return {**error, "loc": path[1:]} if tagged else error


def _name_of(value: Any) -> str | None:
    """What its sender calls an item, as far as that can be read and said again."""
    names = ("id", "serial", "household_id", "division", "code")
    name = next((value[n] for n in names if n in value), None) if isinstance(value, Mapping) else None
    return name if isinstance(name, str) and len(name) <= 64 and name.isascii() and name.isprintable() else None


class Batch(Input, Generic[T]):
    """Up to a thousand items, each judged alone."""

    items: list[Annotated[T, WrapValidator(_alone)]] = Field(min_length=1, max_length=LARGEST_BATCH)

    @property
    def sound(self) -> list[T]:
        """The items that could be read, in the order sent: what an action is given."""
        return [item for item in self.items if not isinstance(item, Unreadable)]

    def answered(self, results: Iterable[Result]) -> Results:
        """An answer for every item sent, given those of the sound ones in their order."""
        of_sound = iter(results)
        items = cast("list[T | Unreadable]", self.items)
        return Results(results=[i.result if isinstance(i, Unreadable) else next(of_sound) for i in items])


def result(
    room: str,
    item_id: UUID | str | None,
    reason: str | None,
    *,
    state: str | None = None,
    missing: Sequence[Missing] = (),
) -> Result:
    """An item's answer: accepted where there is no reason against it. A bare reason becomes a code of the room's."""
    status: Literal["accepted", "refused"] = "refused" if reason else "accepted"
    return Result(id=item_id, status=status, code=code_of(room, reason), state=state, **without(missing))


def without(missing: Sequence[Missing]) -> dict[str, Any]:
    """Fields of an answer about the conditions that do not hold: their codes, and why."""
    return {"missing": [m.reason.code for m in missing], "why": missing_shown(missing)}


def answers(
    room: str, ids: Iterable[UUID | str], reasons: Iterable[str | None], states: Mapping[Any, str] = NO_STATES
) -> list[Result]:
    """`result` for each; `states` by id, of those that have one."""
    return [result(room, one, reason, state=states.get(one)) for one, reason in zip(ids, reasons, strict=True)]


def code_of(room: str, reason: str | None) -> str | None:
    """The code of a reason: a whole one as it is, a common one is `shared`, else one of the room's."""
    if reason is None or "." in reason:
        return reason
    common = f"shared.{reason}"
    return common if common in problems.catalogue() else f"{room}.{reason}"


class Page(BaseModel, Generic[T]):
    """A part of a list; `next` is the cursor of the next one, null where there is none."""

    items: list[T]
    next: str | None


def page(shown: type[Shown], rows: Sequence[Any], at: Place, key: str = "id") -> Page[Shown]:
    """Rows as they are shown; a page that is not full is the last. `key` names what the list goes by."""
    items = [shown.model_validate(row, from_attributes=True) for row in rows]
    return Page(items=items, next=at.seal(getattr(rows[-1], key)) if len(rows) == at.limit else None)


Limit = Annotated[int, Query(ge=1, le=1000)]


FIRST = UUID(int=0)


async def _cursor(of: CurrentListing, cursor: SealedCursor = "", limit: Limit = 100) -> Place:
    return Place(UUID(of.open(cursor)) if cursor else FIRST, limit, of.seal)


async def _code_cursor(of: CurrentListing, cursor: SealedCursor = "", limit: Limit = 100) -> Place:
    return Place(of.open(cursor) if cursor else "", limit, of.seal)


async def _number_cursor(of: CurrentListing, cursor: SealedCursor = "", limit: Limit = 100) -> Place:
    return Place(int(of.open(cursor)) if cursor else 0, limit, of.seal)


async def _newest_cursor(of: CurrentListing, cursor: SealedCursor = "", limit: Limit = 100) -> Place:
    return Place(int(of.open(cursor)) if cursor else LARGEST, limit, of.seal)


# Where a list of things with UUIDs, codes or numbers goes on.
Cursor = Annotated[Place, Depends(_cursor)]
CodeCursor = Annotated[Place, Depends(_code_cursor)]
NumberCursor = Annotated[Place, Depends(_number_cursor)]
# Where a list goes on that begins with the highest number.
NewestCursor = Annotated[Place, Depends(_newest_cursor)]
