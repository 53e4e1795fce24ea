import {Component} from "@odoo/owl";
import {Dropdown} from "@web/core/dropdown/dropdown";
import {DropdownItem} from "@web/core/dropdown/dropdown_item";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {useService} from "@web/core/utils/hooks";

/**
 * Makes a stay longer, in two presses.
 */
export class ExtendField extends Component {
    static template = "resource_booking_salto_ks.Extend";
    static components = {Dropdown, DropdownItem};
    static props = {...standardFieldProps};

    minutes = [15, 30, 60];

    setup() {
        this.action = useService("action");
    }

    async extend(minutes) {
        const {record} = this.props;
        await this.action.doActionButton({
            type: "object",
            name: "action_salto_ks_extend",
            resModel: record.resModel,
            resId: record.resId,
            resIds: [record.resId],
            context: {...record.context, salto_ks_minutes: minutes},
            onClose: () => record.model.load(),
        });
    }
}

registry.category("fields").add("salto_ks_extend", {
    component: ExtendField,
    supportedTypes: ["integer"],
});
