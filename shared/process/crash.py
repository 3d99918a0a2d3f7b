"""Places where a process may be told to die, so that each can be shown to lose nothing.

`CRASH_AT=<label>` names one of `POINTS`. With `CRASH_ONCE=<file>` it happens only to the process that removes that
file, so that the same command starts well the next time. Unset, as everywhere but in tests, a point costs a comparison.
"""

import os
import signal
from pathlib import Path

POINTS = (
    "act.before_commit", "act.after_commit",
    "relay.before_send", "relay.after_send", "relay.after_delete",
    "kafka.before_ack",
    "consumer.before_commit", "consumer.after_commit",
    "release.before_commit", "release.after_commit",
    "webhook.before_send", "webhook.after_send", "webhook.after_commit",
)  # fmt: skip
_AT = os.environ.get("CRASH_AT", "")
_ONCE = os.environ.get("CRASH_ONCE", "")


def crash_point(label: str) -> None:
    """Die here, as by kill -9, if this point was named."""
    if label == _AT and _is_our_turn():
        os.kill(os.getpid(), signal.SIGKILL)


def _is_our_turn() -> bool:
    if not _ONCE:
        return True
    try:
        Path(_ONCE).unlink()
    except FileNotFoundError:
        return False
    return True
