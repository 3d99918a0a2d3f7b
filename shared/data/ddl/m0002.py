"""DDL for what is written once: rows that nobody changes and nobody takes away."""

from collections.abc import Sequence

from shared.data.ddl import run

FUNCTION = """
CREATE OR REPLACE FUNCTION keep_as_written() RETURNS trigger LANGUAGE plpgsql
SET search_path = pg_catalog, public AS $$
DECLARE
    follows text[] := coalesce(TG_ARGV, '{}');
BEGIN
    IF TG_OP = 'UPDATE' AND to_jsonb(OLD) - follows = to_jsonb(NEW) - follows THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '% is written once: state what is new beside it', TG_TABLE_NAME
        USING ERRCODE = 'insufficient_privilege';
END $$;
"""


def append_only(service: str, *tables: str, follows: Sequence[str] = ()) -> None:
    """Rows stay as they were inserted, for the owner too; only columns of `follows` may change, as a household moves.

    Call it after `restrict`, which grants everything.
    """
    run(FUNCTION)
    columns, words = ", ".join(follows), ", ".join(f"'{name}'" for name in follows)
    for table in tables:
        run(f"""
            CREATE TRIGGER kept BEFORE UPDATE ON {table} FOR EACH ROW EXECUTE FUNCTION keep_as_written({words});
            CREATE TRIGGER kept_whole BEFORE DELETE OR TRUNCATE ON {table}
                FOR EACH STATEMENT EXECUTE FUNCTION keep_as_written();
            REVOKE UPDATE, DELETE, TRUNCATE ON {table} FROM {service}_app, system;
        """)
        if follows:
            run(f"GRANT UPDATE ({columns}) ON {table} TO {service}_app, system")
