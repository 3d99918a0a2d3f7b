"""The short form of `make chaos`: the real system, broken at every crash point and at random, loses nothing."""

import json
import os
import secrets
import shutil
from pathlib import Path

import pytest

from deploy.local.kafka import at_hand
from tests.chaos.run import Order, run


@pytest.mark.xdist_group("chaos")
async def test_nothing_is_lost_doubled_or_reordered(tmp_path: Path) -> None:
    """On Kafka where a broker can be had. `SEED` repeats the faults of an earlier run."""
    seed = int(os.environ.get("CHAOS_SEED") or secrets.randbelow(1_000_000))
    # A journal's path must stay short, and pytest keeps what a test leaves: the state of a run is large.
    order = Order(0.6, seed, "kafka" if at_hand() else "postgres", tmp_path / "c", pace=4.0, households=120)
    report = await run(order)
    shutil.rmtree(tmp_path / "c" / "state" / "postgres", ignore_errors=True)
    whole = report.as_json()
    assert report.holds, json.dumps(whole, ensure_ascii=False, indent=1)
    assert whole["crash_points_left"] == [], whole
    assert whole["acknowledged"] > 50, whole
    assert whole["committed"] == whole["published"], whole
