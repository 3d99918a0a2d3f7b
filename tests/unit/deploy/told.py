"""What containers of ours are told, the same for compose and for Kubernetes."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from deploy.credentials import for_compose, for_kubernetes
from deploy.local.state import State
from deploy.manifests import COMPOSE, KUBERNETES, OVERLAYS, read, rendered

COMPOSED = read(COMPOSE[0])["services"]
IN_ANOTHER_NAMESPACE = ("kafka-kafka-bootstrap.kafka", "keycloak.keycloak")


@dataclass(frozen=True)
class Told:
    """One container: its image, its words, its whole environment."""

    where: str
    image: str
    words: tuple[str, ...]
    environment: dict[str, str]
    spec: dict[str, Any]

    @property
    def service(self) -> str:
        return self.image.removeprefix("shenchi/").partition(":")[0]

    @property
    def settings(self) -> dict[str, str]:
        """What `shared.process.settings` reads."""
        found = {k: v for k, v in self.environment.items() if k.startswith("SHENCHI_")}
        return {k.removeprefix("SHENCHI_").lower(): v for k, v in found.items()}


@cache
def cluster(overlay: str) -> list[dict[str, Any]]:
    return rendered(KUBERNETES / "overlays" / overlay)


def of_kind(overlay: str, *kinds: str) -> list[dict[str, Any]]:
    return [document for document in cluster(overlay) if document["kind"] in kinds]


def composed(folder: Path) -> Iterator[Told]:
    files = for_compose(State(folder))
    for name, service in COMPOSED.items():
        if service["image"].startswith("shenchi/"):
            environment = dict(service.get("environment", {}))
            for path in service.get("env_file", []):
                environment |= files[path.removeprefix(".secrets/").removesuffix(".env")]
            yield Told(name, service["image"], tuple(service["command"]), environment, service)


def clustered(overlay: str, folder: Path) -> Iterator[Told]:
    secrets = {item["metadata"]["name"]: item["stringData"] for item in for_kubernetes(State(folder))["items"]}
    maps = {document["metadata"]["name"]: document["data"] for document in of_kind(overlay, "ConfigMap")}

    def environment(container: dict[str, Any]) -> dict[str, str]:
        found: dict[str, str] = {}
        for source in container.get("envFrom", []):
            found |= maps[source["configMapRef"]["name"]] if "configMapRef" in source else {}
            found |= secrets[source["secretRef"]["name"]] if "secretRef" in source else {}
        for variable in container.get("env", []):
            reference = variable.get("valueFrom", {})
            found[variable["name"]] = variable.get("value", "of the pod")
            if "secretKeyRef" in reference:
                found[variable["name"]] = secrets[reference["secretKeyRef"]["name"]][reference["secretKeyRef"]["key"]]
        return found

    for document in of_kind(overlay, "Deployment", "StatefulSet", "Job"):
        pod = document["spec"]["template"]["spec"]
        for container in [*pod.get("initContainers", []), *pod["containers"]]:
            told = environment(container)
            if container["image"].startswith("shenchi/"):
                where = f"{overlay} {document['metadata']['name']}"
                yield Told(where, container["image"], tuple(container["args"]), told, container)


def everything(folder: Path) -> list[Told]:
    return [*composed(folder), *(told for overlay in OVERLAYS for told in clustered(overlay, folder))]
