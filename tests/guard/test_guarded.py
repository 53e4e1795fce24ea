"""What is Odoo's to keep, what stays where it is, and what may be named at all."""

from datetime import timedelta

from psycopg2 import IntegrityError

from odoo import Command, fields
from odoo.exceptions import AccessError, UserError
from odoo.tests import Form, TransactionCase, tagged
from odoo.tools import mute_logger

from ...tools.transactions import own_transaction
from ..access.access_common import sync_access
from ..common import UntouchedSiteMixin, create_booking, find_lock

MODULE = "resource_booking_salto_ks"
MANAGER = f"{MODULE}.group_salto_ks_manager"
# By type of field, a value that none has by itself.
SAMPLES = {
    "boolean": True,
    "char": "tampered",
    "text": "tampered",
    "html": "tampered",
    "integer": 41,
    "float": 4.5,
    "json": {"tampered": 1},
    "datetime": "2031-05-05 05:05:05",
}


class GuardedCase(UntouchedSiteMixin, TransactionCase):
    """Studio House is the first company's, Harbour Rooms the second one's."""

    @classmethod
    def harbour_company(cls):
        cls.second = cls.env["res.company"].create({"name": "Harbour company"})
        return cls.second

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.harbour.action_get_locks()
        cls.quay = find_lock(cls.harbour, "Quay entrance")
        cls.ours = cls.create_manager("ours", cls.env.company)
        cls.theirs = cls.create_manager("theirs", cls.second)
        cls.both = cls.create_manager("both", cls.env.company | cls.second)
        cls.boats = cls.env["hr.department"].create(
            {"name": "Boat crew", "company_id": cls.second.id}
        )

    @classmethod
    def create_manager(cls, login, companies):
        groups = cls.env.ref("base.group_user") | cls.env.ref(MANAGER)
        groups |= cls.env.ref("base.group_allow_export")
        return cls.env["res.users"].create(
            {
                "name": login,
                "login": login,
                "company_id": companies[0].id,
                "company_ids": [Command.set(companies.ids)],
                "group_ids": [Command.set(groups.ids)],
            }
        )

    def setUp(self):
        super().setUp()
        self.env["salto.ks.vault"].sudo()._put("token", self.harbour, None)

    def refused(self, call, error=AccessError):
        """What is said to ``call``, which has to fail and leaves nothing."""
        with self.assertRaises(error) as caught, self.env.cr.savepoint():
            call()
            self.env.flush_all()
        self.env.invalidate_all()
        return str(caught.exception)

    def models(self):
        """The addon's own models and wizards, with all rights."""
        return [
            self.env[name]
            for name, model in self.env.registry.items()
            if model._original_module == MODULE and not model._abstract
        ]

    def kept_fields(self, model):
        return [field for field in model._fields.values() if model._is_kept(field)]

    def sample(self, field):
        """A value for ``field`` other than its default, or None if there is none."""
        if field.type == "selection":
            own = field.default and field.default(self.env[field.model_name])
            keys = [key for key in field.get_values(self.env) if key != own]
            return keys[-1] if keys else None
        return SAMPLES.get(field.type)

    def set_default(self, user, model, name, value):
        self.env["ir.default"].with_user(user).set(model, name, value, user_id=True)


@tagged("post_install", "-at_install")
class TestOwnership(GuardedCase):
    """A record stays with its company and its site."""

    def test_every_model_of_the_addon_is_guarded(self):
        guarded = self.env.registry["salto.ks.guarded"]
        for model in self.models():
            with self.subTest(model=model._name):
                self.assertTrue(issubclass(type(model), guarded))

    def test_what_leads_to_a_site_is_fixed(self):
        """Or else it is kept by Odoo; so a new link is thought of."""
        sites = {"salto.ks.integration", "salto.ks.iq", "res.company"}
        for model in self.models():
            for field in model._fields.values():
                if field.type == "many2one" and field.comodel_name in sites:
                    with self.subTest(field=str(field)):
                        self.assertTrue(
                            field.name in model._fixed or model._is_kept(field)
                        )

    def add_row(self, site, lock):
        return self.env["salto.ks.mapping"].create(
            {"integration_id": site.id, "lock_ids": [Command.set(lock.ids)]}
        )

    def test_lock_cannot_become_another_companys(self):
        row = self.add_row(self.harbour, self.quay)
        move = {
            "integration_id": self.integration.id,
            "salto_iq_id": self.iq.id,
            "lock_id": self.lock.lock_id.upper(),
        }
        for user in (self.theirs, self.both):
            quay = self.quay.with_user(user)
            for vals in (move, *({name: move[name]} for name in move)):
                with self.subTest(user=user.name, vals=[*vals]):
                    self.refused(lambda one=quay, vals=vals: one.write(vals))
        for name in ("integration_id", "lock_id"):
            said = self.refused(
                lambda name=name: self.quay.write({name: move[name]}), UserError
            )
            self.assertIn("cannot be changed", said)
        self.assertEqual(row._as_rule_rows()[0].lock_ids, (self.quay.id,))

    def test_lock_that_was_moved_all_the_same_opens_for_nobody(self):
        """As the database could have it, from before or by hand."""
        self.add_row(self.harbour, self.quay)
        other = find_lock(self.integration, "Lounge")
        self.env.flush_all()
        self.env.cr.execute(
            "UPDATE salto_ks_lock_salto_ks_mapping_rel SET salto_ks_lock_id = %s"
            " WHERE salto_ks_lock_id = %s",
            [other.id, self.quay.id],
        )
        self.env.invalidate_all()
        self.harbour.state = "active"
        self.venue["type"].company_id = self.second
        booking = create_booking(
            self.env, self.venue, studio=2, start_in=timedelta(minutes=-10)
        )
        theirs = booking.with_user(self.theirs)
        self.assertFalse(theirs.salto_ks_lock_ids)
        with self.assertRaises(UserError):
            theirs.action_salto_ks_open_door()
        self.assertEqual(self.simulator.unlocks(other.lock_id), 0)
        self.env.flush_all()
        sync_access(self.env)
        names = [
            one["customer_reference"] for one in self.simulator.state()["access_groups"]
        ]
        self.assertNotIn(f"Odoo_{booking.id}", names)

    def test_site_stays_with_its_company(self):
        """Its wildcard would open for the other company's bookings."""
        self.add_row(self.harbour, self.quay)
        self.harbour.state = "active"
        ours = self.env.company.id
        for user in (self.theirs, self.both, self.env.user):
            with self.subTest(user=user.name):
                harbour = self.harbour.with_user(user)
                self.refused(
                    lambda one=harbour: one.write({"company_id": ours}), UserError
                )
        booking = create_booking(self.env, self.venue, studio=2)
        self.assertNotIn(self.quay, booking.with_user(self.ours).salto_ks_lock_ids)

    def test_the_same_again_is_no_change(self):
        self.harbour.with_user(self.theirs).write({"company_id": self.second.id})
        self.new_iq.with_user(self.theirs).write(
            {"iq_id": f" {self.new_iq.iq_id.upper()}", "name": "Quay side"}
        )
        self.assertEqual(self.new_iq.name, "Quay side")

    def test_nothing_is_moved_from_the_other_side(self):
        ours, theirs = self.integration, self.harbour
        row = ours.mapping_ids[:1]
        for name, record in (
            ("iq_ids", self.iq),
            ("lock_ids", self.lock),
            ("mapping_ids", row),
        ):
            with self.subTest(field=name):
                self.refused(
                    lambda name=name, record=record: theirs.with_user(self.both).write(
                        {name: [Command.link(record.id)]}
                    ),
                    UserError,
                )

    def test_a_stage_that_another_companys_site_goes_by(self):
        stage = self.env.ref(f"{MODULE}.stage_checked_in")
        self.integration.open_stage_ids = stage
        self.harbour.write({"open_stage_ids": False, "access_stage_ids": False})
        self.harbour.checkin_stage_id = False
        for vals in ({"booking_state": "pending"}, {"sequence": 0}):
            said = self.refused(
                lambda vals=vals: stage.with_user(self.theirs).write(vals), UserError
            )
            self.assertNotIn("Studio House", said)
        said = self.refused(lambda: stage.with_user(self.theirs).unlink(), UserError)
        self.assertNotIn("Studio House", said)
        stage.with_user(self.ours).sequence = 31
        stages = stage.with_user(self.theirs)
        mine = stages.create({"name": "Aboard", "booking_state": "pending"})
        mine.booking_state = "confirmed"
        self.assertEqual(mine.booking_state, "confirmed")
        # Bookings come into the first stage of their state.
        self.integration.open_stage_ids += self.env.ref(f"{MODULE}.stage_confirmed")
        for attempt in (
            lambda: stages.create(
                {"name": "First", "booking_state": "confirmed", "sequence": -5}
            ),
            lambda: mine.write({"sequence": -5}),
        ):
            self.refused(attempt, UserError)

    def test_openings_of_another_company_are_not_guessed_by_their_ids(self):
        self.as_receptionist().action_salto_ks_open_door()
        opening = self.env["salto.ks.opening"].search([])[:1]
        person, booking = opening.partner_id, opening.booking_id
        self.venue["type"].company_id = False
        for user, seen in ((self.ours, True), (self.theirs, False)):
            for record in (person.with_user(user), booking.with_user(user)):
                for domain in (
                    [("salto_ks_opening_ids", "in", opening.ids)],
                    [("salto_ks_opening_ids", "=", opening.id)],
                    [("salto_ks_opening_ids", "!=", False)],
                    ["!", ("salto_ks_opening_ids", "=", False)],
                ):
                    found = record.search([*domain, ("id", "=", record.id)])
                    self.assertEqual(bool(found), seen, (record, domain))


@tagged("post_install", "-at_install")
class TestKept(GuardedCase):
    """State is told by Odoo and Salto, and by nobody else."""

    def test_no_manager_sets_what_odoo_keeps(self):
        row = self.integration.mapping_ids[:1]
        for record in (self.integration, self.iq, self.lock, row):
            record = record.with_user(self.ours)
            for field in self.kept_fields(record):
                if field.name in record._fixed:
                    continue
                value = self.sample(field)
                with self.subTest(field=str(field)):
                    self.refused(
                        lambda r=record, f=field, v=value: r.write({f.name: v})
                    )
                    self.refused(
                        lambda r=record, f=field, v=value: r.create({f.name: v})
                    )

    def test_the_kept_fields_are_those_that_matter(self):
        for record, names in (
            (
                self.integration,
                "state site_id site_tz activated_in environment plain_role_uuid",
            ),
            (
                self.iq,
                "activation_state otp_failures blocked_until online looked_at"
                " restore_required activated_at pin_sent_at pin_sent_by pin_failures"
                " pin_blocked_until pin_change company_id",
            ),
            (self.lock, "online battery_level privacy_mode office_mode mapping_ids"),
            (
                self.booking,
                "salto_ks_last_open salto_ks_followed salto_ks_access_noted",
            ),
        ):
            kept = {field.name for field in self.kept_fields(record)}
            self.assertLessEqual(set(names.split()), kept)

    def test_the_sentence_names_the_field(self):
        said = self.refused(
            lambda: self.iq.with_user(self.ours).write({"otp_failures": 0})
        )
        self.assertIn("'Otp Failures' is kept by Odoo", said)

    def test_nothing_else_of_such_a_call_happens(self):
        iq = self.iq.with_user(self.ours)
        self.refused(lambda: iq.write({"name": "Renamed", "online": False}))
        self.assertNotEqual(iq.name, "Renamed")

    def test_site_is_active_only_when_it_is_set_up(self):
        env = self.env(user=self.ours)
        vals = {"name": "Bare", "site_uid": "NL1"}
        self.refused(
            lambda: env["salto.ks.integration"].create({**vals, "state": "active"})
        )
        bare = env["salto.ks.integration"].create(vals)
        self.refused(lambda: bare.write({"state": "active"}))
        with self.assertRaises(UserError):
            bare.action_activate()
        self.assertEqual(bare.state, "inactive")

    def test_production_is_nothing_to_choose(self):
        env = self.env(user=self.ours)
        site = {"name": "New", "site_uid": "NL1"}
        for make in (
            lambda: env["salto.ks.integration"].create(
                {**site, "environment": "production"}
            ),
            lambda: env["salto.ks.integration"]
            .with_context(default_environment="production")
            .create(site),
            lambda: self.integration.with_user(self.ours).write(
                {"environment": "production"}
            ),
        ):
            self.refused(make)
        self.set_default(self.ours, "salto.ks.integration", "environment", "production")
        self.set_default(self.ours, "salto.ks.integration", "state", "active")
        made = env["salto.ks.integration"].create(site)
        self.assertEqual((made.environment, made.state), ("acceptance", "inactive"))
        self.integration.environment = "production"
        copied = self.integration.with_user(self.ours).copy()
        self.assertEqual((copied.environment, copied.state), ("acceptance", "inactive"))

    def test_forms_still_save(self):
        """They send defaults and drafts of lines along."""
        env = self.env(user=self.ours)
        with Form(env["salto.ks.integration"]) as form:
            form.name = "Annex"
            form.site_uid = "NL1"
        field = form.record.sudo().last_open_field_id
        self.assertEqual(field.name, "salto_ks_last_open")
        with Form(self.integration.with_env(env)) as form:
            with form.mapping_ids.new() as row:
                row.type_id = self.venue["type"]
                row.lock_ids.add(find_lock(self.integration, "Lounge"))
        self.assertEqual(len(self.integration.mapping_ids), 3)
        action = self.integration.with_env(env).action_test_mapping()
        dialog = env[action["res_model"]].browse(action["res_id"])
        with Form(dialog) as form:
            form.type_id = self.venue["type"]
        self.assertIn("Lounge", form.record.result)

    def test_buttons_still_set_it(self):
        harbour = self.harbour.with_user(self.theirs)
        harbour.action_test_access()
        harbour.action_get_locks()
        harbour.site_uid = "NL0000000000"
        self.assertFalse(harbour.site_id)
        site = self.integration.with_user(self.ours)
        site.action_deactivate()
        site.action_activate()
        site.action_use_acceptance()
        self.assertEqual(site.state, "active")

    # -- defaults

    def test_rows_of_evidence_take_no_default(self):
        for model in self.models():
            if not model._all_kept:
                continue
            own = model.default_get([*model._fields])
            for field in self.kept_fields(model):
                value = self.sample(field)
                if value is None or not field.store:
                    continue
                self.set_default(self.env.user, model._name, field.name, value)
                context = {f"default_{field.name}": value}
                with self.subTest(field=str(field)):
                    found = model.with_context(**context).default_get([field.name])
                    self.assertEqual(found.get(field.name), own.get(field.name))

    def test_defaults_change_no_opening(self):
        """They made each press a new one, whose row said that our rules refused."""
        for name, value in (
            ("by_rules", True),
            ("code", "too_early"),
            ("followed", True),
            ("entry_id", "mine"),
            ("repeated_at", "2031-05-05 05:05:05"),
        ):
            self.set_default(self.receptionist, "salto.ks.opening", name, value)
        booking = self.as_receptionist().with_context(
            default_by_rules=True, default_code="too_early"
        )
        for _press in range(5):
            booking.action_salto_ks_open_door()
        self.env.invalidate_all()
        self.assertEqual(self.simulator.unlocks(self.lock.lock_id), 1)
        row = self.booking.salto_ks_opening_ids
        self.assertEqual(row.state, "opened")
        self.assertFalse(row.by_rules or row.code or row.entry_id)

    def test_defaults_give_access_no_group_of_others(self):
        client, site_id = self.integration._client(), self.integration.site_id
        by_hand = client.add_access_group(site_id, "Cleaners")
        self.env["ir.default"].set("salto.ks.access", "group_uuid", by_hand)
        self.env["ir.default"].set("salto.ks.access", "unsettled", True)
        site = self.integration.with_user(self.ours)
        site = site.with_context(default_group_uuid=by_hand)
        self.env.flush_all()
        site.action_sync_access()
        self.env.invalidate_all()
        access = self.booking.salto_ks_access_ids
        self.assertNotEqual(access.group_uuid, by_hand)
        access.with_user(self.ours).action_revoke()
        groups = {one["id"]: one for one in self.simulator.state()["access_groups"]}
        self.assertEqual([*groups], [by_hand])
        self.assertFalse(groups[by_hand]["users"] or groups[by_hand]["locks"])

    def test_nobody_types_what_a_booking_has_been_through(self):
        """Neither when a door opened, nor which results have had their effect."""
        env = self.env(user=self.receptionist)
        vals = {
            "name": "Mine",
            "type_id": self.venue["type"].id,
            "partner_ids": [Command.set(self.venue["guest"].ids)],
        }
        evidence = {
            "salto_ks_last_open": "2020-02-02 02:02:02",
            "salto_ks_followed": {"1": "opened"},
            "salto_ks_access_noted": False,
        }
        bookings = env["resource.booking"]
        for name, value in evidence.items():
            with self.subTest(field=name):
                self.refused(lambda n=name, v=value: bookings.create({**vals, n: v}))
                self.refused(
                    lambda n=name, v=value: self.as_receptionist().write({n: v})
                )
                self.refused(
                    lambda n=name, v=value: bookings.with_context(
                        **{f"default_{n}": v}
                    ).create(vals)
                )
                self.set_default(self.receptionist, "resource.booking", name, value)
        made = bookings.create(vals).sudo()
        self.assertFalse(made.salto_ks_last_open or made.salto_ks_followed)
        self.assertTrue(made.salto_ks_access_noted)

    def test_a_context_brings_no_archived_site_to_life(self):
        site = self.integration.with_user(self.ours)
        site.action_archive()
        self.env.flush_all()
        with self.assertRaisesRegex(UserError, "activate the site"):
            site.with_context(active_test=False).action_sync_access()
        self.assertEqual(self.simulator.state()["access_groups"], [])

    def test_our_own_work_knows_little_of_the_callers_context(self):
        caller = self.booking.with_user(self.theirs).with_context(
            lang="en_US",
            active_test=False,
            default_state="opened",
            allowed_company_ids=[self.env.company.id, self.second.id],
        )
        with own_transaction(caller) as own:
            self.assertEqual(
                dict(own.env.context),
                {"lang": "en_US", "allowed_company_ids": self.second.ids},
            )
            self.assertTrue(own.env.su)


@tagged("post_install", "-at_install")
class TestReferences(GuardedCase):
    """Whoever names a record has to be one who may read it."""

    def assert_tells_nothing(self, text):
        for name in ("Boat crew", "Harbour", "Quay"):
            self.assertNotIn(name, text)

    def foreign(self):
        """(model, values that name something of the other company)."""
        theirs = self.boats.id
        site = {"name": "Mine", "site_uid": "NL1"}
        own = {"integration_id": self.integration.id}
        for value in (
            [Command.link(theirs)],
            [Command.set([theirs])],
            [(4, str(theirs))],
            [theirs],
        ):
            yield "salto.ks.integration", {**site, "office_department_ids": value}
        line = {"integration_id": self.harbour.id, "iq_id": f"{7:032x}"}
        yield "salto.ks.iq", line
        yield "salto.ks.iq", {**line, "integration_id": str(self.harbour.id)}
        yield "salto.ks.iq", {**line, "integration_id": float(self.harbour.id)}
        yield "salto.ks.iq", {**line, "integration_id": hex(self.harbour.id)}
        yield "salto.ks.mapping", {**own, "lock_ids": [Command.link(self.quay.id)]}
        row = {"lock_ids": [Command.link(self.quay.id)]}
        yield "salto.ks.integration", {**site, "mapping_ids": [Command.create(row)]}
        yield "salto.ks.pin.activation", {"iq_id": self.new_iq.id}
        yield "salto.ks.mapping.test", {"integration_id": self.harbour.id}
        boat = self.env["resource.resource"].create(
            {"name": "Secret Boat crew", "company_id": self.second.id}
        )
        yield "salto.ks.mapping.test", {**own, "resource_ids": [(4, boat.id)]}
        self.venue["type"].company_id = self.second
        yield "salto.ks.mapping.test", {**own, "type_id": self.venue["type"].id}
        yield "salto.ks.door.choice", {"booking_id": self.booking.id}

    def test_nothing_foreign_is_named_by_a_new_record(self):
        for model, vals in self.foreign():
            model = self.env[model].with_user(self.ours)
            spec = {name: {"fields": {"display_name": {}}} for name in vals}
            spec = {
                n: s if model._fields[n].relational else {} for n, s in spec.items()
            }
            with self.subTest(model=model._name, vals=vals):
                for call in (
                    lambda m=model, v=vals: m.create(v),
                    lambda m=model, v=vals, s=spec: m.onchange(dict(v), [], s),
                    lambda m=model, v=vals, s=spec: m.onchange(dict(v), [*v], s),
                    lambda m=model, v=vals, s=spec: m.web_save(v, s),
                ):
                    self.assert_tells_nothing(self.refused(call))

    def test_nothing_foreign_is_named_by_a_record_that_is_there(self):
        site = self.integration.with_user(self.ours)
        row = site.mapping_ids[:1]
        link = [Command.link(self.boats.id)]
        spec = {"office_department_ids": {"fields": {"display_name": {}}}}
        for call in (
            lambda: site.write({"office_department_ids": link}),
            lambda: site.onchange(
                {"office_department_ids": link}, ["office_department_ids"], spec
            ),
            lambda: site.web_save({"office_department_ids": link}, spec),
            lambda: site.write(
                {
                    "mapping_ids": [
                        Command.update(row.id, {"lock_ids": [(4, self.quay.id)]})
                    ]
                }
            ),
        ):
            self.assert_tells_nothing(self.refused(call))
        self.assertFalse(self.integration.office_department_ids)

    def test_a_draft_is_on_no_foreign_record(self):
        rows = self.env["salto.ks.mapping"].with_user(self.ours)
        parent = {"integration_id": {"id": self.harbour.id}}
        spec = {"company_id": {"fields": {"display_name": {}}}}
        said = self.refused(lambda: rows.onchange(parent, ["integration_id"], spec))
        self.assert_tells_nothing(said)

    def test_no_default_names_anything_foreign(self):
        sites = self.env["salto.ks.integration"]
        self.env["ir.default"].set(
            "salto.ks.integration", "office_department_ids", self.boats.ids
        )
        self.env["ir.default"].set(
            "salto.ks.mapping.test", "integration_id", self.harbour.id
        )
        made = sites.with_user(self.ours).create({"name": "Mine", "site_uid": "NL1"})
        self.assertFalse(made.sudo().office_department_ids)
        made = sites.with_user(self.theirs).create({"name": "Mine", "site_uid": "NL1"})
        self.assertEqual(made.office_department_ids, self.boats)
        tests = self.env["salto.ks.mapping.test"].with_user(self.ours)
        spec = {"integration_id": {"fields": {"display_name": {}}}}
        for dialog in (
            tests,
            tests.with_context(default_integration_id=self.harbour.id),
        ):
            self.assertFalse(dialog.default_get(["integration_id"]))
            self.assert_tells_nothing(str(dialog.onchange({}, [], spec)))

    def test_archived_and_shared_records_may_be_named(self):
        self.lock.mapping_ids[:1].with_user(self.ours).lock_ids = [
            Command.link(find_lock(self.integration, "Lounge").id)
        ]
        tag = self.env["res.partner.category"].create({"name": "Caretakers"})
        site = self.integration.with_user(self.ours)
        site.write(
            {
                "office_tag_ids": [Command.link(tag.id)],
                "last_open_field_id": site.last_open_field_id.id,
            }
        )
        self.assertEqual(site.office_tag_ids, tag)


@tagged("post_install", "-at_install")
class TestDialogs(GuardedCase):
    """A dialog is its user's, of their company, and shows what Odoo put there."""

    def compare(self):
        """(a comparison that ``ours`` was shown, the group that it is about)."""
        self.env.flush_all()
        sync_access(self.env)
        client, site_id = self.integration._client(), self.integration.site_id
        group = self.booking.salto_ks_access_ids.group_uuid
        client.delete_access_group(site_id, group)
        answer = self.integration.with_user(self.ours).action_verify_access()
        dialogs = self.env[answer["res_model"]].with_user(self.ours)
        return dialogs.browse(answer["res_id"]), group

    def test_comparison_is_what_salto_said(self):
        dialog, group = self.compare()
        line = dialog.line_ids
        self.assertEqual(line.remote_id, group)
        model, access = dialog.browse(), self.booking.salto_ks_access_ids
        for call in (
            lambda: model.create({"integration_id": self.integration.id}),
            lambda: dialog.write({"line_ids": [Command.clear()]}),
            lambda: dialog.write({"is_credible": True}),
            lambda: line.create(
                {"comparison_id": dialog.id, "kind": "leftover", "remote_id": "x"}
            ),
            lambda: line.write({"remote_id": "another"}),
            lambda: line.write({"access_id": access.id}),
            lambda: dialog.onchange({"integration_id": self.harbour.id}, [], {}),
            lambda: dialog.unlink(),
        ):
            self.refused(call)
        dialog.action_fix()
        self.assertEqual(len(self.simulator.state()["access_groups"]), 1)

    def test_comparison_is_nobody_elses(self):
        dialog, _group = self.compare()
        for user in (self.theirs, self.both, self.receptionist):
            other = dialog.with_user(user)
            with self.subTest(user=user.name):
                if user == self.receptionist:
                    self.refused(lambda one=other: one.search([]))
                else:
                    self.assertFalse(other.search([]))
                    self.assertFalse(other.name_search(""))
                for call in (
                    lambda one=other: one.read(["display_name"]),
                    lambda one=other: one.line_ids.mapped("name"),
                    lambda one=other: one.export_data(["line_ids/name"]),
                    lambda one=other: one.web_read({"line_ids": {}}),
                    lambda one=other: one.action_fix(),
                ):
                    self.refused(call, UserError)
        self.assertEqual(self.simulator.state()["access_groups"], [])

    def test_line_stays_in_its_dialog_even_by_our_own_code(self):
        dialog, _group = self.compare()
        again = self.integration.with_user(self.ours).action_verify_access()
        self.refused(
            lambda: dialog.line_ids.sudo().write({"comparison_id": again["res_id"]}),
            UserError,
        )

    def test_comparison_touches_rows_of_its_site_only(self):
        dialog, _group = self.compare()
        access = self.env["salto.ks.access"].create(
            {
                "booking_ref": 4711,
                "integration_id": self.harbour.id,
                "name": "Odoo_4711",
                "state": "granted",
                "group_uuid": "harbour-group",
            }
        )
        person = self.env["salto.ks.user"].create(
            {
                "integration_id": self.harbour.id,
                "name": "Captain",
                "user_uuid": "captain",
                "platform_uuid": "captain-platform",
            }
        )
        self.env["salto.ks.access.comparison.line"].create(
            [
                {
                    "comparison_id": dialog.id,
                    "kind": "missing",
                    "access_id": access.id,
                },
                {
                    "comparison_id": dialog.id,
                    "kind": "person",
                    "remote_id": "captain",
                    "user_id": person.id,
                },
            ]
        )
        dialog.invalidate_recordset()
        dialog.sudo().action_fix()
        self.env.invalidate_all()
        self.assertFalse(access.unsettled or access.next_try)
        self.assertTrue(person.user_uuid)

    def test_dialog_tells_only_while_its_user_works_for_the_company(self):
        """The right may go while the dialog is open."""
        env = self.env(user=self.both)
        site = self.harbour.with_env(env)
        pin = self.new_iq.with_env(env).action_activate_pin()
        test = site.action_test_mapping()
        offer = self.env["salto.ks.mapping.suggestion"].with_user(self.both)
        lock = {"chosen": True, "lock_id": self.quay.id}
        offer = offer.sudo().create(
            {"integration_id": site.id, "line_ids": [Command.create(lock)]}
        )
        dialogs = [
            env[pin["res_model"]].browse(pin["res_id"]),
            env[test["res_model"]].browse(test["res_id"]),
            offer.with_env(env),
            offer.line_ids.with_env(env),
        ]
        names = [["username"], ["company_id"], ["integration_id"], ["lock_id"]]
        for dialog, fields_read in zip(dialogs, names, strict=True):
            self.assertTrue(dialog.read(fields_read))
        self.both.write(
            {
                "company_id": self.env.company.id,
                "company_ids": [Command.set(self.env.company.ids)],
            }
        )
        self.env.invalidate_all()
        for dialog, fields_read in zip(dialogs, names, strict=True):
            with self.subTest(dialog=dialog._name):
                self.refused(lambda one=dialog, names=fields_read: one.read(names))
                self.assertFalse(dialog.search([]))

    def test_only_offered_rows_are_added(self):
        site = self.integration.with_user(self.ours)
        dialog = site.env["salto.ks.mapping.suggestion"]._offer(
            site,
            [
                {
                    "resource_id": self.venue["studios"][2].id,
                    "lock_id": find_lock(self.integration, "Studio 3").id,
                    "same_name": True,
                    "replaced_lock_ids": [],
                }
            ],
        )
        dialog = dialog.with_env(site.env)
        line = dialog.line_ids
        for call in (
            lambda: line.write({"lock_id": self.lock.id}),
            lambda: dialog.write({"line_ids": [Command.create({"chosen": True})]}),
            lambda: line.create({"suggestion_id": dialog.id}),
        ):
            self.refused(call)
        dialog.write({"line_ids": [Command.update(line.id, {"chosen": True})]})
        count = len(site.mapping_ids)
        dialog.action_add_rows()
        self.assertEqual(len(site.mapping_ids), count + 1)

    def test_access_names_people_and_doors_of_its_own_site(self):
        """Somebody may be known at two sites, by another name at each."""
        self.env.flush_all()
        sync_access(self.env)
        access = self.booking.salto_ks_access_ids
        self.assertEqual(access.people_names, "Maya Jansen")
        platform = self.integration.ks_user_ids.platform_uuid
        self.env["salto.ks.user"].create(
            {
                "integration_id": self.harbour.id,
                "name": "Secret name",
                "user_uuid": "elsewhere",
                "platform_uuid": platform,
            }
        )
        self.env.invalidate_all()
        self.assertEqual(access.with_user(self.ours).people_names, "Maya Jansen")


@tagged("post_install", "-at_install")
class TestDatabase(GuardedCase):
    """What must never be is refused by the database itself, whoever asks."""

    def opening(self, **vals):
        return self.env["salto.ks.opening"].create(
            {
                "lock_id": self.lock.id,
                "user_id": self.env.uid,
                "channel": "backend",
                "requested_at": fields.Datetime.now(),
                "answered_at": fields.Datetime.now(),
                **vals,
            }
        )

    def access(self, **vals):
        return self.env["salto.ks.access"].create(
            {
                "booking_ref": vals.get("booking_ref", 1),
                "integration_id": self.integration.id,
                "name": "Odoo_1",
                **vals,
            }
        )

    def person(self, **vals):
        site = self.integration.id
        return self.env["salto.ks.user"].create({"integration_id": site, **vals})

    def test_what_cannot_be(self):
        rule = {"by_rules": True, "code": "too_early"}
        self.access(booking_ref=2, state="granted", group_uuid="twice")
        for make, vals in (
            (self.opening, {"state": "opened", **rule}),
            (self.opening, {"state": "refused", "by_rules": True}),
            (self.opening, {"state": "refused", "code": "too_early"}),
            (self.opening, {"state": "claimed"}),
            (self.opening, {"state": "opened", "answered_at": False}),
            (self.opening, {"state": "refused", "entry_id": "entry"}),
            (self.opening, {"state": "opened", "lock_id": False}),
            (self.access, {"state": "waiting", "group_uuid": "some"}),
            (self.access, {"state": "revoked", "group_uuid": "some"}),
            (self.access, {"state": "granted", "schedule_uuid": "some"}),
            (self.access, {"state": "granted", "group_uuid": "twice"}),
            (self.person, {"user_uuid": "half"}),
            (self.person, {"created_here": True}),
        ):
            with (
                self.subTest(vals=vals),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                make(**vals)
                self.env.flush_all()

    def test_what_can_be(self):
        self.opening(state="refused", by_rules=True, code="no_lock", lock_id=False)
        self.opening(state="claimed", answered_at=False)
        self.opening(state="opened", entry_id="entry")
        self.access(state="granted", group_uuid="one", schedule_uuid="two")
        self.person(user_uuid="one", platform_uuid="two", created_here=True)
        self.env.flush_all()

    def test_ids_have_one_spelling(self):
        for table, column, record in (
            ("salto_ks_lock", "lock_id", self.lock),
            ("salto_ks_iq", "iq_id", self.iq),
        ):
            with (
                self.subTest(table=table),
                mute_logger("odoo.sql_db"),
                self.assertRaises(IntegrityError),
                self.env.cr.savepoint(),
            ):
                self.env.cr.execute(
                    f"UPDATE {table} SET {column} = upper({column}) WHERE id = %s",
                    [record.id],
                )
        made = self.env["salto.ks.lock"].create(
            {
                "name": "Shouting",
                "integration_id": self.harbour.id,
                "lock_id": self.lock.lock_id.upper(),
            }
        )
        self.assertEqual(made.lock_id, self.lock.lock_id)
