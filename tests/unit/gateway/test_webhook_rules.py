"""Where webhooks may go, when they are tried again, and where a reader of the feed may go on."""

from datetime import timedelta
from ipaddress import IPv4Address, IPv4Network, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.feed.rules import Cursor, read_cursor, resync_point
from gateway.subscriptions.rules import address_allowed, next_attempt_after, port_allowed

INTERNAL = ("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12",
            "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4")  # fmt: skip


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.1.2.3", "172.31.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
        "224.0.0.1", "240.0.0.1", "255.255.255.255", "198.18.0.1", "::1", "::", "::ffff:127.0.0.1",
        "::ffff:10.0.0.1", "::127.0.0.1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2001:0:1::",
        "fc00::1", "fd12::1", "fec0::1", "fe80::1", "fe80::1%eth0", "ff02::1", "2001:db8::1", "localhost", "",
        "127.1", "2130706433", "192.0.0.8", "192.0.0.170", "192.88.99.1", "::ffff:192.0.0.8", "64:ff9b::c000:8",
        "2002:c000:8::1", "2001:2::1", "3fff::1",
    ],
)  # fmt: skip
def test_no_webhook_goes_inside(address: str) -> None:
    assert not address_allowed(address, None)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::808:808", "2002:808:808::"]
)
def test_global_addresses_are_for_everybody(address: str) -> None:
    assert address_allowed(address, None)


@pytest.mark.parametrize(
    ("port", "network", "allowed"),
    [(443, None, True), (8443, None, True), (80, None, False), (22, None, False), (6379, None, False),
     (0, None, False), (9000, "10.0.0.0/8", True)],
)  # fmt: skip
def test_webhooks_go_to_the_ports_of_webhooks(port: int, network: str | None, allowed: bool) -> None:
    assert port_allowed(port, network) is allowed


@given(st.sampled_from(INTERNAL), st.integers(min_value=0))
def test_no_disguise_of_an_internal_address_passes(network: str, n: int) -> None:
    inside = IPv4Network(network)
    address = int(inside[n % inside.num_addresses])
    disguises = (
        IPv4Address(address), IPv6Address((0xFFFF << 32) | address), IPv6Address((0x64FF9B << 96) | address),
        IPv6Address((0x2002 << 112) | (address << 80)), IPv6Address(address),
    )  # fmt: skip
    assert not [str(d) for d in disguises if address_allowed(str(d), None)]


@pytest.mark.parametrize(
    ("address", "network", "allowed"),
    [
        ("127.0.0.1", "127.0.0.0/8", True),
        ("::ffff:127.0.0.1", "127.0.0.0/8", True),
        ("10.0.0.1", "127.0.0.0/8", False),
        ("::1", "127.0.0.0/8", False),
        ("::1", "::1/128", True),
        ("8.8.8.8", "127.0.0.0/8", True),
    ],
)
def test_one_internal_network_opens_to_whom_it_is_given(address: str, network: str, allowed: bool) -> None:
    assert address_allowed(address, network) is allowed


@pytest.mark.parametrize(
    ("attempts", "seconds"), [(1, 1), (2, 2), (3, 4), (10, 512), (12, 2048), (13, 3600), (14, 3600), (10**6, 3600)]
)
def test_the_pause_doubles_up_to_an_hour(attempts: int, seconds: int) -> None:
    assert next_attempt_after(attempts) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    ("attempts", "asked", "seconds"), [(1, 120, 120), (10, 120, 512), (13, 7200, 7200), (13, 0, 3600)]
)
def test_whoever_asks_for_a_longer_pause_has_it(attempts: int, asked: int, seconds: int) -> None:
    assert next_attempt_after(attempts, timedelta(seconds=asked)) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["", "1", "1.", ".1", "1.2.3", "-1.2", "1.2 ", "１.２", "1e3.2", "1." + "9" * 30])
def test_a_malformed_cursor_is_none_of_ours(text: str) -> None:
    assert read_cursor(text) is None


@given(st.integers(0, 10**17), st.integers(0, 10**17))
def test_a_cursor_reads_back(epoch: int, position: int) -> None:
    assert read_cursor(str(Cursor(epoch, position))) == Cursor(epoch, position)


@pytest.mark.parametrize(
    ("cursor", "head", "last_of_epoch", "resync"),
    [
        (Cursor(1, 0), Cursor(1, 0), 0, None),
        (Cursor(1, 7), Cursor(1, 7), 7, None),
        # Restored to position 5: who had read 7 begins again behind 5, who had read 3 goes on behind 3.
        (Cursor(1, 7), Cursor(2, 9), 5, Cursor(2, 5)),
        (Cursor(1, 3), Cursor(2, 9), 5, Cursor(2, 3)),
        # A position that was never given out.
        (Cursor(2, 12), Cursor(2, 9), 9, Cursor(2, 9)),
        (Cursor(3, 4), Cursor(2, 9), 9, Cursor(2, 4)),
    ],
)
def test_after_a_restore_nobody_skips(cursor: Cursor, head: Cursor, last_of_epoch: int, resync: Cursor | None) -> None:
    assert resync_point(cursor, head, last_of_epoch) == resync
