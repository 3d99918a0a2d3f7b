"""Cursors of the feed: where a reader stands, and where it may go on after a restore.

A restore may have lost facts that readers saw already, so it raises the epoch, and no cursor from before it is
followed silently (mechanics 4).
"""

import re
from typing import NamedTuple

_CURSOR = re.compile(r"([0-9]{1,18})\.([0-9]{1,18})")
_PAGE = re.compile(r"([0-9.]{3,37}):([0-9a-f-]{1,36})")


class Cursor(NamedTuple):
    """Everything up to `position` has been read, in the feed as it was in `epoch`."""

    epoch: int
    position: int

    def __str__(self) -> str:
        return f"{self.epoch}.{self.position}"


def read_cursor(cursor: str) -> Cursor | None:
    """None where it is not one of ours."""
    found = _CURSOR.fullmatch(cursor)
    return Cursor(int(found[1]), int(found[2])) if found else None


class Page(NamedTuple):
    """How far a snapshot of the feed as it was `at` a cursor has been read: up to and with the key `after`."""

    at: Cursor
    after: str

    def __str__(self) -> str:
        return f"{self.at}:{self.after}"


def read_page(cursor: str) -> Page | None:
    """None where it is not one of ours."""
    found = _PAGE.fullmatch(cursor)
    at = read_cursor(found[1]) if found else None
    return Page(at, found[2]) if found and at else None


def resync_point(cursor: Cursor, head: Cursor, last_of_epoch: int) -> Cursor | None:
    """Where a reader must begin again, or None where its cursor still holds.

    `last_of_epoch` is the last position that the feed still has from the cursor's epoch: up to there both saw the
    same. Beyond it the reader may meet a fact again, known by its event id, but misses none.
    """
    if cursor.epoch == head.epoch and cursor.position <= head.position:
        return None
    return Cursor(head.epoch, min(cursor.position, last_of_epoch))
