"""What warns of a loan, and what becomes of the warning: words.

Domain notes 3: the death of a borrower and a missed dividend are told to finance. Domain notes 2.3 "Discount": none on
misuse; a helper's finding is a suspicion until the county has confirmed it. Of who was struck somebody looks before any
discount is decided [choice].
"""

from typing import Final, Literal

Kind = Literal["borrower_death", "dividend_missed", "misuse_suspected", "household_removed"]
State = Literal["raised", "confirmed", "released"]
BORROWER_DEATH: Final = "borrower_death"
DIVIDEND_MISSED: Final = "dividend_missed"
MISUSE: Final = "misuse_suspected"
STRUCK: Final = "household_removed"
# What a helper writes down who finds a loan used for something else.
DIVERTED = "loan_diverted"
# The register took the death back, or put its day right: nobody of finance released the hold.
AMENDED: Final = "system:departure_amended"
# The register took the removal back.
REINSTATED: Final = "system:household_reinstated"
