"""Take apart the rules of functions of any number of arguments, for the harness.

The formula for `*args` gives the cotangents of all of them; the harness asks for one at a time.
"""

from __future__ import annotations

import inspect

from srcad.rules.table import TABLE, Rule, parameters
from tests.rules.harness import Sample, formulas


def apart(case: Sample) -> Rule:
    """The rule of the sample's function, with one formula for each position of `*args`."""
    rule = TABLE.rules[case.function]
    kinds = [parameter.kind for parameter in parameters(rule)]
    if inspect.Parameter.VAR_POSITIONAL not in kinds:
        return rule
    first = kinds.index(inspect.Parameter.VAR_POSITIONAL)
    found = formulas(rule)
    if first >= len(found):  # the method's own arguments, x.reshape(2, 3)
        return rule

    def one(k: int):
        return lambda *args, **kwargs: found[first](*args, **kwargs)[k]

    return type(rule)((*found[:first], *(one(k) for k in range(len(case.args) - first))))
