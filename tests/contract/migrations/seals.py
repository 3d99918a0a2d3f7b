"""What migrations were when they were recorded: each file's hash, and what each revision made."""

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
HASHES = HERE / "migrations.sha256"
FOLDERS = {p.parent.name: p for p in (*ROOT.glob("services/*/migrations"), ROOT / "gateway/migrations")}
Objects = dict[str, dict[str, str]]


class SealedError(Exception):
    """What ran already somewhere would be another thing now."""


def read_files() -> dict[str, str]:
    """By path, the hash of every migration and of the numbered DDL that they call."""
    ddl = (ROOT / "shared/data/ddl").glob("m[0-9]*.py")
    paths = sorted([*ddl, *(p for folder in FOLDERS.values() for p in folder.glob("[0-9]*.py"))])
    return {p.relative_to(ROOT).as_posix(): sha256(p.read_bytes()).hexdigest() for p in paths}


def recorded_files() -> dict[str, str]:
    lines = HASHES.read_text(encoding="utf-8").splitlines() if HASHES.exists() else []
    return {path: digest for digest, path in (line.split("  ", 1) for line in lines)}


def recorded_objects(service: str) -> Objects:
    """By revision, the objects that it made or changed, as digests; "" where it took one away."""
    path = schema(service)
    objects: Objects = json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}
    return objects


def schema(service: str) -> Path:
    return HERE / "schema" / f"{service}.json"


def broken(recorded: Mapping[str, object], found: Mapping[str, object]) -> list[str]:
    """Names of what was recorded and is gone or other now."""
    return sorted(name for name, value in recorded.items() if found.get(name) != value)


def refuse(names: Iterable[str]) -> None:
    """Raises SealedError where there are any."""
    if listed := ", ".join(names):
        raise SealedError(f"sealed, and other now: {listed}. What has run somewhere stays; write the next number.")


def record_files(found: Mapping[str, str]) -> None:
    """As `sha256sum --check` reads them too."""
    refuse(broken(recorded_files(), found))
    HASHES.write_text("".join(f"{found[path]}  {path}\n" for path in sorted(found)), encoding="utf-8")


def record_objects(service: str, found: Objects) -> None:
    refuse(f"{service} {revision}" for revision in broken(recorded_objects(service), found))
    schema(service).parent.mkdir(exist_ok=True)
    schema(service).write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
