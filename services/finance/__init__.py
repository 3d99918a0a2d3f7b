"""Finance: who borrows, who pays the interest.

Owns loans, what banks post about them, the county's interest discount, holds that warn or stop, and the double-entry
ledger of all of it.

Events out: LoanApproved, LoanRefused, LoanDisbursed, InterestSettled, RepaymentPosted, LoanOverdue, LoanSettled,
DiscountApproved (topic finance.loan).
Events in: HouseholdRegistered, HouseholdRevised, HouseholdExited, HouseholdReturned, ExitRevoked, HouseholdRemoved (its
projection of households); MemberRemoved, DividendMissed, VisitRecorded (holds); FraudConfirmed, FraudReviewed (what
stands still).
"""
