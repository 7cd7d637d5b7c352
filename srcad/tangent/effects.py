"""Change the container of tangents as its container changes.

xs.append(v)         xs_dot.append(v_dot)
del xs[k]            del xs_dot[k]
xs.sort(key=f)       sort_both(xs, xs_dot, key=f)
"""

from __future__ import annotations

import operator

import numpy as np

from srcad.adjoint import algebra
from srcad.analysis.operations import Append, Apply, Dynamic, Invoke, Mutation, Refused
from srcad.ir import nodes as ir
from srcad.ir.types import Dct
from srcad.rules.mutable import PUTS
from srcad.runtime import tangents
from srcad.tangent.values import TAKEN_ENTRY
from srcad.tangent.writes import Writes

UPDATE = ir.Ref(tangents.update_dot, "update_dot")
REMOVE = ir.Ref(tangents.remove_both, "remove_both")
ADD_AT = ir.Ref(tangents.add_at_dot, "add_at_dot")
TO_END = ir.Ref(tangents.to_end, "to_end")
SORTED = ir.Ref(tangents.sort_both, "sort_both")
DELITEM = ir.Ref(operator.delitem, "operator.delitem")
_DELETES = (operator.delitem, delattr)
_SAME = {"clear", "reverse", "rotate", "popleft", "pop", "popitem", "move_to_end"}


class Effects(Writes):
    """The tangents of calls that are made for what they do."""

    def touches(self, operation: Append | Mutation) -> bool:
        owner = operation.owner
        names = {owner} if isinstance(owner, str) else ir.reads(owner)
        return not self.moving.isdisjoint(names)

    def effect(self, stmt: ir.Effect) -> ir.Block:
        operation = self.operation(stmt.value)
        if isinstance(operation, Invoke | Dynamic):
            return self.call(stmt, operation) if self.must_call(operation) else (stmt,)
        if isinstance(operation, Refused) and ir.reads(stmt.value) & self.moving:
            raise self.refusal(operation)
        if isinstance(operation, Append | Mutation) and self.touches(operation):
            return self.effect_of(stmt)
        if stmt.alters & self.moving:
            return (stmt, *self.effect_dots(stmt))
        return (stmt,)

    def effect_of(self, stmt: ir.Effect) -> ir.Block:
        """A change of a container, and that of its tangents."""
        match stmt.value:
            case ir.Call(ir.Attr(owner, "sort"), (), options) if self.moves(owner):
                call = ir.Call(SORTED, (owner, self.value(owner)), options)
                return (ir.Effect(call, stmt.at, alters=stmt.alters | self.dots_in(stmt.alters)),)
            case ir.Call(ir.Attr(owner, "remove"), (item,), ()) if self.moves(owner):
                call = algebra.call(REMOVE, owner, self.value(owner), item)
                return (ir.Effect(call, stmt.at, alters=stmt.alters | self.dots_in(stmt.alters)),)
            case _:
                return (stmt, *self.effect_dots(stmt))

    def effect_dots(self, stmt: ir.Effect | ir.Assign) -> ir.Block:
        """The same change of the container of tangents."""
        operation = self.operation(stmt.value)
        if isinstance(operation, Apply) and operation.function == np.add.at:
            owner, index, value = operation.args
            change: ir.Expr = algebra.call(
                ADD_AT, self.value(owner), owner, index, self.value(value)
            )
        else:
            change = self.change(stmt.value)
        return (ir.Effect(change, stmt.at, alters=self.dots_in(stmt.alters)),)

    def change(self, value: ir.Expr) -> ir.Expr:
        match value:
            case ir.Call(ir.Attr(owner, "move_to_end"), args, options):
                call = ir.Call(TO_END, (self.value(owner), *args), options)
                return call
            case ir.Call(ir.Attr(owner, name), args, options) if name in PUTS or name in _SAME:
                moved = self.value(owner)
                if name == "popitem" and options:
                    call = ir.Call(TAKEN_ENTRY, (moved,), options)
                    return call
                if name == "update" and args and not isinstance(self.type_of(args[0]), Dct):
                    call = ir.Call(UPDATE, (moved, args[0], self.value(args[0])))
                    if options:
                        raise self.unsupported("`update` with keywords")
                    return call
                if name in PUTS:
                    puts = PUTS[name].position
                    args = tuple(self.value(a) if k == puts else a for k, a in enumerate(args))
                    options = tuple((k, self.value(v)) for k, v in options)
                return ir.Call(ir.Attr(moved, name), args, options)
            case ir.Call(ir.Ref(function), (owner, key)) if function in _DELETES:
                return ir.Call(DELITEM, (self.value(owner), key))
            case _:
                problem = self.unsupported("This way to write into what moves")
                problem.reading = "checks"  # where it is written out
                raise problem
