"""Declare linear systems with sparse matrices, which are constants."""

from __future__ import annotations

import scipy.sparse as sp
import scipy.sparse.linalg as sl

from srcad.rules.table import jvp, refused, typed_by_value, vjp
from srcad.runtime.scipy.sparse_systems import sparse_system_bar

# fmt: off
vjp(sl.spsolve, None, lambda y_bar, y, A, b, permc_spec=None, use_umfpack=True:
    sparse_system_bar(y_bar, A, b))
jvp(sl.spsolve, None, lambda t, y, A, b, permc_spec=None, use_umfpack=True: sl.spsolve(A, t))
typed_by_value(sl.spsolve)  # a sparse b has a sparse solution
OTHERS = "scipy.sparse.linalg.{0} has no derivative rule. Use scipy.sparse.linalg.spsolve."
for name in ("cg", "cgs", "bicg", "bicgstab", "gmres", "lgmres", "minres", "qmr", "gcrotmk",
             "tfqmr", "lsqr", "lsmr", "splu", "spilu", "factorized", "spsolve_triangular"):
    refused(OTHERS.format(name), getattr(sl, name))
MADE = "The numbers in a sparse matrix carry a derivative here: make it outside, or use an array."
for name in ("diags", "diags_array", "kron", "kronsum", "bmat", "block_array", "block_diag",
             "hstack", "vstack", "spdiags", "tril", "triu"):
    refused(MADE, getattr(sp, name))
# fmt: on
