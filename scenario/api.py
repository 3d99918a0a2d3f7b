"""The county's public API as its users see it: one address, a token each, JSON."""

import asyncio
import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp

from deploy.local.issuer import SigningKey, development_token, signing_key
from services import NAMES
from shared.values.retry_after import LATER, asked_wait

SERVICES = (*NAMES, "gateway")
# Answers that mean "not now": the same request is sent again.
AGAIN = (408, 429, 502, 503, 504)
TRIES = 40
# A year is played in minutes: whoever asks for more than one is asked again after one.
LONGEST_WAIT = timedelta(minutes=1)
TOKEN_SECONDS = 480


@dataclass(frozen=True, slots=True)
class Who:
    """A user of the system: a role, in an area; a bank, a firm (`unit`) or a villager (`person`) says which one."""

    subject: str
    role: str
    area: str = ""
    bank: str = ""
    unit: str = ""
    person: str = ""


class RefusedError(Exception):
    """The API said no, with a problem document."""

    def __init__(self, status: int, problem: Any) -> None:
        super().__init__(f"{status} {problem}")
        self.status, self.problem = status, problem


@dataclass
class Api:
    """Calls the gateway, counts its requests, and is patient with outages: nothing is lost by a kill -9."""

    gateway: str
    key: SigningKey
    session: aiohttp.ClientSession
    requests: int = 0
    _tokens: dict[Who, tuple[float, str]] = field(default_factory=dict)
    _turn: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(12))

    def _token(self, who: Who) -> str:
        made_at, token = self._tokens.get(who, (0.0, ""))
        if time.monotonic() - made_at > TOKEN_SECONDS or not token:
            token = development_token(self.key, who.subject, who.role, who.area, who.bank, who.unit, who.person)
            self._tokens[who] = time.monotonic(), token
        return token

    async def call(
        self, who: Who, method: str, path: str, body: Any = None, *, data: bytes | None = None, key: str = ""
    ) -> Any:
        """The answer's JSON (or text, where it is none).

        Raises:
            RefusedError: any answer of 4xx or 5xx that asking again does not change.
        """
        for attempt in range(TRIES):
            headers = {"Authorization": f"Bearer {self._token(who)}"}
            if key:
                headers["Idempotency-Key"] = key
            if data is not None:
                headers["Content-Type"] = "application/octet-stream"
            self.requests += 1
            try:
                async with (
                    self._turn,
                    self.session.request(method, self.gateway + path, json=body, data=data, headers=headers) as answer,
                ):
                    content = await answer.read()
            except (aiohttp.ClientError, TimeoutError):
                await asyncio.sleep(seconds_until_next_try(attempt))
                continue
            if answer.status in AGAIN:
                asked = answer.headers.get("Retry-After", "")
                await asyncio.sleep(seconds_until_next_try(attempt, answer.status, asked))
                continue
            if answer.status >= 400:
                raise RefusedError(answer.status, _parsed(content))
            return _parsed(content)
        raise RefusedError(0, f"no answer to {method} {path}")

    async def get(self, who: Who, path: str) -> Any:
        return await self.call(who, "GET", path)

    async def post(self, who: Who, path: str, body: Any) -> Any:
        return await self.call(who, "POST", path, body)

    async def pages(self, who: Who, path: str, limit: int = 1000) -> AsyncIterator[dict[str, Any]]:
        """Every item of a paged list."""
        cursor = ""
        mark = "&" if "?" in path else "?"
        while True:
            page = await self.get(who, f"{path}{mark}limit={limit}" + (f"&cursor={cursor}" if cursor else ""))
            for item in page["items"]:
                yield item
            cursor = page.get("next") or ""
            if not cursor or len(page["items"]) < limit:  # a feed always has a next: what is to come
                return

    async def batches(self, who: Who, path: str, items: list[Any]) -> list[dict[str, Any]]:
        """Post a list in batches of 1,000; the results of all."""
        results: list[dict[str, Any]] = []
        for start in range(0, len(items), 1000):
            results += (await self.post(who, path, {"items": items[start : start + 1000]}))["results"]
        return results


def seconds_until_next_try(attempt: int, status: int = 0, retry_after: str = "", now: datetime | None = None) -> float:
    """0.1 s, 0.2 s, ... up to 2 s; what an overloaded or absent service asks for where that is longer."""
    asked = asked_wait(retry_after, now or datetime.now(UTC), LONGEST_WAIT) if status in LATER else timedelta()
    return max(min(0.1 * (1 << attempt), 2), asked.total_seconds())


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content)
    except ValueError:
        return content.decode(errors="replace")


def read_key(state: Path) -> SigningKey:
    """The one-machine issuer's key; a real county's users have tokens of their own issuer."""
    return signing_key(state)
