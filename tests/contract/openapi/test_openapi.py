"""What the documents of the doors promise to whoever generates a client from them."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from deploy.document import contracts
from shared.doors.contract import PROBLEM_JSON, ROLES, describe_all
from shared.doors.contract_names import schemas_in
from shared.doors.vocabulary import ending_of, vocabulary
from shared.events import county

DOCUMENTS = {**contracts(), "shenchi": describe_all(contracts())}
EACH = pytest.mark.parametrize("document", DOCUMENTS.values(), ids=DOCUMENTS)


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """With the parameters that several share in their places."""
    shared = document["components"].get("parameters", {})
    for path, doors in document["paths"].items():
        for method, operation in doors.items():
            asked = [
                shared[p["$ref"].rpartition("/")[2]] if "$ref" in p else p for p in operation.get("parameters", ())
            ]
            yield f"{method} {path}", operation | ({"parameters": asked} if asked else {})


@EACH
def test_a_token_is_a_matter_of_the_scheme_and_roles_are_said_twice(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1.")
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"
    for name, operation in operations(document):
        assert "authorization" not in {p["name"].lower() for p in operation.get("parameters", [])}, name
        roles = operation["x-roles"]
        assert operation["security"] == ([{"bearer": []}] if roles else []), name
        sentence = operation["description"].rpartition("\n\n")[2]
        bureaus = f" ({', '.join(operation.get('x-units', ()))})" if "x-units" in operation else ""
        told = ", ".join(f"{role}{bureaus}" if role == "department" else role for role in roles)
        assert set(roles) in ({*ROLES}, set()) or sentence == f"For these roles: {told}.", name


def test_the_roles_are_those_of_the_door() -> None:
    registry, gateway = (dict(operations(DOCUMENTS[house])) for house in ("registry", "gateway"))
    assert registry["post /registry/v1/roster/imports"]["x-roles"] == ["county", "township"]
    assert registry["get /registry/v1/tasks"]["x-roles"] == list(ROLES)
    assert gateway["get /.well-known/jwks.json"]["x-roles"] == []
    batches = dict(operations(DOCUMENTS["industry"]))["get /industry/v1/payouts/batches"]
    assert batches["x-roles"] == ["county", "department", "bank", "auditor"]
    assert batches["x-units"] == ["finance"]
    assert batches["description"].endswith("For these roles: county, department (finance), bank, auditor.")
    assert "x-units" not in registry["post /registry/v1/attestations"]
    anybody = {name for name, o in gateway.items() if not o["x-roles"]}
    assert anybody == {"get /.well-known/jwks.json", "get /openapi.json", "get /{service}/openapi.json"}


@EACH
def test_every_refusal_is_a_problem(document: dict[str, Any]) -> None:
    for status, response in document["components"]["responses"].items():
        if status == "NotModified":
            continue
        assert response["content"] == {PROBLEM_JSON: {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for name, operation in operations(document):
        statuses = set(operation["responses"])
        assert {"429", "503", "default"} < statuses, name
        assert ("401" in statuses) == ("403" in statuses) == bool(operation["x-roles"]), name
        assert ("404" in statuses) == ("{" in name), name
        assert all("$ref" in r for s, r in operation["responses"].items() if s[0] not in "23"), name
    assert "HTTPValidationError" not in document["components"]["schemas"]


@EACH
def test_names_are_readable_and_each_for_one_thing(document: dict[str, Any]) -> None:
    ids = [operation["operationId"] for _, operation in operations(document)]
    assert len(set(ids)) == len(ids)
    assert [name for name in document["components"]["schemas"] if not name.isalnum()] == []
    assert {t for _, o in operations(document) for t in o["tags"]} == {tag["name"] for tag in document["tags"]}
    assert all(tag["description"] for tag in document["tags"])
    titled = [n for n, s in document["components"]["schemas"].items() if any("title" in i for i in schemas_in(s))]
    assert titled == []


def test_one_document_has_every_door_of_the_houses_and_leads_nowhere_else() -> None:
    whole = dict(operations(DOCUMENTS["shenchi"]))
    parts = {name: o for house in contracts() for name, o in operations(DOCUMENTS[house])}
    assert whole.keys() == parts.keys()
    assert {n: o["operationId"] for n, o in whole.items()} == {n: o["operationId"] for n, o in parts.items()}
    assert {n: o.get("parameters") for n, o in whole.items()} == {n: o.get("parameters") for n, o in parts.items()}
    # What two houses call alike and mean otherwise is called after its house.
    assert {"RegistryProposal", "IndustryProposal", "Problem"} < DOCUMENTS["shenchi"]["components"]["schemas"].keys()


def test_files_have_their_types() -> None:
    industry, finance = (dict(operations(DOCUMENTS[house])) for house in ("industry", "finance"))
    for name, operation in (
        ("get /industry/v1/payouts/batches/{batch_id}/file", industry),
        ("get /finance/v1/discounts/claims/{claim_id}/export", finance),
    ):
        (answer,) = operation[name]["responses"]["200"]["content"].items()
        assert (answer[0], answer[1]["schema"]) == ("text/csv", {"type": "string"})
    sent = dict(operations(DOCUMENTS["registry"]))["post /registry/v1/roster/imports"]["requestBody"]["content"]
    assert [(kind, body["schema"]["format"]) for kind, body in sent.items()] == [
        ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "binary")
    ]


def test_a_key_that_is_needed_is_required() -> None:
    made = dict(operations(DOCUMENTS["finance"]))["post /finance/v1/discounts/claims"]
    assert [(p["name"], p["required"]) for p in made["parameters"]] == [("Idempotency-Key", True)]


@EACH
def test_every_field_and_parameter_has_its_sentence_and_its_unit(document: dict[str, Any]) -> None:
    told = [(f"{name} {p['name']}", p["name"], p) for name, o in operations(document) for p in o.get("parameters", [])]
    for name, schema in document["components"]["schemas"].items():
        for inner in schemas_in(schema):
            told += [(f"{name}.{field}", field, s) for field, s in inner.get("properties", {}).items()]
    assert {field for _, field, entry in told if not entry.get("description")} == set()
    united = {e: meaning["unit"] for e, meaning in vocabulary()["ending"].items() if "unit" in meaning}
    assert [w for w, field, e in told if ending_of(field) in united and not e.get("x-unit")] == []


@EACH
def test_every_parameter_and_body_has_an_example_that_fits(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        media = operation.get("requestBody", {}).get("content", {}).values()
        for shown in (*operation.get("parameters", []), *media):
            schema = {**shown["schema"], "components": document["components"]}
            errors = Draft202012Validator(schema).iter_errors(shown["example"])
            assert [e.message for e in errors] == [], name
            # JSON Schema takes 1.0 for a whole number; a door that asks for one does not.
            assert not re.search(r"\d\.0\b", json.dumps(shown["example"])), name


@EACH
def test_what_a_get_shows_is_typed_and_says_what_stands_beside_it(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        if name.startswith("get ") and "application/json" in operation["responses"]["200"].get("content", {}):
            asked = {p["name"] for p in operation.get("parameters", [])}
            beside = {"ETag", "Link"} if "cursor" in asked else {"ETag"}
            assert operation["responses"]["200"]["headers"].keys() == beside, name
            assert "304" in operation["responses"], name
            schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
            # Of the documents their own standard says what they hold.
            assert schema.get("additionalProperties") is not True or name.endswith("/openapi.json"), name


def test_every_word_of_the_vocabulary_is_used() -> None:
    called = [o for doors in DOCUMENTS["shenchi"]["webhooks"].values() for o in doors.values()]
    called += [o for _, o in operations(DOCUMENTS["shenchi"])]
    used = {p["name"] for o in called for p in o.get("parameters", [])}
    for schema in DOCUMENTS["shenchi"]["components"]["schemas"].values():
        used |= {field for inner in schemas_in(schema) for field in inner.get("properties", {})}
    assert {word for part in ("word", "unit", "example") for word in vocabulary()[part]} - used == set()


def test_webhooks_are_those_of_the_public_contract() -> None:
    webhooks = DOCUMENTS["gateway"]["webhooks"]
    assert webhooks.keys() == {kind.TYPE for kind in county.KINDS}
    assert DOCUMENTS["shenchi"]["webhooks"].keys() == webhooks.keys()
    for kind in county.KINDS:
        told = webhooks[kind.TYPE]["post"]
        assert [p["name"] for p in told["parameters"]] == ["webhook-id", "webhook-timestamp", "webhook-signature"]
        body = told["requestBody"]["content"]["application/cloudevents+json"]
        event = DOCUMENTS["gateway"]["components"]["schemas"][body["schema"]["$ref"].rpartition("/")[2]]
        assert event["properties"]["type"]["const"] == kind.TYPE
