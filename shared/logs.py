"""Structured logs as JSON lines. What could be personal is cut out before it is written."""

import logging
import re
from collections.abc import MutableMapping
from typing import Any

import structlog

# ID numbers, phones, bank cards: any run of eleven or more digits, but for ids of our own (UUIDs, divisions).
_LONG_NUMBER = re.compile(r"(?<![0-9a-f-])(?:\d{15,19}|\d{17}[Xx]|1[3-9]\d{9})(?![0-9a-f-])")
_PRIVATE = {"name", "id_number", "phone", "account", "health", "authorization", "token"}


def redact(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """Drop fields that are private by name, and long numbers anywhere."""
    for key, value in event.items():
        if key in _PRIVATE:
            event[key] = "[redacted]"
        elif isinstance(value, str):
            event[key] = _LONG_NUMBER.sub("[number]", value)
    return event


def configure(level: str) -> None:
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            redact,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        cache_logger_on_first_use=True,
    )
