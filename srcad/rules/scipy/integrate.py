"""Declare scipy.integrate: integrals and differential equations are read as sums and steps."""

from __future__ import annotations

import numpy as np
import scipy.integrate as si

from srcad.rules.table import TABLE, jvp, like, no_derivative, refused, typed_by_value, vjp
from srcad.runtime.broadcast import unbroadcast
from srcad.runtime.scipy import integrals
from srcad.runtime.scipy.integrals import (
    at_limit,
    limit_still,
    plain_ivp,
    plain_odeint,
    plain_quad,
    quad_nodes,
    steps_between,
    with_value,
)
from srcad.runtime.substitutes import stand_for

stand_for(si.quad, integrals.quad)
stand_for(si.odeint, integrals.odeint)
stand_for(si.solve_ivp, integrals.solve_ivp)
stand_for(si.cumulative_trapezoid, integrals.cumulative_trapezoid)
TABLE.add(si.trapezoid, TABLE.rules[np.trapezoid])

# fmt: off
vjp(with_value, None, lambda y_bar, y, value, total: unbroadcast(y_bar, total))
jvp(with_value, None, lambda t, y, value, total: t)
like(with_value, 0)
no_derivative(limit_still, at_limit, plain_quad, quad_nodes, plain_odeint, plain_ivp, steps_between)
typed_by_value(at_limit, plain_quad, quad_nodes, plain_odeint, plain_ivp, steps_between)
MORE = "{0} has no derivative rule. Use scipy.integrate.quad for one variable after the other."
for name in ("dblquad", "tplquad", "nquad", "quad_vec", "cubature", "fixed_quad", "romb",
             "qmc_quad", "tanhsinh", "nsum"):
    if hasattr(si, name):
        refused(MORE.format(f"scipy.integrate.{name}"), getattr(si, name))
SOLVER = "{0} has no derivative rule. Use scipy.integrate.solve_ivp."
for name in ("ode", "complex_ode", "RK23", "RK45", "DOP853", "Radau", "BDF", "LSODA", "solve_bvp"):
    refused(SOLVER.format(f"scipy.integrate.{name}"), getattr(si, name))
# fmt: on
