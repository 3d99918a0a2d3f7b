"""Keys from an issuer's address: a new key is found, an issuer that is away changes nothing, nobody makes us ask."""

import json
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from shared.doors.keys import ASKED_EVERY_SECONDS, FRESH_SECONDS, IssuerKeys, issuer_keys, keys_for
from shared.doors.tokens import verify_token
from shared.ground.problems import Problem
from shared.process.settings import Settings
from tests.conftest import House

FIRST, SECOND = (RSAKey.generate_key(2048, {"kid": kid, "use": "sig", "alg": "RS256"}) for kid in ("first", "second"))
FOR_ENCRYPTION = RSAKey.generate_key(2048, {"kid": "enc", "use": "enc", "alg": "RSA-OAEP"})
ISSUER = "https://login.county.example/realms/shenchi"
NOW = 1_000.0


@dataclass
class Issuer:
    """What it publishes this moment, and how often it was asked. Without keys it is out of order."""

    url: str = ""
    keys: list[RSAKey] = field(default_factory=lambda: [FIRST, FOR_ENCRYPTION])
    asked: int = 0
    retry_after: str = ""

    async def answer(self, _: web.Request) -> web.Response:
        self.asked += 1
        if not self.keys:
            headers = {"Retry-After": self.retry_after} if self.retry_after else None
            return web.Response(status=503, text="<html>starting</html>", headers=headers)
        return web.json_response(KeySet(list(self.keys)).as_dict(private=False))


@pytest.fixture
async def issuer() -> AsyncIterator[Issuer]:
    issuer = Issuer()
    app = web.Application()
    app.router.add_get("/certs", issuer.answer)
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    issuer.url = f"http://127.0.0.1:{runner.addresses[0][1]}/certs"
    yield issuer
    await runner.cleanup()


def token(key: RSAKey, **changes: Any) -> str:
    """As Keycloak shapes it."""
    now = int(time.time())
    claims = {
        "iss": ISSUER, "aud": ["shenchi", "account"], "sub": "3f0c", "typ": "Bearer", "azp": "console", "iat": now,
        "exp": now + 300, "jti": "onrtac:1", "sid": "b1", "scope": "openid shenchi", "role": "county", "area": "140927",
    } | changes  # fmt: skip
    return jwt.encode({"alg": "RS256", "typ": "at+jwt", "kid": key.kid}, claims, key, algorithms=["RS256"])


def ours(issuer: Issuer) -> IssuerKeys:
    return issuer_keys(Settings(jwks_url=issuer.url))


async def subject(keys: IssuerKeys, given: str, now: float) -> str:
    known = await keys_for(keys, given, now)
    return verify_token(given, known, issuer=ISSUER, audience="shenchi", dev_allowed=False).subject


async def test_a_new_key_is_asked_for_once_in_a_while(issuer: Issuer) -> None:
    keys = ours(issuer)
    assert issuer.asked == 0  # a service starts without its issuer
    assert await subject(keys, token(FIRST), NOW) == "3f0c"
    assert await subject(keys, token(FIRST), NOW + 1) == "3f0c"
    assert issuer.asked == 1
    issuer.keys = [SECOND, FIRST]
    for _ in range(3):
        with pytest.raises(Problem, match=r"shared\.token_invalid"):
            await subject(keys, token(SECOND), NOW + ASKED_EVERY_SECONDS - 1)
    assert issuer.asked == 1
    assert await subject(keys, token(SECOND), NOW + ASKED_EVERY_SECONDS) == "3f0c"
    assert await subject(keys, token(FIRST), NOW + ASKED_EVERY_SECONDS + 1) == "3f0c"
    assert issuer.asked == 2


async def test_an_issuer_that_is_away_leaves_its_old_keys(issuer: Issuer) -> None:
    keys = ours(issuer)
    issuer.keys = []
    with pytest.raises(Problem, match=r"shared\.unavailable"):
        await subject(keys, token(FIRST), NOW)
    issuer.keys = [FIRST]
    assert await subject(keys, token(FIRST), NOW + ASKED_EVERY_SECONDS) == "3f0c"
    issuer.keys = []
    with pytest.raises(Problem, match=r"shared\.token_invalid"):
        await subject(keys, token(SECOND), NOW + 2 * ASKED_EVERY_SECONDS)
    assert issuer.asked == 3
    assert await subject(keys, token(FIRST), NOW + 2 * ASKED_EVERY_SECONDS) == "3f0c"


@pytest.mark.parametrize(
    ("asks", "waits"),
    [("120", 120), ("5", ASKED_EVERY_SECONDS), ("86400", FRESH_SECONDS), ("soon", ASKED_EVERY_SECONDS)],
)
async def test_an_issuer_that_says_later_is_asked_later(issuer: Issuer, asks: str, waits: float) -> None:
    keys = ours(issuer)
    issuer.keys, issuer.retry_after = [], asks
    for seconds in (0, waits - 1):
        with pytest.raises(Problem, match=r"shared\.unavailable"):
            await subject(keys, token(FIRST), NOW + seconds)
    assert issuer.asked == 1
    issuer.keys = [FIRST]
    assert await subject(keys, token(FIRST), NOW + waits) == "3f0c"


async def test_a_withdrawn_key_is_forgotten(issuer: Issuer) -> None:
    keys = ours(issuer)
    assert await subject(keys, token(FIRST), NOW) == "3f0c"
    issuer.keys = [SECOND]
    assert await subject(keys, token(FIRST), NOW + FRESH_SECONDS) == "3f0c"  # it does not wait for the answer
    assert keys.renewal is not None
    await keys.renewal
    with pytest.raises(Problem, match=r"shared\.token_invalid"):
        await subject(keys, token(FIRST), NOW + FRESH_SECONDS)


async def test_keys_for_encryption_sign_nothing(issuer: Issuer) -> None:
    misused = RSAKey.import_key(FOR_ENCRYPTION.as_dict(private=True) | {"use": "sig", "alg": "RS256"})
    with pytest.raises(Problem, match=r"shared\.token_invalid"):
        await subject(ours(issuer), token(misused), NOW)


@pytest.mark.parametrize("nonsense", ["", "a.b.c", "e30.e30.", "bnVsbA.x.y", json.dumps({"kid": 1})])
async def test_nonsense_is_refused_in_the_same_words(issuer: Issuer, nonsense: str) -> None:
    with pytest.raises(Problem, match=r"shared\.token_invalid"):
        await subject(ours(issuer), nonsense, NOW)


@pytest.mark.parametrize(
    ("service", "role", "path"),
    [("gateway", "api", "/whoami"), ("finance", "worker", "/finance/v1/operations/flow")],
)
async def test_doors_take_the_issuers_tokens(house: House, issuer: Issuer, service: str, role: str, path: str) -> None:
    door = await house.serve(
        service, role, jwks_url=issuer.url, issuer=ISSUER, profile="county", clock="wall", upstreams={}
    )
    issuer.keys = [SECOND, FOR_ENCRYPTION]
    if service == "gateway":
        published = (await door.client.get("/.well-known/jwks.json")).json()["keys"]
        assert [key["kid"] for key in published] == ["second"]
    for key, status in ((SECOND, 200), (FIRST, 401)):
        answer = await door.client.get(path, headers={"Authorization": f"Bearer {token(key)}"})
        assert answer.status_code == status, answer.text
