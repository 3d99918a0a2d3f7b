"""Apache Kafka, one node in KRaft mode, out of Maven's packages."""

import asyncio
import base64
import os
import signal
import time
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from deploy.local.maven import Program
from deploy.local.processes import Child, ended, last_line, spawn, stop, stop_strangers
from deploy.local.state import State, Trouble, choose_port
from shared.bus.admin import SUBSCRIBERS, reachable
from shared.bus.topics import WRITERS
from shared.process.settings import Settings

KAFKA = Program("Kafka", Path(__file__).with_name("kafka.pom.xml"), "kafka_2.13", "copy-dependencies")
VERSION = KAFKA.version
at_hand = KAFKA.at_hand
ADMIN = "admin"
START_WITHIN_S = 60.0
# A client compiler only: a broker that starts in two seconds matters more here than its last tenth of speed.
JAVA = ("-Xms128m", "-Xmx256m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:+ExitOnOutOfMemoryError")
LOGGING = ("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn", "-Dorg.slf4j.simpleLogger.showDateTime=true")


@dataclass
class Kafka:
    """One broker that keeps its log in `folder`, its process a child of this one. `passwords` by user, `admin` too."""

    folder: Path
    port: int
    controller_port: int
    passwords: Mapping[str, str]
    log: Path
    child: Child | None = None

    @property
    def servers(self) -> str:
        return f"127.0.0.1:{self.port}"

    @property
    def pid(self) -> int | None:
        return self.child.pid if self.child and self.child.poll() is None else None

    def environment(self, user: str) -> dict[str, str]:
        """What a process of this user is told."""
        return {
            "SHENCHI_BUS": "kafka", "SHENCHI_KAFKA_SERVERS": self.servers, "SHENCHI_KAFKA_SECURITY": "SASL_PLAINTEXT",
            "SHENCHI_KAFKA_MECHANISM": "PLAIN", "SHENCHI_KAFKA_USER": user,
            "SHENCHI_KAFKA_PASSWORD": self.passwords[user], "SHENCHI_KAFKA_REPLICATION": "1",
        }  # fmt: skip

    def settings(self, user: str) -> Settings:
        told = {name.removeprefix("SHENCHI_").lower(): value for name, value in self.environment(user).items()}
        return Settings.model_validate(told)

    async def start(self) -> None:
        """Returns when it answers."""
        await asyncio.to_thread(KAFKA.install)
        await stop_strangers(_running_on(self.folder), signal.SIGTERM, grace_s=5)
        self.folder.mkdir(parents=True, exist_ok=True)
        write_settings(self)
        await format_storage(self)
        settings = str(self.folder / "server.properties")
        command = ["java", *JAVA, *LOGGING, "-cp", f"{KAFKA.folder}/*", "kafka.Kafka", settings]
        self.child = spawn(command, log=self.log)
        deadline = time.monotonic() + START_WITHIN_S
        while self.pid is not None and time.monotonic() < deadline:
            if await asyncio.to_thread(reachable, self.settings(ADMIN)):
                return
            await asyncio.sleep(0.1)
        await self.stop()
        raise Trouble(f"Kafka does not start ({last_line(self.log, 'ERROR') or last_line(self.log)}): see {self.log}.")

    async def stop(self) -> None:
        """In order, so that the next start need not look through the whole log."""
        if self.child is not None:
            await stop(self.child, signal.SIGTERM, grace_s=15)
            self.child = None


def kafka_of(state: State, *, choose: bool = False) -> Kafka:
    """The broker of a state folder; with `choose`, its ports and passwords are chosen where there are none."""
    if choose:
        choose_port(state, "kafka")
        choose_port(state, "kafka-controller")
    passwords = {user: state.password(f"kafka_{user}") for user in (ADMIN, SUBSCRIBERS, *WRITERS)}
    ports = state.ports["kafka"], state.ports["kafka-controller"]
    return Kafka(state.folder / "kafka", *ports, passwords, state.log("kafka"))


def write_settings(kafka: Kafka) -> None:
    users = " ".join(f'user_{user}="{password}"' for user, password in sorted(kafka.passwords.items()))
    login = f'username="{ADMIN}" password="{kafka.passwords[ADMIN]}"'
    settings = {
        "process.roles": "broker,controller", "node.id": "1",
        "controller.quorum.bootstrap.servers": f"127.0.0.1:{kafka.controller_port}",
        "listeners": f"CLIENT://127.0.0.1:{kafka.port},CONTROLLER://127.0.0.1:{kafka.controller_port}",
        "advertised.listeners": f"CLIENT://127.0.0.1:{kafka.port}",
        "listener.security.protocol.map": "CLIENT:SASL_PLAINTEXT,CONTROLLER:SASL_PLAINTEXT",
        "inter.broker.listener.name": "CLIENT", "controller.listener.names": "CONTROLLER",
        "sasl.enabled.mechanisms": "PLAIN", "sasl.mechanism.inter.broker.protocol": "PLAIN",
        "sasl.mechanism.controller.protocol": "PLAIN",
        **{
            f"listener.name.{name}.plain.sasl.jaas.config":
            f"org.apache.kafka.common.security.plain.PlainLoginModule required {login} {users};"
            for name in ("client", "controller")
        },
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": f"User:{ADMIN}", "allow.everyone.if.no.acl.found": "false",
        "auto.create.topics.enable": "false", "delete.topic.enable": "true",
        "log.dirs": str(kafka.folder / "data"), "offsets.topic.num.partitions": "4",
        **dict.fromkeys(
            (
                "default.replication.factor", "offsets.topic.replication.factor",
                "transaction.state.log.replication.factor", "transaction.state.log.min.isr",
                "share.coordinator.state.topic.replication.factor", "share.coordinator.state.topic.min.isr",
            ), "1",
        ),
        "group.initial.rebalance.delay.ms": "0", "log.segment.bytes": str(64 * 1024 * 1024),
        "num.network.threads": "2", "num.io.threads": "4",
    }  # fmt: skip
    path = kafka.folder / "server.properties"
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.writelines(f"{name}={value}\n" for name, value in settings.items())


async def format_storage(kafka: Kafka) -> None:
    """Once; an interrupted first time is made good."""
    identity = kafka.folder / "cluster-id"
    if (kafka.folder / "formatted").exists():
        return
    if not identity.exists():
        identity.write_text(_cluster_id(), encoding="ascii")
    command = [
        "java", "-XX:TieredStopAtLevel=1", *LOGGING, "-cp", f"{KAFKA.folder}/*", "kafka.tools.StorageTool", "format",
        "--standalone", "--ignore-formatted", "-t", identity.read_text(encoding="ascii"),
        "-c", str(kafka.folder / "server.properties"),
    ]  # fmt: skip
    child = spawn(command, log=kafka.log)
    if not await ended(child, START_WITHIN_S) or child.returncode != 0:
        await stop(child)
        raise Trouble(f"Kafka could not make its log in {kafka.folder} ({last_line(kafka.log)}): see {kafka.log}.")
    (kafka.folder / "formatted").touch()


def _cluster_id() -> str:
    """A UUID in 22 letters, as Kafka writes them; none begins with a dash, which would be an option."""
    while (name := base64.urlsafe_b64encode(uuid.uuid4().bytes).decode("ascii")[:22]).startswith("-"):
        pass
    return name


def _running_on(folder: Path) -> list[int]:
    """Brokers that an earlier supervisor left on this folder."""
    wanted, found = str(folder / "server.properties"), []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().decode(errors="replace").split("\0")
            except OSError:
                continue
            if words[0].endswith("java") and wanted in words:
                found.append(int(entry.name))
    return found
