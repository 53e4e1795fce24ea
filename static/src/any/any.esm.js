import {
    Many2OneField,
    buildM2OFieldDescription,
} from "@web/views/fields/many2one/many2one_field";
import {registry} from "@web/core/registry";

/**
 * A many2one in which empty means something: its placeholder says what, also while
 * nobody edits it. The mapping's empty booking type reads "any booking type".
 */
export class AnyMany2OneField extends Many2OneField {
    static template = "resource_booking_salto_ks.AnyMany2OneField";

    get meansAny() {
        return this.props.readonly && !this.props.record.data[this.props.name];
    }
}

registry
    .category("fields")
    .add("salto_ks_any", buildM2OFieldDescription(AnyMany2OneField));
