"""Structured logs as JSON lines. What could be personal is cut out before it is written."""

import logging
import re
import traceback
from collections.abc import MutableMapping
from typing import Any

import structlog

# ID numbers, bank cards, phones. Divisions have 12 digits, and no group of a UUID has more; in the last group of
# one a phone could seem to stand, so hexadecimal neighbours are left alone there.
_LONG_NUMBER = re.compile(
    r"(?<!\d)(?:\d{17}[\dXx]|\d{15,19})(?!\d)|(?<![0-9a-f-])(?:\+?86[ -]?)?1[3-9]\d{9}(?![0-9a-f-])"
)
SAME_AGAIN_SECONDS = 10
MOST_CAUSES = 10
_PRIVATE = {"name", "id_number", "phone", "account", "health", "authorization", "token"}


def redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop fields that are private by name, and long numbers anywhere."""
    for key, value in event.items():
        event[key] = "[redacted]" if key in _PRIVATE else _without_numbers(value)
    return event


def _without_numbers(value: Any) -> Any:
    if isinstance(value, str):
        return _LONG_NUMBER.sub("[number]", value)
    if isinstance(value, dict):
        return {k: "[redacted]" if k in _PRIVATE else _without_numbers(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [_without_numbers(v) for v in value]
    return value


def tell_errors(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """An error as its kind and the places in the code, its causes first. What it says is left out: that is where the
    values of a request stand, and no pattern knows a name from a word.
    """
    error = event.pop("exc_info", None)
    if isinstance(error, BaseException):
        chain: list[str] = []
        while error is not None and len(chain) < MOST_CAUSES:
            frames = traceback.extract_tb(error.__traceback__)
            places = "".join(f"\n  {frame.filename}:{frame.lineno} in {frame.name}" for frame in frames)
            chain.insert(0, f"{type(error).__name__}{places}")
            error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
        event["exception"] = "\n".join(chain)
    return event


class _OfClients(logging.Handler):
    """What the Kafka client says, as lines of ours: errors only, and the same one once in ten seconds, because it
    says at each of many tries that the broker is away.
    """

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self._said: dict[str, float] = {}

    def emit(self, record: logging.LogRecord) -> None:
        if record.created - self._said.get(record.msg, 0) < SAME_AGAIN_SECONDS:
            return
        self._said = {m: at for m, at in self._said.items() if record.created - at < SAME_AGAIN_SECONDS}
        self._said[record.msg] = record.created
        structlog.get_logger().error("kafka_client", said=record.getMessage()[:500])


def configure(level: str) -> None:
    kafka = logging.getLogger("aiokafka")
    kafka.handlers, kafka.propagate = [_OfClients()], False
    # The driver's pool prints a traceback for each try at a database that is away; we say so ourselves.
    logging.getLogger("asyncpg").setLevel(logging.CRITICAL)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            tell_errors,
            redact,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        cache_logger_on_first_use=True,
    )
