"""Routes, targets and headers."""

import pytest

from gateway.proxy.rules import answer_headers, body_length, edge_headers, onward_headers
from gateway.routes.rules import Route, find_route, is_straight

TRACE, OTHER_TRACE = (b"00-%032x-%016x-01" % (n, n) for n in (7, 8))
FRESH = b"0190a3e2-0000-7000-8000-000000000001"
KEPT = b"0190A3E2-0000-7000-8000-00000000abcd"
NARROW = Route("/a/v1/big", "a", frozenset({"POST"}), 20, 1)
WIDE = Route("/a/v1", "a", frozenset({"GET"}), 1, 1)


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("/a/v1/big", NARROW), ("/a/v1/big/1", NARROW), ("/a/v1/bigger", WIDE), ("/a/v1", WIDE), ("/a/v1/", WIDE),
        ("/a/v2/x", None), ("/a/v11", None), ("/a", None), ("/", None), ("", None), ("/b/a/v1/x", None),
    ],
)  # fmt: skip
def test_the_first_prefix_of_whole_segments_is_taken(path: str, found: Route | None) -> None:
    assert find_route((NARROW, WIDE), path) == found


@pytest.mark.parametrize(
    ("path", "query", "straight"),
    [
        (b"/a/v1/x.y", b"a=%2F..%2e&b=../x", True), (b"/a/%E7%A5%9E", b"", True), (b"/a/..", b"", False),
        (b"/a/./b", b"", False), (b"/a//b", b"", False), (b"/a/%2E%2e/b", b"", False), (b"/a/%2fb", b"", False),
        (b"/a/%5C", b"", False), (b"/a\\b", b"", False), (b"/a#b", b"", False), (b"/a", b"#b", False),
        (b"/a b", b"", False), (b"/\xe7", b"", False), (b"/a/...", b"", True), (b"/a%00", b"", False),
    ],
)  # fmt: skip
def test_only_plain_targets_go_on(path: bytes, query: bytes, straight: bool) -> None:
    assert is_straight(path, query) is straight


def test_only_the_gateway_says_the_business_date() -> None:
    sent = [(b"business-date", b"2030-01-01"), (b"x-forwarded-host", b"h"), (b"forwarded", b"f"), (b"accept", b"a")]
    ours = [(b"accept", b"a"), (b"x-correlation-id", FRESH), (b"traceparent", TRACE)]
    assert edge_headers(sent, b"2017-01-01", FRESH, TRACE) == ([*ours, (b"business-date", b"2017-01-01")], FRESH)
    assert edge_headers(sent, b"", FRESH, TRACE)[0] == ours


@pytest.mark.parametrize(("sent", "kept"), [(KEPT, KEPT), (b"1", FRESH), (b"{" + KEPT + b"}", FRESH), (b"", FRESH)])
def test_a_correlation_id_is_kept_where_it_is_a_uuid(sent: bytes, kept: bytes) -> None:
    headers, correlation_id = edge_headers([(b"x-correlation-id", sent)], b"", FRESH, TRACE)
    assert (headers[0], correlation_id) == ((b"x-correlation-id", kept), kept)


@pytest.mark.parametrize(
    ("sent", "kept"),
    [([OTHER_TRACE], OTHER_TRACE), ([], TRACE), ([b"none"], TRACE), ([b"\xff"], TRACE), ([OTHER_TRACE] * 2, TRACE)],
)
def test_a_trace_goes_on_or_a_new_one_begins(sent: list[bytes], kept: bytes) -> None:
    headers, _ = edge_headers([(b"traceparent", value) for value in sent], b"", FRESH, TRACE)
    assert [value for name, value in headers if name == b"traceparent"] == [kept]


def test_connection_cannot_name_away_what_the_gateway_says() -> None:
    headers = [
        (b"connection", b"close, Business-Date, X-Correlation-Id, x-own"), (b"x-own", b"1"), (b"te", b"trailers"),
        (b"transfer-encoding", b"chunked"), (b"expect", b"100-continue"), (b"x-correlation-id", FRESH),
        (b"business-date", b"2017-01-01"), (b"content-length", b"3"), (b"host", b"h"),
    ]  # fmt: skip
    assert onward_headers(headers) == [
        ("x-correlation-id", FRESH.decode()), ("business-date", "2017-01-01"), ("content-length", "3"), ("host", "h"),
    ]  # fmt: skip
    with pytest.raises(UnicodeDecodeError):
        onward_headers([(b"x", b"\xff")])


def test_answers_lose_what_belongs_to_a_hop_or_to_our_server() -> None:
    headers = [
        (b"Connection", b"X-Hop"), (b"X-Hop", b"1"), (b"Transfer-Encoding", b"chunked"), (b"Date", b"d"),
        (b"Server", b"s"), (b"ETag", b"1"), (b"Set-Cookie", b"a"), (b"Set-Cookie", b"b"),
    ]  # fmt: skip
    assert answer_headers(headers) == [(b"etag", b"1"), (b"set-cookie", b"a"), (b"set-cookie", b"b")]


def test_declared_lengths() -> None:
    assert body_length({}) == 0
    assert body_length({b"content-length": b"12"}) == 12
    assert body_length({b"transfer-encoding": b"chunked", b"content-length": b"12"}) is None
    with pytest.raises(ValueError, match="not a number"):
        body_length({b"content-length": b"-1"})
