"""Policy as data: `policy.toml` of a service, each number with effective dates and its source.

A rule is given the entries of a business date, never today's file by accident. What it needs of them it says with a
frozen dataclass, which it is given filled.
"""

import hashlib
import json
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, is_dataclass, replace
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeVar, get_type_hints
from uuid import UUID

from shared.ground.problems import Problem

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

FAR = date(9999, 12, 31)

Figures = TypeVar("Figures", bound="DataclassInstance")


@dataclass(frozen=True, slots=True)
class Entry:
    """One number of the rules: in force from `effective_from` until before `effective_to`.

    `change_id` is the confirmed change that it stands by (`shared.acts.policy_changes`), None in the founding set.
    """

    code: str
    value: Any
    unit: str
    effective_from: date
    effective_to: date
    source: str
    change_id: UUID | None = None


class Said(NamedTuple):
    """What a document says of a figure: its value from `effective_from` until before `effective_to`."""

    code: str
    value: Any
    effective_from: date
    effective_to: date = FAR


@dataclass(frozen=True, slots=True)
class Policy:
    """A service's policy file, and what has changed since. `version` names the content of both, and is stored with each
    decision; `changes` counts the documents that amended the file.
    """

    version: str
    entries: tuple[Entry, ...]
    changes: int = 0

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

    def amended(self, said: Sequence[Said], source: str = "", change_id: UUID | None = None) -> "Policy":
        """The same with what a document says of its figures. Each takes the place of what began before its end and had
        not ended at its beginning; what begins at its end or later stands. The same content makes the same version.

        Raises:
            AmendmentError: `unknown_figure`; `unlike_figure` where a value is not of the kind of the one in force;
                `entry_reversed` where it ends before it begins; `entries_overlap` where two are said for one day.
        """
        kept, new = list(self.entries), list[Entry]()
        for one in sorted(said, key=lambda s: (s.code, s.effective_from)):
            stands = self._taken_over(one)
            value = _like(stands, one)
            if one.effective_to <= one.effective_from:
                raise AmendmentError("entry_reversed", one.code, one.effective_from)
            if new and new[-1].code == one.code and one.effective_from < new[-1].effective_to:
                raise AmendmentError("entries_overlap", one.code, one.effective_from)
            kept = [e for stood in kept for e in _cut(stood, one)]
            new.append(Entry(one.code, value, stands[0].unit, one.effective_from, one.effective_to, source, change_id))
        entries = sorted([*kept, *new], key=lambda e: (e.code, e.effective_from))
        return Policy(_version_after(self.version, source, new), tuple(entries), self.changes + 1)

    def _taken_over(self, one: Said) -> list[Entry]:
        """What is said of the figure: first what is in force where the new value begins, or what would be next."""
        ours = [e for e in self.entries if e.code == one.code]
        if not ours:
            raise AmendmentError("unknown_figure", one.code, one.effective_from)
        return [*(e for e in ours if one.effective_from < e.effective_to), *ours]

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


Against = Literal["unknown_figure", "unlike_figure", "entry_reversed", "entries_overlap", "policy_gap", "policy_unread"]


class AmendmentError(ValueError):
    """What a policy does not take of a change: why, of which figure, and on which day."""

    def __init__(self, reason: Against, code: str, on: date) -> None:
        super().__init__(f"{reason}: {code} on {on}")
        self.reason: Against = reason
        self.code = code
        self.on = on


def _cut(stood: Entry, one: Said) -> Iterator[Entry]:
    """What is left of an entry once another is said of its figure."""
    apart = stood.effective_to <= one.effective_from or one.effective_to <= stood.effective_from
    if stood.code != one.code or apart:
        yield stood
    elif stood.effective_from < one.effective_from:
        yield replace(stood, effective_to=one.effective_from)


def _version_after(version: str, source: str, new: Sequence[Entry]) -> str:
    """The founding set's version, and behind it what names all changes of it together."""
    founding, _, before = version.partition("+")
    told = [before, source, [[e.code, e.value, e.effective_from, e.effective_to] for e in new]]
    content = json.dumps(told, default=str, sort_keys=True).encode()
    return f"{founding}+{hashlib.sha256(content).hexdigest()[:12]}"


def gap_between(before: Policy, after: Policy, code: str) -> date | None:
    """The first day of which an amended policy says nothing of a figure, though it was in force then, or is before and
    after that day; None where there is none.
    """
    old, new = ([e for e in policy.entries if e.code == code] for policy in (before, after))
    if old[0].effective_from < new[0].effective_from:
        return old[0].effective_from
    for earlier, later in pairwise(new):
        if earlier.effective_to < later.effective_from:
            return earlier.effective_to
    return new[-1].effective_to if new[-1].effective_to < old[-1].effective_to else None


def _like(stands: Sequence[Entry], one: Said) -> Any:
    """The value as the policy holds it, where it may stand for the one in force."""
    value, model = _frozen(one.value), stands[0].value
    if isinstance(model, date) and isinstance(value, str):
        try:
            value = date.fromisoformat(value) if len(value) == 10 else value
        except ValueError as error:
            raise AmendmentError("unlike_figure", one.code, one.effective_from) from error
    # Of an empty list the kind is seen in what it held at other times.
    models = [model] if model != () else [e.value for e in stands]
    if not all(_alike(each, value) for each in models):
        raise AmendmentError("unlike_figure", one.code, one.effective_from)
    return value


def _alike(stands: Any, said: Any) -> bool:
    """Whether one may stand for the other: a number for a number, a table with at least the same words."""
    if isinstance(stands, dict):
        return isinstance(said, dict) and all(k in said and _alike(v, said[k]) for k, v in stands.items())
    if isinstance(stands, tuple | list):
        return type(stands) is type(said) and all(_alike(stands[0], one) for one in said if stands)
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
        for day in days_to_read(policy, kind):
            policy.on(day, kind)
    return policy


def codes_of(kind: "type[DataclassInstance]") -> set[str]:
    """The codes of all entries that fill a policy dataclass, and those within it."""
    found = set[str]()
    for of in asked_by(kind).values():
        if not isinstance(of, str):
            found |= codes_of(of)
            continue
        code, _, key = of.partition(".")
        found |= {code, key[1:-1]} if key.startswith("{") else {code}
    return found


def days_to_read(policy: Policy, kind: "type[DataclassInstance]") -> list[date]:
    """The days on which one of its entries begins, from the first one on which all of them are in force."""
    codes = codes_of(kind)
    ours = [e for e in policy.entries if e.code in codes]
    first = max(min(e.effective_from for e in ours if e.code == code) for code in codes)
    return sorted({max(first, e.effective_from) for e in ours})
