"""Applications, eligibility, and the loans that come of them."""
