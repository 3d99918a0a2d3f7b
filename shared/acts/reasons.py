"""Reasons as they are answered: a stable code, its figures, and a sentence in both languages, made when it is read."""

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from pydantic import BaseModel, computed_field

from shared.ground.sentences import NO_FIGURES, sentence
from shared.values.figures import LANGUAGES, Language
from shared.values.verdicts import Missing, Reason


class Telling(BaseModel):
    """Something that is also said as a sentence: by its own `code`, or by `TEXT`, which its fields complete."""

    TEXT: ClassVar[str] = ""

    @computed_field
    def sentence_en(self) -> str | None:
        return self._said("en")

    @computed_field
    def sentence_zh(self) -> str | None:
        return self._said("zh")

    def says(self) -> tuple[str | None, Mapping[str, Any]]:
        """The code of the text, and the figures for it."""
        own = vars(self)
        return (self.TEXT.format_map(own), own) if self.TEXT else (own.get("code"), NO_FIGURES)

    def _said(self, language: Language) -> str | None:
        code, figures = self.says()
        return sentence(code, language, figures) if code else None


class Ending(Telling):
    """A case that ended before its last step says why; null while it goes on."""

    ended_code: str | None

    def says(self) -> tuple[str | None, Mapping[str, Any]]:
        return self.ended_code, NO_FIGURES


class ReasonShown(BaseModel):
    """A condition: whether it held, and the figures it held by."""

    code: str
    passed: bool
    figures: dict[str, Any]
    sentence_en: str | None
    sentence_zh: str | None


def reason_shown(rule: str, code: str, figures: Mapping[str, Any] = NO_FIGURES, *, passed: bool = False) -> ReasonShown:
    """Of a rule, or of a room that has no more than a code."""
    en, zh = (sentence(f"{rule}.{code}", language, figures, passed=passed) for language in LANGUAGES)
    return ReasonShown(code=code, passed=passed, figures=dict(figures), sentence_en=en, sentence_zh=zh)


def reasons_shown(rule: str, reasons: Iterable[Reason]) -> list[ReasonShown]:
    return [reason_shown(rule, r.code, r.figures, passed=r.passed) for r in reasons]


def missing_shown(missing: Iterable[Missing]) -> list[ReasonShown]:
    """The conditions that do not hold."""
    return [reason_shown(rule, r.code, r.figures) for rule, r in missing]
