"""The front page, which shows sums of the county and nothing about anyone; and the documents of the doors, to read and
try. Neither needs a token.
"""

import asyncio
import json
from importlib.resources import files
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, Response

from gateway.console.rules import CONTENT_SECURITY_POLICY, DOORS, DOORS_SECURITY_POLICY, START, page
from shared.ground.problems import Problem
from shared.values import dates

router = APIRouter(tags=["console"], include_in_schema=False)

HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}

# Swagger UI comes with its package: nothing is loaded from another host.
PARTS = {"swagger-ui-bundle.js": "text/javascript", "swagger-ui.css": "text/css"}


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


@router.get("/docs")
async def show_doors() -> HTMLResponse:
    """Every door of every house, to read and try."""
    return HTMLResponse(DOORS, headers=HEADERS | {"Content-Security-Policy": DOORS_SECURITY_POLICY})


@router.get("/docs/{part}")
async def get_part(part: str) -> Response:
    if part == "start.js":
        return Response(START, media_type="text/javascript", headers=HEADERS)
    if part not in PARTS:
        raise Problem("shared.route_unknown")
    content = await asyncio.to_thread(files("fastapi_offline").joinpath("static", part).read_bytes)
    kept = {"Cache-Control": "public, max-age=86400"}
    return Response(content, media_type=PARTS[part], headers=HEADERS | kept)
