import {Component} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";

/**
 * Whether an IQ or a lock is online: a dot and a word.
 */
export class SaltoKsOnlineField extends Component {
    static template = "resource_booking_salto_ks.OnlineField";
    static props = {...standardFieldProps};

    get isOnline() {
        return this.props.record.data[this.props.name];
    }
}

registry.category("fields").add("salto_ks_online", {
    component: SaltoKsOnlineField,
    supportedTypes: ["boolean"],
});
