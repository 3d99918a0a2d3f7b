"""Which tokens open the door."""

import asyncio
import base64
import hmac
import json
import time
from pathlib import Path
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import RSAKey

from shared.doors.tokens import sign_token
from tests.conftest import Door
from tests.integration.gateway.conftest import Street, answer, read_head

PATHS = ("/whoami", "/registry/v1/households")


def claims(**changes: Any) -> dict[str, Any]:
    now = int(time.time())
    return {
        "iss": "https://issuer.shenchi.example", "aud": "shenchi", "sub": "li", "iat": now, "exp": now + 300,
        "role": "county", "area": "140927", "dev": True,
    } | changes  # fmt: skip


def encoded(part: dict[str, Any]) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


def forged(door: Door, kind: str) -> str:
    """A token with one thing wrong; `sound` has none."""
    key = RSAKey.import_key(door.keys.private)
    header = {"alg": "RS256", "typ": "at+jwt", "kid": "test"}
    now = int(time.time())
    wrong: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
        "sound": ({}, {}),
        "expired": ({}, {"iat": now - 400, "exp": now - 100}),
        "from the future": ({}, {"iat": now + 100, "exp": now + 200}),
        "too long": ({}, {"exp": now + 3600}),
        "other audience": ({}, {"aud": "other"}),
        "other issuer": ({}, {"iss": "https://other.example"}),
        "no type": ({"typ": None}, {}),
        "an id token": ({"typ": "JWT"}, {}),
        "system": ({}, {"role": "system"}),
        "odd area": ({}, {"area": "14092"}),
    }
    if kind in wrong:
        heads, bodies = wrong[kind]
        return jwt.encode({k: v for k, v in (header | heads).items() if v}, claims(**bodies), key)
    if kind == "other key":
        return jwt.encode(header, claims(), RSAKey.generate_key(2048, {"kid": "test"}))
    # No library of ours would write these two.
    algorithm = {"unsigned": "none", "public key as secret": "HS256"}[kind]
    signed = f"{encoded(header | {'alg': algorithm})}.{encoded(claims())}"
    if kind == "unsigned":
        return f"{signed}."
    digest = hmac.digest(key.as_pem(private=False), signed.encode(), "sha256")
    return f"{signed}.{base64.urlsafe_b64encode(digest).rstrip(b'=').decode()}"


WRONG = (
    "expired", "from the future", "too long", "other audience", "other issuer", "no type", "an id token", "system",
    "odd area", "other key", "unsigned", "public key as secret",
)  # fmt: skip


async def test_a_token_with_one_thing_wrong_is_401(street: Street) -> None:
    registry = await street.house.listen("registry", "api")
    door = await street.gateway(registry.address)
    for path in PATHS:
        good = await door.client.get(path, headers={"Authorization": f"Bearer {forged(door, 'sound')}"})
        assert good.status_code == 200
        for kind in WRONG:
            got = await door.client.get(path, headers={"Authorization": f"Bearer {forged(door, kind)}"})
            assert (got.status_code, got.json()["code"]) == (401, "shared.token_invalid"), kind
        none = await door.client.get(path)
        assert (none.status_code, none.json()["code"]) == (401, "shared.token_missing")


async def test_development_tokens_are_refused_in_a_county(street: Street) -> None:
    door = await street.gateway(profile="county")
    assert (await door.call("GET", "/registry/v1/households", "county")).status_code == 401


async def test_a_token_known_from_before_ends_when_it_says(street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    async def asks_nobody(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while not reader.at_eof():
            await read_head(reader)
            writer.write(answer())

    door = await street.gateway(await street.upstream(asks_nobody))
    headers = {"Authorization": "Bearer " + sign_token(door.keys.private, subject="li", role="county", area="140927")}
    path = "/registry/v1/households"
    assert (await door.client.get(path, headers=headers)).status_code == 200
    assert len(door.app.state.verified) == 1
    later = time.time() + 700
    monkeypatch.setattr(time, "time", lambda: later)
    assert (await door.client.get(path, headers=headers)).status_code == 401


async def test_who_am_i_and_whose_keys(street: Street, tmp_path: Path) -> None:
    careless = tmp_path / "jwks.json"
    door = await street.gateway()
    careless.write_text(json.dumps({"keys": [door.keys.private]}))
    got = await door.call("GET", "/whoami", "bank", "", bank="abc", subject="teller")
    assert got.json() == {"subject": "teller", "role": "bank", "area": "", "bank": "abc", "unit": "", "person": ""}
    for each in (door, await street.gateway(jwks_file=careless)):
        (key,) = (await each.client.get("/.well-known/jwks.json")).json()["keys"]
        assert key["kid"] == "test"
        assert not {"d", "p", "q"} & set(key)
