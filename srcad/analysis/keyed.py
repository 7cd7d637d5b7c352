"""Tell what a loop over a dict binds to its keys from what it binds to its values.

for k in d:                            k
for i, (k, v) in enumerate(d.items()): k
for v in d.values():                   none
"""

from __future__ import annotations

from srcad.analysis.infer import Inferred
from srcad.ir import nodes as ir
from srcad.ir.types import ANY, Dct


def without_keys(facts: Inferred, target: ir.Target, iterable: ir.Expr) -> ir.Target:
    """What a loop binds, but the keys of a dict."""
    match iterable:
        case ir.Call(ir.Name("enumerate"), (inner, *_)) if len(target) == 2:
            return without_keys(facts, target[1], inner)
        case ir.Name(name) | ir.Call(ir.Attr(ir.Name(name), "keys"), ()) if _is_dict(facts, name):
            return ()
        case ir.Call(ir.Attr(ir.Name(name), "items"), ()) if _is_dict(facts, name) and (
            not isinstance(target, str)
        ):
            return target[1]
        case _:
            return target


def only_keys(facts: Inferred, body: ir.Block) -> frozenset[str]:
    """The variables that are bound to keys of dicts, and to nothing else."""
    keys, others = set[str](), set[str]()
    for stmt in ir.walk(body):
        bound = frozenset(ir.targets(stmt))
        if isinstance(stmt, ir.For):
            items = frozenset(ir.leaves(without_keys(facts, stmt.target, stmt.iterable)))
            keys |= bound - items
            bound = items
        others |= bound
    return frozenset(keys - others)


def _is_dict(facts: Inferred, name: str) -> bool:
    return isinstance(facts.types.get(name, ANY), Dct)
