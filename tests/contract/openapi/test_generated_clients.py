"""Clients that a stranger generates from our documents: they log in, read a list and post a batch."""

import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from deploy.document import DOCS, contracts
from shared.doors.contract import describe_all
from tests.conftest import Door, House

# Which list is read and which batch is posted, by tag and operation id.
TRIED = {
    "registry": ("households.registry_list_households", "households.registry_record_conditions"),
    "finance": ("bank.finance_list_events", "bank.finance_record_bank_events"),
    "relocation": ("sites.relocation_list_sites", "sites.relocation_declare_flats"),
    "industry": ("posts.industry_list_posts", "posts.industry_open_posts"),
    "assessment": ("teams.assessment_list_units", "teams.assessment_set_units"),
    "gateway": (
        "acknowledgements.gateway_list_acknowledgements",
        "acknowledgements.gateway_acknowledgements_acknowledge",
    ),
    "shenchi": ("households.registry_list_households", "households.registry_record_conditions"),
}
# The generator knows no type of a spreadsheet but that its body is bytes.
CONFIG = """post_hooks: []
content_type_overrides:
  application/vnd.openxmlformats-officedocument.spreadsheetml.sheet: application/octet-stream
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.syspath_prepend(str(tmp_path))
    (tmp_path / "config.yaml").write_text(CONFIG)
    yield tmp_path
    for name in [name for name in sys.modules if name.partition(".")[0].startswith("client_of_")]:
        del sys.modules[name]


def generate(folder: Path, name: str) -> ModuleType:
    """As somebody with our snapshot and no repository would; a warning is a failure."""
    snapshot = DOCS / f"openapi/{name}.json"
    if name == "shenchi":  # all doors together are told by the gateway
        snapshot = folder / "shenchi.json"
        snapshot.write_text(json.dumps(describe_all(contracts())), encoding="utf-8")
    command = [
        *(sys.executable, "-m", "openapi_python_client", "generate", "--meta", "none", "--fail-on-warning"),
        *("--path", str(snapshot), "--config", str(folder / "config.yaml")),
        *("--output-path", str(folder / f"client_of_{name}")),
    ]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return importlib.import_module(f"client_of_{name}")


def find(document: dict[str, Any], name: str) -> dict[str, Any]:
    found = [o for doors in document["paths"].values() for o in doors.values() if o["operationId"] == name]
    return dict(found[0])


async def opened(house: House, name: str) -> Door:
    if name != "shenchi":
        return await house.listen(name, "api")
    registry = await house.listen("registry", "api")
    return await house.listen("gateway", "api", upstreams={"registry": registry.address})


@pytest.mark.xdist_group("generated_clients")
@pytest.mark.parametrize("name", TRIED)
async def test_a_generated_client_logs_in_reads_and_posts(house: House, folder: Path, name: str) -> None:
    package = generate(folder, name)
    document = describe_all(contracts()) if name == "shenchi" else contracts()[name]
    door = await opened(house, name)
    for tried in TRIED[name]:
        module = importlib.import_module(f"client_of_{name}.api.{tried}")
        operation = find(document, tried.partition(".")[2])
        role = operation["x-roles"][0]
        claims = {"bank": "xinhe" if role == "bank" else "", "unit": next(iter(operation.get("x-units", ())), "")}
        token = door.headers(role, **claims)["Authorization"].removeprefix("Bearer ")
        # The day, as the gateway would tell the service of a played year.
        day = {"Business-Date": "2017-06-01"}
        client = package.AuthenticatedClient(base_url=door.address, token=token, headers=day)
        if "requestBody" not in operation:
            answer = await module.asyncio_detailed(client=client, limit=5)
            assert (answer.status_code, answer.parsed.items) == (200, [])
            refused = await module.asyncio_detailed(client=package.Client(base_url=door.address), limit=5)
            assert (refused.status_code, refused.parsed.code) == (401, "shared.token_missing")
        else:
            media = operation["requestBody"]["content"]["application/json"]
            models = importlib.import_module(f"client_of_{name}.models")
            kind = getattr(models, media["schema"]["$ref"].rpartition("/")[2])
            answer = await module.asyncio_detailed(
                client=client, body=kind.from_dict(json.loads(json.dumps(media["example"])))
            )
            assert (answer.status_code, len(answer.parsed.results)) == (200, 1)
