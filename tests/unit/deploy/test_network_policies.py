"""Who may speak to whom in the cluster: what must, and nothing else."""

import ipaddress
from typing import Any

import pytest

from deploy.document import services
from tests.unit.deploy.told import of_kind

HOUSES = [service.name for service in services()]
Labels = dict[str, str]
OPERATORS = {"In": lambda value, values: value in values, "NotIn": lambda value, values: value not in values}


def selects(selector: dict[str, Any], labels: Labels) -> bool:
    return selector.get("matchLabels", {}).items() <= labels.items() and all(
        OPERATORS[e["operator"]](labels.get(e["key"]), e["values"]) for e in selector.get("matchExpressions", [])
    )


def is_peer(peer: dict[str, Any], place: str, labels: Labels) -> bool:
    """`place` is a namespace, or an address outside the cluster."""
    if "ipBlock" in peer:
        try:
            address = ipaddress.ip_address(place)
        except ValueError:
            return False
        inside = [ipaddress.ip_network(block) for block in peer["ipBlock"].get("except", [])]
        return address in ipaddress.ip_network(peer["ipBlock"]["cidr"]) and not any(address in net for net in inside)
    namespace = peer.get("namespaceSelector", {"matchLabels": {"kubernetes.io/metadata.name": "shenchi"}})
    return selects(namespace, {"kubernetes.io/metadata.name": place}) and selects(peer.get("podSelector", {}), labels)


def allowed(overlay: str, way: str, ours: Labels, place: str, theirs: Labels, port: int) -> bool:
    """Kubernetes' rule: with a policy of that direction upon a pod, only what one of them names passes."""
    ends = {"Ingress": ("ingress", "from"), "Egress": ("egress", "to")}[way]
    upon = [
        policy["spec"]
        for policy in of_kind(overlay, "NetworkPolicy")
        if way in policy["spec"]["policyTypes"] and selects(policy["spec"]["podSelector"], ours)
    ]
    assert upon, "the default denies"
    return any(
        any(is_peer(peer, place, theirs) for peer in rule[ends[1]]) and any(p["port"] == port for p in rule["ports"])
        for spec in upon
        for rule in spec.get(ends[0], [])
    )


def pod(name: str, component: str) -> Labels:
    return {f"app.kubernetes.io/{key}": v for key, v in (("name", name), ("component", component))}


def reaches(source: Labels, target: Labels, port: int, overlay: str = "county") -> bool:
    """Within our namespace both ends must agree."""
    out = allowed(overlay, "Egress", source, "shenchi", target, port)
    return out and allowed(overlay, "Ingress", target, "shenchi", source, port)


@pytest.mark.parametrize("house", HOUSES)
def test_each_reaches_its_own_database_only(house: str) -> None:
    for component in ("api", "worker", "migrate"):
        reached = [other for other in HOUSES if reaches(pod(house, component), pod(other, "database"), 5432)]
        assert reached == [house]
        targets = [(other, part) for other in HOUSES for part in ("api", "worker", "migrate", "database")]
        out = [t for t in targets if allowed("county", "Egress", pod(house, component), "shenchi", pod(*t), 5432)]
        assert out == [(house, "database")]  # not only because the other end refuses
    assert not reaches(pod(house, "database"), pod(house, "api"), 8000)


def test_the_gateway_alone_speaks_to_services() -> None:
    everybody = [(house, component) for house in HOUSES for component in ("api", "worker", "migrate", "database")]
    for source in everybody:
        for target in everybody:
            expected = source == ("gateway", "api") and target[0] != "gateway" and target[1] == "api"
            assert reaches(pod(*source), pod(*target), 8000) == expected, (source, target)


@pytest.mark.parametrize("overlay", ["county", "large"])
def test_the_log_and_the_issuers_keys_are_reached(overlay: str) -> None:
    keycloak = {"app.kubernetes.io/name": "keycloak"}
    for house in HOUSES:
        for component in ("api", "worker"):
            assert allowed(overlay, "Egress", pod(house, component), "kafka", {}, 9093)
            assert allowed(overlay, "Egress", pod(house, component), "keycloak", keycloak, 8080)
            assert allowed(overlay, "Egress", pod(house, component), "kube-system", {}, 53)
            assert allowed(overlay, "Ingress", pod(house, component), "monitoring", {}, 8000)
            assert not allowed(overlay, "Egress", pod(house, component), "monitoring", {}, 9090)
        assert not allowed(overlay, "Egress", pod(house, "database"), "kafka", {}, 9093)
        assert not allowed(overlay, "Egress", pod(house, "migrate"), "kafka", {}, 9093)
    assert allowed(overlay, "Egress", {"app.kubernetes.io/component": "topics"}, "kafka", {}, 9093)


def test_the_world_reaches_the_gateway_and_webhooks_reach_the_world() -> None:
    entered = [
        (house, component)
        for house in HOUSES
        for component in ("api", "worker", "database")
        if allowed("county", "Ingress", pod(house, component), "ingress", {}, 8000)
    ]
    assert entered == [("gateway", "api")]
    for house in HOUSES:
        for component in ("api", "worker"):
            out = allowed("county", "Egress", pod(house, component), "203.0.113.7", {}, 443)
            assert out == ((house, component) == ("gateway", "worker"))
    assert not allowed("county", "Egress", pod("gateway", "worker"), "169.254.169.254", {}, 443)


def test_a_large_county_has_its_databases_elsewhere() -> None:
    for component in ("api", "worker", "migrate"):
        assert allowed("large", "Egress", pod("finance", component), "10.20.0.9", {}, 5432)
        assert not allowed("large", "Egress", pod("finance", component), "10.21.0.9", {}, 5432)
