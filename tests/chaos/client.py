"""A client that never gives up: intent on disk, the same request until a definite answer, outcome on disk."""

import asyncio
import json
import random
import time
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from deploy.local.issuer import SigningKey, development_token
from scenario.api import TOKEN_SECONDS, Who
from tests.chaos.journal import Journal

TIMEOUT = aiohttp.ClientTimeout(total=40)
# A kill -9 in the middle of an act may be answered 500 by who survived: as indefinite as no answer.
INDEFINITE = (408, 429, 500, 502, 503, 504)
IN_PROGRESS = "shared.idempotency_in_progress"
LONGEST_PAUSE_S = 2.0
DONE = ("accepted", "approved", "applied")


@dataclass(frozen=True, slots=True)
class Outcome:
    """`code`: why it was refused; None where it was acknowledged. `body`: the answer, or the batch's one result."""

    code: str | None
    body: Any


@dataclass
class Client:
    address: str
    key: SigningKey
    session: aiohttp.ClientSession
    journal: Journal
    tries: int = 0
    unanswered: int = 0
    acknowledged: int = 0
    _tokens: dict[Who, tuple[float, str]] = field(default_factory=dict)

    def _token(self, who: Who) -> str:
        made_at, token = self._tokens.get(who, (0.0, ""))
        if not token or time.monotonic() - made_at > TOKEN_SECONDS:
            token = development_token(self.key, who.subject, who.role, who.area, who.bank, who.unit, who.person)
            self._tokens[who] = time.monotonic(), token
        return token

    async def once(
        self, who: Who, method: str, path: str, body: Any = None, *, key: str = "", data: bytes | None = None
    ) -> tuple[int, Any]:
        """One try: status and JSON; status 0 without an answer."""
        headers = {"Authorization": f"Bearer {self._token(who)}"} | ({"Idempotency-Key": key} if key else {})
        if data is not None:
            headers["Content-Type"] = "application/octet-stream"
        self.tries += 1
        try:
            async with self.session.request(
                method, self.address + path, json=body, data=data, headers=headers, timeout=TIMEOUT
            ) as answer:
                status, content = answer.status, await answer.read()
        except (aiohttp.ClientError, TimeoutError, OSError):
            self.unanswered += 1
            return 0, None
        try:
            return status, json.loads(content) if content else None
        except ValueError:
            return status, content.decode(errors="replace")

    async def insist(self, who: Who, method: str, path: str, body: Any = None, **how: Any) -> tuple[int, Any]:
        """The same request until the answer is definite."""
        attempt = 0
        while True:
            status, answer = await self.once(who, method, path, body, **how)
            again = status == 0 or status in INDEFINITE or _code(answer) == IN_PROGRESS
            if not again:
                return status, answer
            attempt += 1
            await asyncio.sleep(min(0.1 * 2 ** min(attempt, 5), LONGEST_PAUSE_S) * random.uniform(0.5, 1))

    async def act(
        self, kind: str, name: str, who: Who, method: str, path: str, body: Any = None, *, fine: tuple[str, ...] = (),
        **how: Any,
    ) -> Outcome:  # fmt: skip
        """A journalled act. `fine`: refusals that say it was done by an earlier try whose answer was lost."""
        line = {"kind": kind, "name": name}
        self.journal.write({"what": "intent", **line, "body": body, "at": time.time()})
        status, answer = await self.insist(who, method, path, body, **how)
        outcome = _outcome(status, answer)
        if outcome.code is not None and outcome.code in fine:
            outcome = Outcome(None, outcome.body)
        if outcome.code is None:
            self.acknowledged += 1
            self.journal.write({"what": "acknowledged", **line, "at": time.time()})
        else:
            self.journal.write({"what": "refused", **line, "code": outcome.code})
        return outcome


def _code(answer: Any) -> str:
    return str(answer.get("code", "")) if isinstance(answer, dict) else ""


def _outcome(status: int, answer: Any) -> Outcome:
    if status >= 400:
        return Outcome(_code(answer) or str(status), answer)
    if isinstance(answer, dict) and isinstance(answer.get("results"), list) and len(answer["results"]) == 1:
        (result,) = answer["results"]
        said = result.get("status") or result.get("state")
        return Outcome(None if said in DONE else result.get("code") or str(said), result)
    return Outcome(None, answer)
