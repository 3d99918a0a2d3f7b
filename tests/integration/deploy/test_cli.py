"""The command as a person types it."""

import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from deploy.local.state import State, ensure_keys, read_json


def shenchi(folder: Path, *words: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", "from deploy.local.cli import app; app()", *words],
        env=os.environ | {"SHENCHI_STATE": str(folder)} | env,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def one_sentence(ended: subprocess.CompletedProcess[str]) -> str:
    assert (ended.returncode, ended.stdout) == (2, "")
    assert ended.stderr.count("\n") == 1
    return ended.stderr


@pytest.mark.parametrize("command", ["up", "run"])
def test_a_taken_port_is_named(tmp_path: Path, command: str) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = str(other.getsockname()[1])
        ended = shenchi(tmp_path, command, SHENCHI_GATEWAY_PORT=port)
    assert f"Port {port} on 127.0.0.1 is in use" in one_sentence(ended)


@pytest.mark.parametrize("command", ["up", "run", "year", "judge", "token", "republish"])
def test_a_broken_state_folder_is_told_by_every_command(tmp_path: Path, command: str) -> None:
    (tmp_path / "state.json").write_text("{half")
    options = {"token": ["--role", "county"], "republish": ["registry"]}.get(command, [])
    assert "The state folder is broken" in one_sentence(shenchi(tmp_path, command, *options))


def test_what_needs_a_running_system_says_so(tmp_path: Path) -> None:
    for words in (["year"], ["judge"], ["people"], ["republish", "registry"]):
        assert "Nothing is running" in one_sentence(shenchi(tmp_path, *words))
    assert "no service 'nowhere'" in one_sentence(shenchi(tmp_path, "republish", "nowhere"))
    assert "There is no key" in one_sentence(shenchi(tmp_path, "token", "--role", "county"))
    ended = shenchi(tmp_path, "status")
    assert (ended.returncode, ended.stderr) == (1, "")
    assert "The system is down" in ended.stdout


def test_a_token_carries_its_claims(tmp_path: Path) -> None:
    state = State(tmp_path)
    ensure_keys(state, [])
    keys = KeySet.import_key_set(read_json(state.keys / "jwks.json"))  # type: ignore[arg-type]

    def claims(*words: str) -> dict[str, object]:
        ended = shenchi(tmp_path, "token", *words)
        assert ended.returncode == 0, ended.stderr
        return dict(jwt.decode(ended.stdout.strip(), keys).claims)

    county = claims("--role", "county")
    assert (county["sub"], county["role"], county["area"]) == ("dev-county", "county", "140927")
    bank = claims("--role", "bank", "--bank", "icbc", "--subject", "teller")
    assert (bank["sub"], bank["role"], bank["bank"]) == ("teller", "bank", "icbc")


def test_a_roster_is_written_where_it_was_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    ended = shenchi(tmp_path, "roster", "--sample", "3", "small.xlsx")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert re.fullmatch(rf"{tmp_path}/small.xlsx: 3 households, \d+ people, all invented.\n", ended.stdout)
    assert (tmp_path / "small.xlsx").read_bytes().startswith(b"PK")
    assert "No such file" in one_sentence(shenchi(tmp_path, "roster", "--sample", "3", "nowhere/small.xlsx"))
