"""Refuse scipy.optimize where a derivative passes: what was found is no constant.

The derivative of a root or of a minimum is that of the equation which it solves.
"""

from __future__ import annotations

import scipy.optimize as so

from srcad.rules.table import refused

ROOT = (
    "{0} finds its result by a search, which has no derivative here. Use srcad.root, which "
    "differentiates the equation that a root, or a minimum, solves; or wrap what goes in, and what "
    "the function captures, in srcad.stop_gradient(...) if no derivative should pass."
)
NAMES = (
    "brentq", "brenth", "ridder", "bisect", "toms748", "newton", "root", "root_scalar",
    "fsolve", "fixed_point", "broyden1", "broyden2", "anderson", "newton_krylov",
    "linearmixing", "diagbroyden", "excitingmixing", "minimize", "minimize_scalar", "fmin",
    "fmin_bfgs", "fmin_cg", "fmin_ncg", "fmin_powell", "fmin_l_bfgs_b", "fmin_tnc",
    "fmin_cobyla", "fmin_slsqp", "fminbound", "brent", "golden", "bracket", "least_squares",
    "leastsq", "curve_fit", "nnls", "lsq_linear", "linprog", "milp", "basinhopping",
    "differential_evolution", "dual_annealing", "shgo", "direct", "brute",
    "isotonic_regression", "linear_sum_assignment", "quadratic_assignment",
)  # fmt: skip

for name in NAMES:
    if hasattr(so, name):
        refused(ROOT.format(f"scipy.optimize.{name}"), getattr(so, name))
