"""A file as it is handed in: its bytes alone, as the request's body."""

import asyncio
from typing import Annotated

from fastapi import Depends, Request

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
