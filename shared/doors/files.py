"""Files: handed in as a request's body, its bytes alone; given out as CSV or XLSX."""

from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import PlainTextResponse, Response

LARGEST_BYTES = 20 * 1024 * 1024


async def _read(request: Request) -> bytes:
    """How long a file may be, and how long it may take, is the doorstep's matter."""
    return await request.body()


# Named before a door's connection, which a slow sender would else hold.
FileSent = Annotated[bytes, Depends(_read)]


class Csv(PlainTextResponse):
    """UTF-8, which the framework says behind the type."""

    media_type = "text/csv"


class Xlsx(Response):
    """A workbook."""

    media_type = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def file_of(media_type: str, what: str) -> dict[str, Any]:
    """What a door that takes a file says of its body."""
    content = {media_type: {"schema": {"type": "string", "format": "binary", "description": what}}}
    return {"requestBody": {"required": True, "description": what, "content": content}}
