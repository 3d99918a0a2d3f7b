"""Bodies of the feed's door."""

import json
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator

# Kept and signed as text, shown as what it says.
Event = Annotated[dict[str, Any], BeforeValidator(json.loads)]


class FeedItem(BaseModel):
    """One fact at its place; `event` is a CloudEvent in JSON format."""

    position: int
    epoch: int
    event: Event


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
