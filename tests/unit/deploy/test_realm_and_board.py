"""The issuer says what `shared.doors.tokens` wants to hear; the board and the alerts ask for metrics that there are."""

import ast
import json
import re
from typing import Any

import pytest
from prometheus_client import Counter, Gauge, Histogram

from deploy.manifests import ROOT, read
from shared.doors import tokens
from shared.ground.context import AREAS, BEARERS, NEEDED, Caller
from shared.ground.policy import read_policy
from shared.process import metrics
from shared.process.settings import Settings
from tests.keycloak import MACHINES as KEYS_OF
from tests.keycloak import PROGRAM
from tests.unit.deploy.told import COMPOSED

REALM = json.loads((ROOT / "deploy" / "compose" / "realm.json").read_text(encoding="utf-8"))
BOARD = json.loads((ROOT / "deploy" / "compose" / "grafana" / "boards" / "shenchi.json").read_text(encoding="utf-8"))
ALERTS = read(ROOT / "deploy" / "compose" / "alerts.yml")
ROLES = {role["name"] for role in REALM["roles"]["realm"]}
MACHINES = [client for client in REALM["clients"] if client["serviceAccountsEnabled"]]
(PROVIDER,) = REALM["components"]["org.keycloak.userprofile.UserProfileProvider"]
PROFILE = json.loads(PROVIDER["config"]["kc.user.profile.config"][0])
ATTRIBUTES = {attribute["name"]: attribute for attribute in PROFILE["attributes"]}
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
    assert {group["name"] for group in REALM["groups"]} == ROLES >= {*BEARERS.values(), *NEEDED}


def test_the_claims_are_those_that_are_read() -> None:
    (scope,) = REALM["clientScopes"]
    claims = mappers(scope)
    assert {"audience", *tokens.CLAIMS} == set(claims)
    assert claims["audience"]["included.custom.audience"] == Settings().audience
    for name in tokens.CLAIMS:
        assert claims[name]["claim.name"] == name
        assert claims[name]["user.attribute"] == ("username" if name == "sub" else name)  # whom a log can name
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
    for machine in MACHINES:
        assert machine["clientAuthenticatorType"] == "client-jwt"
        assert machine["attributes"]["use.jwks.url"] == "true"
        assert [machine["attributes"]["token.endpoint.auth.signing.alg"]] == tokens.ALGORITHMS
    assert not re.search(r'"(secret|credentials|privateKey)"', json.dumps(REALM))


def test_machines_are_callers_of_our_grammar() -> None:
    callers = []
    for account in REALM["users"]:
        assert account["username"] == account["serviceAccountClientId"]
        (group,) = account["groups"]
        told = {name: value for name, (value,) in account["attributes"].items()}
        callers.append(Caller(account["username"], group.removeprefix("/"), **told))
    assert {caller.subject for caller in callers} == {machine["clientId"] for machine in MACHINES}
    assert {caller.role for caller in callers} == {"bank", "subscriber"}
    assert all(caller.area for caller in callers if caller.role == "subscriber")  # without one he reaches nothing


def banks_of_the_policy() -> set[str]:
    """Who lends and who pays, on whatever day."""
    finance, industry = (
        read_policy(ROOT / "services" / name / "policy.toml").entries for name in ("finance", "industry")
    )
    lending = {bank for entry in finance if entry.code == "lending_banks" for bank in entry.value}
    return lending | {entry.value for entry in industry if entry.code == "paying_bank"}


def test_every_bank_of_the_policy_has_a_client_and_no_other() -> None:
    slugs = {value for account in REALM["users"] for value in account["attributes"].get("bank", [])}
    assert slugs == banks_of_the_policy()
    assert set(ATTRIBUTES["bank"]["validations"]["options"]["options"]) == slugs


def test_areas_are_as_long_as_the_grammar_says() -> None:
    pattern = ATTRIBUTES["area"]["validations"]["pattern"]["pattern"]
    taken = {digits for digits in range(16) if re.fullmatch(pattern, "1" * digits)}
    assert taken == {digits for lengths in AREAS.values() for digits in lengths} - {0}


def test_an_app_has_a_flow_of_its_own() -> None:
    people = [client for client in REALM["clients"] if client["publicClient"]]
    assert {client["clientId"] for client in people} == {"app", "console"}
    for client in people:
        assert client["standardFlowEnabled"]
        assert not client["serviceAccountsEnabled"]
        assert client["attributes"]["pkce.code.challenge.method"] == "S256"
    assert (REALM["revokeRefreshToken"], REALM.get("refreshTokenMaxReuse", 0)) == (True, 0)  # each renews once


def test_what_the_realm_asks_of_its_surroundings_is_there() -> None:
    keycloak = COMPOSED["keycloak"]
    asked = set(re.findall(r"\$\{(\w+)", json.dumps(REALM)))
    assert asked <= set(keycloak["environment"])
    assert asked == {*KEYS_OF.values(), "APP_REDIRECT", "CONSOLE_URL"}
    version = keycloak["image"].rpartition(":")[2]
    assert f"{PROGRAM.version}.".startswith(f"{version}.")


def test_nobody_gives_himself_a_role_or_an_area() -> None:
    assert "role" not in ATTRIBUTES  # by the group alone
    assert "unmanagedAttributePolicy" not in PROFILE
    assert set(tokens.CLAIMS) - {"sub", "role"} <= set(ATTRIBUTES)
    assert all(attribute["permissions"]["edit"] == ["admin"] for attribute in ATTRIBUTES.values())


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
