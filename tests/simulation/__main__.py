"""`python -m tests.simulation [first seed] [seeds]`: schedules of the real code, then the mutants."""

import sys
import time

from tests.simulation.mutants import MUTANTS
from tests.simulation.play import Parts, play

SEEDS = 1500
MUTANT_SEEDS = 400


def first_failure(parts: Parts, seeds: range) -> tuple[int, BaseException] | None:
    for seed in seeds:
        try:
            play(seed, parts)
        except Exception as error:  # noqa: BLE001 - a mutant may fail in any way; the real code in none
            return seed, error
    return None


def main(first: int = 1, seeds: int = SEEDS) -> int:
    """Exit code 0 where every schedule held and every mutant was caught."""
    begun = time.perf_counter()
    failure = first_failure(Parts(), range(first, first + seeds))
    if failure is not None:
        print(f"simulation: seed {failure[0]} failed: {failure[1]!r}")
        print(f"repeat with: python -m tests.simulation {failure[0]} 1")
        return 1
    print(f"simulation: {seeds} seeds from {first} held in {time.perf_counter() - begun:.1f} s")
    uncaught = 0
    for name, parts in MUTANTS.items():
        caught = first_failure(parts, range(first, first + MUTANT_SEEDS))
        uncaught += caught is None
        print(f"  mutant '{name}': " + (f"caught at seed {caught[0]} ({caught[1]})" if caught else "NOT CAUGHT"))
    return 1 if uncaught else 0


if __name__ == "__main__":
    sys.exit(main(*map(int, sys.argv[1:])))
