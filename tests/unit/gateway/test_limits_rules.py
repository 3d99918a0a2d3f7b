"""The token bucket."""

from collections import OrderedDict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.limits.actions import MOST_SUBJECTS, admit
from gateway.limits.rules import Bucket, Limit, client_address, limit_of, take
from shared.ground.context import Caller
from shared.ground.problems import Problem

LIMIT = Limit(10, 20)


@given(st.lists(st.floats(0, 3, allow_nan=False), max_size=200))
def test_never_more_than_burst_and_rate_allow(pauses: list[float]) -> None:
    bucket, now, passed = None, 100.0, 0
    for pause in pauses:
        now += pause
        bucket, wait = take(bucket, LIMIT, now)
        passed += wait == 0
        assert 0 <= bucket.left <= LIMIT.burst
    assert passed <= LIMIT.burst + LIMIT.per_second * (now - 100.0) + 1e-6


@given(st.floats(0, 0.999), st.floats(0, 1e6))
def test_after_the_wait_it_passes(left: float, now: float) -> None:
    bucket, wait = take(Bucket(left, now), LIMIT, now)
    assert wait > 0
    assert take(bucket, LIMIT, now + wait + 1e-6)[1] == 0


def test_a_clock_that_steps_back_fills_nothing() -> None:
    assert take(Bucket(0, 100), LIMIT, 50)[0].left == 0


def test_roles_and_factor() -> None:
    assert limit_of("bank", 1) == limit_of("county", 1) == Limit(200, 1000)
    assert limit_of("helper", 20) == Limit(1000, 4000)
    assert limit_of("villager", 1).per_second < limit_of("helper", 1).per_second


def test_memory_is_bounded_and_the_stalest_goes_first() -> None:
    buckets: OrderedDict[str, Bucket] = OrderedDict()
    for n in range(MOST_SUBJECTS):
        admit(buckets, Caller(f"s{n}", "subscriber"), 1, 0.0)
    admit(buckets, Caller("s0", "subscriber"), 1, 1.0)
    admit(buckets, Caller("new", "subscriber"), 1, 1.0)
    assert len(buckets) == MOST_SUBJECTS
    assert "s0" in buckets
    assert "s1" not in buckets


def test_a_refusal_says_when() -> None:
    buckets = OrderedDict({"li": Bucket(0.0, 5.0)})
    with pytest.raises(Problem) as refused:
        admit(buckets, Caller("li", "villager", "140927200201", person="p1"), 1, 5.0)
    assert refused.value.figures == {"retry_after_seconds": 1}


@pytest.mark.parametrize(
    ("peer", "forwarded", "address"),
    [
        ("203.0.113.9", "198.51.100.1", "203.0.113.9"),
        ("10.0.0.1", "198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "192.0.2.1, 198.51.100.1", "198.51.100.1"),
        ("10.0.0.1", "198.51.100.1, 10.0.0.2", "198.51.100.1"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "nonsense", "10.0.0.1"),
        ("10.0.0.1", "10.0.0.2", "10.0.0.1"),
        ("", "198.51.100.1", ""),
    ],
)
def test_whose_a_request_is_only_a_trusted_proxy_says(peer: str, forwarded: str, address: str) -> None:
    assert client_address(peer, forwarded, ["10.0.0.0/8"]) == address
