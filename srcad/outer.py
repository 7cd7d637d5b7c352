"""Read a function as one of its value: the sum, the real part.

    def f(x):                          def f(x):
        return np.sin(x)      →            result = np.sin(x)
                                           result_sum = np.sum(result)
                                           return result_sum

So the derivative of each number of an array is the gradient of one function, without a call inside.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from srcad.analysis.program import Unit
from srcad.ir import nodes as ir
from srcad.ir.names import Names

OUTER = {"sum": ir.Ref(np.sum, "np.sum"), "real": ir.Ref(np.real, "np.real")}


def with_outer(unit: Unit, outer: str) -> Unit:
    """The function of the value; outer: a name in OUTER, or empty for the function itself."""
    if not outer:
        return unit
    code = unit.code
    whole = Names(set(code.taken) | ir.assigned(code.body)).fresh(f"{code.result}_{outer}")
    last = ir.Assign(whole, ir.Call(OUTER[outer], (ir.Name(code.result),)))
    taken = code.taken | {whole}
    body = (*code.body, last)
    return replace(unit, code=replace(code, body=body, result=whole, taken=taken))
