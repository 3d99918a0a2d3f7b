"""Figures as people say them: 92.7 %, 5,000 万元, 7,200 people; in sentences of two languages: 5,000 yuan, 5,000 元."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Literal

from shared.values.money import yuan

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")
TEN_THOUSAND = 10_000
MEASURES = ("yuan", "ppm")  # said with what they are measured in; people and sheep are counted


def _trimmed(value: float, digits: int) -> str:
    text = f"{value:,.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def told(value: int, unit: str = "") -> str:
    """A count, with its unit where it is named; yuan in 万元 from ten thousand on, parts per million as percent."""
    if unit == "ppm":
        return f"{value / TEN_THOUSAND:.1f} %"
    if unit == "yuan" and abs(value) >= TEN_THOUSAND:
        return f"{_trimmed(value / TEN_THOUSAND, 2)} 万元"
    return f"{value:,} {unit}".rstrip()


def missed_by(planned: int, actual: int, unit: str) -> str:
    """By how much less was done than was planned, above zero, without its unit, and what part of the plan that is."""
    less = planned - actual
    return f"{told(less, unit if unit in MEASURES else '')} ({_trimmed(100 * less / planned, 1)} %)"


def share(value: float) -> str:
    """A part of one as percent, two decimals."""
    return f"{100 * value:.2f} %"


# What a figure is measured in stands in its name, as everywhere in the house.
_MEASURE = re.compile(r"_(fen_e4|fen|ppm|x100)(?=_|$)")
_KNOWN = {"en": {None: "not known", True: "yes", False: "no"}, "zh": {None: "未知", True: "是", False: "否"}}
_PLAIN = {
    "en": {"yuan": "yuan", "between": ", ", "beside": "; ", "or": "; or ", "is": ": ", "nothing": "none"},
    "zh": {"yuan": "元", "between": "、", "beside": "；", "or": "；或", "is": "：", "nothing": "无"},
}


class _Parts(dict[Any, Any]):
    """Several figures as one word of a sentence; each can be asked for as well: `{value[presence_x100]}`."""

    joined: str

    def __format__(self, form: str) -> str:
        return format(self.joined, form)


def in_words(name: str, value: Any, language: Language, words: Mapping[str, Mapping[str, str]]) -> Any:
    """A figure of a rule or a policy in a sentence: fen as yuan, parts per million as percent, hundredths as decimals.

    `words` has those that stand for what is counted in code words, by language. A word that it lacks stays as it is.
    """
    if isinstance(value, (Mapping, tuple, list)):
        return _in_parts(name, value, language, words)
    if value is None or isinstance(value, bool):
        return _KNOWN[language][value]
    if isinstance(value, str):
        told = (words[word][language] if word in words else word for word in value.split(" "))
        return _PLAIN[language]["between"].join(told)
    if isinstance(value, date):
        return value.isoformat()
    return _measured(name, value, language)


def _measured(name: str, value: int, language: Language) -> str:
    found = _MEASURE.search(name)
    measure = found[1] if found else ""
    if measure == "fen":
        return f"{yuan(value).removesuffix('.00')} {_PLAIN[language]['yuan']}"
    if measure == "fen_e4":
        return f"{_trimmed(value / (100 * TEN_THOUSAND), 6)} {_PLAIN[language]['yuan']}"
    if measure == "ppm":
        return f"{_trimmed(value / TEN_THOUSAND, 4)} %"
    if measure == "x100":
        return _trimmed(value / 100, 2)
    # Years have no comma.
    return f"{value:,}" if abs(value) >= TEN_THOUSAND else str(value)


def _in_parts(name: str, value: Any, language: Language, words: Mapping[str, Mapping[str, str]]) -> _Parts:
    plain = _PLAIN[language]
    if isinstance(value, Mapping):
        told = {key: in_words(key if _MEASURE.search(key) else name, v, language, words) for key, v in value.items()}
        parts = _Parts(told)
        named = (f"{in_words('', key, language, words)}{plain['is']}{one}" for key, one in told.items())
        parts.joined = plain["beside"].join(named)
    else:
        parts = _Parts(enumerate(in_words(name, v, language, words) for v in value))
        # Of several months and days each is one: 9-15. What is named within is said as anywhere.
        each = (
            "-".join(one.values()) if isinstance(v, tuple | list) else format(one)
            for v, one in zip(value, parts.values(), strict=True)
        )
        # Of several wholes one is enough; of several words each is listed.
        between = plain["or" if any(isinstance(v, Mapping) for v in value) else "between"]
        parts.joined = between.join(each) or plain["nothing"]
    return parts
