"""Finance: who borrows, who pays the interest.

Owns loans, what banks post about them, the county's interest discount, holds that warn or stop, and the double-entry
ledger of all of it.

Hears of households (its projection), of deaths, removals, missed dividends and visits (holds), and of frauds (what
stands still). `docs/events.md` has who states what.
"""
