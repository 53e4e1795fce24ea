import {onMounted, onWillUnmount} from "@odoo/owl";
import {CharField, charField} from "@web/views/fields/char/char_field";
import {registry} from "@web/core/registry";
import {useService} from "@web/core/utils/hooks";

const REFRESH_MS = 15000;

/**
 * Says in a banner whether the booking's door may open now, and keeps saying it
 * as time passes. It asks Odoo only, never Salto.
 */
export class SaltoKsVerdictField extends CharField {
    static template = "resource_booking_salto_ks.VerdictField";

    setup() {
        super.setup();
        this.orm = useService("orm");
        let timer = null;
        onMounted(() => {
            timer = setInterval(() => this.refresh(), REFRESH_MS);
        });
        onWillUnmount(() => clearInterval(timer));
    }

    get sentence() {
        return this.props.record.data[this.props.name];
    }

    get canOpen() {
        return this.props.record.data.salto_ks_can_open;
    }

    async refresh() {
        const record = this.props.record;
        // What somebody is typing must not be lost to a reload.
        if (!record.resId || document.hidden || (await record.isDirty())) {
            return;
        }
        const [now] = await this.orm.silent.read(
            record.resModel,
            [record.resId],
            [this.props.name, "salto_ks_can_open"]
        );
        const changed =
            now &&
            (now[this.props.name] !== this.sentence ||
                now.salto_ks_can_open !== this.canOpen);
        if (changed && !(await record.isDirty())) {
            await record.load();
        }
    }
}

export const saltoKsVerdictField = {
    ...charField,
    component: SaltoKsVerdictField,
    fieldDependencies: [{name: "salto_ks_can_open", type: "boolean"}],
};

registry.category("fields").add("salto_ks_verdict", saltoKsVerdictField);
