import {Component} from "@odoo/owl";
import {registry} from "@web/core/registry";
import {standardFieldProps} from "@web/views/fields/standard_field_props";
import {useService} from "@web/core/utils/hooks";

const ICONS = {
    ok: "fa-check-circle text-success",
    warn: "fa-exclamation-circle text-warning",
    missing: "fa-circle-o text-muted",
};

/**
 * The go-live list of a site: each step with how it stands, why, and the button
 * that fixes it.
 */
export class SaltoKsChecklistField extends Component {
    static template = "resource_booking_salto_ks.ChecklistField";
    static props = {...standardFieldProps};

    setup() {
        this.action = useService("action");
    }

    get lines() {
        return this.props.record.data[this.props.name] || [];
    }

    get done() {
        return this.lines.filter((line) => line.level !== "missing").length;
    }

    icon(line) {
        return ICONS[line.level];
    }

    async fix(line) {
        const {record} = this.props;
        // What was typed belongs to what is about to be tried.
        if (!(await record.save())) {
            return;
        }
        await this.action.doActionButton({
            type: "object",
            name: line.button[0],
            resModel: record.resModel,
            resId: record.resId,
            resIds: [record.resId],
            context: record.context,
            onClose: () => record.load(),
        });
    }
}

export const saltoKsChecklistField = {
    component: SaltoKsChecklistField,
    supportedTypes: ["json"],
};

registry.category("fields").add("salto_ks_checklist", saltoKsChecklistField);
