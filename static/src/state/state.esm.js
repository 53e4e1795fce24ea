import {BadgeField, badgeField} from "@web/views/fields/badge/badge_field";
import {_t} from "@web/core/l10n/translation";
import {registry} from "@web/core/registry";

// One colour for each state of sites, IQs, batteries, openings and access.
const COLORS = {
    active: "success",
    activated: "success",
    pin_requested: "info",
    reactivation_needed: "danger",
    fresh: "success",
    good: "success",
    low: "danger",
    critical: "danger",
    claimed: "info",
    opened: "success",
    refused: "danger",
    not_sent: "danger",
    unknown: "warning",
    granting: "info",
    granted: "success",
    revoking: "info",
    failed: "danger",
};
// Salto's words for a battery.
const BATTERIES = {
    fresh: _t("Fresh"),
    good: _t("Good"),
    low: _t("Low"),
    critical: _t("Critical"),
};

/**
 * The badge of a state: the same colour wherever the state is shown.
 */
export class SaltoKsStateField extends BadgeField {
    get value() {
        return this.props.record.data[this.props.name];
    }

    get formattedValue() {
        return BATTERIES[this.value] || super.formattedValue;
    }

    get badgeClass() {
        return `text-bg-${COLORS[this.value] || "300"}`;
    }
}

registry.category("fields").add("salto_ks_state", {
    ...badgeField,
    component: SaltoKsStateField,
    // Odoo's lists know the badge by this name.
    additionalClasses: ["o_field_badge"],
});
