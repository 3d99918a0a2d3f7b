"""What a client writes down before it sends and after it knows: JSON lines, each on disk before it goes on."""

import json
import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any


class Journal:
    """Appended by one process; a line that was half written when it died is no line."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("ab")

    def write(self, line: dict[str, Any]) -> None:
        self._file.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
        self._file.flush()
        os.fdatasync(self._file.fileno())

    def close(self) -> None:
        self._file.close()


def read_journal(path: Path) -> list[dict[str, Any]]:
    if not path.exists():
        return []
    whole, _, _ = path.read_bytes().rpartition(b"\n")
    return [json.loads(line) for line in whole.splitlines()]


@dataclass(frozen=True)
class Told:
    """The clients' journal as sums: by kind of act, the names that were sent, acknowledged, refused (with the code)."""

    sent: dict[str, dict[str, dict[str, Any]]] = field(default_factory=dict)
    acknowledged: dict[str, set[str]] = field(default_factory=dict)
    refused: dict[str, dict[str, str]] = field(default_factory=dict)

    def counts(self) -> dict[str, int]:
        return {kind: len(names) for kind, names in sorted(self.acknowledged.items())}

    def refusals(self) -> dict[str, int]:
        found = Counter(f"{kind}: {code}" for kind, codes in self.refused.items() for code in codes.values())
        return dict(found.most_common())

    def open_acts(self) -> list[str]:
        """Sent, and never answered definitely."""
        known = {(k, n) for k, names in self.acknowledged.items() for n in names}
        known |= {(k, n) for k, names in self.refused.items() for n in names}
        return [f"{kind}/{name}" for kind, names in self.sent.items() for name in names if (kind, name) not in known]


def tell(lines: list[dict[str, Any]]) -> Told:
    told = Told()
    for line in lines:
        kind, name = line["kind"], line["name"]
        match line["what"]:
            case "intent":
                told.sent.setdefault(kind, {})[name] = line["body"]
            case "acknowledged":
                told.acknowledged.setdefault(kind, set()).add(name)
            case "refused":
                told.refused.setdefault(kind, {})[name] = line["code"]
    return told
