"""Ours beside a peer or the physical limit, in one run on the same PostgreSQL. Ratios travel, figures do not."""
