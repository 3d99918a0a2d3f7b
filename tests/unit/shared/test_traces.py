"""A trace goes on from request to act to event to reaction; one that is none begins anew (W3C Trace Context)."""

from datetime import date

import pytest

from shared.events.envelope import Envelope, read_envelope
from shared.ground.context import system_act
from shared.values.traces import new_traceparent, read_traceparent

SOUND = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def test_one_that_is_sound_is_kept_and_ours_are_sound() -> None:
    assert read_traceparent(SOUND) == SOUND
    fresh = new_traceparent()
    assert (read_traceparent(fresh), fresh == new_traceparent()) == (fresh, False)


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "none",
        SOUND.upper(),
        SOUND + "-more",
        "ff" + SOUND[2:],
        f"00-{'0' * 32}-00f067aa0ba902b7-01",
        f"00-4bf92f3577b34da6a3ce929d0e0e4736-{'0' * 16}-01",
        SOUND[:-1],
        SOUND.replace("4", "４"),
    ],
)
def test_one_that_is_none_is_not_heard(sent: str) -> None:
    assert read_traceparent(sent) == ""


def test_a_later_version_is_read_as_far_as_it_is_known() -> None:
    assert read_traceparent("01" + SOUND[2:] + "-more") == SOUND


def test_an_event_bears_it_and_a_reaction_carries_it_on() -> None:
    event = Envelope("1", "t.v1", "s", "topic", "k", 1, 1, "now", "2017-06-01", "a", "", "", "{}", SOUND)
    assert event.structured()["traceparent"] == SOUND
    assert read_envelope("topic", "k", event.headers(), "{}") == event
    assert system_act("finance", date(2017, 6, 1), "1", event).traceparent == SOUND
    untraced = event._replace(traceparent="")
    assert "ce_traceparent" not in untraced.headers()
    assert "traceparent" not in untraced.structured()
