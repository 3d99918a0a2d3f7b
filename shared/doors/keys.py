"""The public keys that tokens are verified with: from a file on one machine, from the issuer's address in a county."""

import asyncio
import base64
import json
import math
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import structlog
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from shared.doors.tokens import read_keys
from shared.ground.problems import Problem
from shared.process.settings import Settings
from shared.values.retry_after import LATER, asked_wait

log = structlog.get_logger()

# A token of an unknown key may be the first after a rotation, or anybody's: the issuer is asked, but not by everybody.
ASKED_EVERY_SECONDS = 30.0
# A key that the issuer has withdrawn is trusted this long at most while the issuer answers.
FRESH_SECONDS = 300.0
# What an issuer may ask for: longer than that, new keys would wait for a header alone.
LONGEST_ASKED = timedelta(seconds=FRESH_SECONDS)
PATIENCE = aiohttp.ClientTimeout(total=3)


@dataclass(slots=True)
class IssuerKeys:
    """As last read. Without a `url` they came from a file and stay."""

    url: str
    known: KeySet
    asked_at: float = -math.inf
    asking: asyncio.Lock = field(default_factory=asyncio.Lock)
    renewal: asyncio.Task[None] | None = None


def issuer_keys(settings: Settings) -> IssuerKeys:
    """From a URL none yet: a service starts before its issuer, or without it."""
    if settings.jwks_url:
        return IssuerKeys(settings.jwks_url, KeySet([]))
    return IssuerKeys("", read_keys(settings.jwks_file))


def are_fresh(keys: IssuerKeys, now: float | None = None) -> bool:
    """Whether what is known needs not be read again. `now` is monotonic seconds."""
    now = time.monotonic() if now is None else now
    return not keys.url or now - keys.asked_at < FRESH_SECONDS


async def keys_for(keys: IssuerKeys, token: str, now: float | None = None) -> KeySet:
    """The keys to verify this token with. An issuer that is away leaves us its old ones. `now` is monotonic seconds.

    Raises:
        Problem: `shared.unavailable` where the issuer has never answered.
    """
    if not keys.url:
        return keys.known
    now = time.monotonic() if now is None else now
    if not _holds(keys.known, _key_id(token)):
        async with keys.asking:  # whoever comes meanwhile waits for the same answer
            if now - keys.asked_at >= ASKED_EVERY_SECONDS and not _holds(keys.known, _key_id(token)):
                await _ask(keys, now)
    elif not are_fresh(keys, now) and not keys.asking.locked():
        keys.renewal = asyncio.create_task(_renew(keys, now))
    if not keys.known:
        raise Problem("shared.unavailable")
    return keys.known


async def _renew(keys: IssuerKeys, now: float) -> None:
    async with keys.asking:
        if not are_fresh(keys, now):
            await _ask(keys, now)


async def _ask(keys: IssuerKeys, now: float) -> None:
    keys.asked_at = now
    try:
        async with aiohttp.ClientSession(timeout=PATIENCE) as session, session.get(keys.url) as answer:
            if answer.status in LATER:
                asked = asked_wait(answer.headers.get("Retry-After", ""), datetime.now(UTC), LONGEST_ASKED)
                keys.asked_at += max(asked.total_seconds() - ASKED_EVERY_SECONDS, 0)
            answer.raise_for_status()
            document = json.loads(await answer.read())
        keys.known = KeySet.import_key_set({"keys": [key for key in document["keys"] if _signs(key)]})
    except (aiohttp.ClientError, TimeoutError, JoseError, ValueError, TypeError, KeyError, AttributeError) as error:
        log.warning("issuer_keys_not_read", url=keys.url, error=repr(error), kept=len(keys.known.keys))


def _signs(key: dict[str, Any]) -> bool:
    """Keycloak publishes its keys for encryption beside those for signatures."""
    return key.get("kty") == "RSA" and key.get("use", "sig") == "sig"


def _holds(known: KeySet, key_id: str) -> bool:
    return any(key.kid == key_id for key in known)


def _key_id(token: str) -> str:
    """What the token says of itself, not yet verified; empty for nonsense."""
    head = token.partition(".")[0]
    try:
        key_id = json.loads(base64.urlsafe_b64decode(head + "=" * (-len(head) % 4)))["kid"]
    except (ValueError, TypeError, KeyError):
        return ""
    return key_id if isinstance(key_id, str) else ""
