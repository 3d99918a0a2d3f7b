"""A scheduler that a seed decides: which task takes its next step, and which dies."""

import random
from collections.abc import Callable, Coroutine, Generator
from typing import Any


class _Step:
    def __await__(self) -> Generator[None, None, None]:
        yield


async def step() -> None:
    """A point where anything else may happen first."""
    await _Step()


class StuckError(AssertionError):
    """No progress: the system did not drain."""


Make = Callable[[], Coroutine[Any, Any, None]]


class Scheduler:
    """Tasks are restarted after a crash, as a supervisor would; `once` tasks end by themselves."""

    def __init__(self, rng: random.Random) -> None:
        self.rng = rng
        self._tasks: list[tuple[Make | None, Coroutine[Any, Any, None]]] = []
        self.crash_rate = 0.0

    def start(self, make: Make, *, restart: bool) -> None:
        self._tasks.append((make if restart else None, make()))

    def run(self, until: Callable[[], bool], most_steps: int) -> None:
        """Take random steps until the condition holds. A frozen task is simply not picked for a while."""
        for count in range(most_steps):
            if count % 20 == 0 and until():
                return
            if not self._tasks:
                break
            index = min(self.rng.randrange(len(self._tasks)), self.rng.randrange(len(self._tasks)))
            make, task = self._tasks[index]
            if make is not None and self.rng.random() < self.crash_rate:
                task.close()
                self._tasks[index] = make, make()
                continue
            try:
                task.send(None)
            except StopIteration:
                if make is None:
                    del self._tasks[index]
                else:
                    self._tasks[index] = make, make()
            if self.rng.random() < 0.02:
                self.rng.shuffle(self._tasks)
        if not until():
            raise StuckError("not drained")

    def close(self) -> None:
        for _, task in self._tasks:
            task.close()
