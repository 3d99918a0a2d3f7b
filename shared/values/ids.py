"""UUID version 7 (RFC 9562): ordered by time, so that indexes grow at one end."""

import secrets
import time
from uuid import UUID


def uuid7() -> UUID:
    unix_ms = time.time_ns() // 1_000_000
    chance = secrets.randbits(74)
    value = (unix_ms & (2**48 - 1)) << 80 | 0x7 << 76 | chance >> 62 << 64
    return UUID(int=value | 0b10 << 62 | chance & (2**62 - 1))
