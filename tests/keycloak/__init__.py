"""A real Keycloak for tests, started with the county's realm. CI may not go without (`tests/conftest.py`)."""

import asyncio
import json
import os
import secrets
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
from joserfc.jwk import KeySet, RSAKey

from deploy.local.maven import Program
from deploy.local.ports import free_port
from deploy.local.processes import Child, last_line, spawn, stop
from deploy.local.state import Trouble
from deploy.manifests import ROOT

REALM = ROOT / "deploy" / "compose" / "realm.json"
# Who signs requests for tokens, and the variable that says where its public keys stand.
MACHINES = {
    "bank-xinhe": "BANK_XINHE_JWKS_URL", "bank-rcu": "BANK_RCU_JWKS_URL", "county-archive": "SUBSCRIBER_JWKS_URL",
}  # fmt: skip
APP_REDIRECT = "cn.example.shenchi:/callback"
ADMIN = "admin"
START_WITHIN_S = 300.0
QUARKUS = "io.quarkus.bootstrap"
# A client compiler only: it lives for a minute, most of which is its start.
JAVA = (
    "-Xms64m", "-Xmx384m", "-XX:MaxMetaspaceSize=256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1",
    "--add-opens=java.base/java.util=ALL-UNNAMED", "--add-opens=java.base/java.util.concurrent=ALL-UNNAMED",
    "--add-opens=java.base/java.security=ALL-UNNAMED", "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
    f"-Djava.util.concurrent.ForkJoinPool.common.threadFactory={QUARKUS}.forkjoin.QuarkusForkJoinWorkerThreadFactory",
)  # fmt: skip


PROGRAM = Program(
    "Keycloak", Path(__file__).with_name("keycloak.pom.xml"), "keycloak-quarkus-dist", "unpack-dependencies"
)
KEYCLOAK = PROGRAM.at_hand()


def java(home: Path) -> list[str]:
    """What its own `kc.sh` runs, without the shell in between that would outlive a signal. It is taken as its makers
    built it: to build itself anew for its settings, as it would, takes as long as two starts.
    """
    where = (f"-Dkc.home.dir={home}", f"-Djboss.server.config.dir={home / 'conf'}", "-Dkc.config.built=true")
    main = ("-cp", f"{home}/lib/quarkus-run.jar", f"{QUARKUS}.runner.QuarkusEntryPoint")
    return ["java", *JAVA, *where, *main, "start", "--import-realm"]


@dataclass
class Keycloak:
    """One issuer that keeps its database in `folder`, its process a child of this one."""

    folder: Path
    port: int
    jwks: str
    password: str = field(default_factory=lambda: secrets.token_hex(16))
    child: Child | None = None

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.port}/realms/shenchi"

    @property
    def log(self) -> Path:
        return self.folder / "keycloak.log"

    def environment(self) -> dict[str, str]:
        own = {
            "KC_CACHE": "local", "KC_HTTP_ENABLED": "true", "KC_HTTP_HOST": "127.0.0.1", "KC_HTTP_PORT": str(self.port),
            "KC_HOSTNAME": f"http://127.0.0.1:{self.port}", "KC_BOOTSTRAP_ADMIN_CLIENT_ID": ADMIN,
            "KC_BOOTSTRAP_ADMIN_CLIENT_SECRET": self.password,
            "CONSOLE_URL": "http://127.0.0.1", "APP_REDIRECT": APP_REDIRECT,
        }  # fmt: skip
        return dict(os.environ) | own | {name: f"{self.jwks}/{client}" for client, name in MACHINES.items()}

    def make_home(self) -> Path:
        """What was fetched, seen from a folder where the realm lies ready."""
        installed = PROGRAM.install() / f"keycloak-{PROGRAM.version}"
        home = self.folder / "home"
        (home / "data" / "import").mkdir(parents=True)
        for name in ("lib", "conf", "providers", "themes"):
            (home / name).symlink_to(installed / name)
        shutil.copy(REALM, home / "data" / "import" / "realm.json")
        return home

    async def start(self) -> None:
        """Returns when it answers for the realm."""
        home = await asyncio.to_thread(self.make_home)
        self.child = spawn(java(home), log=self.log, env=self.environment())
        deadline = time.monotonic() + START_WITHIN_S
        async with httpx.AsyncClient(trust_env=False) as client:
            while self.child.poll() is None and time.monotonic() < deadline:
                try:
                    if (await client.get(self.issuer)).status_code == 200:
                        return
                except httpx.TransportError:
                    pass
                await asyncio.sleep(0.2)
        told = last_line(self.log, "ERROR") or last_line(self.log)
        await self.stop()
        raise Trouble(f"Keycloak does not start with the realm: {told}")

    async def stop(self) -> None:
        if self.child is not None:
            await stop(self.child, signal.SIGTERM, grace_s=15)
            self.child = None


@dataclass(frozen=True)
class Issuer:
    """Keycloak, and the private keys of the machines that ask it for tokens, by client."""

    server: Keycloak
    keys: dict[str, RSAKey]


class PublicKeys(BaseHTTPRequestHandler):
    """Where banks and county systems publish theirs: `/<client>`."""

    def __init__(self, keys: dict[str, RSAKey], *rest: Any) -> None:
        self.keys = keys
        super().__init__(*rest)

    def do_GET(self) -> None:
        document = json.dumps(KeySet([self.keys[self.path.removeprefix("/")]]).as_dict(private=False)).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(document)))
        self.end_headers()
        self.wfile.write(document)

    def log_message(self, *words: Any) -> None:
        """Nothing."""


@contextmanager
def issuing() -> Iterator[Issuer]:
    """One issuer, and beside it what publishes the machines' keys."""
    folder = Path(tempfile.mkdtemp(prefix="issuer-"))
    keys = {client: RSAKey.generate_key(2048, {"kid": client, "use": "sig", "alg": "RS256"}) for client in MACHINES}
    publisher = ThreadingHTTPServer(("127.0.0.1", 0), partial(PublicKeys, keys))
    serving = threading.Thread(target=publisher.serve_forever, daemon=True)
    serving.start()
    server = Keycloak(folder, free_port(), f"http://127.0.0.1:{publisher.server_address[1]}")
    try:
        asyncio.run(server.start())
        yield Issuer(server, keys)
    finally:
        asyncio.run(server.stop())
        publisher.shutdown()
        publisher.server_close()
        serving.join()
        shutil.rmtree(folder, ignore_errors=True)
