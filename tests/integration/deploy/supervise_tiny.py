"""Run as a process of its own by the tests: the real supervisor over two tiny services.

`python -m tests.integration.deploy.supervise_tiny FOLDER [CODE]`: with CODE it stops by itself once ready.
"""

import asyncio
import sys
from pathlib import Path

from deploy.local.supervisor import System, supervise
from tests.integration.deploy.processes import TINY


async def end(_: System) -> int | None:
    return int(sys.argv[2]) if len(sys.argv) > 2 else None


sys.exit(asyncio.run(supervise(Path(sys.argv[1]), TINY, then=end)))
