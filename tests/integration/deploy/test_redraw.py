"""`shenchi redraw`: what anybody types to check a draw."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from services.relocation.allocation.rules import Applicant, Flat, Frame, coded, digest, draw, inputs_json

INPUTS = coded(
    Frame("r", 0, 2016, "2017-03-01", 2_500, 6),
    "drawn-at-home",
    [Applicant(f"L{i:05}", 2, i < 2, "v", f"nonce-{i}") for i in range(6)],
    [Flat(f"u{i}", "s", "B1", f"{i:03}", 5_000, i == 0, False) for i in range(4)],
)


def redraw(file: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from deploy.local.cli import app; app()", "redraw", str(file)],
        env=os.environ | {"SHENCHI_STATE": str(file.parent)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def write(folder: Path, **changes: Any) -> Path:
    document = inputs_json(INPUTS)
    given = {"draw_no": 0, "inputs_hash": digest(document), "inputs": document} | changes.pop("given", {})
    file = folder / "inputs.json"
    file.write_text(json.dumps({"round_id": "r", "state": "drawn", "seed": "188", "draws": [given]} | changes))
    return file


def test_the_hash_is_that_of_the_published_result(tmp_path: Path) -> None:
    ended = redraw(write(tmp_path))
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == f"draw 0: inputs as hashed, result {digest(draw(INPUTS, '188'))}\n"
    other = redraw(write(tmp_path, seed="189"))
    assert digest(draw(INPUTS, "188")) not in other.stdout
    forged = redraw(write(tmp_path, given={"inputs_hash": "0" * 64}))
    assert (forged.returncode, "CHANGED" in forged.stdout) == (1, True)


def test_what_is_no_published_input_is_said_in_one_sentence(tmp_path: Path) -> None:
    unseeded = redraw(write(tmp_path, seed=None))
    assert (unseeded.returncode, unseeded.stdout) == (2, "")
    assert "No seed has been published" in unseeded.stderr
    for text in ("{half", "[]", json.dumps({"draws": [{"draw_no": 0}]})):
        (tmp_path / "inputs.json").write_text(text)
        ended = redraw(tmp_path / "inputs.json")
        assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (2, "", 1)
