"""Policy as data: `policy.toml` of a service, each number with effective dates and its source.

A rule is given the entries of a business date, never today's file by accident.
"""

import hashlib
import tomllib
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

FAR = date(9999, 12, 31)


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

    def on(self, day: date) -> dict[str, Any]:
        """The values in force on a business date, by code."""
        return {e.code: e.value for e in self.entries if e.effective_from <= day < e.effective_to}


def read_policy(path: Path) -> Policy:
    """Raises ValueError where two entries of a code overlap: the file would say two things at once."""
    content = path.read_bytes()
    entries = [
        Entry(code, e["value"], e["unit"], e["effective_from"], e.get("effective_to", FAR), e["source"])
        for code, versions in tomllib.loads(content.decode("utf-8")).items()
        for e in versions
    ]
    entries.sort(key=lambda e: (e.code, e.effective_from))
    for earlier, later in pairwise(entries):
        if earlier.code == later.code and later.effective_from < earlier.effective_to:
            raise ValueError(f"{path}: entries of {earlier.code} overlap on {later.effective_from}")
    return Policy(f"{path.parent.name}-{hashlib.sha256(content).hexdigest()[:12]}", tuple(entries))
