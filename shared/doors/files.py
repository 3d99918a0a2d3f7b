"""Files: handed in as a request's body, its bytes alone; given out as CSV."""

import asyncio
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import PlainTextResponse

from shared.ground.problems import Problem

LARGEST_BYTES = 20 * 1024 * 1024
LONGEST_SECONDS = 60


async def _read(request: Request) -> bytes:
    """What is too long, or does not end, is not waited for."""
    content = bytearray()
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            async for chunk in request.stream():
                content += chunk
                if len(content) > LARGEST_BYTES:
                    raise Problem("shared.too_large", limit_bytes=LARGEST_BYTES)
    except TimeoutError as error:
        raise Problem("shared.too_slow", seconds=LONGEST_SECONDS) from error
    return bytes(content)


# Named before a door's connection, which a slow sender would else hold.
FileSent = Annotated[bytes, Depends(_read)]


class Csv(PlainTextResponse):
    """UTF-8, which the framework says behind the type."""

    media_type = "text/csv"


def file_of(media_type: str, what: str) -> dict[str, Any]:
    """What a door that takes a file says of its body."""
    content = {media_type: {"schema": {"type": "string", "format": "binary", "description": what}}}
    return {"requestBody": {"required": True, "description": what, "content": content}}
