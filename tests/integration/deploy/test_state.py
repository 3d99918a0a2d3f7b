import base64
import errno
import json
import socket
from pathlib import Path

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet, RSAKey

from deploy.local.cli import plainly
from deploy.local.processes import LOG_LIMIT_BYTES, open_log
from deploy.local.state import (
    State,
    Trouble,
    choose_port,
    data_key_file,
    ensure_keys,
    locked,
    read_json,
    read_state,
)
from deploy.local.supervisor import gateway_port, prepare, supervise
from tests.integration.deploy.processes import TINY


def test_state_survives_and_secrets_are_private(tmp_path: Path) -> None:
    with locked(tmp_path / "state") as state:
        state.ports["registry"] = 20_001
        password = state.password("registry_app")
        state.save()
        state.save_secrets()
        ensure_keys(state, ["registry"])
    again = read_state(tmp_path / "state")
    assert again.ports == {"registry": 20_001}
    assert again.password("registry_app") == password
    private = [again.folder / "secrets.json", again.keys / "token.json", data_key_file(again, "registry")]
    assert [path.stat().st_mode & 0o777 for path in private] == [0o600] * 3


def test_keys_are_made_once_and_fit_together(tmp_path: Path) -> None:
    state = State(tmp_path)
    ensure_keys(state, ["registry", "finance"])
    token, data = (state.keys / "token.json").read_bytes(), data_key_file(state, "registry").read_bytes()
    ensure_keys(state, ["registry", "finance"])
    assert (state.keys / "token.json").read_bytes() == token
    assert data_key_file(state, "registry").read_bytes() == data
    private, public = RSAKey.import_key(json.loads(token)), read_json(state.keys / "jwks.json")
    signed = jwt.encode({"alg": "RS256", "kid": private.kid}, {"sub": "someone"}, private)
    assert jwt.decode(signed, KeySet.import_key_set(public)).claims == {"sub": "someone"}  # type: ignore[arg-type]
    assert "d" not in public["keys"][0]
    keys = json.loads(data)
    assert keys["active"] == "k1"
    assert {len(base64.b64decode(value)) for value in keys["keys"]["k1"].values()} == {32}
    assert data != data_key_file(state, "finance").read_bytes()


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("state.json", "{half"),
        ("state.json", "[]"),
        ("state.json", '{"layout": 99}'),
        ("state.json", '{"layout": 1, "ports": {"registry": "x"}}'),
        ("state.json", '{"layout": 1, "processes": {"registry": 7}}'),
        ("secrets.json", ""),
    ],
)
async def test_a_broken_state_folder_is_one_sentence(tmp_path: Path, name: str, text: str) -> None:
    (tmp_path / name).write_text(text)
    with pytest.raises(Trouble) as told:
        await supervise(tmp_path, TINY)
    assert str(told.value).startswith(f"The state folder is broken at {tmp_path / name} (")
    assert "\n" not in str(told.value)


async def test_a_file_in_place_of_the_folder_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "state").touch()
    with pytest.raises(Trouble, match="it is a file"):
        await supervise(tmp_path / "state", TINY)


def test_lost_passwords_are_not_replaced_by_new_ones(tmp_path: Path) -> None:
    (tmp_path / "postgres" / "data").mkdir(parents=True)
    with pytest.raises(Trouble, match=r"secrets\.json"):
        read_state(tmp_path)


def test_a_lost_data_key_is_not_replaced_by_a_new_one(tmp_path: Path) -> None:
    (tmp_path / "postgres" / "data").mkdir(parents=True)
    state = State(tmp_path, ports={"registry": 20_001})
    with pytest.raises(Trouble, match="cannot be read without it"):
        ensure_keys(state, ["registry"])


def test_one_supervisor_at_a_time(tmp_path: Path) -> None:
    with locked(tmp_path), pytest.raises(Trouble, match="already runs"), locked(tmp_path):
        pass


def test_a_port_is_kept_while_it_is_free(tmp_path: Path) -> None:
    state = State(tmp_path)
    port = choose_port(state, "registry")
    assert choose_port(state, "registry") == port
    with socket.socket() as other:
        other.bind(("127.0.0.1", port))
        other.listen()
        assert choose_port(state, "registry") != port


def test_a_taken_gateway_port_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        monkeypatch.setenv("SHENCHI_GATEWAY_PORT", str(port))
        with pytest.raises(Trouble, match=f"Port {port} on 127.0.0.1 is in use"):
            gateway_port()
    monkeypatch.setenv("SHENCHI_GATEWAY_PORT", "door")
    with pytest.raises(Trouble, match="not a port"):
        gateway_port()


async def test_an_unstarted_system_prepares_twice_to_the_same(tmp_path: Path) -> None:
    first = await prepare(State(tmp_path), TINY)
    second = await prepare(read_state(tmp_path), TINY)
    assert (first.state.ports, first.state.passwords) == (second.state.ports, second.state.passwords)


def test_a_command_tells_an_expected_trouble_in_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    import typer

    def fill() -> None:
        # The kernel's own full disk.
        with Path("/dev/full").open("w") as disk:
            disk.write("x")

    def fail() -> None:
        raise Trouble("Something plain.")

    for command, sentence in ((fail, "Something plain."), (fill, "is full: free some space")):
        with pytest.raises(typer.Exit) as ended:
            plainly(command)()
        assert ended.value.exit_code == 2
        error = capsys.readouterr().err
        assert sentence in error
        assert error.count("\n") == 1


def test_other_errors_are_not_hidden() -> None:
    def fail() -> None:
        raise OSError(errno.EIO, "a broken disk")

    with pytest.raises(OSError, match="a broken disk"):
        plainly(fail)()


def test_the_folder_is_its_owners_alone(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    folder.mkdir(mode=0o755)
    with locked(folder) as state:
        state.save()
        open_log(state.log("registry")).close()
        modes = {path.name: path.stat().st_mode & 0o777 for path in (folder, *folder.rglob("*"))}
    assert modes == {"state": 0o700, "lock": 0o600, "state.json": 0o600, "logs": 0o700, "registry.log": 0o600}


def test_a_log_that_grew_too_large_is_put_aside(tmp_path: Path) -> None:
    path = tmp_path / "registry.log"
    with path.open("wb") as log:
        log.truncate(LOG_LIMIT_BYTES + 1)
    open_log(path).close()
    assert path.stat().st_size == 0
    assert (tmp_path / "registry.log.1").stat().st_size == LOG_LIMIT_BYTES + 1
