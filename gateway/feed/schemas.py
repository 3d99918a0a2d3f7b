"""Bodies of the feed's door."""

from typing import Any

from pydantic import BaseModel


class FeedItem(BaseModel):
    """One fact at its place; `event` is a CloudEvent in JSON format."""

    position: int
    epoch: int
    event: dict[str, Any]


class FeedPage(BaseModel):
    """`next` is the cursor to go on from, also where nothing is new."""

    items: list[FeedItem]
    next: str
