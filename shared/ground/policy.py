"""Policy as data: `policy.toml` of a service, each number with effective dates and its source.

A rule is given the entries of a business date, never today's file by accident. What it needs of them it says with a
frozen dataclass, which it is given filled.
"""

import hashlib
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, is_dataclass, replace
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, get_type_hints

from shared.ground.problems import Problem

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

FAR = date(9999, 12, 31)

Figures = TypeVar("Figures", bound="DataclassInstance")


@dataclass(frozen=True, slots=True)
class Entry:
    """One number of the rules: in force from `effective_from` until before `effective_to`."""

    code: str
    value: Any
    unit: str
    effective_from: date
    effective_to: date
    source: str


@dataclass(frozen=True, slots=True)
class Policy:
    """A service's policy file. `version` names its content, and is stored with each decision."""

    version: str
    entries: tuple[Entry, ...]

    def on(self, day: date, kind: type[Figures]) -> Figures:
        """The figures that a policy dataclass asks for, as they are in force on a business date.

        Raises:
            Problem: one of them is not in force on that day (409).
        """
        return kind(
            **{
                name: self._value(day, of) if isinstance(of, str) else self.on(day, of)
                for name, of in asked_by(kind).items()
            }
        )

    def amended(self, day: date, figures: Mapping[str, Any]) -> "Policy":
        """The same with other figures from a day on, to see what they would do: never stored with a decision.

        Raises:
            UnlikeError: `unknown_figure`, or `unlike_figure` where a value is not of the kind of the one in force.
        """
        entries = list(self.entries)
        for code, value in figures.items():
            stands = [e for e in entries if e.code == code and day < e.effective_to]
            if not stands:
                raise UnlikeError("unknown_figure", code)
            said = _frozen(value)
            if not _alike(stands[0].value, said):
                raise UnlikeError("unlike_figure", code)
            entries = [e for e in entries if e not in stands]
            entries += [replace(e, effective_to=day) for e in stands if e.effective_from < day]
            entries.append(replace(stands[0], value=said, effective_from=day, effective_to=FAR, source=""))
        return Policy(f"{self.version}, amended", tuple(entries))

    def words(self, code: str) -> set[str]:
        """All words that an entry has ever listed: what stands under one is found, also where it is used no more."""
        return {word for entry in self.entries if entry.code == code for word in entry.value}

    def _value(self, day: date, figure: str) -> Any:
        code, _, key = figure.partition(".")
        if key.startswith("{"):
            key = self._value(day, key[1:-1])
        for entry in self.entries:
            if (
                entry.code == code
                and entry.effective_from <= day < entry.effective_to
                and (not key or key in entry.value)
            ):
                return entry.value[key] if key else entry.value
        raise Problem("shared.policy_missing", figure=code, on=day.isoformat())


class UnlikeError(ValueError):
    """A figure that the policy does not know, or not so. `reason` is a code."""

    def __init__(self, reason: str, code: str) -> None:
        super().__init__(f"{reason}: {code}")
        self.reason = reason
        self.code = code


def _alike(stands: Any, said: Any) -> bool:
    """Whether one may stand for the other: a number for a number, a table with at least the same words."""
    if isinstance(stands, dict):
        return isinstance(said, dict) and all(k in said and _alike(v, said[k]) for k, v in stands.items())
    if isinstance(stands, tuple):
        return isinstance(said, tuple) and all(_alike(stands[0], one) for one in said if stands)
    return type(stands) is type(said)


@cache
def asked_by(kind: type[Any]) -> dict[str, str | type[Any]]:
    """By field of a policy dataclass: the code of its entry, or the dataclass that fills it by its own fields.

    A field is named as its entry is. One that decisions are stored with under another name says the code beside its
    type: `statuses: Annotated[tuple[str, ...], "loan_statuses"]`; of a table it takes one value: `"scheme.visits"`, or
    the one that another entry names: `"lines.{series}"`.
    """
    hints = get_type_hints(kind, include_extras=True)
    return {
        name: hint if is_dataclass(hint) and isinstance(hint, type) else getattr(hint, "__metadata__", (name,))[0]
        for name, hint in hints.items()
    }


def _frozen(value: Any) -> Any:
    """Lists as tuples: what is in force is shared by all who ask."""
    return tuple(_frozen(v) for v in value) if isinstance(value, list) else value


def read_policy(path: Path, kinds: Sequence["type[DataclassInstance]"] = ()) -> Policy:
    """The file, with those of its dataclasses that look at what they are given read at once.

    Raises ValueError where two entries of a code overlap: the file would say two things at once; and where one of
    `kinds` refuses what stands there.
    """
    content = path.read_bytes()
    entries = [
        Entry(code, _frozen(e["value"]), e["unit"], e["effective_from"], e.get("effective_to", FAR), e["source"])
        for code, versions in tomllib.loads(content.decode("utf-8")).items()
        for e in versions
    ]
    entries.sort(key=lambda e: (e.code, e.effective_from))
    for earlier, later in pairwise(entries):
        if earlier.code == later.code and later.effective_from < earlier.effective_to:
            raise ValueError(f"{path}: entries of {earlier.code} overlap on {later.effective_from}")
    policy = Policy(f"{path.parent.name}-{hashlib.sha256(content).hexdigest()[:12]}", tuple(entries))
    for kind in kinds:
        codes = {of.partition(".")[0] for of in asked_by(kind).values() if isinstance(of, str)}
        ours = [e for e in entries if e.code in codes]
        # From the first day on which all of them are in force.
        first = max(min(e.effective_from for e in ours if e.code == code) for code in codes)
        for day in sorted({max(first, e.effective_from) for e in ours}):
            policy.on(day, kind)
    return policy
