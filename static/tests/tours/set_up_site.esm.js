import {registry} from "@web/core/registry";

// The test answers this address with the PIN of the newest message that the
// simulator "sent".
const PIN_URL = "http://phone.example/pin";

registry.category("web_tour.tours").add("salto_ks_set_up_site", {
    url: "/odoo/action-resource_booking_salto_ks.integration_action",
    steps: () => [
        {
            content: "A new site",
            trigger: ".o_list_button_add",
            run: "click",
        },
        {trigger: ".o_field_widget[name=name] input", run: "edit Harbour Rooms"},
        {
            trigger: ".o_field_widget[name=site_uid] input",
            run: "edit nl 6254340083",
        },
        {
            trigger: ".o_field_widget[name=username] input",
            run: "edit service@studio.example",
        },
        {
            trigger: ".o_field_widget[name=password] input",
            run: "edit demo-password",
        },
        {
            content: "Prove that it works",
            trigger: "button[name=action_test_access]",
            run: "click",
        },
        {trigger: ".o_notification:contains(Access works)"},
        {
            content: "The password does not come back",
            trigger: ".o_field_widget[name=password] input[placeholder^=set]:value()",
        },
        {
            content: "Find the IQs",
            trigger: "button[name=action_get_iqs]",
            run: "click",
        },
        {
            content: "Activate the first one",
            trigger:
                ".o_field_widget[name=iq_ids] .o_data_row:contains(Quay side) button[name=action_activate_pin]",
            run: "click",
        },
        {
            content: "By text message",
            trigger: ".modal button[name=action_get_pin]",
            run: "click",
        },
        {
            content: "Type the PIN of the message",
            trigger: ".modal .alert-info:contains(on its way)",
            async run(helpers) {
                const answer = await fetch(PIN_URL);
                const pin = await answer.text();
                await helpers.edit(pin, ".modal [name=current_pin] input");
            },
        },
        {trigger: ".modal [name=new_pin] input", run: "edit 0042"},
        {trigger: ".modal [name=new_pin_repeated] input", run: "edit 0042"},
        {trigger: ".modal button[name=action_set_pin]", run: "click"},
        {trigger: ".o_notification:contains(IQ is activated)"},
        {
            trigger:
                ".o_field_widget[name=iq_ids] .o_data_row:contains(Quay side):contains(Activated)",
        },
        {
            content: "Doors to choose from",
            trigger: ".nav-link:contains(Mapping)",
            run: "click",
        },
        {trigger: "button[name=action_get_locks]", run: "click"},
        {
            content: "The form has read them: what is typed now stays",
            trigger: ".oe_stat_button:contains(Locks):contains(10)",
        },
        {
            content: "And nothing is under way any more",
            trigger: ".o_statusbar_buttons button[name=action_activate]:not(:disabled)",
        },
        {
            content: "Studio 3 opens the quay entrance",
            trigger: ".o_field_widget[name=mapping_ids] .o_field_x2many_list_row_add a",
            run: "click",
        },
        {
            trigger: ".o_selected_row .o_field_widget[name=resource_id] input",
            run: "edit Studio 3",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains(Studio 3)",
            run: "click",
        },
        {
            trigger: ".o_selected_row .o_field_widget[name=lock_ids] input",
            run: "edit Quay",
        },
        {
            trigger: ".o-autocomplete--dropdown-item:contains(Quay entrance)",
            run: "click",
        },
        {trigger: ".o_form_button_save", run: "click"},
        {
            content: "Switch it on",
            trigger: ".o_form_saved button[name=action_activate]",
            run: "click",
        },
        {trigger: ".o_form_saved button[name=action_deactivate]"},
    ],
});
