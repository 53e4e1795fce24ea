import {registry} from "@web/core/registry";

const tours = registry.category("web_tour.tours");
const openTab = {
    content: "The Mapping tab",
    trigger: ".nav-link:contains(Mapping)",
    run: "click",
};
const save = {trigger: ".o_form_button_save", run: "click"};
const choose = (field, text, exact = text) => [
    {trigger: `${field} input`, run: `edit ${text}`},
    {
        trigger: `.o-autocomplete--dropdown-item a:text(${exact})`,
        run: "click",
    },
];

tours.add("salto_ks_mapping_suggest", {
    steps: () => [
        openTab,
        {
            content: "It says that Studio 3 opens nothing",
            trigger: ".alert:contains(No door yet):contains(Studio 3)",
        },
        {trigger: "button[name=action_suggest_mapping]", run: "click"},
        {
            content: "The lock of that name is suggested, and ticked",
            trigger:
                ".modal .o_data_row:contains(Studio 3):contains(exact) [name=chosen] input:checked",
        },
        {trigger: ".modal button[name=action_add_rows]", run: "click"},
        {trigger: ".o_notification:contains('Rows added: 1')"},
        {
            trigger:
                "[name=mapping_ids] .o_data_row:contains(any booking type):contains(Studio 3)",
        },
        {
            content: "Nothing is missing any more",
            trigger: ".o_notebook:not(:has(.alert:contains(No door yet):visible))",
        },
        {trigger: "button[name=action_test_mapping]", run: "click"},
        ...choose(".modal [name=type_id]", "Studio session"),
        ...choose(".modal [name=resource_ids]", "Studio 3"),
        {
            content: "The tester says which door, and why",
            trigger:
                ".modal .o_salto_ks_door:contains(Studio 3):contains('Row 3: resource Studio 3')",
        },
        {trigger: ".modal .modal-footer button:contains(Close)", run: "click"},
        {trigger: "button[name=action_view_mapping]", run: "click"},
        {
            content: "All rows can be searched",
            trigger: ".o_searchview_input",
            run: "edit Studio 2",
        },
        {
            trigger: ".o_searchview_autocomplete .o-dropdown-item:first",
            run: "click",
        },
        {trigger: ".o_list_view .o_data_row:only:contains(Studio 2)"},
    ],
});

tours.add("salto_ks_mapping_mistakes", {
    steps: () => [
        openTab,
        {
            content: "A row without a lock",
            trigger: "[name=mapping_ids] .o_field_x2many_list_row_add a",
            run: "click",
        },
        ...choose(".o_selected_row [name=resource_id]", "Studio 3"),
        save,
        {trigger: ".modal:contains(choose at least one lock)"},
        {trigger: ".modal .modal-footer button", run: "click"},
        {
            content: "What was entered is still there",
            trigger: "[name=mapping_ids] .o_data_row:eq(2) [name=resource_id]",
            run: "click",
        },
        ...choose(".o_selected_row [name=lock_ids]", "Main entrance"),
        ...choose(".o_selected_row [name=resource_id]", "Studio 1"),
        save,
        {
            content: "Studio 1 has a row already",
            trigger: ".modal:contains(Two rows):contains(Studio 1):contains(Keep one)",
        },
        {trigger: ".modal .modal-footer button", run: "click"},
        {
            content: "Then for everything else",
            trigger: "[name=mapping_ids] .o_data_row:eq(2) [name=resource_id]",
            run: "click",
        },
        {trigger: ".o_selected_row [name=resource_id] input", run: "clear"},
        save,
        {
            trigger:
                ".o_form_saved [name=mapping_ids] .o_data_row:contains(any booking type):contains(any resource):contains(Main entrance)",
        },
    ],
});

tours.add("salto_ks_mapping_gone", {
    steps: () => [
        openTab,
        {trigger: "button[name=action_get_locks]:visible", run: "click"},
        {trigger: ".o_notification:contains(1 new, 0 renamed, 1 gone)"},
        {
            content: "The row shows it",
            trigger:
                "[name=mapping_ids] .o_data_row:first .o_tag:contains('Studio 1 (gone)')",
        },
        {trigger: ".alert-danger:contains(gone from the site)"},
        {
            content: "Another door instead",
            trigger: "[name=mapping_ids] .o_data_row:first [name=lock_ids]",
            run: "click",
        },
        {trigger: ".o_selected_row .o_tag .o_delete", run: "hover && click"},
        {
            content: "The form has taken note: what is typed now stays",
            trigger: ".o_notebook:not(:has(.alert-danger:contains(gone from):visible))",
        },
        ...choose(".o_selected_row [name=lock_ids]", "Lounge"),
        save,
        {
            trigger: ".o_form_saved [name=mapping_ids]:not(:contains(gone))",
        },
    ],
});

tours.add("salto_ks_mapping_phone", {
    steps: () => [
        openTab,
        {
            content: "Rows are cards",
            trigger:
                "[name=mapping_ids] .o_kanban_record:contains('any booking type / Studio 1')",
        },
        {trigger: "button[name=action_suggest_mapping]", run: "click"},
        {
            content: "Suggestions are cards, too, and nothing sticks out",
            trigger:
                ".modal .o_kanban_record:contains(Studio 3):contains(exact) [name=chosen] input:checked",
            run() {
                const body = document.querySelector(".modal-body");
                if (body.scrollWidth > body.clientWidth) {
                    throw new Error("The dialog scrolls sideways");
                }
            },
        },
        {trigger: ".modal button[special=cancel]", run: "click"},
        {trigger: "body:not(:has(.modal))"},
        {trigger: "[name=mapping_ids] .o-kanban-button-new", run: "click"},
        {trigger: ".modal [name=resource_id] input", run: "click"},
        {
            trigger: ".modal:contains('Search: Resource') :text(Studio 3)",
            run: "click",
        },
        {trigger: ".modal [name=lock_ids] input", run: "click"},
        {trigger: ".modal:contains('Search: Locks') :text(Lounge)", run: "click"},
        {trigger: ".modal .o_form_button_save", run: "click"},
        save,
        {trigger: ".o_form_saved"},
    ],
});

tours.add("salto_ks_big_site", {
    steps: () => [
        {trigger: "button[name=action_get_iqs]", run: "click"},
        {trigger: ".o_notification:contains('IQs found: 30')"},
        openTab,
        {trigger: "button[name=action_get_locks]:visible", run: "click"},
        {trigger: ".o_notification:contains('Locks found: 400 (400 new')"},
        {trigger: ".oe_stat_button:contains(Locks):contains(400)"},
        {trigger: "button[name=action_suggest_mapping]", run: "click"},
        {trigger: ".modal .o_data_row:contains(Room 400)"},
        {trigger: ".modal button[name=action_add_rows]", run: "click"},
        {trigger: ".o_notification:contains('Rows added: 390')"},
        {
            content: "The table shows a page of them",
            trigger: "[name=mapping_ids] .o_pager:contains('1-100 / 390')",
        },
        {trigger: "button[name=action_view_mapping]", run: "click"},
        {
            content: "All of them can be searched",
            trigger: ".o_searchview_input",
            run: "edit Room 234",
        },
        {
            trigger: ".o_searchview_autocomplete .o-dropdown-item:first",
            run: "click",
        },
        {trigger: ".o_list_view .o_data_row:only:contains(Room 234)"},
    ],
});
