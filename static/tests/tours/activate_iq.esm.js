import {registry} from "@web/core/registry";

// Whatever else happens at Salto, the test does when this address is fetched. Its
// answer is the PIN of the newest message.
const SALTO_URL = "http://salto.example/";
const CURRENT = ".modal [name=current_pin]:not(.o_invisible_modifier) input";
const NEW = ".modal [name=new_pin] input";
const REPEATED = ".modal [name=new_pin_repeated] input";

const openWizard = [
    {
        content: "An IQ on its card",
        trigger:
            ".o_kanban_record:contains(Quay side) button[name=action_activate_pin]",
        run: "click",
    },
];
const closed = {trigger: "body:not(:has(.modal))"};

function press(button) {
    return {trigger: `.modal-footer button[name=${button}]`, run: "click"};
}

function reads(sentence) {
    return {trigger: `.modal .alert:contains(${sentence})`};
}

function type(pin, field = CURRENT) {
    return {trigger: field, run: `edit ${pin}`};
}

function atSalto(event, trigger = ".modal") {
    return {
        content: `Meanwhile: ${event}`,
        trigger,
        async run() {
            await fetch(SALTO_URL + event);
        },
    };
}

function typePinOfMessage() {
    return {
        content: "Type the PIN of the message",
        trigger: CURRENT,
        async run(helpers) {
            const answer = await fetch(SALTO_URL + "pin");
            await helpers.edit(await answer.text(), CURRENT);
        },
    };
}

function tour(name, steps) {
    registry.category("web_tour.tours").add(name, {
        url: "/odoo/action-resource_booking_salto_ks.iq_action",
        steps: () => [...openWizard, ...steps],
    });
}

const activated = [
    press("action_set_pin"),
    {trigger: ".o_notification:contains(IQ is activated)"},
    closed,
];

tour("salto_ks_activate_wrong_pins", [
    {trigger: ".modal [name=delivery] label:contains(E-mail)", run: "click"},
    press("action_get_pin"),
    reads("sent by e-mail"),
    type("1111"),
    press("action_set_pin"),
    reads("2 tries are left"),
    type("1111"),
    press("action_set_pin"),
    reads("One try is left"),
    typePinOfMessage(),
    type("0042", NEW),
    type("0043", REPEATED),
    press("action_set_pin"),
    {
        content: "A slip of the finger is noticed before anything is sent",
        trigger:
            ".modal:contains(two new PINs differ) button.btn-primary:contains(Close)",
        run: "click",
    },
    type("0042", REPEATED),
    ...activated,
    {
        content: "The card knows it, too",
        trigger: ".o_kanban_record:contains(Quay side):contains(Activated)",
    },
    ...openWizard,
    {trigger: ".modal h3:contains(IQ is activated)"},
    reads("only that proves the change"),
]);

tour("salto_ks_activate_blocked", [
    press("action_get_pin"),
    reads("on its way"),
    atSalto("strict"),
    type("1111"),
    press("action_set_pin"),
    reads("2 tries are left"),
    type("1112"),
    press("action_set_pin"),
    reads("No PIN is tried before"),
]);

tour("salto_ks_activate_secret_taken", [
    press("action_get_pin"),
    reads("already handed out the secret"),
    atSalto("reset"),
    press("action_get_pin"),
    reads("on its way"),
    typePinOfMessage(),
    ...activated,
]);

tour("salto_ks_activate_phone_app", [
    press("action_get_pin"),
    reads("filled in"),
    ...activated,
    atSalto("rotate", "body"),
    ...openWizard,
    press("action_check_pin"),
    reads("phone app"),
    press("action_get_pin"),
    reads("already activated"),
    atSalto("reset"),
    press("action_get_pin"),
    reads("filled in"),
    ...activated,
]);

tour("salto_ks_activate_unreachable_iq", [
    press("action_get_pin"),
    reads("on its way"),
    atSalto("offline"),
    typePinOfMessage(),
    press("action_set_pin"),
    reads("is offline"),
    atSalto("online"),
    atSalto("restore"),
    press("action_set_pin"),
    reads("waits to be restored"),
    press("action_restore"),
    reads("The IQ is restored"),
    press("action_get_pin"),
    reads("on its way"),
    typePinOfMessage(),
    ...activated,
]);

tour("salto_ks_activate_lost_answer", [
    press("action_get_pin"),
    reads("on its way"),
    typePinOfMessage(),
    type("0042", NEW),
    type("0042", REPEATED),
    atSalto("silence"),
    press("action_set_pin"),
    reads("the old PIN or the new one is valid"),
    {trigger: ".modal-footer button[special=cancel]", run: "click"},
    closed,
    ...openWizard,
    press("action_find_out"),
    {trigger: ".o_notification:contains(with the new PIN)"},
]);

registry.category("web_tour.tours").add("salto_ks_add_iq_by_hand", {
    url: "/odoo/action-resource_booking_salto_ks.integration_action",
    steps: () => [
        {trigger: ".o_data_row .o_data_cell:contains(Harbour Rooms)", run: "click"},
        {
            trigger: "[name=iq_ids] a:contains(Add an IQ by hand)",
            run: "click",
        },
        {trigger: ".modal [name=iq_id] input", run: "edit IQ 01"},
        {trigger: ".modal [name=name] input", run: "click"},
        {
            content: "That was no id",
            trigger: ".modal:contains(is no IQ ID) button.btn-primary:contains(Close)",
            run: "click",
        },
        {
            trigger: ".modal [name=iq_id] input",
            run: "edit  7F11A2E1-AE06-58BD-AEC5 541D0759633F ",
        },
        {trigger: ".modal [name=name] input", run: "click"},
        {trigger: ".modal [name=name] input:value(IQ 7f11a2e1)"},
        {trigger: ".modal .o_form_button_save", run: "click"},
        closed,
        {trigger: ".o_form_button_save", run: "click"},
        {trigger: ".o_form_saved [name=iq_ids] .o_data_row:contains(IQ 7f11a2e1)"},
    ],
});
