"""The issuer says what `shared.doors.tokens` wants to hear; the board and the alerts ask for metrics that there are."""

import ast
import json
import re
from typing import Any

import pytest
from prometheus_client import Counter, Gauge, Histogram

from deploy.manifests import ROOT, read
from shared.doors import tokens
from shared.process import metrics
from shared.process.settings import Settings

REALM = json.loads((ROOT / "deploy" / "compose" / "realm.json").read_text(encoding="utf-8"))
BOARD = json.loads((ROOT / "deploy" / "compose" / "grafana" / "boards" / "shenchi.json").read_text(encoding="utf-8"))
ALERTS = read(ROOT / "deploy" / "compose" / "alerts.yml")
ROLES = {role["name"] for role in REALM["roles"]["realm"]}
WITHOUT_A_DOOR = {"insurer"}  # a role of the design; no service has a door for it yet
SUFFIXES = {Histogram: ("_bucket", "_count", "_sum"), Counter: ("_total",), Gauge: ("",)}
GRAMMAR = {"sum", "max", "rate", "histogram_quantile", "by"}


def roles_at_doors() -> set[str]:
    """Whom `by(...)` lets pass, anywhere."""
    found = set()
    for folder in ("services", "gateway", "shared"):
        for path in (ROOT / folder).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "by":
                    found |= {a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)}
    return found


def mappers(scope: dict[str, Any]) -> dict[str, dict[str, str]]:
    return {mapper["name"]: mapper["config"] for mapper in scope["protocolMappers"]}


def test_roles_are_those_of_the_doors() -> None:
    assert roles_at_doors() | WITHOUT_A_DOOR == ROLES
    assert "system" not in ROLES
    for group in REALM["groups"]:
        assert group["realmRoles"] == group["attributes"]["role"] == [group["name"]]
    assert {group["name"] for group in REALM["groups"]} == ROLES


def test_the_claims_are_those_that_are_read() -> None:
    (scope,) = REALM["clientScopes"]
    claims = mappers(scope)
    assert {"sub", "audience", "role", "area", "bank", "unit"} == set(claims)
    assert claims["audience"]["included.custom.audience"] == Settings().audience
    for name in ("role", "area", "bank", "unit"):
        assert claims[name]["claim.name"] == claims[name]["user.attribute"] == name
    assert all(config["access.token.claim"] == "true" for config in claims.values())
    assert REALM["defaultDefaultClientScopes"] == [scope["name"]]


def test_tokens_are_short_lived_and_of_the_right_kind() -> None:
    assert 0 < REALM["accessTokenLifespan"] <= tokens.LONGEST_SECONDS
    assert [REALM["defaultSignatureAlgorithm"]] == tokens.ALGORITHMS
    for client in REALM["clients"]:
        assert client["attributes"]["access.token.header.type.rfc9068"] == "true"
        assert client["defaultClientScopes"] == ["shenchi"]
        assert not client["implicitFlowEnabled"]
        assert not client["directAccessGrantsEnabled"]


def test_machines_prove_themselves_by_signature() -> None:
    machines = [client for client in REALM["clients"] if client["serviceAccountsEnabled"]]
    assert {config["claim.value"] for m in machines for config in mappers(m).values()} >= {"bank", "subscriber"}
    for machine in machines:
        assert machine["clientAuthenticatorType"] == "client-jwt"
        assert machine["attributes"]["use.jwks.url"] == "true"
        assert "secret" not in machine
        assert mappers(machine)["role"]["claim.value"] in ROLES


def test_nobody_gives_himself_a_role_or_an_area() -> None:
    (profile,) = REALM["components"]["org.keycloak.userprofile.UserProfileProvider"]
    (text,) = profile["config"]["kc.user.profile.config"]
    declared = json.loads(text)
    attributes = {attribute["name"]: attribute["permissions"] for attribute in declared["attributes"]}
    assert "role" not in attributes  # by the group alone
    assert "unmanagedAttributePolicy" not in declared
    assert {"area", "bank", "unit"} <= set(attributes)
    assert all(permissions["edit"] == ["admin"] for permissions in attributes.values())


def known_samples() -> dict[str, set[str]]:
    """Every name under which our metrics are read, with its labels."""
    return {
        metric._name + suffix: {*metric._labelnames, *({"le"} if suffix == "_bucket" else ())}
        for metric in vars(metrics).values()
        if isinstance(metric, Counter | Gauge | Histogram)
        for suffix in SUFFIXES[type(metric)]
    } | {"up": {"instance"}}


EXPRESSIONS = [
    *(target["expr"] for panel in BOARD["panels"] for target in panel["targets"]),
    *(rule["expr"] for group in ALERTS["groups"] for rule in group["rules"]),
]


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_metrics_and_labels_exist(expression: str) -> None:
    labels = {label.strip() for group in re.findall(r"by \(([^)]*)\)", expression) for label in group.split(",")}
    matched = set(re.findall(r"[{,]\s*(\w+)\s*[=!]", expression)) - {"job"}
    bare = re.sub(r"by \([^)]*\)|\{[^}]*\}|\[[^]]*\]", " ", expression)
    names = set(re.findall(r"[a-z_]\w*", bare)) - GRAMMAR
    samples = known_samples()
    assert names, expression
    assert names <= set(samples)
    assert labels | matched <= set().union(*(samples[name] for name in names))


def test_the_board_shows_what_a_keeper_must_see() -> None:
    shown = " ".join(EXPRESSIONS[: sum(len(panel["targets"]) for panel in BOARD["panels"])])
    for name in (
        "outbox_age_seconds", "consumer_lag_records", "parked_keys", "partitions_stopped", "http_request_seconds",
    ):  # fmt: skip
        assert name in shown
