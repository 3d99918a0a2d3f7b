"""What `Retry-After` asks for: seconds or a date, within reason, and nothing of nonsense."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.values.retry_after import asked_wait

NOW = datetime(2017, 11, 20, 8, 0, tzinfo=UTC)
LONGEST = timedelta(hours=6)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 120 ", 120),
        ("0", 0),
        ("000000000000000120", 120),
        ("Mon, 20 Nov 2017 08:02:00 GMT", 120),
        ("Monday, 20-Nov-17 08:02:00 GMT", 120),
        ("Mon Nov 20 08:02:00 2017", 120),
        # Past, or as long as it likes.
        ("Mon, 20 Nov 2017 07:00:00 GMT", 0),
        ("Mon, 20 Nov 2017 23:00:00 GMT", 6 * 3600),
        ("86400", 6 * 3600),
        ("9" * 6000, 6 * 3600),
    ],
)
def test_seconds_or_a_date(header: str, seconds: int) -> None:
    assert asked_wait(header, NOW, LONGEST) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "header", ["", "-1", "1.5", "soon", "１２０", "1e3", "inf", "120, 60", "99 Nov 2017", "Mon, 20 Nov 99999 08:00 GMT"]
)
def test_nonsense_asks_for_nothing(header: str) -> None:
    assert asked_wait(header, NOW, LONGEST) == timedelta()


@given(st.text())
def test_whatever_stands_there_a_wait_comes_of_it(header: str) -> None:
    assert timedelta() <= asked_wait(header, NOW, LONGEST) <= LONGEST
