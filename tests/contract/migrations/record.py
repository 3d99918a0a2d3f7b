"""`python -m tests.contract.migrations.record`: seal what is new. What is recorded is never changed by it.

Another PostgreSQL may print the same thing differently: then remove `schema/`, record, and read the difference.
"""

import asyncio
import secrets
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from deploy.local.cluster import ensure_cluster, login_names
from deploy.local.postgres import Postgres
from shared.process import logs
from tests.conftest import Cluster, free_port
from tests.contract.migrations.catalogue import changes
from tests.contract.migrations.seals import FOLDERS, SealedError, read_files, record_files, record_objects


async def record(folder: Path) -> None:
    """On a PostgreSQL of its own, every service from nothing to its newest revision."""
    logs.configure("ERROR")
    server = Postgres(folder, free_port(), secrets.token_hex(8), folder / "postgres.log", durable=False)
    cluster = Cluster(server, {login: secrets.token_hex(8) for login in login_names(tuple(FOLDERS))})
    await server.start()
    try:
        await ensure_cluster(server.url(), tuple(FOLDERS), cluster.passwords)
        for name, migrations in FOLDERS.items():
            record_objects(name, await changes(cluster.url(f"{name}_owner", name), migrations))
    finally:
        await server.stop()


def main() -> None:
    try:
        record_files(read_files())
        with TemporaryDirectory() as folder:
            asyncio.run(record(Path(folder)))
    except SealedError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
