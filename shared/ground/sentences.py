"""What rules found, and the figures they found it by, as sentences in Chinese and English.

Texts live in `sentences.toml` files, one a service, as refusals do in `errors.toml`: a condition of a rule by the
rule's name and its code, a number of the policy by the service's and its own. They are made when somebody reads:
nothing that is stored or sent between services holds one. Both languages are answered, as a phone keeps an answer and
shows it later.
"""

import tomllib
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from shared.ground import problems
from shared.values.figures import Language, in_words

NO_FIGURES: Mapping[str, Any] = MappingProxyType({})
_MET = {
    "en": {True: "met", False: "not met", None: "not known, so not met"},
    "zh": {True: "符合", False: "不符合", None: "未知，按不符合"},
}
# What is added to the line of a score that has such a figure.
_BESIDE = {
    "withheld": {"en": " Nothing to judge by: left out of the sum.", "zh": "无评分依据，不计入总分。"},
    "before_x100": {"en": " Corrected on appeal from {before_x100}.", "zh": "经申诉更正，原为 {before_x100} 分。"},
}


@cache
def catalogue() -> dict[str, dict[str, str]]:
    """Every code's texts `en` and `zh`; of refusals too, which are findings where an item or a row has one."""
    entries = {code: {"en": entry["en"], "zh": entry["zh"]} for code, entry in problems.catalogue().items()}
    for folder in problems.CATALOGUES:
        path = problems.ROOT / folder / "sentences.toml"
        if path.exists():
            entries |= tomllib.loads(path.read_text(encoding="utf-8"))
    return entries


@cache
def words() -> dict[str, dict[str, str]]:
    """Words of closed vocabularies that figures and reasons hold."""
    found: dict[str, dict[str, str]] = tomllib.loads((problems.ROOT / "shared/words.toml").read_text(encoding="utf-8"))
    return found


class _Told(dict[str, Any]):
    """Figures in words, as far as a text names them; what a decision of before does not hold is not known."""

    def __init__(self, language: Language, figures: Mapping[str, Any], met: str) -> None:
        super().__init__(met=met)
        self.language, self.figures = language, figures

    def __missing__(self, name: str) -> Any:
        return in_words(name, self.figures.get(name), self.language, words())


def sentence(
    code: str, language: Language, figures: Mapping[str, Any] = NO_FIGURES, *, passed: bool = False
) -> str | None:
    """A code's sentence with its figures; None of a code that is none any more.

    `{met}` says whether a condition held, or that nothing was known of it.
    """
    if code not in catalogue():
        return None
    known = None if figures.get("known") is False else passed
    beside = "".join(texts[language] for name, texts in _BESIDE.items() if figures.get(name))
    text = catalogue()[code][language] + beside
    return text.format_map(_Told(language, figures, _MET[language][known]))


def number_sentence(service: str, code: str, value: Any, language: Language) -> str:
    """A number of a service's policy, `{value}` of its text; of a table or a list its parts: `{value[0]}`."""
    return catalogue()[f"{service}.policy.{code}"][language].format(value=in_words(code, value, language, words()))
