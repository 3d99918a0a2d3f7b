"""Registry: who is poor and why, and when they no longer are.

Owns households, their members, facts and incomes over time, the exit procedure of households and villages, what comes
after an exit, natural changes and removals, and who was told of whom a household consists. Decides exits and returns,
by rules from recorded facts alone.

Events out: HouseholdRegistered, HouseholdRevised, MemberRemoved, IncomeAssessed, NoticePosted, NoticeObjected,
HouseholdExited, HouseholdReturned, ExitRevoked, ExitCorrected, HouseholdRemoved (topic registry.household);
VillageExited (registry.village).
Events in: PaymentConfirmed (income of its payer, category and year); HouseholdMovedIn (a safe house, and no more
waiting for one); WorksAccepted (a facility that the village has); FraudConfirmed, FraudReviewed (what stands still);
and, as measures of help that are never income and that no exit ends: LoanDisbursed, LoanSettled, RelocationAgreed,
ApplicationEnded, AgreementSigned, AgreementEnded, PostAssigned, PostEnded, CertificateIssued, ParticipationAccepted.
"""
