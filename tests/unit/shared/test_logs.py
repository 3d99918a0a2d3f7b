"""Nothing personal reaches a log line."""

import logging
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from shared.process.logs import redact, tell_errors
from shared.values.id_number import check_digit

NUMBER = "14099919700101" + "123"
ID_NUMBER = NUMBER + check_digit(NUMBER)


def redacted(**event: Any) -> dict[str, Any]:
    return dict(redact(None, "info", event))


@pytest.mark.parametrize(
    "text",
    [ID_NUMBER, f"id{ID_NUMBER}", f"({ID_NUMBER})", f"号码{ID_NUMBER}无效", f"card{ID_NUMBER}", f"-{ID_NUMBER}-",
     "14099919700101123X", "14099919700101123x", "6299990123456789012",
     "13912345678", "+8613912345678", "电话13912345678"],
)  # fmt: skip
def test_numbers_of_people_are_cut_out(text: str) -> None:
    kept = redacted(event=text)["event"]
    assert "[number]" in kept
    assert not any(digits in kept for digits in ("1409991970", "139123", "6299990"))


@pytest.mark.parametrize("text", ["140927200201", "0190a5d2-7c11-7000-8000-000000000001", "SC2017000042", "503"])
def test_our_own_ids_stay(text: str) -> None:
    assert redacted(event=text)["event"] == text


@given(st.uuids())
def test_no_uuid_is_mistaken_for_a_number(value: Any) -> None:
    assert redacted(event=f"loan {value} refused")["event"] == f"loan {value} refused"


def test_what_is_private_by_name_or_deep_inside() -> None:
    event = redacted(name="甲", detail={"phone": "1", "rows": [f"row {ID_NUMBER}", {"account": "2"}]}, count=3)
    assert event == {
        "name": "[redacted]", "count": 3,
        "detail": {"phone": "[redacted]", "rows": ["row [number]", {"account": "[redacted]"}]},
    }  # fmt: skip


def test_an_error_is_told_by_its_kind_and_places_never_by_what_it_says() -> None:
    def refuse() -> None:
        try:
            int("Zhang San")
        except ValueError as error:
            raise RuntimeError("Zhang San is no number") from error

    try:
        refuse()
    except RuntimeError as error:
        told = tell_errors(None, "error", {"event": "unexpected", "exc_info": error})
    first, *places, last = told["exception"].splitlines()
    assert first == "ValueError"
    assert [line for line in places if not line.startswith(" ")] == ["RuntimeError"]
    assert last.endswith("in refuse")
    assert "Zhang" not in str(told)


def test_the_kafka_client_is_heard_once_in_a_while_and_never_beside_the_json() -> None:
    client = logging.getLogger("aiokafka.client")
    with capture_logs() as said:
        for attempt in range(50):
            client.error("Unable connect to %s", attempt)
        client.warning("Sending username and password in the clear")
        client.error("another matter")
    assert [line["said"] for line in said] == ["Unable connect to 0", "another matter"]
    assert not logging.getLogger("aiokafka").propagate
