"""People's numbers at rest: AES-256-GCM bound to table, column and row, and a keyed blind index."""

import base64
import hashlib
import hmac
import json
import secrets
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, AESSIV
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class DataKeys:
    """Keys by id; `active` encrypts, all decrypt and index, so that keys can rotate."""

    active: str
    aes: dict[str, bytes]
    hmac: dict[str, bytes]

    def seal(self, plain: bytes, table: str, column: str, row: object) -> bytes:
        """Key id, zero byte, nonce, ciphertext."""
        nonce = secrets.token_bytes(NONCE_BYTES)
        sealed = AESGCM(self.aes[self.active]).encrypt(nonce, plain, f"{table}.{column}.{row}".encode())
        return self.active.encode() + b"\0" + nonce + sealed

    def unseal(self, sealed: bytes, table: str, column: str, row: object) -> bytes:
        """Raises cryptography's InvalidTag where the value was moved to another row or column."""
        key_id, _, rest = sealed.partition(b"\0")
        aad = f"{table}.{column}.{row}".encode()
        return AESGCM(self.aes[key_id.decode()]).decrypt(rest[:NONCE_BYTES], rest[NONCE_BYTES:], aad)

    def encrypt(self, plain: str, table: str, column: str, row: object) -> bytes:
        """`seal` for text."""
        return self.seal(plain.encode(), table, column, row)

    def decrypt(self, sealed: bytes, table: str, column: str, row: object) -> str:
        """`unseal` for text."""
        return self.unseal(sealed, table, column, row).decode()

    def seal_text(self, plain: str, purpose: str, context: str) -> str:
        """Text for a URL that only the same purpose and context can open; the same each time (AES-SIV, RFC 5297)."""
        sealed = _siv(self.aes[self.active], purpose).encrypt(plain.encode(), [context.encode()])
        return base64.urlsafe_b64encode(self.active.encode() + b"\0" + sealed).decode().rstrip("=")

    def unseal_text(self, sealed: str, purpose: str, context: str) -> str:
        """Raises InvalidTag, ValueError or KeyError where it was not sealed so."""
        key_id, _, rest = base64.b64decode(sealed + "=" * (-len(sealed) % 4), b"-_", validate=True).partition(b"\0")
        return _siv(self.aes[key_id.decode()], purpose).decrypt(rest, [context.encode()]).decode()

    def index(self, plain: str) -> dict[str, bytes]:
        """HMAC-SHA-256 of the value under every key: equal values meet, nobody reads them back."""
        return {k: hmac.digest(key, plain.encode(), hashlib.sha256) for k, key in self.hmac.items()}


@lru_cache(maxsize=16)
def _siv(key: bytes, purpose: str) -> AESSIV:
    """A key of its own for each purpose."""
    return AESSIV(HKDF(hashes.SHA256(), 64, None, purpose.encode()).derive(key))


def read_data_keys(path: Path) -> DataKeys:
    """From the file `{"active": id, "keys": {id: {"aes": base64, "hmac": base64}}}`."""
    document = json.loads(path.read_text(encoding="utf-8"))
    keys = {k: {n: base64.b64decode(v) for n, v in pair.items()} for k, pair in document["keys"].items()}
    return DataKeys(document["active"], {k: v["aes"] for k, v in keys.items()}, {k: v["hmac"] for k, v in keys.items()})
