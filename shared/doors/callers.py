"""Who calls: a token's signature is verified once, then the token is known by its digest until it expires."""

import hashlib
from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

from joserfc.jwk import KeySet

from shared.doors.keys import IssuerKeys, are_fresh, keys_for
from shared.doors.tokens import Bearer, refused, verify_until
from shared.ground.context import Caller
from shared.ground.problems import Problem
from shared.process.settings import Settings

MOST_TOKENS = 4_096


class Known(NamedTuple):
    """A token that was verified, and the keys that vouched for it."""

    bearer: Bearer
    keys: KeySet


# By digest, the oldest first.
Verified: TypeAlias = dict[bytes, Known]
# By subject, the Unix second before which no token of theirs may have been issued.
Revoked: TypeAlias = Mapping[str, int]


async def identify(
    authorization: str, keys: IssuerKeys, settings: Settings, verified: Verified, revoked: Revoked, now: float
) -> Caller:
    """The bearer of an Authorization header. `now` is in Unix seconds.

    A token seen before is known by its digest until the second it expires: that takes 2 us where its signature
    takes 65. It is verified anew where the issuer's keys have been read anew, so that a withdrawn key is trusted no
    longer than `shared.doors.keys` says. The oldest are forgotten first.

    Raises:
        Problem: `shared.token_missing` or `shared.token_invalid`; `shared.unavailable` as `keys_for` does.
    """
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Problem("shared.token_missing")
    digest = _digest(token, settings)
    known = verified.get(digest)
    if known is None or now >= known.bearer.expires or known.keys is not keys.known or not are_fresh(keys):
        known = await _verify(token, keys, settings)
        verified.pop(digest, None)
        while len(verified) >= MOST_TOKENS:
            del verified[next(iter(verified))]
        verified[digest] = known
    caller, issued, _ = known.bearer
    if issued < revoked.get(caller.subject, 0):
        verified.pop(digest, None)
        raise refused("revoked")
    return caller


def is_known(authorization: str, settings: Settings, verified: Verified, now: float) -> bool:
    """Whether the bearer was verified before, which costs no signature. `now` is in Unix seconds."""
    known = verified.get(_digest(authorization.partition(" ")[2], settings))
    return known is not None and now < known.bearer.expires


def _digest(token: str, settings: Settings) -> bytes:
    """Of the token and of all by which it was judged: what passes for one audience is unknown to another."""
    judged_by = (settings.issuer, settings.audience, settings.profile, token)
    return hashlib.sha256("\0".join(judged_by).encode()).digest()


async def _verify(token: str, keys: IssuerKeys, settings: Settings) -> Known:
    held = await keys_for(keys, token)
    bearer = verify_until(
        token, held, issuer=settings.issuer, audience=settings.audience, dev_allowed=settings.profile == "dev"
    )
    return Known(bearer, held)
