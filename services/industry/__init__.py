"""Industry: who earns, from projects, stations, dividends, posts, training and forestry.

Owns what is planned, accepted, metered and paid. Decides who may take part and what is due, by rules.

Events out: PaymentConfirmed, AgreementSigned, AgreementEnded, DividendMissed, PostAssigned, PostEnded,
CertificateIssued, ParticipationAccepted (topic industry.household); WorksAccepted (industry.village);
PvRevenueReceived, PvPlanFiled, StationFaultSuspected (industry.station).
Events in: households of the registry (its projection), MemberRemoved (a post stands still after a death), loans of
finance, FraudConfirmed and FraudReviewed of assessment.
"""
