import {registry} from "@web/core/registry";

const DOORS = "#salto_ks_doors";
const CONTROL = `${DOORS} .o_salto_ks_open`;

function press(name) {
    return {
        content: `The guest presses ${name}`,
        trigger: `${CONTROL}:contains(Open ${name})`,
        run: "click",
        expectUnloadPage: true,
    };
}

function outcome(state, words) {
    return {
        content: `The page says what became of it: ${state}`,
        trigger: `${DOORS} [data-state=${state}]:contains(${words})`,
    };
}

function assert(truth, what) {
    if (!truth) {
        throw new Error(what);
    }
}

registry.category("web_tour.tours").add("salto_ks_guest_opens", {
    steps: () => [
        {
            content: "The page says which door, and that it may be opened",
            trigger: `${DOORS}:contains(Studio 1):contains(Press when you stand)`,
        },
        {
            content: "The control fills the width of what holds it: a thumb finds it",
            trigger: CONTROL,
            run() {
                const {width, height} = this.anchor.getBoundingClientRect();
                assert(width >= this.anchor.form.offsetWidth - 1, "narrow");
                assert(height > 60, "flat");
                const page = document.documentElement;
                assert(page.scrollWidth <= page.clientWidth, "the page is too wide");
            },
        },
        press("Studio 1"),
        outcome("opened", "Studio 1 opened at"),
        {
            content: "Who cannot see it hears it: the focus is there",
            trigger: DOORS,
            run() {
                assert(document.activeElement === this.anchor, "focus is elsewhere");
            },
        },
        {
            content: "It can be opened again, and there is somebody to call",
            trigger: `${DOORS}:has(.o_salto_ks_open) a[href='tel:+31205550100']`,
        },
    ],
});

registry.category("web_tour.tours").add("salto_ks_guest_presses_twice", {
    steps: () => [
        {
            content: "A second press goes nowhere, and the control says that it works",
            trigger: CONTROL,
            async run() {
                const control = this.anchor;
                const prevented = [];
                const note = (ev) => prevented.push(ev.defaultPrevented);
                window.addEventListener("submit", note);
                control.click();
                control.click();
                window.removeEventListener("submit", note);
                assert(`${prevented}` === "false,true", `prevented: ${prevented}`);
                assert(control.innerText.trim() === "Opening…", "it does not say so");
            },
            expectUnloadPage: true,
        },
        outcome("opened", "Studio 1 opened at"),
    ],
});

registry.category("web_tour.tours").add("salto_ks_guest_waits", {
    steps: () => [
        {
            content: "Too early: the page says when, and counts down",
            trigger: `${DOORS}:contains(Opens at) .o_salto_ks_left:contains(/^\\d?\\d:\\d\\d$/)`,
        },
        {
            content: "There is nothing to press yet",
            trigger: `${DOORS}:not(:has(.o_salto_ks_open))`,
        },
        {
            content: "The clock runs",
            trigger: `${DOORS} .o_salto_ks_left`,
            async run() {
                const before = this.anchor.textContent;
                await new Promise((resolve) => {
                    new MutationObserver(() => {
                        if (this.anchor.textContent !== before) {
                            resolve();
                        }
                    }).observe(this.anchor, {childList: true});
                });
            },
        },
        {
            content: "The time has come",
            trigger: `${DOORS} .o_salto_ks_countdown`,
            async run() {
                await fetch("http://house.example/time-has-come");
                this.anchor.dataset.seconds = 0;
            },
        },
        {
            content: "The page changes by itself",
            trigger: `${DOORS}:contains(Press when you stand) .o_salto_ks_open:contains(Open Studio 1)`,
        },
        press("Studio 1"),
        outcome("opened", "Studio 1 opened at"),
    ],
});

registry.category("web_tour.tours").add("salto_ks_guest_of_several_doors", {
    steps: () => [
        {
            content: "Each door has its own control",
            trigger: `${DOORS}:has(.o_salto_ks_open:contains(Open Main entrance)) .o_salto_ks_open:contains(Open Studio 1)`,
        },
        press("Main entrance"),
        outcome("opened", "Main entrance opened at"),
        press("Studio 1"),
        outcome("opened", "Studio 1 opened at"),
    ],
});

registry.category("web_tour.tours").add("salto_ks_guest_refused", {
    steps: () => [press("Studio 1"), outcome("refused", "Studio 1 stayed closed")],
});

registry.category("web_tour.tours").add("salto_ks_guest_unknown", {
    steps: () => [
        press("Studio 1"),
        outcome("unknown", "Look at the door"),
        {
            content: "Once it is known, the page says so by itself",
            trigger: DOORS,
            async run() {
                await fetch("http://house.example/it-was-open");
                // Half a minute is long for a test; each answer sets it anew.
                setInterval(() => (this.anchor.dataset.refresh = 0), 100);
            },
        },
        outcome("opened", "Studio 1 opened at"),
    ],
});

registry.category("web_tour.tours").add("salto_ks_guest_too_late", {
    steps: () => [
        {
            content: "It is over: what to do stands there, and nothing to press",
            trigger: `${DOORS}:contains(Your booking is over):contains(+31 20 555 01 00):not(:has(.o_salto_ks_open))`,
        },
    ],
});

registry.category("web_tour.tours").add("salto_ks_send_door_link", {
    url: "/odoo/reception",
    steps: () => [
        {
            content: "The receptionist opens the booking",
            trigger: ".o_kanban_record:contains(Studio 1) a:contains(Maya Jansen)",
            run: "click",
        },
        {
            content: "The link is one button away",
            trigger: "button[name=action_salto_ks_send_door_link]",
            run: "click",
        },
        {
            content: "It can be read before it goes",
            trigger: ".modal .o_mail_composer_form_view:contains(Hello Maya Jansen)",
        },
        {
            content: "Send",
            trigger: ".modal button.o_mail_send",
            run: "click",
        },
        {
            content: "It is in the booking's history",
            trigger: ".o-mail-Message:contains(Hello Maya Jansen)",
        },
    ],
});
