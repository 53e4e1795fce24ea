import {registry} from "@web/core/registry";

// Whoever clicks although the form says no reads the same sentence once more.
const clickAllTheSame = () => [
    {
        content: "Click all the same",
        trigger: "button[name=action_salto_ks_open_door]",
        run: "click",
    },
    {
        content: "The answer is the same sentence",
        trigger: ".modal:contains(Too late)",
    },
    {
        content: "Close the message",
        trigger: ".modal .modal-footer button",
        run: "click",
    },
];

registry.category("web_tour.tours").add("salto_ks_open_door", {
    url: "/odoo/reception",
    steps: () => [
        {
            content: "The day's bookings are the first thing the receptionist sees",
            trigger: ".o_data_row:contains(Session) .o_data_cell[name=display_name]",
            run: "click",
        },
        {
            content: "The form says that the door may open, before anyone clicks",
            trigger:
                ".o_salto_ks_verdict.alert-success:contains(Ready to open: Studio 1)",
        },
        {
            content: "One click",
            trigger: "button[name=action_salto_ks_open_door]:contains(Open door)",
            run: "click",
        },
        {
            content: "It says what happened",
            trigger: ".o_notification:contains(Studio 1 opened.)",
        },
        {
            content: "The guest is checked in",
            trigger:
                ".o_statusbar_status button[aria-checked=true]:contains(Checked in)",
        },
        {
            content: "The opening is on record",
            trigger:
                "[name=salto_ks_opening_ids] .o_data_row:contains(Robin Desk):contains(Opened)",
        },
    ],
});

registry.category("web_tour.tours").add("salto_ks_open_door_phone", {
    url: "/odoo/reception",
    steps: () => [
        {
            content: "On a phone each booking is a card with its door",
            trigger:
                ".o_kanban_record:contains(Ready to open: Studio 1) button[name=action_salto_ks_open_door]",
            run: "click",
        },
        {
            content: "It says what happened",
            trigger: ".o_notification:contains(Studio 1 opened.)",
        },
    ],
});

registry.category("web_tour.tours").add("salto_ks_open_one_of_several", {
    url: "/odoo/reception",
    steps: () => [
        {
            content: "The row says which doors there are, and opens them",
            trigger:
                ".o_data_row:contains('Main entrance, Studio 1') button[name=action_salto_ks_open_door]",
            run: "click",
        },
        {
            content: "Choose the door",
            trigger:
                ".modal .o_data_row:contains(Main entrance) button[name=action_open_for_booking]",
            run: "click",
        },
        {
            content: "It says what happened",
            trigger: ".o_notification:contains(Main entrance opened.)",
        },
    ],
});

registry.category("web_tour.tours").add("salto_ks_refused", {
    url: "/odoo/reception",
    steps: () => [
        {
            content: "Open a booking that is too late",
            trigger: ".o_data_row:contains(Late) .o_data_cell[name=display_name]",
            run: "click",
        },
        {
            content: "The form says why the door stays closed",
            trigger: ".o_salto_ks_verdict.alert-secondary:contains(Too late)",
        },
        ...clickAllTheSame(),
    ],
});

registry.category("web_tour.tours").add("salto_ks_refused_phone", {
    url: "/odoo/reception",
    steps: () => [
        {
            content: "The card says why its door stays closed",
            trigger: ".o_kanban_record:contains(Late):contains(Too late)",
            run: "click",
        },
        {
            content: "So does the form",
            trigger: ".o_salto_ks_verdict.alert-secondary:contains(Too late)",
        },
        ...clickAllTheSame(),
    ],
});

registry.category("web_tour.tours").add("salto_ks_answer_lost", {
    url: "/odoo/reception",
    steps: () => [
        {
            content: "Click while the answer will be lost",
            trigger:
                ".o_data_row:contains('Ready to open: Studio 1') button[name=action_salto_ks_open_door]",
            run: "click",
        },
        {
            content: "It says that nobody knows, and what to do",
            trigger:
                ".o_notification:contains(may or may not have opened):contains(look at the door)",
        },
    ],
});

registry.category("web_tour.tours").add("salto_ks_stages_in_columns", {
    url: "/odoo/action-resource_booking.resource_booking_action",
    steps: () => [
        {
            content: "The calendar comes first, as ever",
            trigger: ".o_calendar_view",
        },
        {
            content: "By stage",
            trigger: ".o_switch_view.o_kanban",
            run: "click",
        },
        {
            content: "Everybody's",
            trigger: "body:has(.o_kanban_view .o_kanban_group) .o_facet_remove",
            run: "click",
        },
        {
            content: "A booking is not pending only because somebody drags it there",
            trigger:
                ".o_kanban_group:contains(Confirmed) .o_kanban_record span:contains(Session)",
            run: "drag_and_drop(.o_kanban_group:eq(0))",
        },
        {
            content: "The sentence says what to do instead",
            trigger: ".modal:contains(press Unschedule)",
        },
        {
            content: "Close the message",
            trigger: ".modal .modal-footer button",
            run: "click",
        },
        {
            content: "It is back where it was: check the guest in by dragging",
            trigger:
                "body:not(.modal-open) .o_kanban_group:contains(Confirmed) .o_kanban_record span:contains(Session)",
            run: "drag_and_drop(.o_kanban_group:eq(3))",
        },
        {
            content: "It is there",
            trigger: ".o_kanban_group:contains(Checked in) .o_kanban_record",
        },
    ],
});
