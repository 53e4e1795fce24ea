"""An IQ knows the activity that was made for it.

Version 19.0.1.0.0 found it by the name of the IQ in its summary.
"""

from odoo import SUPERUSER_ID, api


def migrate(cr, version):
    env = api.Environment(cr, SUPERUSER_ID, {})
    kind = env.ref("resource_booking_salto_ks.activity_type_refusal")
    for activity in env["mail.activity"].search([("activity_type_id", "=", kind.id)]):
        iqs = env["salto.ks.iq"].search([("integration_id", "=", activity.res_id)])
        named = iqs.filtered(lambda iq, about=activity.summary or "": iq.name in about)
        # "IQ 1" is in "IQ 10".
        longest = named.sorted(lambda iq: -len(iq.name))[:1]
        longest.refusal_activity_id = activity
