"""When nothing is on its way any more: pure functions."""

from collections.abc import Sequence
from typing import Any

State = dict[str, Any]


def emitted_if_idle(states: Sequence[State]) -> list[int] | None:
    """How much each service has emitted, where none has anything before it; None: some have."""
    busy = any(s["outbox_rows"] or s["parked_keys"] or any(s["lag"].values()) for s in states)
    return None if busy else [s["emitted"] for s in states]


def at_rest(before: Sequence[State], after: Sequence[State]) -> bool:
    """What two looks in a row find idle, nothing emitted between them: one look sees each service at a moment of its
    own.
    """
    emitted = emitted_if_idle(before)
    return emitted is not None and emitted == emitted_if_idle(after)
