"""What may come in, by type: texts, whole numbers and days that every column can hold and every calendar knows.

Bodies and parameters of all doors are made of these; a test sweeps the documents for others.
"""

import re
import types
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal, Union, cast, get_args, get_origin

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from shared.values.characters import Fault, composed, fault, half_width, is_visible, with_lines

INT32_MAX = 2**31 - 1
# Every reader of JSON holds it exactly (RFC 8259, 6), and every column of 64 bits does.
LARGEST = 2**53 - 1
# Nobody in a register was born earlier, and nothing is planned for later; months added to either stay in the calendar.
FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2099, 12, 31)

EXPECTED: dict[Fault, str] = {
    "control": "text without control characters",
    "surrogate": "whole characters, no half of a pair",
    "noncharacter": "text without noncharacters",
    "private_use": "characters of Unicode, none of private use",
    "invisible": "text without invisible characters",
    "lost": "the characters themselves, not what stands for them",
}


@dataclass(frozen=True, slots=True)
class Written:
    """Marks what people write, which keeps its full-width signs; `lines`: in several lines. All else is a code."""

    lines: bool = False


_ISO = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def _written_out(day: Any) -> Any:
    """Nothing else that could be taken for a day: seconds since 1970 are none."""
    if isinstance(day, date) or (isinstance(day, str) and _ISO.fullmatch(day)):
        return day
    raise PydanticCustomError("day_invalid", "a date, YYYY-MM-DD")


_MOMENT = r"^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{1,6})?)?(Z|[+ -][0-9]{2}:[0-9]{2})$"


def _at_its_offset(moment: Any) -> datetime:
    """In an address a plus is a space where nobody has written it as %2B."""
    try:
        if isinstance(moment, str) and re.match(_MOMENT, moment):
            found = datetime.fromisoformat(moment.replace(" ", "+"))
            if FIRST_DAY <= found.date() <= LAST_DAY:
                return found
    except ValueError:
        pass
    raise PydanticCustomError("datetime_parsing", "a moment, RFC 3339")


# What a person tells: several lines, any script.
Text = Annotated[str, Written(lines=True)]
# What something is called: one line.
Name = Annotated[str, Written()]
Day = Annotated[
    date,
    BeforeValidator(_written_out),
    Field(
        ge=FIRST_DAY,
        le=LAST_DAY,
        json_schema_extra={"formatMinimum": FIRST_DAY.isoformat(), "formatMaximum": LAST_DAY.isoformat()},
    ),
]
Moment = Annotated[
    datetime, BeforeValidator(_at_its_offset), Field(json_schema_extra={"pattern": _MOMENT, "maxLength": 32})
]
Year = Annotated[int, Field(ge=2000, le=2100)]
# A division of any level, or what lies inside it.
Area = Annotated[str, Field(pattern=r"^[0-9]{2}([0-9]{2}([0-9]{2}([0-9]{3}([0-9]{3})?)?)?)?$")]
# The number that people know a household by.
HouseholdNo = Annotated[str, Field(pattern=r"^[0-9A-Za-z-]{1,30}$")]
# What a list is filtered by, where only its table knows the words.
Word = Annotated[str, Field(min_length=1, max_length=80)]


def clean(text: str, how: Written | None = None) -> str:
    """A text as it is stored; without `how` it is a code, a number or a day, whose signs are half-width.

    Raises:
        PydanticCustomError: it holds what cannot be stored or what nobody sees (`text_` and the fault), or nothing else
            (`nothing_visible`).
    """
    whole = composed(text)
    whole = half_width(whole) if how is None else with_lines(whole)
    found = fault(whole, lines=how is not None and how.lines)
    if found:
        raise PydanticCustomError(f"text_{found}", EXPECTED[found])
    if whole and not is_visible(whole):
        raise PydanticCustomError("nothing_visible", "at least one visible character")
    return whole


def plain_in(annotation: Any) -> type | None:
    """Whether a field is a whole number or a yes or no, or a list of such; else None."""
    if annotation in (bool, int):
        return cast("type", annotation)
    if get_origin(annotation) is Literal:
        kinds = {type(word) for word in get_args(annotation)}
        return next(iter(kinds)) if kinds <= {bool, int} and len(kinds) == 1 else None
    if get_origin(annotation) in (Annotated, list, Union, types.UnionType):
        found = [plain_in(a) for a in get_args(annotation) if a is not type(None)]
        return found[0] if get_origin(annotation) is Annotated or len(found) == 1 else None
    return None


def written_in(annotation: Any) -> Written | None:
    """How a field's texts are written, wherever in its type that stands."""
    if get_origin(annotation) is Annotated:
        marks = [m for m in get_args(annotation)[1:] if isinstance(m, Written)]
        return marks[0] if marks else written_in(get_args(annotation)[0])
    if get_origin(annotation) in (list, tuple, set, Union, types.UnionType):
        return next((found for found in map(written_in, get_args(annotation)) if found), None)
    return None
