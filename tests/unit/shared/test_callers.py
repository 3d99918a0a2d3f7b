"""A token is verified once, then known: until it ends, to one audience, while its keys stand and nobody revokes it."""

import time
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from shared.doors import callers, tokens
from shared.doors.callers import Verified, identify
from shared.doors.keys import FRESH_SECONDS, IssuerKeys
from shared.doors.tokens import LEEWAY_SECONDS
from shared.ground.context import Caller
from shared.ground.problems import Problem
from shared.process.settings import Settings

KEY = RSAKey.generate_key(2048, {"kid": "k1", "use": "sig"})
KEYS = KeySet([RSAKey.import_key(KEY.as_dict(private=False))])
OURS, THEIRS = Settings(), Settings(audience="archive")


class Desk:
    """Where tokens are shown, and how many signatures were verified there."""

    def __init__(self) -> None:
        self.keys = IssuerKeys("", KEYS)
        self.verified: Verified = {}
        self.revoked: dict[str, int] = {}
        self.verifications = 0

    async def show(self, token: str, settings: Settings = OURS, later: float = 0) -> Caller:
        return await identify(f"Bearer {token}", self.keys, settings, self.verified, self.revoked, time.time() + later)


@pytest.fixture
def desk(monkeypatch: pytest.MonkeyPatch) -> Desk:
    verify, here = tokens.verify_until, Desk()

    def counted(*arguments: Any, **named: Any) -> Any:
        here.verifications += 1
        return verify(*arguments, **named)

    monkeypatch.setattr(callers, "verify_until", counted)
    return here


def token(subject: str = "zhang", **changes: Any) -> str:
    now = int(time.time())
    claims = {
        "iss": OURS.issuer,
        "aud": OURS.audience,
        "sub": subject,
        "role": "county",
        "area": "140927",
        "iat": now,
        "exp": now + 300,
    }
    return jwt.encode({"alg": "RS256", "typ": "at+jwt", "kid": "k1"}, claims | changes, KEY, algorithms=["RS256"])


async def test_a_signature_is_verified_once(desk: Desk) -> None:
    sent = token()
    assert {(await desk.show(sent)).subject for _ in range(3)} == {"zhang"}
    assert desk.verifications == 1
    assert all(sent.encode() not in digest and len(digest) == 32 for digest in desk.verified)


async def test_a_known_token_ends_when_it_says(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    sent = token()
    await desk.show(sent)
    assert (await desk.show(sent, later=299)).subject == "zhang"
    ended = time.time() + 301 + LEEWAY_SECONDS
    monkeypatch.setattr(time, "time", lambda: ended)
    with pytest.raises(Problem, match=r"shared\.token_invalid"):
        await desk.show(sent)


async def test_no_more_are_kept_than_a_process_can_bear(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callers, "MOST_TOKENS", 2)
    first, second, third = (token(name) for name in ("a", "b", "c"))
    for sent in (first, second, third):
        await desk.show(sent)
    assert len(desk.verified) == 2
    await desk.show(third)
    assert desk.verifications == 3
    await desk.show(first)  # the oldest was forgotten, and is verified again
    assert (desk.verifications, len(desk.verified)) == (4, 2)


async def test_a_revoked_subjects_known_token_dies_at_once(desk: Desk) -> None:
    now = int(time.time())
    before, after, others = token(iat=now - 10), token(), token("li", iat=now - 10)
    for sent in (before, after, others):
        await desk.show(sent)
    desk.revoked["zhang"] = now - 5
    for _ in range(2):
        with pytest.raises(Problem, match=r"shared\.token_invalid"):
            await desk.show(before)
    assert ((await desk.show(after)).subject, (await desk.show(others)).subject) == ("zhang", "li")


async def test_what_one_audience_knows_another_does_not(desk: Desk) -> None:
    sent = token()
    await desk.show(sent)
    with pytest.raises(Problem, match=r"shared\.token_invalid"):
        await desk.show(sent, THEIRS)
    both = token(aud=[OURS.audience, THEIRS.audience])
    await desk.show(both)
    await desk.show(both, THEIRS)
    assert desk.verifications == 4


async def test_a_development_token_that_one_profile_knows_another_does_not(desk: Desk) -> None:
    sent = token(dev=True)
    await desk.show(sent, Settings(profile="dev"))
    with pytest.raises(Problem, match=r"shared\.token_invalid"):
        await desk.show(sent, Settings(profile="county"))


async def test_a_withdrawn_keys_tokens_are_forgotten_with_it(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.keys = IssuerKeys("http://issuer.example", KEYS, asked_at=time.monotonic())
    sent = token()
    await desk.show(sent)
    # The issuer was read again, and the key is gone.
    desk.keys.known = KeySet([RSAKey.generate_key(2048, {"kid": "k2", "use": "sig"})])
    with pytest.raises(Problem, match=r"shared\.token_invalid"):
        await desk.show(sent)


async def test_a_known_token_lets_stale_keys_be_read_again(desk: Desk) -> None:
    desk.keys = IssuerKeys("http://127.0.0.1:9", KEYS, asked_at=time.monotonic())
    sent = token()
    await desk.show(sent)
    assert desk.keys.renewal is None
    desk.keys.asked_at -= FRESH_SECONDS
    await desk.show(sent)
    assert desk.keys.renewal is not None
    await desk.keys.renewal
