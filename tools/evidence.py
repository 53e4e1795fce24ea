"""What the database itself keeps of evidence, whoever asks it to change some.

A trigger refuses to delete rows and to change facts. It stops what goes past the rights
of the ORM by mistake: code that runs as superuser, a server action, a slip in SQL.
It does not stop whoever may run any SQL and means it: such a person can drop the
trigger, or set the same word as ``unlocked`` does.
"""

from contextlib import contextmanager

from odoo.tools import SQL

# For the transaction at most: never set for longer than one needs it.
_LOCK = SQL("SET LOCAL salto_ks.evidence = ''")
_UNLOCK = SQL("SET LOCAL salto_ks.evidence = 'unlocked'")

# A foreign key may be emptied by deleting what it points to. That is a trigger of
# PostgreSQL's own, so ours is called from within another one then.
_FUNCTION = SQL(
    """
    CREATE OR REPLACE FUNCTION salto_ks_keep_evidence() RETURNS trigger AS $$
    DECLARE
        kept text[] := TG_ARGV[0];
        before jsonb := to_jsonb(OLD);
        after jsonb := to_jsonb(NEW);
        changed text;
    BEGIN
        IF current_setting('salto_ks.evidence', true) = 'unlocked' THEN
            RETURN COALESCE(NEW, OLD);
        END IF;
        IF TG_OP = 'DELETE' THEN
            RAISE EXCEPTION USING MESSAGE = concat(
                TG_TABLE_NAME, ' ', OLD.id, ' is evidence: nobody deletes it'
            );
        END IF;
        IF before->>'state' IN ('opened', 'refused', 'not_sent') THEN
            kept := kept || TG_ARGV[1]::text[];
        END IF;
        SELECT string_agg(key, ', ') INTO changed
          FROM unnest(kept) AS key
         WHERE before->key IS DISTINCT FROM after->key
           AND NOT (pg_trigger_depth() > 1 AND after->key = 'null');
        IF changed IS NOT NULL THEN
            RAISE EXCEPTION USING MESSAGE = concat(
                TG_TABLE_NAME, ' ', OLD.id, ' is evidence: nobody changes ', changed
            );
        END IF;
        RETURN NEW;
    END $$ LANGUAGE plpgsql
    """
)


def keep(cr, table, facts, results=()):
    """Let the database keep the rows of a table.

    :param facts: columns that never change
    :param results: columns that do not change any more once ``state`` is final
    """
    name, arrays = SQL.identifier(table), (_array(facts), _array(results))
    cr.execute(_FUNCTION)
    cr.execute(SQL("DROP TRIGGER IF EXISTS salto_ks_keep_evidence ON %s", name))
    cr.execute(
        SQL(
            """
            CREATE TRIGGER salto_ks_keep_evidence BEFORE UPDATE OR DELETE ON %s
            FOR EACH ROW EXECUTE FUNCTION salto_ks_keep_evidence(%s, %s)
            """,
            name,
            *arrays,
        )
    )


def _array(names):
    return "{%s}" % ",".join(names)


def forget_triggers(cr):
    """Before the tables go: nothing of ours stays in the database."""
    cr.execute(SQL("DROP FUNCTION IF EXISTS salto_ks_keep_evidence() CASCADE"))


@contextmanager
def unlocked(env):
    """Let evidence be deleted and changed while inside: by the retention alone, and
    where Odoo moves references from a contact to the one that it is merged with."""
    env.flush_all()
    # What fails inside takes the word back with it.
    with env.cr.savepoint():
        env.cr.execute(_UNLOCK)
        yield
        env.flush_all()
        env.cr.execute(_LOCK)
