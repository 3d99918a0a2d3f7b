"""Heavy work in a process of its own: off the event loop, memory limited and given back, gone when we are gone.

The first starts a server that reads its module, and each is a fork of that server: to read a room and all that it
stands on takes longer than most of the work.
"""

import asyncio
import gc
import importlib
import multiprocessing
import os
import resource
from multiprocessing.connection import Connection
from threading import Thread
from typing import Any

GENTLE = 5  # below the doors' priority
_FORKS = multiprocessing.get_context("forkserver")


async def run_isolated(target: str, argument: Any, *, seconds: float, largest_bytes: int) -> int:
    """Run the coroutine function `module:name` with a JSON argument; returns the exit code, negative for a signal.

    The argument goes through a pipe (a command line is public); another stays open: its end tells the other side that
    we died. Cancelled or out of time, the process is killed.
    """
    _FORKS.set_forkserver_preload([__name__, target.partition(":")[0]])  # heeded before the first
    theirs, ours = _FORKS.Pipe(duplex=False)
    process = _FORKS.Process(target=_work, args=(theirs, target, argument, largest_bytes), daemon=True)
    try:
        await asyncio.to_thread(process.start)
        theirs.close()
        return await asyncio.wait_for(_ended(process), seconds)
    except TimeoutError:
        return -9
    finally:
        if process.pid is not None and process.exitcode is None:
            process.kill()
            process.join()
        process.close()
        ours.close()


async def _ended(process: multiprocessing.process.BaseProcess) -> int:
    """The exit code, once there is one."""
    loop, over = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(process.sentinel, over.set)
    try:
        await over.wait()
    finally:
        loop.remove_reader(process.sentinel)
    process.join()
    assert process.exitcode is not None
    return process.exitcode


def _work(alive: Connection, target: str, argument: Any, largest_bytes: int) -> None:
    """The other side: watch the pipe, do the work."""
    resource.setrlimit(resource.RLIMIT_AS, (largest_bytes, largest_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core would hold personal data
    os.nice(GENTLE)
    gc.disable()  # it lives for seconds; collecting costs a fifth of that and frees nothing
    Thread(target=_die_with_parent, args=(alive,), daemon=True).start()
    module, _, name = target.partition(":")
    asyncio.run(getattr(importlib.import_module(module), name)(argument))


def _die_with_parent(alive: Connection) -> None:
    try:
        alive.recv_bytes()
    except EOFError:
        os._exit(1)
