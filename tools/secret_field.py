from odoo import fields


class Secret(fields.Char):
    """A text that is typed and never sent back, not even in answer to its saving.

    Its inverse sees what was typed. Whoever reads the field, in whatever way, gets
    ``mask`` instead, and it takes no default: what a default holds can be read.

    :param mask: what stands for a value in answers; False: nothing
    """

    mask = False

    def convert_to_cache(self, value, record, validate=True):
        # Odoo converts defaults, and nothing else, for no record.
        return super().convert_to_cache(value, record, validate) if record else None

    def convert_to_read(self, value, record, use_display_name=True):
        return value and self.mask

    def convert_to_export(self, value, record):
        return ""

    def convert_to_write(self, value, record):
        return value or False
