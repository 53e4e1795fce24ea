"""What is desired of Salto is stored beside what Salto confirmed.

Version 19.0.1.0.0 decided it anew in each pass. Until the first pass decides, what was
given is what is desired: nothing is taken away meanwhile.
"""

from datetime import timedelta, timezone

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    rows = env["salto.ks.access"].search(
        ["|", ("state", "!=", "revoked"), ("withheld", "=", True)]
    )
    for row in rows.filtered(lambda one: one.starts_at and one.state != "revoking"):
        start, end = (
            moment.replace(tzinfo=timezone.utc)
            for moment in (row.starts_at, row.ends_at)
        )
        row.desired = {
            "start": start.isoformat(),
            "end": end.isoformat(),
            "due": (start - timedelta(days=row.integration_id.lead_days)).isoformat(),
            "locks": (row.held or {}).get("locks", []),
            "people": row.booking_id.partner_ids.ids,
        }
    env["salto.ks.access.note"].create(
        [{"booking_ref": ref} for ref in {*rows.mapped("booking_ref")}]
    )
