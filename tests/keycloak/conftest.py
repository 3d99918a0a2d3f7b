"""People, machines and tokens of a real Keycloak, and a gateway with finance behind it that take no others."""

import base64
import hashlib
import html
import re
import secrets
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt

from tests.conftest import Door, House
from tests.keycloak import ADMIN, APP_REDIRECT, KEYCLOAK, Issuer

PASSWORD = "a word of many letters"
SIGNED = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"

if not KEYCLOAK:
    collect_ignore_glob = ["test_*"]


@dataclass(frozen=True)
class Desk:
    """Asks the issuer, as its administrator, as an app, as a machine."""

    issuer: Issuer
    client: httpx.AsyncClient

    @property
    def url(self) -> str:
        return self.issuer.server.issuer

    async def admin(self, method: str, path: str, **request: Any) -> httpx.Response:
        """An administrator's token lives for a minute, so each request gets its own."""
        form = {"grant_type": "client_credentials", "client_id": ADMIN, "client_secret": self.issuer.server.password}
        master = self.url.replace("/shenchi", "/master")
        token = (await self.client.post(f"{master}/protocol/openid-connect/token", data=form)).json()["access_token"]
        url = self.url.replace("/realms/", "/admin/realms/") + path
        return await self.client.request(method, url, headers={"Authorization": f"Bearer {token}"}, **request)

    async def person(self, username: str, group: str, **attributes: str) -> httpx.Response:
        """Made as the county's administrator makes one; the answer."""
        body = {
            "username": username, "enabled": True, "groups": [f"/{group}"] if group else [],
            "attributes": {name: [value] for name, value in attributes.items()},
            "credentials": [{"type": "password", "value": PASSWORD, "temporary": False}],
        }  # fmt: skip
        return await self.admin("POST", "/users", json=body)

    async def token(self, **form: str) -> httpx.Response:
        return await self.client.post(f"{self.url}/protocol/openid-connect/token", data=form)

    async def screen(self, **changes: str) -> httpx.Response:
        """Where an app sends its user; answers the page or, by redirect, what is wrong."""
        asked = {"response_type": "code", "client_id": "app", "redirect_uri": APP_REDIRECT, "scope": "openid"}
        return await self.client.get(f"{self.url}/protocol/openid-connect/auth", params=asked | changes)

    async def login(self, username: str, client: str = "app") -> dict[str, str]:
        """The authorization code flow with PKCE, as an app and its user go through it; the tokens."""
        verifier = secrets.token_urlsafe(32)
        digest = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
        page = await self.screen(client_id=client, code_challenge=digest, code_challenge_method="S256")
        (action,) = re.findall(r'action="([^"]+)"', page.text)
        # Browsers take loopback for safe and send back what is `Secure`; this client does not by itself.
        cookies = "; ".join(f"{name}={value}" for name, value in page.cookies.items())
        form = {"username": username, "password": PASSWORD}
        done = await self.client.post(html.unescape(action), data=form, headers={"Cookie": cookies})
        self.client.cookies.clear()
        assert done.status_code == 302, done.text
        code = parse_qs(urlsplit(done.headers["Location"]).query)["code"][0]
        redirect = {"redirect_uri": APP_REDIRECT, "code": code, "code_verifier": verifier}
        answer = await self.token(grant_type="authorization_code", client_id=client, **redirect)
        assert answer.status_code == 200, answer.text
        tokens: dict[str, str] = answer.json()
        return tokens

    def signed(self, client: str, key: str = "", **changes: Any) -> dict[str, str]:
        """What a machine sends for a token (`private_key_jwt`, RFC 7523)."""
        now = int(time.time())
        claims = {"iss": client, "sub": client, "aud": self.url, "iat": now, "exp": now + 50}
        claims |= {"jti": secrets.token_hex(8)} | changes
        assertion = jwt.encode({"alg": "RS256", "kid": key or client}, claims, self.issuer.keys[key or client])
        return {"grant_type": "client_credentials", "client_assertion_type": SIGNED, "client_assertion": assertion}

    async def machine(self, client: str) -> str:
        answer = await self.token(**self.signed(client))
        assert answer.status_code == 200, answer.text
        return str(answer.json()["access_token"])


@pytest.fixture
async def desk(issuer: Issuer) -> AsyncIterator[Desk]:
    async with httpx.AsyncClient(trust_env=False, timeout=30) as client:
        yield Desk(issuer, client)


@dataclass(frozen=True)
class County:
    """Finance and the gateway before it, in profile `county`."""

    gateway: Door
    finance: Door

    async def get(self, path: str, token: str) -> httpx.Response:
        return await self.gateway.client.get(path, headers={"Authorization": f"Bearer {token}"})

    async def refusal(self, token: str) -> str:
        """Why both turn a token away, as `WWW-Authenticate` says it; empty where both take it."""
        here = await self.get("/finance/v1/loans", token)
        there = await self.finance.client.get("/finance/v1/loans", headers={"Authorization": f"Bearer {token}"})
        assert here.status_code == there.status_code
        if here.status_code != 401:
            return ""
        assert here.headers["WWW-Authenticate"] == there.headers["WWW-Authenticate"]
        return str(here.headers["WWW-Authenticate"])


@pytest.fixture
async def county(house: House, issuer: Issuer) -> County:
    said = {
        "profile": "county", "issuer": issuer.server.issuer,
        "jwks_url": f"{issuer.server.issuer}/protocol/openid-connect/certs",
    }  # fmt: skip
    finance = await house.listen("finance", "api", **said)
    return County(await house.listen("gateway", "api", upstreams={"finance": finance.address}, **said), finance)
