"""Registry: who is poor and why, and when they no longer are.

Owns households, their members, facts and incomes over time, the exit procedure of households and villages.
Decides exits, by rules from recorded facts alone.

Events out: HouseholdRegistered, HouseholdRevised, IncomeAssessed, NoticePosted, NoticeObjected, HouseholdExited,
HouseholdRemoved (topic registry.household); VillageExited (registry.village).
Events in: LoanDisbursed, LoanSettled (a loan is a measure of help, never income).
"""
