"""The front page; it shows sums of the county, nothing about anyone, and needs no token."""

import asyncio
import json
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from gateway.console.rules import CONTENT_SECURITY_POLICY, page
from shared.values import dates

router = APIRouter(tags=["console"], include_in_schema=False)

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def _read(path: Path) -> dict[str, Any] | None:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):  # not played yet, or being written this moment
        return None
    return document if isinstance(document, dict) else None


@router.get("/")
async def show_year(request: Request) -> HTMLResponse:
    """The year's table, once it has been played."""
    state = request.app.state
    year = await asyncio.to_thread(_read, state.settings.state_dir / "year.json")
    return HTMLResponse(page(state.business_date or dates.today(), year), headers=HEADERS)
