import {registry} from "@web/core/registry";

// The room tells the bookings apart: all are of one guest.
const card = (part, room) =>
    `.o_kanban_group:contains(${part}) .o_kanban_record:contains(${room}):contains(Maya Jansen)`;
const NOW = card("Now", "Studio 1");
const OVER = card("Over", "Studio 2");
const OPEN = "button[name=action_salto_ks_open_door]";
const choice = (door) => `[data-door='${door}']`;

// Whoever clicks although the form says no reads the same sentence once more.
const refused = () => [
    {
        content: "The card says that it is too late: the guest's name opens the form",
        trigger: `${OVER}:contains(Over since):not(:has(${OPEN})) a:contains(Maya Jansen)`,
        run: "click",
    },
    {
        content: "The form says why the door stays closed",
        trigger: ".o_salto_ks_verdict.alert-secondary:contains(Too late)",
    },
    {
        content: "Click all the same",
        trigger: OPEN,
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

const ofSeveral = () => [
    {
        content: "Open door asks which",
        trigger: `${NOW}:contains(Ready to open) ${OPEN}`,
        run: "click",
    },
    {
        content: "The booking's doors, each with its button",
        trigger: `.modal:contains(Session):has(${choice("Studio 1")}) ${choice("Main entrance")} button`,
        run: "click",
    },
    {
        content: "It says what happened, at that door only, and stays",
        trigger: `.modal:has(${choice("Studio 1")}:not(:has(.alert))) ${choice("Main entrance")} .alert-success:contains(Main entrance opened.)`,
    },
];

registry.category("web_tour.tours").add("salto_ks_open_door", {
    url: "/odoo/reception",
    steps: () => [
        {
            content: "The day's bookings are the first thing the receptionist sees",
            trigger: `${NOW} a:contains(Maya Jansen)`,
            run: "click",
        },
        {
            content: "The form says that the door may open, before anyone clicks",
            trigger:
                ".o_salto_ks_verdict.alert-success:contains(Ready to open: Studio 1)",
        },
        {
            content: "One click",
            trigger: `${OPEN}:contains(Open door)`,
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

registry.category("web_tour.tours").add("salto_ks_open_door_on_board", {
    url: "/odoo/reception",
    steps: () => [
        {
            content: "Each booking is a card with its door, and people click twice",
            trigger: `${NOW}:contains(Ready to open) ${OPEN}`,
            run: "dblclick",
        },
        {
            content: "It says what happened, once",
            trigger:
                ".o_notification_manager:not(:has(.o_notification:eq(1))) .o_notification:contains(Studio 1 opened.)",
        },
        {
            content: "The board stays where it was, and shows that the guest is in",
            trigger: `.o_salto_ks_board ${NOW}:contains(Checked in)`,
        },
    ],
});

registry.category("web_tour.tours").add("salto_ks_open_one_of_several", {
    url: "/odoo/reception",
    steps: ofSeveral,
});

registry.category("web_tour.tours").add("salto_ks_open_all", {
    url: "/odoo/reception",
    steps: () => [
        ...ofSeveral(),
        {
            content: "All of them",
            trigger: ".modal .o_salto_ks_open_all",
            run: "click",
        },
        {
            content: "Each has its own result",
            trigger: `.modal:has(${choice("Main entrance")} .alert-success) ${choice("Studio 1")} .alert-danger:contains(Studio 1)`,
        },
        {
            content: "Close",
            trigger: ".modal .modal-footer button:contains(Close)",
            run: "click",
        },
        {
            content: "The board shows that the guest is in",
            trigger: `body:not(.modal-open) ${NOW}:contains(Checked in)`,
        },
    ],
});

registry.category("web_tour.tours").add("salto_ks_refused", {
    url: "/odoo/reception",
    steps: refused,
});

registry.category("web_tour.tours").add("salto_ks_answer_lost", {
    url: "/odoo/reception",
    steps: () => [
        {
            content: "Click while the answer will be lost",
            trigger: `${NOW}:contains(Ready to open) ${OPEN}`,
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
    url: "/odoo/action-resource_booking_salto_ks.booking_action",
    steps: () => [
        {
            content: "The calendar comes first, with everybody's bookings",
            trigger:
                "body:not(:has(.o_facet_remove)) .o_calendar_view .fc-event:contains(Session)",
        },
        {
            content: "By stage",
            trigger: ".o_switch_view.o_kanban",
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
