"""Known ways to build it wrong (mechanics 11), each caught at the lowest layer that can see it.

What the steps can show is a mutant of the simulation, under the same name. The others are a change of the real code,
made in a copy of the tree; the tests named there must pass before it and fail after it.
"""

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.local.processes import ROOT
from tests.simulation.__main__ import MUTANT_SEEDS, first_failure
from tests.simulation.mutants import MUTANTS as OF_STEPS
from tests.simulation.play import play

WITHIN_S = 60
NOT_CAUGHT = "NOT CAUGHT"
LEFT_OUT = (".venv", ".git", ".local", ".kafka", ".secrets", ".*_cache", ".hypothesis", "__pycache__")
CONSUMER, RELAY = "tests/integration/shared/test_consumer.py::", "tests/integration/shared/test_relay.py::"
DOORS, CONTEXT = "tests/integration/shared/test_doors.py::", "tests/integration/test_rows_without_context.py::"


@dataclass(frozen=True, slots=True)
class Mutant:
    """`old` stands in the file exactly once; `tests` on real PostgreSQL fail once `new` is there."""

    file: str
    old: str
    new: str
    tests: tuple[str, ...]


STEPS = ("SKIP LOCKED", "order by xid", "gather-publish past a failure", "release race", "offset reset latest")
CODE = {
    "no applied mark": Mutant(
        "shared/facts/steps.py", "        await tx.set_marks(todo.marks)\n", "",
        (f"{CONSUMER}test_what_comes_twice_happens_once",),
    ),
    "early offset commit": Mutant(
        "shared/facts/steps.py",
        "            await _apply(tx, events)\n            await tx.advance(partition, first, after)\n",
        "            await tx.advance(partition, first, after)\n"
        "        async with port.transaction() as tx:\n            await _apply(tx, events)\n",
        (f"{CONSUMER}test_what_is_away_for_a_moment_parks_nothing",),
    ),
    "delete <= max": Mutant(
        "shared/facts/relay.py", "DELETE FROM outbox WHERE id = ANY(:ids)",
        "DELETE FROM outbox WHERE id <= (SELECT max(i) FROM unnest(:ids) AS i)",
        (f"{RELAY}test_a_row_that_commits_while_newer_ones_are_published_is_not_moved_with_them",),
    ),
    "drop without mark": Mutant(
        "shared/facts/steps.py",
        "        if follows(event, (await tx.marks([key])).get(key)) is not None:\n"
        "            await tx.set_marks({key: (event.epoch, event.sequence)})\n        await tx.record_drop",
        "        await tx.record_drop",
        (f"{CONSUMER}test_a_dropped_event_leaves_its_mark_and_who_dropped_it_why",),
    ),
    "zero-row effect": Mutant(
        "shared/data/sql.py", "if rows is not None and count != rows:", "if rows is not None and count > rows:",
        (f"{DOORS}test_a_write_that_touches_nothing_undoes_the_act",),
    ),
    "missing RLS context": Mutant(
        "shared/data/ddl/m0001.py", "\"nullif(current_setting('app.role', true), '') IS NOT NULL\"", '"true"',
        (f"{CONTEXT}test_no_row_without_a_context[finance]",),
    ),
}  # fmt: skip


class NoMutantError(Exception):
    """A mutant does not apply any more, or its tests do not pass without it."""


def try_all(names: Sequence[str] = (*STEPS, *CODE)) -> dict[str, str]:
    """By name: how it was caught, or `NOT CAUGHT`. One that took longer than a minute was not."""
    results = {}
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        tree = copied(Path(folder) / "tree")
        tests = sorted({test for name in names if name in CODE for test in CODE[name].tests})
        if tests and not passes(tree, tests, WITHIN_S * len(tests)):
            raise NoMutantError(f"these must pass without a mutant: {', '.join(tests)}")
        for name in names:
            begun = time.monotonic()
            how = of_steps(name) if name in STEPS else of_code(tree, CODE[name])
            seconds = time.monotonic() - begun
            results[name] = f"{how} in {seconds:.0f} s" if how and seconds <= WITHIN_S else NOT_CAUGHT
    return results


def of_steps(name: str) -> str | None:
    caught = first_failure(play, OF_STEPS[name], range(1, 1 + MUTANT_SEEDS))
    return caught and f"simulation, seed {caught[0]}"


def of_code(tree: Path, mutant: Mutant) -> str | None:
    """The tree is as it was afterwards."""
    path = tree / mutant.file
    text = path.read_text(encoding="utf-8")
    path.write_text(mutated(text, mutant), encoding="utf-8")
    try:
        return None if passes(tree, mutant.tests, WITHIN_S) else mutant.tests[0].rpartition("::")[2]
    finally:
        path.write_text(text, encoding="utf-8")


def mutated(text: str, mutant: Mutant) -> str:
    if (count := text.count(mutant.old)) != 1:
        raise NoMutantError(f"{mutant.file} has {mutant.old!r} {count} times")
    return text.replace(mutant.old, mutant.new)


def copied(tree: Path) -> Path:
    shutil.copytree(ROOT, tree, ignore=shutil.ignore_patterns(*LEFT_OUT))
    (tree / ".venv").symlink_to(ROOT / ".venv")
    return tree


def passes(tree: Path, tests: Sequence[str], within_s: float) -> bool:
    """Tests that did not end in time did not fail either: a mutant is caught by a failure, not by waiting."""
    command = [sys.executable, "-m", "pytest", "-n", "0", "-x", "-p", "no:cacheprovider", *tests]
    try:
        ended = subprocess.run(command, cwd=tree, capture_output=True, timeout=within_s, check=False)
    except subprocess.TimeoutExpired:
        return True
    if ended.returncode not in (0, 1):
        raise NoMutantError(ended.stdout.decode()[-2000:])
    return ended.returncode == 0
