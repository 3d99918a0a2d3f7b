"""`make chaos MINUTES=n [MUTANTS=1] [BUS=kafka] [SEED=s]`: the long form. Exit code 1 where something did not hold."""

import asyncio
import json
import os
import secrets
import shutil
import sys
from pathlib import Path

from deploy.local.processes import ROOT
from tests.chaos.mutants import NOT_CAUGHT, try_all
from tests.chaos.run import Order, run

RESULT = ROOT / ".local" / "chaos.json"


def main() -> int:
    given = os.environ
    seed = int(given.get("SEED") or secrets.randbelow(1_000_000))
    folder = Path(given.get("CHAOS_FOLDER") or ROOT / ".local" / "chaos")
    order = Order(float(given.get("MINUTES") or 2), seed, given.get("BUS") or "postgres", folder, told=print)
    shutil.rmtree(folder, ignore_errors=True)
    print(f"chaos: seed {seed}, {order.minutes:g} minutes, bus {order.bus}, in {folder}", flush=True)
    report = asyncio.run(run(order))
    whole = report.as_json() | {"mutants": try_all() if given.get("MUTANTS") else {}}
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps(whole, ensure_ascii=False, indent=1), encoding="utf-8")
    print(json.dumps(whole, ensure_ascii=False, indent=1))
    return 0 if report.holds and NOT_CAUGHT not in whole["mutants"].values() else 1


if __name__ == "__main__":
    sys.exit(main())
