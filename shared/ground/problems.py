"""problem+json (RFC 9457) with a stable code, in Chinese and English.

Texts live in `errors.toml` files: one here, one per service; a code is `service.room.reason`.
"""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
CATALOGUES = ("shared", "gateway", *(f"services/{p.name}" for p in sorted((ROOT / "services").iterdir())))


@dataclass(frozen=True, slots=True)
class FieldError:
    """One thing wrong in the input: where, and what was expected. It never carries the input itself."""

    field: str
    expected_en: str
    expected_zh: str


class Problem(Exception):  # noqa: N818 - RFC 9457's own word
    """An expected refusal. Figures fill the placeholders of the catalogue's text and go out with it."""

    def __init__(self, code: str, *, errors: list[FieldError] | None = None, **figures: Any) -> None:
        super().__init__(code)
        self.code = code
        self.errors = errors or []
        self.figures = figures


@cache
def catalogue() -> dict[str, dict[str, Any]]:
    """Every code's status and its texts `en` and `zh`."""
    entries: dict[str, dict[str, Any]] = {}
    for folder in CATALOGUES:
        path = ROOT / folder / "errors.toml"
        if path.exists():
            entries |= tomllib.loads(path.read_text(encoding="utf-8"))
    return entries


def status_of(code: str) -> int:
    return int(catalogue()[code]["status"])


def text(code: str, language: str, **figures: Any) -> str:
    """A code's sentence in `en` or `zh`."""
    return str(catalogue()[code][language]).format_map(figures)


def preferred_language(accept_language: str) -> str:
    """Chinese when it is preferred to English (RFC 9110: by weight, then by order); English otherwise."""
    best, weight = "en", 0.0
    for part in accept_language.lower().split(","):
        tag, _, given = part.partition(";")
        language = tag.strip()[:2]
        try:
            quality = float(given.partition("=")[2] or 1)
        except ValueError:
            continue
        if language in ("zh", "en") and quality > weight:
            best, weight = language, quality
    return best


def body(problem: Problem, accept_language: str = "") -> dict[str, Any]:
    """The problem+json document. Both languages stand in it; `detail` is in the preferred one."""
    language = preferred_language(accept_language)
    code = problem.code
    document: dict[str, Any] = {
        "type": f"urn:shenchi:problem:{code}",
        "title": text(code, language, **problem.figures),
        "title_zh": text(code, "zh", **problem.figures),
        "title_en": text(code, "en", **problem.figures),
        "status": status_of(code),
        "code": code,
        **problem.figures,
    }
    if problem.errors:
        document["errors"] = [
            {"field": e.field, "expected_en": e.expected_en, "expected_zh": e.expected_zh} for e in problem.errors
        ]
    return document
