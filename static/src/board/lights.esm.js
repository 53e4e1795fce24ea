import {Component, reactive, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {useService} from "@web/core/utils/hooks";

const LIGHTS = [
    {name: "person", icon: "fa-user", label: _t("Guest")},
    {name: "key", icon: "fa-key", label: _t("Key")},
    {name: "access", icon: "fa-id-card-o", label: _t("Access")},
    {name: "door", icon: "fa-unlock-alt", label: _t("Door")},
    {name: "arrived", icon: "fa-sign-in", label: _t("Arrival")},
];
const COLORS = {
    green: "text-success",
    amber: "text-warning",
    red: "text-danger",
    grey: "text-muted opacity-50",
};

// Which light of which booking was pressed: it outlives the board's reloads.
const pressed = reactive({resId: null, name: null});

/**
 * What a booking still lacks: five lights. A press says what one means; a red one says
 * so by itself, with the button that helps.
 */
export class LightsField extends Component {
    static template = "resource_booking_salto_ks.Lights";
    static props = {...standardFieldProps};

    setup() {
        this.action = useService("action");
        this.pressed = useState(pressed);
    }

    get lights() {
        const values = this.props.record.data[this.props.name] || {};
        return LIGHTS.filter((light) => values[light.name]).map((light) => ({
            ...light,
            ...values[light.name],
            color: COLORS[values[light.name].state],
            isPressed:
                this.pressed.resId === this.props.record.resId &&
                this.pressed.name === light.name,
        }));
    }

    get told() {
        return this.lights.filter((light) => light.state === "red" || light.isPressed);
    }

    toggle(light) {
        const {resId} = this.props.record;
        Object.assign(this.pressed, {resId, name: light.isPressed ? null : light.name});
    }

    async help(light) {
        const {record} = this.props;
        await this.action.doActionButton({
            type: "object",
            name: light.button.name,
            resModel: record.resModel,
            resId: record.resId,
            resIds: [record.resId],
            context: record.context,
            onClose: () => record.model.load(),
        });
    }
}

registry.category("fields").add("salto_ks_lights", {
    component: LightsField,
    supportedTypes: ["json"],
});
