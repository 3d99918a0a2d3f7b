"""What warns of a loan, and what becomes of the warning: words.

Domain notes 3: the death of a borrower and a missed dividend are told to finance. Domain notes 2.3 "Discount": none on
misuse; a helper's finding is a suspicion until the county has confirmed it.
"""

from typing import Final, Literal

Kind = Literal["borrower_death", "dividend_missed", "misuse_suspected"]
State = Literal["raised", "confirmed", "released"]
BORROWER_DEATH: Final = "borrower_death"
DIVIDEND_MISSED: Final = "dividend_missed"
MISUSE: Final = "misuse_suspected"
# What a helper writes down who finds a loan used for something else.
DIVERTED = "loan_diverted"
# The register took the death back, or put its day right: nobody of finance released the hold.
AMENDED: Final = "system:departure_amended"
