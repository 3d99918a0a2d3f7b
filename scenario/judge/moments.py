"""When each day of the year was over by the clock on the wall: what the record is asked by."""

import json
from pathlib import Path


def moments(state: Path) -> dict[str, str]:
    """By day; empty where nobody played."""
    path = state / "play.json"
    return dict(json.loads(path.read_text(encoding="utf-8")).get("evenings", {})) if path.exists() else {}
