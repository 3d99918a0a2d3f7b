"""What a cell of a spreadsheet says, as a value: strict readers that refuse with a reason, never with the content.

Each refuses a cell that holds an error or a formula without a result with `error_value` or `not_worked_out`.
"""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Literal, TypeAlias

from shared.values.characters import composed, fault, half_width


@dataclass(frozen=True, slots=True)
class Unread:
    """What a cell holds that says nothing: an error, or a formula that no program has worked out."""

    reason: Literal["error_value", "not_worked_out"]


Cell: TypeAlias = str | float | bool | date | datetime | time | timedelta | Unread

LARGEST_HUNDREDTHS = 10**13
EXACT_INTEGER = 10**15  # a number cell keeps fifteen figures; what is longer has lost its tail
# What slips in with a copied cell; anything else that nobody sees is no slip.
_SLIPPED_IN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u200e\u200f\u2060\ufeff"))
_HUNDREDTHS = re.compile(r"([0-9]{1,11})(?:\.([0-9]{1,2}))?")
_NUMBER = re.compile(r"[+-]?[0-9]+(?:\.[0-9]*)?")
_DAY = re.compile(r"([0-9]{4})-([0-9]{1,2})(?:-([0-9]{1,2}))?")


class CellError(ValueError):
    """A cell does not say what its column asks for. `reason` is a code."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def is_empty(cell: Cell) -> bool:
    return isinstance(cell, str) and not cell.strip()


def compact(cell: Cell) -> str:
    """Text without white space of any kind (also invisible) and nothing full-width; whole numbers as their digits.

    Raises:
        CellError: missing, unreadable_text (it holds what no table can, or what nobody sees), figures_lost, not_text.
    """
    if isinstance(cell, str):
        text = half_width(composed("".join(cell.translate(_SLIPPED_IN).split())))
        if not text:
            raise CellError("missing")
        if fault(text):
            raise CellError("unreadable_text")
        return text
    if isinstance(cell, float | int) and not isinstance(cell, bool) and float(cell).is_integer():
        if abs(cell) >= EXACT_INTEGER:
            raise CellError("figures_lost")
        return str(int(cell))
    raise CellError(_unread(cell) or "not_text")


def _unread(cell: Cell) -> str | None:
    return cell.reason if isinstance(cell, Unread) else None


def one_of(cell: Cell, words: Mapping[str, str]) -> str:
    """The slug of a word.

    Raises:
        CellError: missing, unknown_word.
    """
    if isinstance(cell, str) and cell in words:  # mostly written as it should be
        return words[cell]
    if not isinstance(cell, str):
        raise CellError(_unread(cell) or "unknown_word")
    word = compact(cell)
    if word not in words:
        raise CellError("unknown_word")
    return words[word]


def hundredths(cell: Cell) -> int:
    """Yuan as fen, square metres as hundredths: not negative, at most two decimals.

    Raises:
        CellError: missing, negative, too_many_decimals, too_large, not_a_number.
    """
    if isinstance(cell, str):
        text = compact(cell)
        found = _HUNDREDTHS.fullmatch(text)
        if found:
            return int(found[1]) * 100 + int((found[2] or "0").ljust(2, "0"))
        if not _NUMBER.fullmatch(text):
            raise CellError("not_a_number")
        raise CellError("negative" if text.startswith("-") else "too_many_decimals" if "." in text else "too_large")
    if isinstance(cell, bool) or not isinstance(cell, float | int) or not math.isfinite(cell):
        raise CellError(_unread(cell) or "not_a_number")
    if cell < 0:
        raise CellError("negative")
    if cell > LARGEST_HUNDREDTHS / 100:  # before it is multiplied: a float ends somewhere
        raise CellError("too_large")
    nearest = round(cell * 100)
    if abs(cell * 100 - nearest) > 1e-4:
        raise CellError("too_many_decimals")
    return nearest


def whole(cell: Cell) -> int:
    """A whole number, not negative.

    Raises:
        CellError: as `hundredths`, or not_whole.
    """
    number, rest = divmod(hundredths(cell), 100)
    if rest:
        raise CellError("not_whole")
    return number


def day(cell: Cell) -> date:
    """A date cell, or text `2014-06` (its first day) or `2014-06-01`.

    Raises:
        CellError: missing, date_1900 (a small number shown as a date), not_a_date.
    """
    if isinstance(cell, time | timedelta):
        raise CellError("date_1900")
    if isinstance(cell, date):
        found_on = cell.date() if isinstance(cell, datetime) else cell
        if found_on.year <= 1904:
            raise CellError("date_1900")
        return found_on
    if not isinstance(cell, str):
        raise CellError(_unread(cell) or "not_a_date")
    found = _DAY.fullmatch(compact(cell))
    try:
        return date(int(found[1]), int(found[2]), int(found[3] or 1))  # type: ignore[index]
    except (TypeError, ValueError) as error:
        raise CellError("not_a_date") from error
