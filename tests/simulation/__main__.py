"""`python -m tests.simulation [first seed] [seeds]`: schedules of the real code, then the mutants."""

import sys
import time
from collections.abc import Callable, Mapping
from typing import Any

from tests.simulation import restores
from tests.simulation.mutants import MUTANTS
from tests.simulation.play import Parts, play

SEEDS = 1500
MUTANT_SEEDS = 400
RESTORE_SEEDS = 500


def first_failure(schedule: Callable[[int, Any], None], parts: Any, seeds: range) -> tuple[int, BaseException] | None:
    for seed in seeds:
        try:
            schedule(seed, parts)
        except Exception as error:  # noqa: BLE001 - a mutant may fail in any way; the real code in none
            return seed, error
    return None


def check(
    name: str, schedule: Callable[[int, Any], None], parts: Any, mutants: Mapping[str, Any], seeds: range
) -> bool:
    """Whether every schedule held and every mutant was caught."""
    begun = time.perf_counter()
    failure = first_failure(schedule, parts, seeds)
    if failure is not None:
        print(f"{name}: seed {failure[0]} failed: {failure[1]!r}")
        print(f"repeat with: python -m tests.simulation {failure[0]} 1")
        return False
    print(f"{name}: {len(seeds)} seeds from {seeds.start} held in {time.perf_counter() - begun:.1f} s")
    all_caught = True
    for mutant, wrong in mutants.items():
        caught = first_failure(schedule, wrong, range(seeds.start, seeds.start + MUTANT_SEEDS))
        all_caught &= caught is not None
        print(f"  mutant '{mutant}': " + (f"caught at seed {caught[0]} ({caught[1]})" if caught else "NOT CAUGHT"))
    return all_caught


def main(first: int = 1, seeds: int = SEEDS) -> int:
    """Exit code 0 where every schedule held and every mutant was caught."""
    of_restores = range(first, first + min(seeds, RESTORE_SEEDS))
    held = [
        check("simulation", play, Parts(), MUTANTS, range(first, first + seeds)),
        check("restores", restores.play_restores, restores.Ways(), restores.MUTANTS, of_restores),
    ]
    return 0 if all(held) else 1


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
