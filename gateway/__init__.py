"""The gateway: the one public door.

It owns the business clock, the public feed of exits, subscriptions and what subscribers acknowledge; it decides who
may come in, how often and with how much, and where a request goes.

Events in: HouseholdExited, HouseholdReturned, ExitRevoked, ExitCorrected, VillageExited, VillageExitRevoked,
TownshipExited, TownshipExitRevoked of the registry. Events out: the same in public form, for the county's other systems
(topic county.exits).
"""
