"""Sealed values stay in their row, and keys rotate."""

import base64
import json
import secrets
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from cryptography.exceptions import InvalidTag

from shared.data.crypto import DataKeys, read_data_keys

ID_NUMBER = "140999197001011234"
OLD = DataKeys("k1", {"k1": secrets.token_bytes(32)}, {"k1": secrets.token_bytes(32)})
NEW = DataKeys("k2", OLD.aes | {"k2": secrets.token_bytes(32)}, OLD.hmac | {"k2": secrets.token_bytes(32)})


def test_a_value_opens_in_its_own_row_only() -> None:
    sealed = OLD.encrypt(ID_NUMBER, "member", "id_number", "row-1")
    assert OLD.decrypt(sealed, "member", "id_number", "row-1") == ID_NUMBER
    for place in (("member", "id_number", "row-2"), ("member", "phone", "row-1"), ("contact", "id_number", "row-1")):
        with pytest.raises(InvalidTag):
            OLD.decrypt(sealed, *place)


def test_equal_values_are_sealed_differently_and_indexed_alike() -> None:
    seals = {OLD.encrypt(ID_NUMBER, "member", "id_number", 1) for _ in range(20)}
    assert len(seals) == 20
    assert OLD.index(ID_NUMBER) == OLD.index(ID_NUMBER) != OLD.index("140999197001011235")
    assert ID_NUMBER.encode() not in b"".join(seals)


def test_after_rotation_old_values_open_and_both_indexes_meet() -> None:
    sealed = OLD.encrypt(ID_NUMBER, "member", "id_number", 1)
    assert NEW.decrypt(sealed, "member", "id_number", 1) == ID_NUMBER
    assert NEW.encrypt(ID_NUMBER, "member", "id_number", 1).startswith(b"k2\0")
    assert NEW.index(ID_NUMBER)["k1"] == OLD.index(ID_NUMBER)["k1"]
    assert set(NEW.index(ID_NUMBER)) == {"k1", "k2"}
    retired = replace(NEW, aes={"k2": NEW.aes["k2"]})
    with pytest.raises(KeyError):
        retired.decrypt(sealed, "member", "id_number", 1)


def test_what_a_url_carries_opens_for_its_own_context_alone() -> None:
    sealed = OLD.seal_text("140927", "cursor", "zhang /list")
    assert sealed == OLD.seal_text("140927", "cursor", "zhang /list")
    assert sealed.isascii()
    assert quote(sealed, safe="") == sealed
    assert NEW.unseal_text(sealed, "cursor", "zhang /list") == "140927"
    for keys, purpose, context in ((OLD, "cursor", "li /list"), (OLD, "other", "zhang /list")):
        with pytest.raises(InvalidTag):
            keys.unseal_text(sealed, purpose, context)
    for forged in ("", "7", "=", "神", sealed[:-8], sealed[8:]):
        with pytest.raises((InvalidTag, ValueError, KeyError)):
            OLD.unseal_text(forged, "cursor", "zhang /list")


def test_the_key_file(tmp_path: Path) -> None:
    pair = {name: base64.b64encode(secrets.token_bytes(32)).decode() for name in ("aes", "hmac")}
    path = tmp_path / "keys.json"
    path.write_text(json.dumps({"active": "k1", "keys": {"k1": pair}}))
    keys = read_data_keys(path)
    assert keys.decrypt(keys.encrypt("x", "t", "c", 1), "t", "c", 1) == "x"
