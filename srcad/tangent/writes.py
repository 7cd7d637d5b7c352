"""Write the tangents of what is written in place.

a[i] = v             a_dot[i] = v_dot
p.w = v              p_dot["w"] = v_dot
a[i] += v            a_dot[i] += v_dot
a[i] *= v            a_dot[i] = v * a_dot[i] + a[i] * v_dot      before a changes
"""

from __future__ import annotations

from inspect import getattr_static

import numpy as np

from srcad import errors
from srcad.adjoint import algebra
from srcad.adjoint.cotangents import slice_object
from srcad.adjoint.formulas import formula
from srcad.adjoint.operands import NO_OBJECTS
from srcad.analysis.defaults import is_default, surely_set
from srcad.analysis.operations import BINARY_FUNCTIONS
from srcad.ir import nodes as ir
from srcad.ir.types import AnyType, Array, Clo, Dct, Lst, Number, Obj, Scalar, Tup, is_scalar
from srcad.rules.table import TABLE, NoDerivative, Partials
from srcad.runtime import tangents
from srcad.runtime.objects import sets_by_code
from srcad.tangent.applied import IN_SHAPE_OF, of_exponent
from srcad.tangent.base import STILL
from srcad.tangent.gates import Gates

PUT_DOT = ir.Ref(tangents.put_dot, "put_dot")
MOVED = ir.Ref(tangents.moved, "moved")
ADD_AT = ir.Ref(np.add.at, "np.add.at")


class Writes(Gates):
    """The tangents of writes."""

    def store(self, stmt: ir.Store) -> ir.Block:
        target = stmt.target
        owner = target.obj
        if not isinstance(owner, ir.Name):
            raise self.unsupported("A write into something without a name")
        if owner.id not in self.moving:
            kind = self.type(owner.id)
            inert = isinstance(kind, Array) and kind.dtype.startswith(("int", "uint", "bool"))
            if self.moves(stmt.value) and not inert:
                raise self.unsupported("This write of what moves")
            return (stmt,)
        kind = self.type(owner.id)
        t = self.value(stmt.value)
        if isinstance(kind, Array) and not self.moves(stmt.value):
            t = ir.Const(0.0)
        place = self.place_of(target)
        alters = self.dots_in(stmt.alters)
        if isinstance(kind, AnyType) and isinstance(place, ir.Item):
            index = place.index if isinstance(target, ir.Attr) else slice_object(place.index)
            put = algebra.call(PUT_DOT, place.obj, owner, index, t)
            return stmt, ir.Effect(put, stmt.at, alters=alters)
        return stmt, ir.Store(place, t, stmt.at, alters=alters)

    def place_of(self, target: ir.Item | ir.Attr) -> ir.Item | ir.Attr:
        assert isinstance(target.obj, ir.Name)
        whole = ir.Name(self.dot(target.obj.id))
        if isinstance(target, ir.Item):
            return ir.Item(whole, target.index)
        kind = self.type(target.obj.id)
        unknown = isinstance(kind, AnyType) and target.name in ("real", "imag")
        if unknown or isinstance(kind, Array | Number | Scalar | Clo):
            raise self.unsupported(f"A write to `.{target.name}` of an array or a function")
        if isinstance(kind, Obj) and sets_by_code(kind.cls, target.name):
            raise self.unsupported(f"A write to `.{target.name}`, which runs code of its class,")
        return ir.Item(whole, ir.Const(target.name))

    def augment(self, stmt: ir.Augment) -> ir.Block:
        target = stmt.target
        owner = target if isinstance(target, ir.Name) else target.obj
        if not isinstance(owner, ir.Name):
            raise self.unsupported("A write into something without a name")
        if owner.id not in self.moving:
            return (stmt,)
        place: ir.Name | ir.Item | ir.Attr
        place = (
            ir.Name(self.dot(owner.id)) if isinstance(target, ir.Name) else self.place_of(target)
        )
        alters = self.dots_in(stmt.alters)
        if stmt.every:
            return self.every(stmt, place, alters)
        if target is owner and isinstance(self.type(owner.id), AnyType):
            check = ir.Effect(algebra.call(NO_OBJECTS, owner), stmt.at)
            return check, *self.augmented(stmt, owner, place, alters)
        return self.augmented(stmt, owner, place, alters)

    def augmented(
        self,
        stmt: ir.Augment,
        owner: ir.Name,
        place: ir.Name | ir.Item | ir.Attr,
        alters: frozenset[str],
    ) -> ir.Block:
        """`x += e` of what is known to be no object of a class with operators."""
        target = stmt.target
        if isinstance(target, ir.Attr) and self.of_the_class(owner, target.name):
            # so far the class answered for it: the object's tangents have no such part
            held = (ir.Const(target.name), algebra.call(STILL, target))
            first = ir.Effect(ir.Call(ir.Attr(ir.Name(self.dot(owner.id)), "setdefault"), held))
            return first, *self.operated(stmt, owner, place, alters)
        return self.operated(stmt, owner, place, alters)

    def of_the_class(self, owner: ir.Name, name: str) -> bool:
        """Whether an attribute may be the class's own when it is read."""
        kind = self.type(owner.id)
        found = getattr_static(kind.cls, name, None) if isinstance(kind, Obj) else None
        return found is not None and is_default(found) and not surely_set(kind.cls, name)  # type: ignore[union-attr]

    def operated(
        self,
        stmt: ir.Augment,
        owner: ir.Name,
        place: ir.Name | ir.Item | ir.Attr,
        alters: frozenset[str],
    ) -> ir.Block:
        """`x op= e` and its tangent, by the operator."""
        target = stmt.target
        if stmt.op in "+-":
            return stmt, *self.added(stmt, place, alters)
        if self.is_list(target) and stmt.op == "*":
            return stmt, ir.Augment(place, "*", stmt.value, stmt.at, alters=alters, in_place=True)
        old = self.names.fresh(f"{owner.id}_old")
        self.facts.types[old] = self.type(owner.id) if target is owner else self.type_of(target)
        self.moving |= {old}
        self.dots[old] = self.names.fresh(f"{old}_dot")
        t = self.of_operator(stmt.op, target, place, stmt.value, old)
        first: ir.Block = ()
        if self.trying:
            first, t = self.kept(t)
        after = self.stored(owner.id, place, t, alters, stmt.at)
        return (*first, stmt, after) if self.trying else (after, stmt)

    def stored(
        self,
        owner: str,
        place: ir.Name | ir.Item | ir.Attr,
        t: ir.Expr,
        alters: frozenset[str],
        at: ir.Loc | None,
    ) -> ir.Stmt:
        """The tangent put where it belongs: in place where the value is changed in place."""
        kind = self.type(owner)
        if isinstance(place, ir.Name):
            if isinstance(kind, Array) and kind.ndim > 0 and not self.naive:
                return ir.Store(ir.Item(place, ir.Const(...)), t, at, alters=alters)
            value = t if is_scalar(kind) else algebra.call(MOVED, place, t)
            return ir.Assign(place.id, value, at, alters=alters)
        value = t if isinstance(kind, Array) else algebra.call(MOVED, place, t)
        return ir.Store(place, value, at, alters=alters)

    def kept(self, t: ir.Expr) -> tuple[ir.Block, ir.Expr]:
        """A tangent that is computed before its statement and stored behind it."""
        name = self.names.fresh("t_dot")
        return (ir.Assign(name, t, self.at),), ir.Name(name)

    def added(
        self, stmt: ir.Augment, place: ir.Name | ir.Item | ir.Attr, alters: frozenset[str]
    ) -> ir.Block:
        """x_dot += v_dot, which needs no older value: it comes after its statement."""
        if self.moves(stmt.value) or self.may_be_list(stmt):
            t = self.value(stmt.value)
            dot = ir.Augment(place, stmt.op, t, stmt.at, alters=alters, in_place=stmt.in_place)
            return (dot,)
        name = stmt.target.id if isinstance(stmt.target, ir.Name) else ""
        if isinstance(self.type(name), Array) or is_scalar(self.type_of(stmt.value)):
            return ()
        if isinstance(place, ir.Name):
            return (ir.Assign(place.id, self.shaped(place, name), stmt.at),)
        shaped = algebra.call(IN_SHAPE_OF, place, stmt.target)
        return (ir.Store(place, shaped, stmt.at, alters=alters),)

    def is_list(self, target: ir.Expr) -> bool:
        return isinstance(self.type_of(target), Lst | Tup)

    def may_be_list(self, stmt: ir.Augment) -> bool:
        """Whether `+=` may make a list longer, with tangents of zero."""
        if not isinstance(stmt.target, ir.Name):
            return not isinstance(self.type_of(stmt.target.obj), Array)
        return isinstance(self.type(stmt.target.id), Lst | AnyType | Dct)

    def every(self, stmt: ir.Augment, place: ir.Expr, alters: frozenset[str]) -> ir.Block:
        """`np.add.at`: an element that the index names twice is changed twice."""
        if stmt.op not in "+-" or not isinstance(place, ir.Item):
            raise self.unsupported("This write")
        if not self.moves(stmt.value):
            return (stmt,)
        value = self.value(stmt.value)
        value = algebra.neg(value) if stmt.op == "-" else value
        index = place.index
        call = algebra.call(ADD_AT, place.obj, index, value)
        return stmt, ir.Effect(call, stmt.at, alters=alters)

    def of_operator(
        self, op: str, target: ir.Expr, place: ir.Expr, value: ir.Expr, old: str
    ) -> ir.Expr:
        """The tangent of `target op value`, by the operator's rule."""
        rule = TABLE.get(BINARY_FUNCTIONS[op])
        function = BINARY_FUNCTIONS[op]
        if function in TABLE.multilinear:
            t: ir.Expr = ir.Binary(op, place, value)
            if self.moves(value):
                t = algebra.add(t, ir.Binary(op, target, self.value(value)))
            return t
        if isinstance(rule, NoDerivative):
            return ir.Const(0.0)
        if not isinstance(rule, Partials):
            raise self.unsupported(f"`{op}=`")
        terms: list[ir.Expr] = []
        for k, (f, moved) in enumerate(zip(rule.formulas, (place, None), strict=False)):
            if k == 1 and not self.moves(value):
                continue
            if f is None:
                raise errors.MissingRule(f"`{op}=` has no derivative here.", self.place())
            read = formula(f)
            names = read.names
            filled = {names[0]: ir.Binary(op, target, value), names[1]: target, names[2]: value}
            t = moved if moved is not None else self.value(value)
            partial = read.instantiate(filled)
            power = op == "**" and k == 1
            terms.append(of_exponent(partial, t, target) if power else algebra.mul(partial, t))
        whole = terms[0]
        for term in terms[1:]:
            whole = algebra.add(whole, term)
        return whole
