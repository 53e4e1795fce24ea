import {Component} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

const COLORS = {now: "text-bg-info", next: "text-bg-light", over: "text-bg-secondary"};

/**
 * A booking's stage, in a colour that says how far the guest is.
 */
export class StageField extends Component {
    static template = "resource_booking_salto_ks.Stage";
    static props = {...standardFieldProps};

    get label() {
        const stage = this.props.record.data[this.props.name];
        return stage && stage.display_name;
    }

    get color() {
        const {data} = this.props.record;
        if (data.salto_ks_arrived_at && !data.salto_ks_left_at) {
            return "text-bg-success";
        }
        return data.state === "scheduled"
            ? "text-bg-warning"
            : COLORS[data.salto_ks_day_part];
    }
}

registry.category("fields").add("salto_ks_stage", {
    component: StageField,
    supportedTypes: ["many2one"],
});
