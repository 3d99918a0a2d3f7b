"""What becomes of a person whom two households count as theirs: pure rules.

Domain notes 9.9: a household is who lives and spends together; nobody is counted twice. Maker and checker are different
persons (domain notes 4).
"""

from collections.abc import Mapping
from typing import Literal

from services.registry.changes.rules import DepartureReason

# `lapsed`: whom the claim was for is decided about; it waits for nobody any more.
State = Literal["open", "moves", "stays", "lapsed"]
# How he leaves the one household who joins the other; who is only named by a file no longer shares.
LEAVES: Mapping[str, DepartureReason] = {
    "marriage_in": "marriage_out",
    "registration_in": "registration_out",
}


def leaves_as(reason: str) -> DepartureReason:
    """Why somebody leaves who joins elsewhere for `reason`."""
    return LEAVES.get(reason, "not_sharing")
