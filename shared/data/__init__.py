"""PostgreSQL: statements as constants, the one place that commits, row-level security, migrations, data keys."""
