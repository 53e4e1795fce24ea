"""What version 19.0.1.0.0 does before the upgrade: given to its Odoo's shell.

It works with its own tests' venue, against the simulator. What it leaves in the
database goes into a file of facts, for the tests that run after the upgrade.
"""

import json
import os
from datetime import timedelta

from odoo.addons.resource_booking_salto_ks.tests import common

KEPT = ("opening", "access", "user", "contact", "iq", "lock", "mapping")


def read(cr, name):
    """All rows of one of its tables, as {column: text}."""
    cr.execute(f"SELECT to_jsonb(t) AS row FROM salto_ks_{name} t ORDER BY id")
    return [row for (row,) in cr.fetchall()]


def work(env):
    for name in ("identity_url", "api_url", "client_id"):
        value = os.environ[f"SALTO_KS_ACCEPTANCE_{name.upper()}"]
        env["ir.config_parameter"].set_param(
            f"resource_booking_salto_ks.acceptance_{name}", value
        )
    venue = common.create_venue(env)
    site = common.create_integration(env)
    desk = common.create_receptionist(env)
    env.cr.commit()
    common.connect_integration(site, venue)
    now = common.create_booking(env, venue)
    soon = common.create_booking(env, venue, studio=1, start_in=timedelta(hours=5))
    env.cr.commit()
    site._cron_sync_access()
    env.cr.commit()
    now.with_user(desk).action_salto_ks_open_door()
    env.cr.commit()
    soon.action_cancel()
    env.cr.commit()
    env["salto.ks.opening"].flush_model()
    facts = {name: read(env.cr, name) for name in KEPT}
    records = {"booking": now, "cancelled": soon, "site": site, "desk": desk}
    facts["ids"] = {name: record.id for name, record in records.items()}
    with open(os.environ["SALTO_KS_UPGRADE_FACTS"], "w", encoding="utf-8") as file:
        json.dump(facts, file)


if "env" in globals():
    work(globals()["env"])
