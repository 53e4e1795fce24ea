import {CharField, charField} from "@web/views/fields/char/char_field";
import {registry} from "@web/core/registry";

/**
 * Four digits: the phone shows its number pad, the browser offers no old passwords.
 */
export class SaltoKsPinField extends CharField {
    static template = "resource_booking_salto_ks.PinField";

    get maxLength() {
        return 4;
    }
}

registry
    .category("fields")
    .add("salto_ks_pin", {...charField, component: SaltoKsPinField});
