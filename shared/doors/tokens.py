"""Access tokens: JWT after RFC 9068, RS256 only, at most ten minutes long.

The gateway verifies each, and every service again.
"""

import json
import secrets
import time
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, RSAKey

from shared.ground.context import Caller
from shared.ground.problems import Problem

ALGORITHMS = ["RS256"]
LONGEST_SECONDS = 600
LEEWAY_SECONDS = 5
# Why a token does not pass, as `WWW-Authenticate` says it (ASCII, RFC 6750).
WHY = {
    "not_signed_here": "It is no JWT that a current key of this county's issuer has signed with RS256.",
    "no_access_token": "It is no access token (typ at+jwt, RFC 9068).",
    "other_issuer": "It comes from another issuer.",
    "other_audience": "It is meant for another system (aud).",
    "times": "It does not say from when and until when it holds (iat, exp).",
    "not_yet_valid": "It is not valid yet.",
    "expired": "It has expired.",
    "too_long": "It would live longer than ten minutes.",
    "for_development": "It is for development alone.",
    "claims": "Its claims name no caller: a subject, a role, and the area, bank, unit or person that go with it.",
    "revoked": "It was revoked.",
}
# Who a token says its bearer is, in the order of `Caller`.
CLAIMS = ("sub", "role", "area", "bank", "unit", "person")


class Bearer(NamedTuple):
    """Who bears a token, and from and until which Unix second it says so."""

    caller: Caller
    issued: int
    expires: int


def read_keys(path: Path) -> KeySet:
    """The issuer's public keys, a JWKS document."""
    return KeySet.import_key_set(json.loads(path.read_text(encoding="utf-8")))


def sign_token(
    private_jwk: dict[str, Any],
    *,
    subject: str,
    role: str,
    area: str | None = None,
    bank: str | None = None,
    unit: str | None = None,
    person: str | None = None,
    issuer: str = "https://issuer.shenchi.example",
    audience: str = "shenchi",
    minutes: int = 10,
) -> str:
    """A development token; it says so (`dev`), and profile `county` refuses it."""
    now = int(time.time())
    claims = {
        "iss": issuer,
        "aud": audience,
        "sub": subject,
        "iat": now,
        "exp": now + min(minutes, 10) * 60,
        "jti": secrets.token_hex(8),
        "role": role,
        "dev": True,
    } | {k: v for k, v in (("area", area), ("bank", bank), ("unit", unit), ("person", person)) if v}
    key = _private_key(json.dumps(private_jwk, sort_keys=True))
    header = {"alg": "RS256", "typ": "at+jwt", "kid": private_jwk.get("kid", "")}
    return jwt.encode(header, claims, key, algorithms=ALGORITHMS)


@lru_cache(maxsize=4)
def _private_key(jwk: str) -> RSAKey:
    """Reading one tests its primes, which takes seventy times as long as a signature: once for each key."""
    return RSAKey.import_key(json.loads(jwk))


def refused(reason: str) -> Problem:
    """`shared.token_invalid`, saying why (`WHY`): of the token only what its bearer knows himself."""
    return Problem("shared.token_invalid", reason=reason)


def _is_for(stated: Any, audience: str) -> bool:
    """RFC 7519 lets `aud` be one name or a list; Keycloak lists where a token serves several systems."""
    return audience in stated if isinstance(stated, list) else stated == audience


def verify_token(token: str, keys: KeySet, *, issuer: str, audience: str, dev_allowed: bool) -> Caller:
    """Who bears the token; raises as `verify_until` does."""
    return verify_until(token, keys, issuer=issuer, audience=audience, dev_allowed=dev_allowed).caller


def verify_until(token: str, keys: KeySet, *, issuer: str, audience: str, dev_allowed: bool) -> Bearer:
    """Who bears the token, and when.

    Raises:
        Problem: `shared.token_invalid`, with the first reason of `WHY` that holds.
    """
    try:
        decoded = jwt.decode(token, keys, algorithms=ALGORITHMS)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise refused("not_signed_here") from error
    header, claims, now = decoded.header, decoded.claims, time.time()
    if str(header.get("typ", "")).lower() != "at+jwt":
        raise refused("no_access_token")
    if claims.get("iss") != issuer:
        raise refused("other_issuer")
    if not _is_for(claims.get("aud"), audience):
        raise refused("other_audience")
    reason = _time_refusal(claims.get("iat"), claims.get("exp"), claims.get("nbf", 0), now)
    if reason:
        raise refused(reason)
    if claims.get("dev") and not dev_allowed:
        raise refused("for_development")
    if claims.get("role") == "system" or not all(isinstance(claims.get(k, ""), str) for k in CLAIMS):
        raise refused("claims")
    caller = Caller(*(claims.get(name, "") for name in CLAIMS))
    return Bearer(caller, int(claims["iat"]), int(claims["exp"]))


def _time_refusal(issued: Any, expires: Any, begins: Any, now: float) -> str | None:
    """All in Unix seconds; clocks may differ by the leeway."""
    if not (isinstance(issued, int) and isinstance(expires, int) and isinstance(begins, int)):
        return "times"
    if max(begins, issued) > now + LEEWAY_SECONDS:
        return "not_yet_valid"
    if now >= expires + LEEWAY_SECONDS:
        return "expired"
    return "too_long" if expires - issued > LONGEST_SECONDS else None
