"""A loop that hangs ends its process; one that beats, or a process that was frozen as a whole, does not."""

import asyncio
import threading

from shared.process import watchdog
from shared.process.watchdog import EXIT_CODE, Watchdog, awaited, overdue


def test_only_a_loop_that_has_begun_can_be_overdue() -> None:
    assert overdue({}, 1000.0, 10) == []
    assert overdue({"relay": 995.0, "consumer": 989.9}, 1000.0, 10) == ["consumer"]


async def test_a_loop_that_stops_beating_ends_the_process() -> None:
    ended, codes = threading.Event(), list[int]()

    def end(code: int) -> None:
        codes.append(code)
        ended.set()

    # A pause of twice as long is taken for one of the whole process: longer than a busy machine makes.
    dog = Watchdog(end, look_every=0.5)
    dog.beat("relay")
    dog._beats["relay"] -= watchdog.HANGS_AFTER_SECONDS + 1
    dog.start()
    assert await asyncio.to_thread(ended.wait, 10)
    assert codes == [EXIT_CODE]


async def test_a_dog_that_was_called_off_ends_nothing() -> None:
    codes: list[int] = []
    dog = Watchdog(codes.append, look_every=0.01)
    dog.beat("relay")
    dog._beats["relay"] -= watchdog.HANGS_AFTER_SECONDS + 1
    dog.stop()
    dog.start()
    (thread,) = [t for t in threading.enumerate() if t.name == "watchdog"] or [threading.current_thread()]
    if thread is not threading.current_thread():
        await asyncio.to_thread(thread.join, 10)
    assert codes == []


async def test_it_says_where_a_task_stands() -> None:
    gate = asyncio.Event()

    async def inner() -> None:
        await gate.wait()

    async def outer() -> None:
        await inner()

    task = asyncio.create_task(outer())
    await asyncio.sleep(0)
    places = " ".join(awaited(task.get_coro()))
    assert places.index("outer") < places.index("inner") < places.index("wait")
    gate.set()
    await task
