"""What a call changed, wherever it did: in the database, and at Salto."""

import json
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from unittest.mock import patch

from requests.adapters import HTTPAdapter

from odoo.tests.test_cursor import TestCursor

from .matrix import is_ours, own_models, touched_models

LOG = "matrix_log"
# Columns that say who wrote when, not what.
BOOKKEEPING = {"create_uid", "create_date", "write_uid", "write_date", "__last_update"}
# What changes at Salto's doors without anybody's doing.
RESTLESS = {"locked_state", "last_opened", "online", "battery_level"}


@dataclass(frozen=True)
class Change:
    """One row that became another, in the database.

    :ivar model: whose table, or whose field's table of links, it is
    :ivar row: the row as it was, or as it is where it was not
    :ivar changed: {column: (before, after)}; of a new row all that it says
    """

    model: str
    kind: str
    row: dict
    changed: dict
    link: str = ""

    def __str__(self):
        what = ", ".join(
            f"{key}: {old!r} → {new!r}" for key, (old, new) in self.changed.items()
        )
        of = f"{self.model}.{self.link}" if self.link else self.model
        return f"{self.kind} {of} {self.row.get('id', '')}: {what}"[:400]


class Watched:
    """The tables of our models, our columns elsewhere, and the links of our fields."""

    def __init__(self, env):
        self.env = env
        self.columns = {}  # table: (model, our columns or None for all of them)
        self.links = {}  # table: (model, field, first column)
        for name in own_models(env):
            self._add(name, None)
        for name in touched_models(env):
            self._add(name, is_ours)

    def _add(self, name, chosen):
        model = self.env[name]
        if model._abstract or not model._auto:
            return
        found = [one for one in model._fields.values() if not chosen or chosen(one)]
        columns = {one.name for one in found if one.store and one.column_type}
        if chosen is None:
            self.columns[model._table] = (name, None)
        elif columns and any(not one.inherited for one in found):
            self.columns[model._table] = (name, columns)
        for one in found:
            if one.type == "many2many" and one.store and not one.inherited:
                self.links[one.relation] = (name, one.name, one.column1)


class Witness:
    """Writes down every change of a watched row, and everything sent to Salto."""

    def __init__(self, env, simulator):
        self.env = env
        self.simulator = simulator
        self.watched = Watched(env)
        self.sent = 0
        self.durable = []
        self.outside = {}
        self._install()

    def _install(self):
        cr = self.env.cr
        cr.execute(f"CREATE TABLE {LOG} (id serial, tbl text, old jsonb, new jsonb)")
        cr.execute(
            f"""
            CREATE FUNCTION {LOG}_note() RETURNS trigger AS $$
            DECLARE o jsonb; n jsonb;
            BEGIN
                IF TG_OP <> 'INSERT' THEN o := to_jsonb(OLD); END IF;
                IF TG_OP <> 'DELETE' THEN n := to_jsonb(NEW); END IF;
                IF o IS DISTINCT FROM n THEN
                    INSERT INTO {LOG} (tbl, old, new) VALUES (TG_TABLE_NAME, o, n);
                END IF;
                RETURN NULL;
            END $$ LANGUAGE plpgsql
            """
        )
        for table in (*self.watched.columns, *self.watched.links):
            cr.execute(
                f"""
                CREATE TRIGGER {LOG} AFTER INSERT OR UPDATE OR DELETE ON "{table}"
                FOR EACH ROW EXECUTE FUNCTION {LOG}_note()
                """
            )

    @contextmanager
    def listening(self):
        """Hear what is sent, and what is committed beside the request."""
        send, commit, start = HTTPAdapter.send, TestCursor.commit, TestCursor.__init__

        def heard_send(adapter, request, *args, **kwargs):
            if (
                request.url.startswith(self.simulator.url)
                and "/_sim/" not in request.url
            ):
                self.sent += request.method != "GET"
            return send(adapter, request, *args, **kwargs)

        def heard_start(cursor, *args, **kwargs):
            start(cursor, *args, **kwargs)
            cursor.matrix_from = self._last()

        def heard_commit(cursor):
            cursor.flush()
            self.durable += self._rows(cursor.matrix_from)
            cursor.matrix_from = self._last()
            commit(cursor)

        with ExitStack() as stack:
            for where, name, instead in (
                (HTTPAdapter, "send", heard_send),
                (TestCursor, "__init__", heard_start),
                (TestCursor, "commit", heard_commit),
            ):
                stack.enter_context(patch.object(where, name, instead))
            yield self

    def settle(self):
        """What has happened until now is nobody's doing."""
        self.env.cr.execute(f"DELETE FROM {LOG}")
        self.outside = self._look_outside()

    def forget(self):
        """Before a call: nothing has happened yet."""
        self.sent = 0
        self.durable = []

    def changes(self, answered):
        """What the call changed for good.

        :param answered: whether it ended well; else only what was committed beside
            the request stays
        """
        rows = self._rows(0) if answered else self.durable
        return list(filter(None, (self._read(*row[1:]) for row in rows)))

    def _last(self):
        self.env.cr.execute(f"SELECT COALESCE(max(id), 0) FROM {LOG}")
        return self.env.cr.fetchone()[0]

    def _rows(self, after):
        self.env.cr.execute(
            f"SELECT id, tbl, old, new FROM {LOG} WHERE id > %s ORDER BY id", [after]
        )
        return self.env.cr.fetchall()

    def _read(self, table, old, new):
        old, new = _parsed(old), _parsed(new)
        if table in self.watched.links:
            model, name, column = self.watched.links[table]
            kind = "link" if old is None else "unlink"
            row = old or new
            return Change(model, kind, {"id": row[column]}, {name: (old, new)}, name)
        model, columns = self.watched.columns[table]
        before, after = old or {}, new or {}
        changed = {
            key: (before.get(key), after.get(key))
            for key in {**before, **after}
            if before.get(key) != after.get(key)
            and key not in BOOKKEEPING | {"id"}
            and (columns is None or key in columns)
        }
        if not changed:
            return None
        kind = "insert" if old is None else "delete" if new is None else "update"
        if columns is not None and kind == "delete":
            return None  # a row of others
        return Change(model, kind, old or new, changed)

    # -- at Salto

    def outside_changes(self):
        """[(kind, site id, id, before, after)] of what changed at Salto."""
        if not self.sent:
            return []
        before, self.outside = self.outside, self._look_outside()
        found = []
        for kind, things in self.outside.items():
            for key in {*things, *before[kind]}:
                was, now = before[kind].get(key), things.get(key)
                if was != now:
                    site_id = (now or was)["site_id"]
                    found.append((kind, site_id, key, was, now))
        return found

    def unlocks(self):
        """How often doors had opened when one last looked."""
        return sum(lock["unlocks"] for lock in self.outside["locks"].values())

    def _look_outside(self):
        state = self.simulator.state()
        return {
            "locks": {key: _steady(one) for key, one in state["locks"].items()},
            "iqs": {key: _steady(one) for key, one in state["iqs"].items()},
            "users": {one["id"]: one for one in state["users"]},
            "access_groups": {one["id"]: one for one in state["access_groups"]},
        }


def _parsed(value):
    return json.loads(value) if isinstance(value, str) else value


def _steady(thing):
    return {key: value for key, value in thing.items() if key not in RESTLESS}
