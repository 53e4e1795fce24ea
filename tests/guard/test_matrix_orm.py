"""Every model × every public method and ORM entry × every role."""

from odoo.tests import TransactionCase, tagged

from .matrix_calls import Caller
from .matrix_case import MatrixMixin


@tagged("post_install", "-at_install")
class TestMatrixOrm(MatrixMixin, TransactionCase):
    def test_nobody_gets_or_does_what_is_not_theirs(self):
        for subject in self.subjects:
            for role in self.roles:
                caller = Caller(self.env, self.owners, self.houses, role, subject)
                self.call_all(role, subject, caller.calls())
        self.assert_nothing_found()
