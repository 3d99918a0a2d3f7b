"""Where a list goes on: cursors that hold for one subject, one path and its filters; the `Link` to the next page."""

import json
from dataclasses import dataclass
from typing import Annotated, Any
from urllib.parse import urlencode

from cryptography.exceptions import InvalidTag
from fastapi import Depends, Query, Request, Response

from shared.data.crypto import DataKeys
from shared.doors.http import CurrentDataKeys, current_caller
from shared.ground.context import Caller
from shared.ground.problems import Problem

# How a list is read, which is no part of what it is of.
READING = ("cursor", "limit")
SealedCursor = Annotated[str, Query(max_length=1000)]


@dataclass(frozen=True, slots=True)
class Listing:
    """A list as one caller asks for it."""

    request: Request
    response: Response
    subject: str
    data_keys: DataKeys

    def seal(self, after: Any) -> str:
        """The cursor behind a key; the answer's `Link` says so too."""
        cursor = self.data_keys.seal_text(str(after), "cursor", self._context())
        link_next(self.request, self.response, cursor)
        return cursor

    def open(self, cursor: str) -> str:
        """The key that a cursor stands behind.

        Raises:
            Problem: `shared.cursor_invalid`, where it is none of this list's for this caller.
        """
        try:
            return self.data_keys.unseal_text(cursor, "cursor", self._context())
        except (InvalidTag, ValueError, KeyError) as error:
            raise Problem("shared.cursor_invalid") from error

    def _context(self) -> str:
        filters = sorted((n, v) for n, v in self.request.query_params.multi_items() if n not in READING)
        return json.dumps([self.subject, self.request.scope["path"], filters])


def link_next(request: Request, response: Response, cursor: str) -> None:
    """RFC 8288: the same address with the cursor of the next page."""
    others = [(name, value) for name, value in request.query_params.multi_items() if name != "cursor"]
    response.headers["Link"] = f'<{request.url.path}?{urlencode([*others, ("cursor", cursor)])}>; rel="next"'


async def _listing(
    request: Request, response: Response, caller: Annotated[Caller, Depends(current_caller)], data_keys: CurrentDataKeys
) -> Listing:
    return Listing(request, response, caller.subject, data_keys)


CurrentListing = Annotated[Listing, Depends(_listing)]
