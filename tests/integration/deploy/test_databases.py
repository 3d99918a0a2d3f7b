"""Logins and databases on a server of the county's own, by the word that a container is told."""

import os
import secrets
import subprocess
import sys

import asyncpg
import pytest

from deploy.databases import password_variable
from deploy.local.cluster import login_names
from deploy.manifests import ROOT
from tests.conftest import Cluster

NAME = "annex"


def run(cluster: Cluster, passwords: dict[str, str]) -> int:
    server = {
        "SERVICE": NAME, "PGHOST": "127.0.0.1", "PGPORT": str(cluster.server.port), "PGUSER": "postgres",
        "PGPASSWORD": cluster.server.password,
    }  # fmt: skip
    told = {password_variable(login): password for login, password in passwords.items()}
    command = [sys.executable, "-m", "deploy.container", "databases"]
    return subprocess.run(command, env=os.environ | server | told, cwd=ROOT, timeout=60, check=False).returncode


async def test_a_database_with_its_two_logins(cluster: Cluster) -> None:
    passwords = {login: secrets.token_hex(8) for login in login_names([NAME])}
    place = {"host": "127.0.0.1", "port": cluster.server.port}
    admin = await asyncpg.connect(cluster.server.url())
    try:
        for _ in range(2):  # again, as at every upgrade
            assert run(cluster, passwords) == 0
        for login, password in passwords.items():
            connection = await asyncpg.connect(**place, user=login, password=password, database=NAME)
            owner = await connection.fetchval(
                "SELECT pg_get_userbyid(datdba) FROM pg_database WHERE datname = $1", NAME
            )
            assert owner == f"{NAME}_owner"
            await connection.close()
        with pytest.raises(asyncpg.InsufficientPrivilegeError):
            await asyncpg.connect(**place, user=f"{NAME}_app", password=passwords[f"{NAME}_app"], database="registry")
    finally:
        await admin.execute(f"DROP DATABASE IF EXISTS {NAME} WITH (FORCE)")
        for login in passwords:
            await admin.execute(f"DROP ROLE IF EXISTS {login}")
        await admin.close()
