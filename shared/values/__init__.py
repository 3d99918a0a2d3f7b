"""What rules may know: money, dates, ids, ID numbers, verdicts. No framework, no I/O."""
