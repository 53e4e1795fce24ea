"""The mapping table of a site: its rows, its locks, what would open, suggestions."""

from lxml import html
from psycopg2.errors import ExclusionViolation

from odoo import Command
from odoo.exceptions import UserError, ValidationError
from odoo.tests import Form, TransactionCase, tagged
from odoo.tools import mute_logger
from odoo.tools.safe_eval import safe_eval

from ..common import (
    UNKNOWN_ID,
    UNTOUCHED_SITE_UID,
    SaltoCaseMixin,
    create_integration,
    create_receptionist,
    find_lock,
    renumber_lock,
)


class MappingCase(SaltoCaseMixin, TransactionCase):
    def add_row(self, lock_names, **values):
        integration = values.pop("integration", self.integration)
        locks = integration.lock_ids.filtered(lambda lock: lock.name in lock_names)
        return self.env["salto.ks.mapping"].create(
            {
                "integration_id": integration.id,
                "lock_ids": [Command.set(locks.ids)],
                **values,
            }
        )

    def connect_harbour(self, **values):
        harbour = create_integration(
            self.env, name="Harbour Rooms", site_uid=UNTOUCHED_SITE_UID, **values
        )
        harbour.action_resolve_site_id()
        harbour.action_get_locks()
        return harbour

    def message(self, action):
        return action["params"]["message"]

    def create_combination(self, resources):
        return self.env["resource.booking.combination"].create(
            {"resource_ids": [Command.set(resources.ids)]}
        )

    def create_type(self, name, resources, **values):
        return self.env["resource.booking.type"].create(
            {
                "name": name,
                "resource_calendar_id": self.venue["calendar"].id,
                "combination_rel_ids": [
                    Command.create({"combination_id": self.create_combination(one).id})
                    for one in resources
                ],
                **values,
            }
        )

    def create_resource(self, name, **values):
        return self.env["resource.resource"].create(
            {
                "name": name,
                "resource_type": "material",
                "calendar_id": self.venue["calendar"].id,
                "tz": "UTC",
                **values,
            }
        )

    def other_company(self):
        return self.env["res.company"].create({"name": "Other house"})


@tagged("post_install", "-at_install")
class TestLocks(MappingCase):
    def make_gone(self, lock):
        renumber_lock(lock, UNKNOWN_ID)

    def lock_requests(self):
        return [
            request
            for request in self.simulator.state()["requests"]
            if "/locks" in request["path"]
        ]

    def test_all_pages_are_read_without_a_call_per_lock(self):
        self.integration.action_get_locks()
        self.assertGreaterEqual(len(self.integration.lock_ids), 40)
        self.assertLessEqual(len(self.lock_requests()), 3)
        self.assertEqual(find_lock(self.integration, "Studio 1").salto_iq_id, self.iq)

    def test_iqs_come_along_when_they_are_not_known_yet(self):
        harbour = self.connect_harbour()
        quay = find_lock(harbour, "Quay entrance")
        self.assertEqual(quay.salto_iq_id.name, "IQ 01 Quay side")

    def test_the_answer_counts_what_changed(self):
        self.lock.name = "Old name"
        self.make_gone(find_lock(self.integration, "Studio 2"))
        message = self.message(self.integration.action_get_locks())
        self.assertRegex(message, r"Locks found: 46 \(1 new, 1 renamed, 1 gone\)")
        self.assertEqual(self.lock.name, "Studio 1")
        again = self.message(self.integration.action_get_locks())
        self.assertRegex(again, "0 new, 0 renamed, 0 gone")

    def test_lock_that_is_gone_stays_on_its_row_and_comes_back(self):
        real_id = self.lock.lock_id
        row = self.lock.mapping_ids
        self.make_gone(self.lock)
        message = self.message(self.integration.action_get_locks())
        self.assertRegex(message, "choose another one")
        self.assertFalse(self.lock.active)
        self.env.invalidate_all()
        self.assertEqual(row.lock_ids.display_name, "Studio 1 (gone)")
        self.assertTrue(row.lock_ids.color)
        self.assertEqual(self.integration.stale_mapping_count, 1)
        gone = self.env["salto.ks.mapping"].search([("lock_ids.active", "=", False)])
        self.assertEqual(gone, row)
        with self.assertRaisesRegex(UserError, "no longer a door of the Salto site"):
            self.as_receptionist().action_salto_ks_open_door()

        find_lock(self.integration, "Studio 1").unlink()
        renumber_lock(self.lock, real_id)
        self.integration.action_get_locks()
        self.assertTrue(self.lock.active)
        self.assertEqual(self.lock.display_name, "Studio 1")

    def test_empty_answer_archives_nothing(self):
        self.simulator.fault(
            "GET", "/v1.2/sites/*/locks", "status", status=200, body={"items": []}
        )
        self.integration.action_get_locks()
        self.assertTrue(self.lock.active)

    def test_lock_without_iq_is_marked(self):
        cellar = find_lock(self.integration, "Bicycle cellar")
        self.assertEqual(cellar.display_name, "Bicycle cellar (no IQ)")
        self.assertRegex(cellar.problem, "not connected to an IQ")
        self.assertFalse(self.lock.problem)

    def test_lock_behind_an_iq_that_is_not_activated(self):
        lock = find_lock(self.integration, "Boardroom")
        self.assertRegex(lock.problem, "IQ of Boardroom is not activated")

    def test_state_of_the_door_is_kept(self):
        self.simulator.control(
            f"locks/{self.lock.lock_id}",
            {"online": False, "battery_level": "critical", "privacy_mode": True},
        )
        self.integration.action_get_locks()
        self.assertRecordValues(
            self.lock,
            [
                {
                    "online": False,
                    "battery_level": "critical",
                    "privacy_mode": True,
                    "office_mode": False,
                }
            ],
        )

    def test_locks_in_no_row(self):
        unmapped = self.env["salto.ks.lock"].search([("mapping_ids", "=", False)])
        self.assertIn("Boardroom", unmapped.mapped("name"))
        self.assertNotIn(self.lock, unmapped)

    def test_last_opened(self):
        self.assertFalse(self.lock.last_opened)
        self.as_receptionist().action_salto_ks_open_door()
        self.env.invalidate_all()
        self.assertEqual(
            self.lock.last_opened, self.booking.salto_ks_opening_ids.requested_at
        )


@tagged("post_install", "-at_install")
class TestRows(MappingCase):
    def save(self):
        """What the end of a request does."""
        self.env.cr.flush()

    def refusal(self, **values):
        """What a person reads who adds this row."""
        with (
            mute_logger("odoo.sql_db"),
            self.assertRaises(ExclusionViolation) as caught,
            self.env.cr.savepoint(),
        ):
            self.add_row(["Lounge"], **values)
            self.save()
        return self.env["salto.ks.mapping"]._sql_error_to_message(caught.exception)

    def test_a_second_row_for_the_same_says_what_to_do(self):
        message = self.refusal(resource_id=self.venue["studios"][0].id)
        self.assertRegex(message, "Two rows .* 'any booking type / Studio 1'. Keep one")

    def test_a_second_wildcard_says_what_to_do(self):
        self.add_row(["Main entrance"])
        self.assertRegex(self.refusal(), "'any booking type / any resource'")

    def test_a_row_without_a_lock_says_what_to_do(self):
        with self.assertRaisesRegex(ValidationError, "Studio 3'.*at least one lock"):
            self.add_row([], resource_id=self.venue["studios"][2].id)
        with self.assertRaisesRegex(ValidationError, "at least one lock"):
            self.integration.mapping_ids[0].lock_ids = False

    def test_rows_open_only_locks_of_their_own_site(self):
        harbour = self.connect_harbour()
        with self.assertRaisesRegex(ValidationError, "own Salto site"):
            self.integration.mapping_ids[0].lock_ids = harbour.lock_ids[0]

    def test_objects_of_another_company_are_refused(self):
        other = self.create_type("Secret", [], company_id=self.other_company().id)
        with self.assertRaisesRegex(ValidationError, "own company"):
            self.add_row(["Studio 3"], type_id=other.id)

    def test_what_is_mapped_stays_in_its_company(self):
        self.add_row(["Studio 3"], type_id=self.venue["type"].id)
        company = self.other_company()
        studio = self.venue["studios"][0]
        for record in (self.venue["type"], studio):
            with (
                self.subTest(record=record),
                self.assertRaisesRegex(ValidationError, "own company"),
                self.env.cr.savepoint(),
            ):
                record.company_id = company
                self.env.flush_all()

    # -- what is possible, and yet rarely meant

    def test_resources_to_choose_are_those_of_the_type(self):
        studio, hall = self.venue["studios"][0], self.create_resource("Hall")
        anna = self.create_resource("Anna", resource_type="user")
        hall_type = self.create_type("Hall", hall + anna)
        self.create_resource("Nobody's room")
        names = self.chosen_for(hall_type)
        self.assertEqual(names, ["Hall", "Anna"])
        names = self.chosen_for(hall_type.browse())
        self.assertIn("Hall", names)
        self.assertIn(studio.name, names)
        self.assertNotIn("Nobody's room", names)

    def chosen_for(self, booking_type):
        """What the field offers, in its order."""
        field = self.env["salto.ks.mapping"]._fields["resource_id"]
        row = self.env["salto.ks.mapping"].new(
            {"integration_id": self.integration.id, "type_id": booking_type.id}
        )
        values = {"company_id": row.company_id.id, "type_id": booking_type.id}
        domain = safe_eval(field.domain, values)
        resources = self.env["resource.resource"].with_context(**field.context)
        return [name for _id, name in resources.name_search("", domain)]

    def test_a_row_that_never_applies_is_warned_of(self):
        hall = self.create_resource("Hall")
        row = self.add_row({"Studio 1"}, type_id=self.venue["type"].id)
        self.assertFalse(row.doubt)
        row.resource_id = hall
        self.assertIn("Hall is never booked like this", row.doubt)
        self.integration.invalidate_recordset(["mapping_doubts"])
        self.assertIn("Studio session / Hall", self.integration.mapping_doubts)
        row.type_id = False
        self.assertIn("Hall is never booked like this", row.doubt)

    def test_a_row_of_a_second_site_for_the_same_is_warned_of(self):
        harbour = self.connect_harbour()
        studio = self.venue["studios"][0]
        row = self.add_row(
            {harbour.lock_ids[0].name}, integration=harbour, resource_id=studio.id
        )
        self.assertIn("Studio House has a row for the same", row.doubt)
        self.assertIn("Studio House", harbour.mapping_doubts)
        self.integration.active = False
        row.invalidate_recordset(["doubt"])
        self.assertFalse(row.doubt)

    # -- in the site's history

    def test_the_history_of_the_site_says_what_was_mapped(self):
        manager = self.env.ref("base.user_admin")
        row = self.add_row({"Studio 1"}, type_id=self.venue["type"].id)
        row = row.with_user(manager)
        row.lock_ids = find_lock(self.integration, "Studio 2")
        row.sequence = 3
        row.unlink()
        told = self.integration.message_ids[:3]
        self.assertEqual(told[0].author_id, manager.partner_id)
        texts = [html.fromstring(one.body).text_content() for one in told[::-1]]
        self.assertEqual(
            texts,
            [
                "Mapping added: Studio session / any resource (Studio 1).",
                "Mapping changed: Studio session / any resource (Studio 1) → "
                "Studio session / any resource (Studio 2).",
                "Mapping removed: Studio session / any resource (Studio 2).",
            ],
        )

    def test_a_removed_row_makes_place_for_another_in_the_same_save(self):
        first, second = self.integration.mapping_ids
        studio = first.resource_id
        self.integration.mapping_ids = [
            Command.delete(first.id),
            Command.update(second.id, {"resource_id": studio.id}),
        ]
        self.save()
        self.assertEqual(self.integration.mapping_ids, second)

    def test_rows_change_places_in_one_save(self):
        first, second = self.integration.mapping_ids
        studio_1, studio_2 = first.resource_id, second.resource_id
        self.integration.mapping_ids = [
            Command.update(first.id, {"resource_id": studio_2.id}),
            Command.update(second.id, {"resource_id": studio_1.id}),
        ]
        self.save()
        self.assertEqual(first.resource_id, studio_2)

    def test_rows_are_numbered_as_they_are_shown(self):
        last, first = self.integration.mapping_ids
        first.sequence = 1
        self.env.invalidate_all()
        self.assertEqual((first.number, last.number), (1, 2))

    def test_a_row_is_edited_on_the_form(self):
        with Form(self.integration) as form:
            with form.mapping_ids.new() as row:
                row.lock_ids.add(find_lock(self.integration, "Main entrance"))
        row = self.integration.mapping_ids[-1]
        self.assertEqual(row.display_name, "any booking type / any resource")
        self.assertEqual(row.number, 3)


@tagged("post_install", "-at_install")
class TestUnmapped(MappingCase):
    def hint(self):
        self.env.invalidate_all()
        return str(self.integration.unmapped_hint or "")

    def test_only_what_no_row_is_for_is_listed(self):
        self.assertIn("Studio session", self.hint())
        self.assertIn("Studio 3", self.hint())
        self.assertNotIn("Studio 1", self.hint())
        self.add_row(["Studio 3"], resource_id=self.venue["studios"][2].id)
        self.assertNotIn("Studio session", self.hint())

    def test_an_object_without_sub_objects_asks_for_nothing(self):
        self.create_type("Nothing to book", [])
        self.assertNotIn("Nothing to book", self.hint())

    def test_wildcard_covers_all(self):
        self.add_row(["Main entrance"])
        self.assertFalse(self.hint())

    def test_a_long_list_is_cut_short(self):
        rooms = [self.create_resource(f"Room {number}") for number in range(10)]
        self.create_type("Many rooms", rooms)
        self.assertIn("Room 4 and 5 more", self.hint())
        for number in range(9):
            self.create_type(f"Kind {number}", [rooms[0]])
        words = " ".join(html.fromstring(self.hint()).itertext()).split()
        self.assertIn("and 6 more booking types", " ".join(words))

    def test_nothing_of_another_company_is_named(self):
        company = self.other_company()
        secret = self.create_resource("Secret vault", company_id=company.id)
        self.create_type("Secret meeting", [secret], company_id=company.id)
        self.create_type("Shared meeting", [secret], company_id=False)
        hint = self.hint()
        self.assertNotIn("Secret", hint)
        self.assertIn("Shared meeting", hint)


@tagged("post_install", "-at_install")
class TestMappingTest(MappingCase):
    def ask(self, booking_type=None, resources=None, integration=None):
        """What the dialog answers, as a person reads it: words without markup."""
        site = integration or self.integration
        action = site.action_test_mapping()
        wizard = site.env[action["res_model"]].browse(action["res_id"])
        with Form(wizard) as form:
            form.type_id = booking_type or self.venue["type"]
            for resource in resources or []:
                form.resource_ids.add(resource)
            # The form computes as the browser lets it: on a draft.
            drafted = form.result
        self.assertEqual(str(wizard.result), str(drafted))
        words = " ".join(html.fromstring(drafted).itertext()).split()
        return " ".join(words)

    def test_the_answer_is_what_a_booking_does(self):
        answer = self.ask(resources=self.venue["studios"][0])
        self.assertIn("Studio 1 Row 1: resource Studio 1", answer)
        self.assertEqual(self.booking.salto_ks_lock_ids.mapped("name"), ["Studio 1"])

    def test_it_works_with_no_more_than_the_right_to_configure(self):
        manager = create_receptionist(self.env, "manager")
        group = "resource_booking_salto_ks.group_salto_ks_manager"
        manager.group_ids += self.env.ref(group)
        site = self.integration.with_user(manager)
        self.add_row(["Bicycle cellar"], type_id=self.venue["type"].id)
        answer = self.ask(resources=self.venue["studios"][2], integration=site)
        self.assertIn("Row 3: type Studio session", answer)
        self.assertFalse(site.unmapped_hint)
        action = site.action_suggest_mapping()
        lines = site.env[action["res_model"]].browse(action["res_id"]).line_ids
        self.assertEqual(lines.lock_id.name, "Studio 3")

    def test_several_sub_objects_give_the_union(self):
        answer = self.ask(resources=self.venue["studios"][:2])
        self.assertIn("Row 1: resource Studio 1", answer)
        self.assertIn("Row 2: resource Studio 2", answer)

    def test_each_kind_of_row_has_its_reason(self):
        studio = self.venue["studios"][2]
        self.assertIn("No door", self.ask(resources=studio))
        self.add_row(["Main entrance"])
        self.assertIn(
            "Row 3: any booking type, as neither Studio 3 nor its type has a row",
            self.ask(resources=studio),
        )
        self.assertIn("any booking type, as this one has no row", self.ask())
        self.add_row(["Lounge"], type_id=self.venue["type"].id)
        self.assertIn(
            "Row 4: type Studio session, as Studio 3 has no row of its own",
            self.ask(resources=studio),
        )
        self.assertIn("Row 4: type Studio session", self.ask())
        self.add_row(["Kitchen"], type_id=self.venue["type"].id, resource_id=studio.id)
        self.assertIn(
            "Kitchen Row 5: resource Studio 3 of type Studio session",
            self.ask(resources=studio),
        )

    def test_door_that_would_stay_shut(self):
        self.add_row(["Bicycle cellar", "Boardroom"])
        answer = self.ask()
        self.assertIn("Bicycle cellar is not connected to an IQ", answer)
        self.assertIn("The IQ of Boardroom is not activated", answer)

    def test_sub_object_that_opens_nothing(self):
        answer = self.ask(resources=self.venue["studios"])
        self.assertIn("Studio 3 opens no door", answer)

    def test_person_along_with_a_room(self):
        host = self.create_resource("Robin", resource_type="user")
        booking_type = self.create_type(
            "Hosted session", [self.venue["studios"][0] + host]
        )
        answer = self.ask(booking_type, self.venue["studios"][0] + host)
        self.assertIn("Robin adds no door", answer)

    def test_site_that_is_not_active_yet(self):
        harbour = self.connect_harbour()
        self.add_row(["Quay entrance"], integration=harbour)
        answer = self.ask(resources=self.venue["studios"][2], integration=harbour)
        self.assertIn("Quay entrance", answer)
        self.assertIn("This site is not active", answer)
        # The other site of the company is active and knows Studio 1.
        answer = self.ask(resources=self.venue["studios"][0], integration=harbour)
        self.assertIn("Row 1 of Studio House: resource Studio 1", answer)

    def test_another_object_keeps_what_it_has_of_the_sub_objects(self):
        boardroom = self.create_resource("Boardroom")
        meeting = self.create_type("Meeting", [boardroom, self.venue["studios"][1]])
        wizard = self.env["salto.ks.mapping.test"].create(
            {
                "integration_id": self.integration.id,
                "type_id": self.venue["type"].id,
                "resource_ids": [Command.set(self.venue["studios"].ids)],
            }
        )
        wizard.type_id = meeting
        self.assertEqual(wizard.resource_ids, self.venue["studios"][1])

    def test_nothing_of_another_company_is_offered_or_opened(self):
        company = self.other_company()
        secret = self.create_resource("Secret vault", company_id=company.id)
        shared = self.create_type(
            "Shared", [secret, self.venue["studios"][0]], company_id=False
        )
        wizard = self.env["salto.ks.mapping.test"].create(
            {"integration_id": self.integration.id, "type_id": shared.id}
        )
        self.assertEqual(wizard.bookable_resource_ids, self.venue["studios"][0])
        harbour = self.connect_harbour(company_id=company.id)
        self.add_row(["Quay entrance"], integration=harbour)
        harbour.state = "active"
        self.assertIn("No door", self.ask(shared))


@tagged("post_install", "-at_install")
class TestSuggestions(MappingCase):
    def suggested(self, integration=None):
        return {
            (values.get("type_id"), values.get("resource_id")): (
                self.env["salto.ks.lock"].browse(values["lock_id"]).name,
                values["same_name"],
            )
            for values in (integration or self.integration)._suggest_rows()
        }

    def test_what_has_no_row_is_matched_by_name(self):
        amstel = self.create_resource("Amstel")
        studio = self.create_resource("Studio 13")
        lounge = self.create_type("Lounge", [amstel, studio])
        suggested = self.suggested()
        self.assertEqual(
            suggested,
            {
                (None, self.venue["studios"][2].id): ("Studio 3", True),
                (None, amstel.id): ("Meeting room Amstel", False),
                (lounge.id, None): ("Lounge", True),
            },
        )

    def offer(self):
        action = self.integration.action_suggest_mapping()
        return self.env[action["res_model"]].browse(action["res_id"])

    def test_a_row_that_would_close_a_door_is_not_ticked_and_says_which(self):
        self.add_row(["Main entrance"], type_id=self.venue["type"].id)
        line = self.offer().line_ids
        self.assertEqual(line.resource_id.name, "Studio 3")
        self.assertEqual(line.replaced_lock_ids.name, "Main entrance")
        self.assertFalse(line.chosen)

    def test_only_what_is_ticked_becomes_a_row(self):
        amstel = self.create_resource("Amstel")
        self.create_type("Talk", [amstel])
        wizard = self.offer()
        ticked = wizard.line_ids.filtered("chosen")
        self.assertEqual(ticked.resource_id.name, "Studio 3")
        self.assertEqual(len(wizard.line_ids), 2)
        self.assertRegex(self.message(wizard.action_add_rows()), "Rows added: 1")
        row = self.integration.mapping_ids[-1]
        self.assertEqual(row.lock_ids.name, "Studio 3")
        self.assertNotIn(amstel, self.integration.mapping_ids.resource_id)

    def test_nothing_to_suggest(self):
        self.add_row(["Studio 3"], resource_id=self.venue["studios"][2].id)
        self.env.invalidate_all()
        message = self.message(self.integration.action_suggest_mapping())
        self.assertRegex(message, "Nothing to suggest")

    def test_nothing_of_another_company_is_suggested(self):
        company = self.other_company()
        secret = self.create_resource("Studio 5", company_id=company.id)
        self.create_type("Studio 6", [secret], company_id=company.id)
        self.create_type("Shared", [secret], company_id=False)
        names = [name for name, _same in self.suggested().values()]
        self.assertEqual(names, ["Studio 3"])
        harbour = self.connect_harbour(company_id=company.id)
        self.assertFalse(self.suggested(harbour))
