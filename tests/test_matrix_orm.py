"""Every model × every public method and ORM entry × every role."""
import os
from odoo.tests import TransactionCase, tagged

from .matrix_case import MatrixMixin


@tagged("post_install", "-at_install")
class TestMatrixOrm(MatrixMixin, TransactionCase):
    def test_nobody_gets_what_is_not_theirs(self):
        import time
        only = os.environ.get("MX_ONLY"); who = os.environ.get("MX_WHO"); 
        import cProfile, pstats
        p = cProfile.Profile()
        tt=time.time()
        if os.environ.get("MX_PROF"): p.enable()
        for role, caller in self.callers():
            if only and caller.subject.name != only or who and role.name != who: continue
            t, n = time.time(), 0
            b = sum(self.asked.values())
            self.call_all(role, caller)
            n = sum(self.asked.values()) - b
            d = time.time() - t
            print(f"{role.name} {caller.subject.name} {n} {d:.1f}s", flush=True)
        if os.environ.get("MX_PROF"):
            p.disable(); pstats.Stats(p).sort_stats("cumulative").print_stats(60)
        print("TOTAL", time.time()-tt, self.asked, self.answered, self.planted)
        self.assert_nothing_found()
