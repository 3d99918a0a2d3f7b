"""An application as JSON, as it lies sealed, and the roster household that it makes."""

import json
from collections.abc import Mapping
from datetime import date
from typing import Any, NamedTuple
from uuid import UUID

from services.registry.entries.rules import Ground, RosterHousehold, RosterMember
from services.registry.households.rules import CATEGORIES
from services.registry.roster.rules import contradictions, persons_twice
from shared.data.crypto import DataKeys
from shared.values import id_number

NAME = ("identification_application", "sealed")
# What the register holds of a household and no application says.
NEW = {
    "status": "poor",
    "exited_year": None,
    "deep_poverty": False,
    "relocated": False,
    "relocation_cohort": None,
}


class Read(NamedTuple):
    """An application as it was read, and why it cannot be taken; `persons` has the digests of its ID numbers."""

    id: UUID
    division: str
    content_digest: bytes
    applied: Mapping[str, Any]
    reason: str | None
    persons: Mapping[str, dict[str, bytes]]


def read(
    data_keys: DataKeys, one: UUID, division: str, applied: Mapping[str, Any], ground: Ground, known: bytes | None
) -> Read:
    """What speaks against a roster's household speaks against this one, in the same words.

    `known`: the digest of what came under this id before, which may be by a key of before.
    """
    household = household_of(applied, division, ground.business_date)
    found = [*contradictions(household, ground), *persons_twice([household])]
    reason = found[0].code if found else None
    digests = data_keys.index(_as_bytes(applied).decode())
    content = known if known in digests.values() and known else digests[data_keys.active]
    return Read(
        one, division, content, applied, reason, {m.identity: data_keys.index(m.identity) for m in household.members}
    )


def _as_bytes(applied: Mapping[str, Any]) -> bytes:
    """The same content as the same bytes."""
    return json.dumps(applied, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def seal(data_keys: DataKeys, one: UUID, applied: Mapping[str, Any]) -> bytes:
    return data_keys.seal(_as_bytes(applied), *NAME, one)


def unseal(data_keys: DataKeys, one: UUID, sealed: bytes) -> dict[str, Any]:
    applied: dict[str, Any] = json.loads(data_keys.unseal(sealed, *NAME, one))
    return applied


def household_of(
    applied: Mapping[str, Any],
    division: str,
    registered_on: date,
    household_no: str = "",
    seen: Mapping[str, Any] | None = None,
) -> RosterHousehold:
    """As if it stood in a roster file, its village called by its code; what was `seen` there is more than what was
    said.
    """
    known = {**applied, **(seen or {})}
    values = known | NEW | {c: known[f"{c}_fen"] for c in CATEGORIES}
    values |= {"township": division, "village": division, "registered_on": registered_on}
    members = [_member(row, person) for row, person in enumerate(applied["people"], 1)]
    return RosterHousehold(1, household_no, values, members)


def _member(row: int, person: Mapping[str, Any]) -> RosterMember:
    identity = person["number"][: id_number.LENGTH]
    values = {**person, "sex": id_number.sex(identity), "work_place": person["work_place"] or ""}
    return RosterMember(row, values, identity, id_number.birth_on(identity))


def masked(number: str) -> str:
    """Its last four characters, which tell two of a family apart."""
    return "*" * (len(number) - 4) + number[-4:]
