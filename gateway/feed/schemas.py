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


class SnapshotPage(BaseModel):
    """Of each household and village that stands out of poverty the last fact, as the feed was at `feed_cursor`: from
    there on the feed says what changed. `next` is the following page of the same snapshot.
    """

    items: list[FeedItem]
    feed_cursor: str
    next: str | None
