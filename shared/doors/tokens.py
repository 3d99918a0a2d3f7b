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


def _is_for(stated: Any, audience: str) -> bool:
    """RFC 7519 lets `aud` be one name or a list; Keycloak lists where a token serves several systems."""
    return audience in stated if isinstance(stated, list) else stated == audience


def verify_token(token: str, keys: KeySet, *, issuer: str, audience: str, dev_allowed: bool) -> Caller:
    """Who bears the token; raises as `verify_until` does."""
    return verify_until(token, keys, issuer=issuer, audience=audience, dev_allowed=dev_allowed).caller


def verify_until(token: str, keys: KeySet, *, issuer: str, audience: str, dev_allowed: bool) -> Bearer:
    """Who bears the token, and when.

    Raises:
        Problem: `shared.token_invalid`; why is for the log, not for the caller.
    """
    try:
        decoded = jwt.decode(token, keys, algorithms=ALGORITHMS)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise Problem("shared.token_invalid") from error
    header, claims, now = decoded.header, decoded.claims, time.time()
    issued, expires, begins = claims.get("iat"), claims.get("exp"), claims.get("nbf", 0)
    sound = (
        str(header.get("typ", "")).lower() == "at+jwt"
        and claims.get("iss") == issuer
        and _is_for(claims.get("aud"), audience)
        and isinstance(issued, int)
        and isinstance(expires, int)
        and isinstance(begins, int)
        and begins <= now + LEEWAY_SECONDS
        and issued - LEEWAY_SECONDS <= now < expires + LEEWAY_SECONDS
        and expires - issued <= LONGEST_SECONDS
        and (dev_allowed or not claims.get("dev"))
        and claims.get("role") != "system"
        and claims.get("role") != "system"
        and all(isinstance(claims.get(k, ""), str) for k in CLAIMS)
    )
    if not sound:
        raise Problem("shared.token_invalid")
    caller = Caller(*(claims.get(name, "") for name in CLAIMS))
    return Bearer(caller, int(claims["iat"]), int(claims["exp"]))
