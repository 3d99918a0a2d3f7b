"""Every service, port, variable, topic and word that a container is told exists in the code."""

import json
import re
import tomllib
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from deploy.container import command
from deploy.credentials import SERVICES, broker_variables, for_kubernetes
from deploy.document import services
from deploy.local.state import State
from deploy.manifests import COMPOSE, OVERLAYS, ROOT, compose_faults, manifest_faults, read
from shared.bus.admin import SUBSCRIBERS
from shared.bus.topics import TOPICS, WRITERS
from shared.process.settings import Settings
from shared.serve.operations import bare_router, inner_router
from tests.unit.deploy.told import COMPOSED, IN_ANOTHER_NAMESPACE, Told, cluster, everything, of_kind

HOUSES = {service.name: service for service in services()}
DOCKERFILE = (ROOT / "Dockerfile").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
(PORT,) = re.findall(r"SHENCHI_PORT=(\d+)", DOCKERFILE)
OPS_PORT = "8001"
REALM = json.loads((ROOT / "deploy" / "compose" / "realm.json").read_text(encoding="utf-8"))["realm"]
SERVING = {("api",), ("worker",), ("all",)}
ROLES = ("api", "worker", "migrate")


@pytest.fixture
def told(tmp_path: Path) -> list[Told]:
    return everything(tmp_path)


def test_what_is_written_is_well_formed() -> None:
    """Every manifest against every version takes ten seconds: `make check` does that."""
    assert [fault for path in COMPOSE for fault in compose_faults(path)] == []
    first_of_each = {document["kind"]: document for document in reversed(cluster("large"))}
    assert [fault for document in first_of_each.values() for fault in manifest_faults(document)] == []


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("Deployment", {"replica": 1}), ("Deployment", {"replicas": "one"}), ("Job", {"backofLimit": 3}),
        ("ScaledObject", {"maxReplicas": 3}), ("ScaledObject", {"triggers": []}), ("Service", {"port": 8000}),
    ],
)  # fmt: skip
def test_a_manifest_that_is_not_well_formed_is_found(kind: str, change: dict[str, Any]) -> None:
    document = of_kind("county", kind)[0]
    assert list(manifest_faults(document | {"spec": document["spec"] | change}))


def test_a_compose_file_that_is_not_well_formed_is_found(tmp_path: Path) -> None:
    path = tmp_path / "compose.yml"
    path.write_text("services: {registry-api: {image: a, read_onli: true}}", encoding="utf-8")
    assert list(compose_faults(path))


def test_every_service_is_there_in_every_role() -> None:
    wanted = {f"{house}-{role}" for house in HOUSES for role in ROLES}
    assert set(SERVICES) == set(HOUSES) == set(WRITERS)
    assert wanted <= set(COMPOSED)
    for overlay in OVERLAYS:
        names = {document["metadata"]["name"] for document in of_kind(overlay, "Deployment", "StatefulSet", "Job")}
        assert wanted <= names


def test_images_and_words(told: list[Told]) -> None:
    for each in told:
        assert each.service in HOUSES, each.where
        assert each.image == f"shenchi/{each.service}:{PROJECT['version']}", each.where
        assert command(each.service, list(each.words)), each.where
        name = each.where.split()[-1]
        if name not in ("databases", "topics"):
            assert name.rpartition("-")[0] == each.service
            assert each.words in ((name.rpartition("-")[2],), ("databases",))


def test_variables_are_settings_of_ours(told: list[Told]) -> None:
    for each in told:
        assert set(each.settings) <= set(Settings.model_fields), each.where
        Settings(**{k: json.loads(v) if k == "upstreams" else v for k, v in each.settings.items()})  # type: ignore[arg-type]
    assert set(re.findall(r"SHENCHI_(\w+)=", DOCKERFILE)) <= {name.upper() for name in Settings.model_fields}


def test_each_has_what_it_needs_and_no_more(told: list[Told]) -> None:
    needs = {"database_url", "kafka_servers", "kafka_user", "kafka_password", "issuer", "jwks_url", "data_key_file"}
    for each in told:
        if each.words in SERVING:
            assert needs <= set(each.settings), each.where
            assert each.settings["kafka_user"] == each.service
            assert urlsplit(each.settings["database_url"]).username == f"{each.service}_app"
        assert ("owner_url" in each.settings) == (each.words == ("migrate",)), each.where
        assert ("PGPASSWORD" in each.environment) == (each.words[0] == "databases"), each.where
        if each.words[0] != "topics":
            assert each.settings.get("kafka_user") != "admin", each.where


def test_a_county_takes_no_development_tokens(told: list[Told]) -> None:
    for each in told:
        if each.words in SERVING:
            settings = Settings(**each.settings | {"upstreams": {}})  # type: ignore[arg-type]
            assert (settings.profile, settings.clock, settings.bus) == ("county", "wall", "kafka")
            assert settings.issuer.endswith(f"/realms/{REALM}")
            assert urlsplit(settings.jwks_url).path == f"/realms/{REALM}/protocol/openid-connect/certs"


def test_hosts_and_ports(told: list[Told]) -> None:
    for each in told:
        names = set(COMPOSED)
        if each.where.startswith(OVERLAYS):
            services_there = of_kind(each.where.split()[0], "Service")
            names = {document["metadata"]["name"] for document in services_there} | set(IN_ANOTHER_NAMESPACE)
        settings = each.settings
        upstreams = json.loads(settings.get("upstreams", "{}"))
        if each.service == "gateway" and each.words in SERVING:
            assert set(upstreams) == set(HOUSES) - {"gateway"}
        urls = [*upstreams.values(), *(settings[k] for k in ("database_url", "owner_url", "jwks_url") if k in settings)]
        urls += [f"kafka://{servers}" for servers in [settings.get("kafka_servers")] if servers]
        for url in urls:
            assert urlsplit(url).hostname in names, (each.where, url)
        assert {urlsplit(url).port for url in upstreams.values()} <= {int(PORT)}


def test_ports_that_are_opened(told: list[Told]) -> None:
    for each in told:
        for port in each.spec.get("ports", []):
            number = port["containerPort"] if isinstance(port, dict) else port.rpartition(":")[2]
            assert str(number) == PORT, each.where
    published = {name for name, service in COMPOSED.items() if "ports" in service}
    assert published == {"gateway-api", "keycloak"}
    targets = read(ROOT / "deploy" / "compose" / "prometheus.yml")["scrape_configs"][0]["static_configs"]
    scraped = {target for group in targets for target in group["targets"]}
    # The gateway's own port is the public's.
    assert {each["ops_port"] for each in (t.settings for t in told) if "ops_port" in each} == {OPS_PORT}
    public = f"gateway-api:{PORT}"
    everywhere = {f"{house}-{role}:{PORT}" for house in HOUSES for role in ("api", "worker")}
    assert scraped == everywhere - {public} | {f"gateway-api:{OPS_PORT}"}
    for overlay in OVERLAYS:
        for document in of_kind(overlay, "Deployment"):
            name, template = document["metadata"]["name"], document["spec"]["template"]
            port = template["metadata"]["annotations"]["prometheus.io/port"]
            assert f"{name}:{port}" in scraped


def test_probes_ask_doors_that_exist(told: list[Told]) -> None:
    doors = {getattr(route, "path", "") for route in bare_router(HOUSES["registry"]).routes}
    for each in told:
        if each.words in SERVING and each.where.startswith(OVERLAYS):
            probes = [each.spec[f"{kind}Probe"]["httpGet"] for kind in ("startup", "liveness", "readiness")]
            assert [probe["path"] for probe in probes] == ["/health", "/health", "/ready"]
            assert {probe["path"] for probe in probes} <= doors
    inner = {getattr(route, "path", "") for route in inner_router(HOUSES["registry"]).routes}
    assert {"/metrics"} <= inner - doors


def test_workers_grow_by_their_own_lag_and_no_further_than_partitions() -> None:
    for overlay in OVERLAYS:
        scaled = of_kind(overlay, "ScaledObject")
        assert len(scaled) == len(HOUSES)
        workers = {document["metadata"]["name"] for document in of_kind(overlay, "StatefulSet")}
        for document in scaled:
            house = HOUSES[document["metadata"]["labels"]["app.kubernetes.io/name"]]
            partitions = sum(TOPICS[topic].partitions for topic in house.topics)
            assert document["spec"]["scaleTargetRef"]["name"] == f"{house.name}-worker" in workers
            assert document["spec"]["triggers"][0]["metadata"]["consumerGroup"] == f"shenchi.{house.name}"
            assert 1 <= document["spec"]["minReplicaCount"] <= document["spec"]["maxReplicaCount"] <= partitions


def test_there_is_one_gateway() -> None:
    for overlay in OVERLAYS:
        (gateway,) = [d for d in of_kind(overlay, "Deployment") if d["metadata"]["name"] == "gateway-api"]
        assert gateway["spec"]["replicas"] == 1
        assert gateway["spec"]["strategy"] == {"type": "Recreate"}


def test_references_between_manifests_lead_somewhere(tmp_path: Path, told: list[Told]) -> None:
    secrets = {item["metadata"]["name"] for item in for_kubernetes(State(tmp_path))["items"]}
    for overlay in OVERLAYS:
        for document in of_kind(overlay, "Deployment", "StatefulSet", "Job"):
            pod = document["spec"]["template"]["spec"]
            labels = document["spec"]["template"]["metadata"]["labels"]
            volumes = {volume["name"]: volume for volume in pod.get("volumes", [])}
            mounts = {m["name"] for c in pod["containers"] for m in c.get("volumeMounts", [])}
            assert mounts <= set(volumes) | {"data"}
            for volume in volumes.values():
                assert volume.get("secret", {}).get("secretName") in {None, *secrets}
                assert volume.get("configMap", {}).get("name") in {None, "kafka-ca"}
            if document["kind"] != "Job":
                assert document["spec"]["selector"]["matchLabels"].items() <= labels.items()
                assert any(
                    s["metadata"]["name"] == document["metadata"]["name"]
                    and s["spec"]["selector"].items() <= labels.items()
                    for s in of_kind(overlay, "Service")
                    if "selector" in s["spec"]
                )
        for document in of_kind(overlay, "TriggerAuthentication"):
            assert {ref["name"] for ref in document["spec"]["secretTargetRef"]} <= secrets


def test_nobody_runs_with_more_rights_than_needed(told: list[Told]) -> None:
    for name, service in COMPOSED.items():
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert service["deploy"]["resources"]["limits"]["memory"], name
    for each in told:
        if not each.where.startswith(OVERLAYS):
            assert each.spec["read_only"] is True
    for overlay in OVERLAYS:
        for document in of_kind(overlay, "Deployment", "StatefulSet", "Job"):
            pod = document["spec"]["template"]["spec"]
            assert pod["securityContext"]["runAsNonRoot"] is True
            assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
            assert pod["automountServiceAccountToken"] is False
            for container in [*pod.get("initContainers", []), *pod["containers"]]:
                assert container["securityContext"] == {
                    "allowPrivilegeEscalation": False, "readOnlyRootFilesystem": True,
                    "capabilities": {"drop": ["ALL"]},
                }  # fmt: skip
                assert container["resources"]["limits"].keys() == {"cpu", "memory"}


def test_the_broker_knows_each_writer_and_no_stranger(tmp_path: Path) -> None:
    line = broker_variables(State(tmp_path))["KAFKA_LISTENER_NAME_CLIENT_PLAIN_SASL_JAAS_CONFIG"]
    assert set(re.findall(r"user_([a-z]+)=", line)) == {*WRITERS, SUBSCRIBERS, "admin"}
