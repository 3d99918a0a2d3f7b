"""What README and the pages of docs/ tell a reader to type, run as it stands there."""

import os
import re
import subprocess
import sys
from pathlib import Path

from deploy.local.processes import ROOT

PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
FENCED = re.compile(r"^```(.*)\n([\s\S]*?)^```$", re.MULTILINE)
COMMAND = re.compile(
    r"^ *(?:\w+=\$\()?(?:curl|docker|eval|kubectl|make|python\S* -m|shenchi|\.venv/bin/)", re.MULTILINE
)
ADDRESS = "http://127.0.0.1:8000"
LONGEST_S = 60
# Each answer on a line of its own, and one that is a refusal ends the walk.
PRELUDE = """set -Eeuo pipefail
trap 'echo "stopped at: $BASH_COMMAND" >&2' ERR
curl() { command curl --fail-with-body --show-error --write-out '\\n' "$@"; }
"""
# Why a block is not run here, by the words it begins with.
NOT_RUN = {
    "make run ": "it starts the county in which the others are run, and the suite that runs them",
    "shenchi backup ": "a restore is of a county that stands still: tests/integration/deploy/test_backup.py",
    "python -m services NAME new-epoch  ": "of a service that stands still: tests/integration/shared/test_new_epoch.py",
    "python -m services NAME new-epoch --log-anew ": "the same, and of a log that was lost",
    "python3.11 -m deploy.credentials compose ": "it wants an engine of containers",
    "kubectl apply ": "it wants a cluster; tests/unit/deploy renders and reads what is applied",
}


def blocks(page: Path) -> list[str]:
    """The page's blocks with a command for a shell; what is marked as another language has tests of its own."""
    found = FENCED.findall(page.read_text(encoding="utf-8"))
    return [text for language, text in found if not language and COMMAND.search(text)]


def not_run(block: str) -> bool:
    return block.startswith(tuple(NOT_RUN))


def walk_of(page: Path) -> str:
    """One after the other in one shell, as a reader goes down the page; empty where none can be run."""
    return "".join(block for block in blocks(page) if not not_run(block))


def walk(script: str, gateway: str, state: Path, folder: Path) -> str:
    """All answers, one a line; `.venv` is the one that this runs in.

    Raises:
        AssertionError: a command failed, or was refused; it is told which, and how.
    """
    folder.mkdir()
    (folder / ".venv").symlink_to(sys.prefix)
    ended = subprocess.run(
        ["bash", "-c", PRELUDE + script.replace(ADDRESS, gateway)],
        env=os.environ | {"SHENCHI_STATE": str(state)},
        cwd=folder,
        timeout=LONGEST_S,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, f"{ended.stderr}\n{ended.stdout[-2000:]}"
    return ended.stdout
