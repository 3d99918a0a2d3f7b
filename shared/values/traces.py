"""W3C Trace Context: which trace a request, an act and its events belong to."""

import re
import secrets

_PARENT = re.compile(r"([0-9a-f]{2})-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})(-.*)?")


def read_traceparent(sent: str) -> str:
    """As version 00 writes it, empty where it is none; a later version is read as far as this one goes."""
    found = _PARENT.fullmatch(sent.strip())
    if not found:
        return ""
    version, trace, span, flags, more = found.groups()
    if version == "ff" or not int(trace, 16) or not int(span, 16) or (version == "00" and more):
        return ""
    return f"00-{trace}-{span}-{flags}"


def new_traceparent() -> str:
    """The root of a trace of its own."""
    return f"00-{secrets.token_hex(16)}-{secrets.token_hex(8)}-01"
