"""Whose token passes, and above all whose does not."""

import base64
import hmac
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from shared.doors.tokens import WHY, read_keys, sign_token, verify_token
from shared.ground.context import Caller
from shared.ground.problems import Problem

KEY = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig"})
OTHER = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig"})
KEYS = KeySet([RSAKey.import_key(KEY.as_dict(private=False))])
ISSUER, AUDIENCE = "https://issuer.shenchi.example", "shenchi"


def verify(token: str, *, dev_allowed: bool = True) -> Caller:
    return verify_token(token, KEYS, issuer=ISSUER, audience=AUDIENCE, dev_allowed=dev_allowed)


def token(key: Any = KEY, header: dict[str, Any] | None = None, **changes: Any) -> str:
    now = int(time.time())
    claims = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": "zhang",
        "role": "county",
        "area": "140927",
        "iat": now,
        "exp": now + 600,
    } | changes
    protected = {"alg": "RS256", "typ": "at+jwt", "kid": "k1"} | (header or {})
    claims = {k: v for k, v in claims.items() if v is not None}
    protected = {k: v for k, v in protected.items() if v is not None}
    return jwt.encode(protected, claims, key, algorithms=["RS256", "RS512"])


def test_a_sound_token_names_its_bearer() -> None:
    caller = verify(token(area="140927", bank="abc", unit="u1", role="bank"))
    assert caller == Caller("zhang", "bank", "140927", "abc", "u1")


def test_a_token_may_name_us_beside_others() -> None:
    assert verify(token(aud=[AUDIENCE, "account"])).subject == "zhang"


# `iat` and `exp` are seconds from the moment of the test: from that of its collection, a minute later what was to come
# would have come. One that is text stays text.
@pytest.mark.parametrize(
    "changes",
    [
        {"exp": -10, "iat": -500}, {"exp": None}, {"exp": "600"}, {"iat": None}, {"iat": 60},
        {"exp": 3600}, {"iat": -700, "exp": 60}, {"aud": "another"}, {"aud": ["another"]},
        {"aud": []}, {"aud": "shenchi-other"}, {"aud": {AUDIENCE: 1}}, {"aud": None},
        {"iss": "https://elsewhere.example"}, {"iss": None}, {"sub": None}, {"sub": ""}, {"sub": 7},
        {"role": None}, {"role": "system"}, {"area": "1409271"}, {"area": "14x"}, {"area": 140927}, {"area": "１４"},
        {"nbf": 60}, {"nbf": "0"}, {"role": "system", "sub": "system:registry", "area": None},
    ],
)  # fmt: skip
def test_claims_that_do_not_pass(changes: dict[str, Any]) -> None:
    now = int(time.time())
    times = {
        name: type(after)(now + int(after))
        for name in ("iat", "exp", "nbf")
        if (after := changes.get(name)) is not None
    }
    with pytest.raises(Problem, match=r"shared\.token_invalid"):
        verify(token(**changes | times))


@pytest.mark.parametrize("header", [{"typ": None}, {"typ": "JWT"}, {"alg": "RS512"}])
def test_headers_that_do_not_pass(header: dict[str, Any]) -> None:
    with pytest.raises(Problem, match=r"shared\.token_invalid"):
        verify(token(header=header))


def test_another_issuers_key_of_the_same_name() -> None:
    with pytest.raises(Problem, match=r"shared\.token_invalid"):
        verify(token(OTHER))


def forged(algorithm: str, signature: Callable[[bytes], bytes]) -> str:
    """By hand: a decent library refuses to make such tokens."""
    _, claims, _ = token().split(".")
    head = json.dumps({"alg": algorithm, "typ": "at+jwt", "kid": "k1"}).encode()
    signed = f"{encoded(head)}.{claims}"
    return f"{signed}.{encoded(signature(signed.encode()))}"


def encoded(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


@pytest.mark.parametrize("algorithm", ["none", "None", ""])
def test_no_signature_at_all(algorithm: str) -> None:
    with pytest.raises(Problem, match=r"shared\.token_invalid"):
        verify(forged(algorithm, lambda _: b""))


PUBLIC = KEY.public_key
SECRETS = {
    "pem": PUBLIC.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo),
    "der": PUBLIC.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo),
    "jwk": json.dumps(KEY.as_dict(private=False)).encode(),
}


@pytest.mark.parametrize("secret", SECRETS.values(), ids=SECRETS)
def test_our_public_key_taken_for_a_shared_secret(secret: bytes) -> None:
    with pytest.raises(Problem, match=r"shared\.token_invalid"):
        verify(forged("HS256", lambda signed: hmac.digest(secret, signed, "sha256")))


def test_a_changed_claim_breaks_the_signature() -> None:
    head, _, signature = token().split(".")
    _, claims, _ = token(role="auditor").split(".")
    with pytest.raises(Problem, match=r"shared\.token_invalid"):
        verify(f"{head}.{claims}.{signature}")


@given(st.text(max_size=60))
def test_nonsense_is_refused_in_the_same_words(nonsense: str) -> None:
    with pytest.raises(Problem, match=r"shared\.token_invalid"):
        verify(nonsense)


def test_a_development_token_stays_in_development(tmp_path: Path) -> None:
    made = sign_token(KEY.as_dict(private=True), subject="zhang", role="village", area="140927200201", minutes=60)
    assert verify(made).area == "140927200201"
    with pytest.raises(Problem, match=r"shared\.token_invalid"):
        verify(made, dev_allowed=False)
    (tmp_path / "jwks.json").write_text(json.dumps(KEYS.as_dict(private=False)))
    assert len(read_keys(tmp_path / "jwks.json").keys) == 1


@pytest.mark.parametrize(
    ("sent", "reason"),
    [
        (lambda: "no.jwt.here", "not_signed_here"),
        (lambda: token(OTHER), "not_signed_here"),
        (lambda: token(header={"typ": "JWT"}), "no_access_token"),
        (lambda: token(iss="https://elsewhere.example"), "other_issuer"),
        (lambda: token(aud="another"), "other_audience"),
        (lambda: token(exp=None), "times"),
        (lambda: token(nbf=int(time.time()) + 60), "not_yet_valid"),
        (lambda: token(iat=int(time.time()) - 500, exp=int(time.time()) - 10), "expired"),
        (lambda: token(exp=int(time.time()) + 3600), "too_long"),
        (lambda: token(dev=True), "for_development"),
        (lambda: token(role="system"), "claims"),
        (lambda: token(area="14x"), "claims"),
    ],
)
def test_a_refusal_says_why_and_nothing_of_the_token(sent: Callable[[], str], reason: str) -> None:
    with pytest.raises(Problem) as refusal:
        verify(sent(), dev_allowed=False)
    assert refusal.value.figures == {"reason": reason}
    assert WHY[reason].isascii()
    assert '"' not in WHY[reason]
