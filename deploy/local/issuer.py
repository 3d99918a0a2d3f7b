"""The issuer of one machine: development tokens, signed with the key in the state folder.

A county runs an OIDC issuer of its own instead; profile `county` refuses these.
"""

from pathlib import Path
from typing import Any

from deploy.local.state import Trouble, read_json
from shared.doors.tokens import sign_token

SigningKey = dict[str, Any]
COUNTY = "140927"  # whose year is played


def signing_key(folder: Path) -> SigningKey:
    """The private key that the first start made under the state folder."""
    path = folder / "keys" / "token.json"
    if not path.exists():
        raise Trouble("There is no key to sign with yet: start the system once with `shenchi up`.")
    key: SigningKey = read_json(path)
    return key


def development_token(
    key: SigningKey, subject: str, role: str, area: str = "", bank: str = "", unit: str = "", person: str = ""
) -> str:
    """Good for ten minutes."""
    return sign_token(key, subject=subject, role=role, area=area, bank=bank, unit=unit, person=person)
