import {registry} from "@web/core/registry";

// What happens elsewhere is on the board within so many milliseconds.
const LIVE = 5000;
const BOARD = ".o_salto_ks_board";
const card = (part, words) =>
    `.o_kanban_group:contains(${part}) .o_kanban_record:contains(${words})`;
const NOW = card("Now", "Studio 1");
const number = (name, count) =>
    `.o_salto_ks_numbers [data-name=${name}]:contains(/^${count}/)`;
const light = (name, state) => `[data-light=${name}][data-state=${state}]`;

function elsewhere(event) {
    return {
        content: `Elsewhere: ${event}`,
        trigger: BOARD,
        run: () => fetch(`http://house.example/${event}`),
    };
}

function seen(content, trigger) {
    return {content: `The board shows it: ${content}`, trigger, timeout: LIVE};
}

/**
 * Fails if a person would need to click, choose and type more often than that.
 */
function withInteractions(most, steps) {
    const number_of_them = steps.filter((step) => step.run).length;
    if (number_of_them > most) {
        throw new Error(`${number_of_them} interactions, and at most ${most} are good`);
    }
    return steps;
}

const walkIn = () => ({
    content: "Somebody walks in",
    trigger: ".o_salto_ks_walk_in",
    run: "click",
});

const bookAndOpen = (name) => [
    {
        content: "Book and open",
        trigger: ".modal button[name=action_book_and_open]",
        run: "click",
    },
    {
        content: "The door is open",
        trigger: ".o_notification:contains(Studio 2 opened.)",
    },
    {
        content: "The board shows who is inside",
        trigger: `body:not(.modal-open) ${card("Now", name)}:contains(Studio 2):contains(Checked in)`,
    },
];

registry.category("web_tour.tours").add("salto_ks_walk_in_new", {
    url: "/odoo/reception",
    steps: () =>
        withInteractions(6, [
            walkIn(),
            {
                content: "Who is new here",
                trigger: ".modal [name=partner_name] input",
                run: "edit Nina New",
            },
            {
                content: "How to reach her",
                trigger: ".modal [name=partner_phone] input",
                run: "edit +31 6 12345678",
            },
            {
                content: "A free room is proposed",
                trigger: ".modal:contains(Free until) [name=resource_id]",
            },
            ...bookAndOpen("Nina New"),
        ]),
});

registry.category("web_tour.tours").add("salto_ks_walk_in_known", {
    url: "/odoo/reception",
    steps: () =>
        withInteractions(4, [
            walkIn(),
            {
                content: "Who is known",
                trigger: ".modal [name=partner_id] input",
                run: "edit Piet",
            },
            {
                content: "Piet",
                trigger: ".o-autocomplete--dropdown-item:contains(Piet Known)",
                run: "click",
            },
            ...bookAndOpen("Piet Known"),
        ]),
});

registry.category("web_tour.tours").add("salto_ks_walk_in_known_phone", {
    url: "/odoo/reception",
    steps: () =>
        withInteractions(4, [
            walkIn(),
            {
                content: "Who is known",
                trigger: ".modal [name=partner_id] input",
                run: "click",
            },
            {
                content: "Piet",
                trigger: ".modal .o_kanban_record:contains(Piet Known)",
                run: "click",
            },
            ...bookAndOpen("Piet Known"),
        ]),
});

registry.category("web_tour.tours").add("salto_ks_day_at_the_board", {
    url: "/odoo/reception",
    steps: () => [
        {
            content: "Somebody is expected within two hours",
            trigger: `${BOARD}:has(${number("arriving", 1)}) ${card("Next", "Studio 2")}`,
        },
        elsewhere("next-is-canceled"),
        seen(
            "nobody is expected",
            `${BOARD}:has(${number("arriving", 0)}):not(:contains(Studio 2))`
        ),
        elsewhere("guest-is-checked-in"),
        seen(
            "the guest is inside",
            `${BOARD}:has(${number("inside", 1)}) ${NOW}:contains(Checked in) ${light("arrived", "green")}`
        ),
        elsewhere("iq-goes-offline"),
        seen(
            "a red light, and what it says",
            `${BOARD}:has(${number("problems", 1)}) ${NOW}:contains(is offline):has(${light("door", "red")})`
        ),
        {
            content: "The button that helps",
            trigger: `${NOW} button:contains(Look again)`,
            run: "click",
        },
        {
            content: "All is well again",
            trigger: `${BOARD}:has(${number("problems", 0)}) ${NOW} ${light("door", "green")}`,
        },
        {
            content: "What does this light mean",
            trigger: `${NOW} ${light("person", "green")}`,
            run: "click",
        },
        {
            content: "It says so",
            trigger: `${NOW}:contains('Guest: Maya Jansen')`,
        },
        {
            content: "The guest stays longer",
            trigger: `${NOW} .o_salto_ks_extend`,
            run: "click",
        },
        {
            content: "Half an hour",
            trigger: ".o-dropdown-item:contains(by 30 minutes)",
            run: "click",
        },
        {
            content: "Until when",
            trigger: ".o_notification:contains(may stay until)",
        },
        {
            content: "The guest leaves",
            trigger: `${NOW} button[name=action_salto_ks_check_out]`,
            run: "click",
        },
        {
            content: "Out",
            trigger: `${BOARD}:has(${number("inside", 0)}) ${card("Over", "Studio 1")}:contains(Checked out)`,
        },
    ],
});

registry.category("web_tour.tours").add("salto_ks_open_anyway", {
    url: "/odoo/reception",
    steps: () => [
        {
            content: "The guest is early, and the door says from when it opens",
            trigger: `${card("Next", "Studio 2")}:contains(Opens):not(:has(button[name=action_salto_ks_open_door])) button:contains(Open anyway)`,
            run: "click",
        },
        {
            content: "Why",
            trigger: ".modal:contains(Too early) [name=reason] input",
            run: "edit The room is ready",
        },
        {
            content: "Open anyway",
            trigger: ".modal button[name=action_open]",
            run: "click",
        },
        {
            content: "It says what happened",
            trigger: ".o_notification:contains(Studio 2 opened.)",
        },
        {
            content: "The guest is inside",
            trigger: `body:not(.modal-open) ${card("Now", "Studio 2")}:contains(Checked in)`,
        },
    ],
});

registry.category("web_tour.tours").add("salto_ks_numbers_filter", {
    url: "/odoo/reception",
    steps: () => [
        {
            content: "Two bookings, one of them expected soon",
            trigger: `${BOARD}:has(${NOW}) ${card("Next", "Studio 2")}`,
        },
        {
            content: "Only who is expected soon",
            trigger: number("arriving", 1),
            run: "click",
        },
        {
            content: "The others are not shown",
            trigger: `${BOARD}:not(:contains(Studio 1)):has(${card("Next", "Studio 2")}) [data-name=arriving][aria-pressed=true]`,
        },
        {
            content: "All of them again",
            trigger: number("arriving", 1),
            run: "click",
        },
        {
            content: "Both",
            trigger: `${BOARD}:has(${NOW}):has(${card("Next", "Studio 2")}) [data-name=arriving][aria-pressed=false]`,
        },
    ],
});
