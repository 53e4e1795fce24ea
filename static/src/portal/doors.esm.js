import {Interaction} from "@web/public/interaction";
import {registry} from "@web/core/registry";

const TICK_MS = 1000;
const MINUTE = 60;
const HOUR = 3600;
// Longer than this, the date says more than a clock.
const COUNTED = 24 * HOUR;
// Seconds between two questions when the time has come.
const IMPATIENT = 2;

function clock(seconds) {
    const two = (number) => String(number).padStart(2, "0");
    const hours = Math.floor(seconds / HOUR);
    const minutes = Math.floor((seconds % HOUR) / MINUTE);
    const rest = `${two(minutes)}:${two(seconds % MINUTE)}`;
    return hours ? `${hours}:${rest}` : rest;
}

/**
 * The doors of a guest's booking: counts down to their opening, asks the server from
 * time to time what holds now (never Salto), and lets a press through once. All else
 * the page does without a script.
 */
export class Doors extends Interaction {
    static selector = ".o_salto_ks_doors";
    dynamicContent = {
        _root: {"t-on-submit": this.onSubmit},
        _document: {"t-on-visibilitychange": this.onVisibilityChange},
        _window: {"t-on-pageshow": this.onPageShow},
    };

    setup() {
        this.said = this.el.textContent;
        this.saidAt = performance.now();
        this.askedAt = this.saidAt;
        this.pressed = false;
    }

    start() {
        const outcome = this.el.querySelector(".o_salto_ks_outcome");
        if (outcome && window.location.hash === `#${this.el.id}`) {
            this.el.focus({preventScroll: true});
        }
        this.tick();
        const timer = setInterval(() => this.tick(), TICK_MS);
        this.registerCleanup(() => clearInterval(timer));
    }

    tick() {
        const since = (moment) => (performance.now() - moment) / 1000;
        let due = since(this.askedAt) >= Number(this.el.dataset.refresh);
        for (const countdown of this.el.querySelectorAll(".o_salto_ks_countdown")) {
            const left = Number(countdown.dataset.seconds) - since(this.saidAt);
            countdown.classList.toggle("d-none", left > COUNTED || left <= 0);
            countdown.querySelector(".o_salto_ks_left").textContent = clock(
                Math.max(0, Math.ceil(left))
            );
            due = due || (left <= 0 && since(this.askedAt) > IMPATIENT);
        }
        if (due && !document.hidden) {
            this.refresh();
        }
    }

    async refresh() {
        if (this.asking || this.pressed || this.ended) {
            return;
        }
        this.asking = true;
        try {
            const fresh = await this.waitFor(this.fetchDoors());
            if (fresh && !this.pressed) {
                this.show(fresh);
            }
        } finally {
            this.asking = false;
        }
    }

    /** What the server says now; null if it cannot be reached or says no. */
    async fetchDoors() {
        this.askedAt = performance.now();
        try {
            const answer = await fetch(this.el.dataset.url);
            if (answer.status === 404) {
                // The link is no longer good: the page itself says so.
                this.ended = true;
                window.location.reload();
            }
            const text = answer.ok ? await answer.text() : "";
            const page = new DOMParser().parseFromString(text, "text/html");
            return page.querySelector(this.constructor.selector);
        } catch {
            return null;
        }
    }

    show(fresh) {
        this.saidAt = performance.now();
        this.el.dataset.refresh = fresh.dataset.refresh;
        if (fresh.textContent === this.said) {
            this.renewInputs(fresh);
            return;
        }
        this.said = fresh.textContent;
        const hadFocus = this.el.contains(document.activeElement);
        this.el.replaceChildren(...fresh.childNodes);
        if (hadFocus) {
            this.el.focus({preventScroll: true});
        }
        this.tick();
    }

    /** Nothing new to read: whoever listens or is about to press is not disturbed. */
    renewInputs(fresh) {
        const inputs = fresh.querySelectorAll("input");
        this.el.querySelectorAll("input").forEach((input, index) => {
            input.value = inputs[index].value;
        });
        const countdowns = fresh.querySelectorAll(".o_salto_ks_countdown");
        this.el.querySelectorAll(".o_salto_ks_countdown").forEach((shown, index) => {
            shown.dataset.seconds = countdowns[index].dataset.seconds;
        });
    }

    onSubmit(ev) {
        if (this.pressed) {
            ev.preventDefault();
            return;
        }
        this.pressed = true;
        const control = ev.target.querySelector(".o_salto_ks_open");
        control.setAttribute("aria-disabled", "true");
        control.classList.add("opacity-75");
        control.querySelector(".o_salto_ks_idle").classList.add("d-none");
        control.querySelector(".o_salto_ks_busy").classList.remove("d-none");
    }

    onVisibilityChange() {
        if (!document.hidden) {
            this.refresh();
        }
    }

    /** The way back may show a page that the browser kept, with its press. */
    onPageShow(ev) {
        if (ev.persisted) {
            window.location.reload();
        }
    }
}

registry.category("public.interactions").add("resource_booking_salto_ks.doors", Doors);
