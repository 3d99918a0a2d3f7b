"""What warns of a loan, and what becomes of the warning: words.

Domain notes 3: the death of a borrower and a missed dividend are told to finance; so is that he who signed lives
elsewhere now [choice]. Domain notes 2.3 "Discount": none on
misuse; a helper's finding is a suspicion until the county has confirmed it. Of who was struck somebody looks before any
discount is decided [choice].
"""

from typing import Final, Literal

Kind = Literal[
    "borrower_death", "dividend_missed", "misuse_suspected", "household_removed", "borrower_left", "second_loan"
]
State = Literal["raised", "confirmed", "released"]
BORROWER_DEATH: Final = "borrower_death"
BORROWER_LEFT: Final = "borrower_left"
DIVIDEND_MISSED: Final = "dividend_missed"
MISUSE: Final = "misuse_suspected"
STRUCK: Final = "household_removed"
# A loan that was over is open again, and another was approved meanwhile.
SECOND: Final = "second_loan"
# What a helper writes down who finds a loan used for something else.
DIVERTED = "loan_diverted"
# The register took the departure back, or put its day right: nobody of finance released the hold.
AMENDED: Final = "system:departure_amended"
# The register took the removal back.
REINSTATED: Final = "system:household_reinstated"


def kind_of(reason: str) -> Kind:
    """What a departure from the household warns of: who did not die lives elsewhere now."""
    return BORROWER_DEATH if reason == "death" else BORROWER_LEFT


def concerns(kind: Kind, borrower: str | None, person: str | None) -> bool:
    """Whether what became of somebody of the household is told of its loan, which `borrower` signs.

    Where nobody is named to sign, or it is not said who died, any death of the household is. None for `person`: it is
    about the household.
    """
    named = borrower is not None and person is not None
    return person == borrower if named else kind != BORROWER_LEFT
