"""How much memory the system takes: PSS, which counts a shared page once over all who share it."""

import os
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


def tree(root: int) -> list[int]:
    """A process and all its descendants."""
    children: dict[int, list[int]] = defaultdict(list)
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            children[parent_of(entry)].append(int(entry.name))
    found, left = [], [root]
    while left:
        pid = left.pop()
        found.append(pid)
        left += children[pid]
    return found


def parent_of(entry: Path) -> int:
    try:
        stat = (entry / "stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return 0
    return int(stat.rpartition(")")[2].split()[1])


def pss_kb(pid: int) -> int:
    """0 for a process that is gone. One that another user runs may hide its PSS: then what is resident and
    not shared, which is in the open.
    """
    try:
        rollup = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
        return next((int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:")), 0)
    except PermissionError:
        return private_kb(pid)
    except OSError:
        return 0


def private_kb(pid: int) -> int:
    try:
        _, resident, shared, *_ = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()
    except OSError:
        return 0
    return (int(resident) - int(shared)) * os.sysconf("SC_PAGESIZE") // 1024


def pss_mb(pids: Iterable[int]) -> float:
    return sum(pss_kb(pid) for pid in set(pids)) / 1024


@dataclass
class Peak:
    mb: float = 0.0


@contextmanager
def peak_memory(*roots: int, every_s: float = 1.0) -> Iterator[Peak]:
    """The highest sum over these processes' trees and our own while the block runs.

    A look walks the page tables of every process. It is taken each `every_s` seconds, or more seldom, so that looking
    takes a twentieth of one processor at most.
    """
    peak, done = Peak(), threading.Event()

    def sample() -> float:
        begun = time.thread_time()
        pids = {pid for root in (*roots, os.getpid()) for pid in tree(root)}
        peak.mb = max(peak.mb, pss_mb(pids))
        return max(every_s, 20 * (time.thread_time() - begun))

    def watch() -> None:
        pause = every_s
        while not done.wait(pause):
            pause = sample()

    sample()
    watcher = threading.Thread(target=watch, name="peak-memory", daemon=True)
    watcher.start()
    try:
        yield peak
    finally:
        done.set()
        watcher.join()
        sample()
