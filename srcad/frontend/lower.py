"""Lower a parsed function to IR: one operation a statement, nested control flow kept.

    return np.sum((x - m) ** 2)        diff = x - m
                                 →     square = diff ** 2
                                       sum = np.sum(square)
                                       return sum

Operands are evaluated in Python's order.  Tests, indices and slice bounds stay nested: they carry
no derivative.  What the fence accepts but reverse mode must not see (comprehensions, `match`,
conditional expressions, walrus) becomes loops, branches and assignments here.

The parts, each on top of the one before: state, plain, expressions, callees, bindings, loops,
statements.
"""

from __future__ import annotations

import ast

from srcad.frontend.producers import local_generators, with_outside
from srcad.frontend.scope import scope_of
from srcad.frontend.source import Source
from srcad.frontend.statements import Statements
from srcad.frontend.variables import with_objects
from srcad.ir import nodes as ir


def lower(source: Source, objects: bool = False) -> ir.Function:
    """The IR of one user function, as written (its exits are still anywhere).

    objects: each variable that a function made inside reads, and that changes, is an object.
    """
    taken = scope_of(source.node).mentioned | set(source.function.__globals__)
    node = with_objects(source.node, taken, objects)
    lowerer = Lowerer(source, node, with_outside(source, node))
    lowerer.generators = local_generators(node)
    lowerer.outermost = True
    lowerer.captured = frozenset(source.function.__code__.co_freevars)
    return lowerer.function()


def lower_inner(
    source: Source, node: ast.FunctionDef | ast.Lambda, captured: frozenset[str]
) -> ir.Function:
    """The IR of a function defined inside `source`, which captured these variables of it."""
    lowerer = Lowerer(source, node, with_outside(source, node))
    lowerer.generators = local_generators(node)
    lowerer.comprehension_names |= captured
    lowerer.captured = captured
    return lowerer.function()


class Lowerer(Statements):
    """A whole function."""

    def function(self) -> ir.Function:
        params = self.params()
        if isinstance(self.node, ast.Lambda):
            self.at = self.loc(self.node.body)
            value = self.value(self.node.body)
            self.out.append(ir.Return(value, self.inside(self.node.body)))
            name = "lambda_"
        else:
            name = self.node.name
            self.block_into(self.node.body)
        return ir.Function(
            name,
            params,
            tuple(self.out),
            result="",
            locals=self.scope.own | self.names.given(),
            captured=self.scope.captured | self.cells,
            free=self.scope.free,
            taken=self.names.known(),
            tables=frozenset(self.tables),
            cells=frozenset(self.cells),
            met=frozenset(self.met),
        )

    def params(self) -> tuple[ir.Param, ...]:
        args = self.node.args
        plain = [ir.Param(a.arg) for a in (*args.posonlyargs, *args.args)]
        if args.vararg:
            plain.append(ir.Param(args.vararg.arg, "args"))
        plain += [ir.Param(a.arg) for a in args.kwonlyargs]
        if args.kwarg:
            plain.append(ir.Param(args.kwarg.arg, "kwargs"))
        return tuple(plain)
