import {Component, useState} from "@odoo/owl";
import {RPCError} from "@web/core/network/rpc";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {useService} from "@web/core/utils/hooks";

const BUSY = "busy";
const LOOKS = {
    busy: "alert-info",
    success: "alert-success",
    warning: "alert-warning",
    danger: "alert-danger",
};

/**
 * A booking's doors, each with a big button and what became of the last press.
 */
export class DoorsField extends Component {
    static template = "resource_booking_salto_ks.Doors";
    static props = {...standardFieldProps};

    setup() {
        this.orm = useService("orm");
        this.results = useState({});
    }

    get doors() {
        return (this.props.record.data[this.props.name] || []).map((door) => ({
            ...door,
            result: this.results[door.id],
            isBusy: this.isBusy(door),
        }));
    }

    get toOpen() {
        return this.doors.filter((door) => door.can_open);
    }

    get anyBusy() {
        return this.doors.some((door) => door.isBusy);
    }

    isBusy(door) {
        const result = this.results[door.id];
        return Boolean(result) && result.kind === BUSY;
    }

    look(result) {
        return LOOKS[result.kind];
    }

    async openAll() {
        // One after the other: each has its own answer, and the booking follows each.
        for (const door of this.toOpen) {
            await this.open(door);
        }
    }

    async open(door) {
        if (this.isBusy(door)) {
            return;
        }
        this.results[door.id] = {kind: BUSY, message: _t("Opening…")};
        try {
            this.results[door.id] = await this.ask(door);
        } catch (error) {
            delete this.results[door.id];
            throw error;
        }
    }

    /**
     * The same button as on the booking, for one of its doors; a refusal is an answer.
     */
    async ask(door) {
        const {booking_id} = this.props.record.data;
        try {
            const {params} = await this.orm.call(
                "resource.booking",
                "action_salto_ks_open_door",
                [[booking_id.id]],
                {context: {salto_ks_lock_id: door.id}}
            );
            return {kind: params.type, message: params.message};
        } catch (error) {
            if (error instanceof RPCError) {
                return {kind: "danger", message: error.data.message};
            }
            throw error;
        }
    }
}

registry.category("fields").add("salto_ks_doors", {
    component: DoorsField,
    supportedTypes: ["json"],
});
