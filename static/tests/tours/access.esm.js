import {registry} from "@web/core/registry";

const ACCESS = "[name=salto_ks_access_ids]";

registry.category("web_tour.tours").add("salto_ks_access", {
    url: "/odoo/reception",
    steps: () => [
        {
            content: "Open the booking",
            trigger: ".o_kanban_record:contains(Studio 1) a:contains(Maya Jansen)",
            run: "click",
        },
        {
            content: "It says what Salto holds: when, which doors, which people",
            trigger: `${ACCESS}:contains(access from):contains(Studio 1):contains(Maya Jansen):contains(Salto confirmed)`,
        },
        {
            content: "Take it away",
            trigger: `${ACCESS} button[name=action_revoke]`,
            run: "click",
        },
        {
            content: "It asks first",
            trigger: ".modal:contains(lose their access) .btn-primary",
            run: "click",
        },
        {
            content: "It says that there is none now, and why",
            trigger: `${ACCESS}:contains(revoked by hand)`,
        },
        {
            content: "Give it back",
            trigger: `${ACCESS} button[name=action_give_back]`,
            run: "click",
        },
        {
            content: "Here it is again",
            trigger: `${ACCESS}:contains(access from):contains(Maya Jansen)`,
        },
        {
            content: "Bring it up to date",
            trigger: `${ACCESS} button[name=action_synchronize]`,
            run: "click",
        },
        {
            content: "It says what there is",
            trigger: ".o_notification:contains(Studio House: access from)",
        },
    ],
});

registry.category("web_tour.tours").add("salto_ks_access_site", {
    url: "/odoo/action-resource_booking_salto_ks.integration_action",
    steps: () => [
        {
            content: "Open the site",
            trigger: ".o_data_row:contains(Studio House) .o_data_cell[name=name]",
            run: "click",
        },
        {
            content: "Its access groups have a tab",
            trigger: ".o_notebook .nav-link[name=access]",
            run: "click",
        },
        {
            content: "Compare with Salto",
            trigger: "button[name=action_verify_access]",
            run: "click",
        },
        {
            content: "The group that somebody deleted is missing",
            trigger: ".modal .o_data_row:contains(Session):contains(Missing at Salto)",
        },
        {
            content: "Set it right",
            trigger: ".modal button[name=action_fix]",
            run: "click",
        },
        {
            content: "It says what there is now",
            trigger: ".o_notification:contains(Bookings with access at Salto: 1.)",
        },
        {
            content: "The list shows it",
            trigger: "button[name=action_view_access]",
            run: "click",
        },
        {
            content: "Granted",
            trigger: ".o_data_row:contains(Session):contains(Granted)",
        },
    ],
});

registry.category("web_tour.tours").add("salto_ks_access_phone", {
    url: "/odoo/action-resource_booking_salto_ks.access_action",
    steps: () => [
        {
            content:
                "On a phone each access is a card; what was taken away is not in the way",
            trigger:
                ".o_kanban_renderer:contains(Session):contains(Studio 1):not(:contains(Called off))",
        },
        {
            content: "Open it",
            trigger: ".o_kanban_record:contains(Session):contains(Granted)",
            run: "click",
        },
        {
            content: "It says whom it lets in",
            trigger: ".o_form_view [name=people_names]:contains(Maya Jansen)",
        },
    ],
});

registry.category("web_tour.tours").add("salto_ks_deactivate", {
    url: "/odoo/action-resource_booking_salto_ks.integration_action",
    steps: () => [
        {
            content: "Open the site",
            trigger:
                ".o_data_row:contains(Studio House) .o_data_cell[name=name], .o_kanban_record:contains(Studio House)",
            run: "click",
        },
        {
            content: "On a phone the buttons are in a menu",
            trigger: ".o_form_view",
            async run(helpers) {
                const menu = document.querySelector(
                    ".o_statusbar_buttons .dropdown-toggle, .o_cp_action_menus .o-dropdown"
                );
                if (menu && !document.querySelector("button[name=action_deactivate]")) {
                    await helpers.click(menu);
                }
            },
        },
        {
            content: "Switch it off",
            trigger: "button[name=action_deactivate]",
            run: "click",
        },
        {
            content: "It asks what becomes of the access that people have",
            trigger:
                ".modal:has([name=booking_count]:contains(1)):has([name=people_count]:contains(1)) button[name=action_keep_access]",
            run: "click",
        },
        {
            content: "The site is off, and says who still gets in",
            trigger:
                ".alert:contains(Odoo does not update access) [name=kept_booking_count]:contains(1)",
        },
        {
            content: "Take that away, too",
            trigger: ".o_form_sheet button[name=action_remove_access]",
            run: "click",
        },
        {
            content: "It asks first",
            trigger: ".modal:contains(lose the access) .btn-primary",
            run: "click",
        },
        {
            content: "It says what happens now",
            trigger: ".o_notification:contains(being removed at Salto)",
        },
        {
            content: "Nobody is left who would keep it",
            trigger:
                ".o_form_sheet:not(:has(.alert:contains(Odoo does not update access)))",
        },
    ],
});
