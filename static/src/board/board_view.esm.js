import {onWillStart, onWillUnmount, useExternalListener, useState} from "@odoo/owl";
import {KanbanController} from "@web/views/kanban/kanban_controller";
import {kanbanView} from "@web/views/kanban/kanban_view";
import {registry} from "@web/core/registry";
import {useDebounced} from "@web/core/utils/timing";
import {useService} from "@web/core/utils/hooks";

const NEWS = "salto_ks_board";
// Verdicts change with the time, too, of which nobody sends news.
const REFRESH_MS = 30000;
// Several changes at once are one reload.
const PATIENCE_MS = 300;
const NUMBERS = ["arriving", "inside", "problems", "overdue"];

/**
 * Knows whether its latest load is under way; earlier ones never end.
 */
class BoardModel extends kanbanView.Model {
    isLoading = false;
    loads = 0;

    async load(params) {
        this.loads += 1;
        const own = this.loads;
        this.isLoading = true;
        try {
            await super.load(params);
        } finally {
            if (own === this.loads) {
                this.isLoading = false;
            }
        }
    }
}

/**
 * The desk's board: a kanban of the day that follows every change without a reload,
 * with numbers above it that filter.
 */
export class BoardController extends KanbanController {
    static template = "resource_booking_salto_ks.Board";

    setup() {
        super.setup();
        this.orm = useService("orm");
        this.action = useService("action");
        this.bus = useService("bus_service");
        this.counted = useState({});
        const refresh = useDebounced(() => this.refresh(), PATIENCE_MS);
        this.refreshSoon = refresh;
        this.bus.subscribe(NEWS, refresh);
        // A board that nobody sees does not follow: it does once somebody looks again.
        useExternalListener(document, "visibilitychange", refresh);
        const timer = setInterval(refresh, REFRESH_MS);
        onWillStart(() => this.count());
        onWillUnmount(() => {
            this.bus.unsubscribe(NEWS, refresh);
            clearInterval(timer);
        });
    }

    async refresh() {
        if (document.hidden || !this.model.isReady) {
            return;
        }
        if (this.model.isLoading) {
            // Whoever waits for that load, such as a button, would wait for ever.
            this.refreshSoon();
            return;
        }
        await Promise.all([this.model.load(), this.count()]);
    }

    async count() {
        const numbers = await this.orm.silent.call(
            "resource.booking",
            "get_salto_ks_numbers",
            []
        );
        Object.assign(this.counted, numbers);
    }

    get numbers() {
        const items = Object.values(this.env.searchModel.searchItems);
        const active = new Set(
            this.env.searchModel.query.map((one) => one.searchItemId)
        );
        return NUMBERS.map((name) => {
            const item = items.find((one) => one.name === `salto_ks_${name}`);
            return {
                name,
                label: item && item.description,
                count: this.counted[name] || 0,
                active: item && active.has(item.id),
                id: item && item.id,
            };
        }).filter((one) => one.id);
    }

    filter(number) {
        this.env.searchModel.toggleSearchItem(number.id);
    }

    walkIn() {
        return this.action.doAction("resource_booking_salto_ks.walk_in_action", {
            onClose: () => this.refresh(),
        });
    }
}

registry.category("views").add("salto_ks_board", {
    ...kanbanView,
    Controller: BoardController,
    Model: BoardModel,
});
