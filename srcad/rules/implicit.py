"""Values that an equation defines, whatever found them (`runtime/implicit`)."""

from __future__ import annotations

from srcad.rules.table import TABLE, Staged, like, no_derivative
from srcad.runtime.implicit import (
    adjoint_residual,
    adjoint_root,
    fixed_bwd,
    fixed_dot,
    fixed_fwd,
    iterated,
    parts_of_root,
    same_kind,
)

TABLE.add(iterated, Staged(fixed_fwd, fixed_bwd, fixed_dot, trusted=True))
like(iterated, 1)
no_derivative(same_kind)
adjoint_root.rule = Staged(*parts_of_root(adjoint_residual, adjoint_root), trusted=True)
