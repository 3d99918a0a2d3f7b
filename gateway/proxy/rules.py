"""Which headers pass, and in which direction.

Hop-by-hop headers end at each hop (RFC 9110 7.6.1), with those that `Connection` names. What only the gateway may say
(business date, forwarding) is taken away from callers.
"""

import re
from collections.abc import Iterable

from shared.values.traces import read_traceparent

HOP_BY_HOP = frozenset({
    b"connection", b"keep-alive", b"proxy-authenticate", b"proxy-authorization", b"proxy-connection", b"te",
    b"trailer", b"transfer-encoding", b"upgrade", b"expect",
})  # fmt: skip
# Our own server writes these on each answer.
OURS = frozenset({b"date", b"server", b"x-correlation-id"})
BUSINESS_DATE = b"business-date"
CORRELATION_ID = b"x-correlation-id"
TRACEPARENT = b"traceparent"
_FORWARDED = (b"x-forwarded-", b"x-real-ip", b"forwarded")
_UUID = re.compile(rb"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

Headers = list[tuple[bytes, bytes]]

# What a request that is composed of several takes along of the caller's own.
PASSED_ON = ("authorization", "accept-language", "business-date", "x-correlation-id", "traceparent")


def edge_headers(
    sent: Iterable[tuple[bytes, bytes]], business_date: bytes, fresh_id: bytes, fresh_trace: bytes
) -> tuple[Headers, bytes]:
    """What a caller sent, as the rest of the house may see it, and the request's correlation id.

    Names are lower case. The business date is the gateway's, or none where it is empty; a correlation id is kept
    where it is a UUID, a trace where it is one (W3C Trace Context: else a new one begins).
    """
    headers, correlation_id, traces = [], b"", list[bytes]()
    for name, value in sent:
        if name == CORRELATION_ID:
            correlation_id = correlation_id or (value if _UUID.fullmatch(value) else b"")
        elif name == TRACEPARENT:
            traces.append(value)
        elif name != BUSINESS_DATE and not name.startswith(_FORWARDED):
            headers.append((name, value))
    correlation_id = correlation_id or fresh_id
    trace = read_traceparent(traces[0].decode("latin-1")).encode() if len(traces) == 1 else b""
    headers += [(CORRELATION_ID, correlation_id), (TRACEPARENT, trace or fresh_trace)]
    if business_date:
        headers.append((BUSINESS_DATE, business_date))
    return headers, correlation_id


def _named_by_connection(headers: Iterable[tuple[bytes, bytes]]) -> frozenset[bytes]:
    named = [value for name, value in headers if name.lower() == b"connection"]
    return frozenset(part.strip().lower() for value in named for part in value.split(b","))


def onward_headers(headers: Headers) -> list[tuple[str, str]]:
    """What goes to a service. The gateway's own headers pass even where `Connection` names them.

    Raises:
        UnicodeDecodeError: a value is not UTF-8 and could not be passed on unchanged.
    """
    dropped = (HOP_BY_HOP | _named_by_connection(headers)) - {CORRELATION_ID, BUSINESS_DATE, TRACEPARENT}
    return [(name.decode("ascii"), value.decode("utf-8")) for name, value in headers if name not in dropped]


def answer_headers(headers: Iterable[tuple[bytes, bytes]]) -> Headers:
    """What goes back to the caller."""
    headers = [(name.lower(), value) for name, value in headers]
    dropped = HOP_BY_HOP | OURS | _named_by_connection(headers)
    return [(name, value) for name, value in headers if name not in dropped]


def body_length(headers: dict[bytes, bytes]) -> int | None:
    """The declared length of a request's body: 0 where there is none, None where only its end will tell.

    Raises:
        ValueError: the length is not a number.
    """
    if b"transfer-encoding" in headers:
        return None
    declared = headers.get(b"content-length", b"0")
    if not declared.isdigit():
        raise ValueError("Content-Length is not a number")
    return int(declared)
