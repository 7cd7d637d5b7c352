"""The tangent of a value: what stands on the right of an assignment.

z = y                z_dot = y_dot
p = (x, 2.0)         p_dot = (x_dot, 0.0)
v = x[1:]            v_dot = x_dot[1:]               the same view of the tangent
w = model.w          w_dot = model_dot["w"]
u = xs.pop()         u_dot = xs_dot.pop()
"""

from __future__ import annotations

import functools
import inspect

from srcad.adjoint import algebra
from srcad.analysis.operations import (
    Apply,
    Copy,
    Element,
    Handed,
    Inert,
    Make,
    Mutation,
    Part,
    Refused,
    Same,
)
from srcad.ir import nodes as ir
from srcad.ir.types import AnyType, Array, Obj, Tup, is_scalar
from srcad.rules.mutable import HANDS_OUT
from srcad.rules.table import TABLE
from srcad.rules.views import MAY_VIEW, METHOD_VIEWS, makes_new
from srcad.runtime import tangents
from srcad.runtime.closures import captured, default_of
from srcad.tangent.applied import APART_FROM, Applied
from srcad.tangent.base import NONE

SAME_VIEW = ir.Ref(tangents.same_view, "same_view")
TAKEN_ENTRY = ir.Ref(tangents.taken_entry, "taken_entry")
ITEMS_DOT = ir.Ref(tangents.items_dot, "items_dot")
CAPTURED_DOT = ir.Ref(tangents.captured_dot, "captured_dot")
PART_DOT = ir.Ref(tangents.part_dot, "part_dot")
_INSIDE = (captured, default_of)


def _of_class(cls: type, name: str) -> bool:
    """Whether a class has the name; a cached property was computed and kept before."""
    found = inspect.getattr_static(cls, name, None)
    return found is not None and not isinstance(found, functools.cached_property)


def may_view(operation: Apply) -> bool:
    """Whether NumPy may return memory of an operand."""
    function = operation.function
    if operation.form in ("method", "attribute"):
        return getattr(function, "__name__", "") in METHOD_VIEWS
    try:
        return function in MAY_VIEW
    except TypeError:  # it cannot be hashed
        return True


def _decides(expr: ir.Expr) -> bool:
    """Whether the value is True or False, and not one of the operands."""
    match expr:
        case ir.Logic(_, items):
            return all(map(_decides, items))
        case ir.Unary("not") | ir.Compare():
            return True
        case ir.Const(value):
            return isinstance(value, bool)
        case ir.Call(ir.Name("isinstance" | "hasattr" | "callable")):
            return True
        case _:
            return False


class Values(Applied):
    """The tangents of expressions."""

    def value(self, expr: ir.Expr) -> ir.Expr:
        """The tangent of an operand, an item of a display or an argument."""
        if not self.moves(expr):
            return self.zero(expr)
        match expr:
            case ir.Name(name):
                return ir.Name(self.dot(name))
            case ir.Star(inner):
                return ir.Star(self.value(inner))
            case ir.Sequence(kind, items) if kind != "set":
                return ir.Sequence(kind, tuple(map(self.value, items)))
            case ir.Mapping(keys, values):
                return ir.Mapping(keys, tuple(map(self.value, values)))
            case ir.Call(ir.Ref(f), (ir.Name(owner), key)) if f in _INSIDE:
                return ir.Item(ir.Name(self.dot(owner)), key)
            case ir.Call(ir.Ref(_, "tuple"), (inner,)):
                return algebra.call(ir.Ref(tuple, "tuple"), self.value(inner))
            case ir.Item(ir.Name() as owner, index):
                return self.element(owner, index)
            case ir.Attr(ir.Name() as owner, name):
                return self.element(owner, name)
            case _:
                pass
        operation = self.operation(expr)
        if isinstance(operation, Part | Element | Same):
            return self.result(expr, "")
        raise self.unsupported("This expression")

    def result(self, expr: ir.Expr, target: str) -> ir.Expr:  # noqa: C901 - one case for each kind
        """The tangent of `target = expr`, an expression that may name the target."""
        operation = self.operation(expr)
        match operation:
            case Apply():
                return self.viewed(operation, target, self.applied(operation, target, expr))
            case Element(owner, index) | Part(owner, index):
                inside = self.captured_inside(expr, owner)
                return self.element(owner, index) if inside is None else inside
            case Make(cls, fields):
                items = tuple(self.value(v) for _, v in fields)
                if issubclass(cls, tuple):
                    return ir.Sequence("tuple", items)
                return ir.Mapping(tuple(ir.Const(n) for n, _ in fields), items)
            case Same(inner):
                return self.value(inner)
            case Copy(inner):
                return self.copied(expr, inner)
            case Handed(owner, default):
                return self.handed(expr, owner, default)
            case Mutation(owner, what) if what[1:-2] in HANDS_OUT:
                return self.taken_out(expr)
            case Refused():
                raise self.refusal(operation)
            case Inert():
                return self.zero(ir.Name(target))
            case None:
                return self.built(expr)
            case _:
                raise self.unsupported("This expression")

    def captured_inside(self, expr: ir.Expr, owner: ir.Expr) -> ir.Expr | None:
        """The tangent of what a function of unknown kind has captured: `captured(fn, "w")`."""
        match expr:
            case ir.Call(_, (ir.Name(name) as whole, ir.Const(str()) as key), ()):
                unknown = isinstance(self.type(name), AnyType) and owner == whole
                if unknown and self.moves(whole):
                    return algebra.call(CAPTURED_DOT, self.value(whole), whole, key)
            case _:
                pass
        return None

    def viewed(self, operation: Apply, target: str, t: ir.Expr) -> ir.Expr:
        """What may be a view must be one of the tangent where NumPy made it one, if it matters."""
        names = {target}.union(*map(ir.reads, operation.args))
        written = self.shown or names & self.written
        if TABLE.of_user(operation.function) and written and not is_scalar(self.type(target)):
            name = ir.Const(getattr(operation.function, "__name__", "a function"))
            given = ir.Sequence("tuple", operation.args)
            return algebra.call(APART_FROM, t, ir.Name(target), name, given)
        if not may_view(operation):
            return t
        options = {k: (v.value if isinstance(v, ir.Const) else ...) for k, v in operation.kwargs}
        if not written or makes_new(operation.function, options):
            return t
        owner = operation.args[0] if operation.args else None
        if not isinstance(owner, ir.Name) or owner.id not in self.moving:
            return t
        dot = ir.Name(self.dot(owner.id))
        return algebra.call(SAME_VIEW, t, ir.Name(target), owner, dot)

    def element(self, owner: ir.Expr, index: ir.Expr | str) -> ir.Expr:
        """An item or an attribute of the tangent."""
        whole = self.value(owner)
        kind = self.type_of(owner)
        if not isinstance(index, str):
            unknown = isinstance(kind, AnyType) and isinstance(owner, ir.Name)
            return ir.Item(algebra.call(ITEMS_DOT, whole, owner) if unknown else whole, index)
        fields = getattr(getattr(kind, "cls", None), "_fields", ())
        if isinstance(kind, Tup) and index in fields:
            return ir.Item(whole, ir.Const(fields.index(index)))
        if isinstance(kind, Array):
            return ir.Attr(whole, index)
        of_class = isinstance(kind, Obj) and _of_class(kind.cls, index)
        if isinstance(kind, AnyType) or of_class:
            return algebra.call(PART_DOT, whole, owner, ir.Const(index))
        return ir.Item(whole, ir.Const(index))

    def copied(self, expr: ir.Expr, inner: ir.Expr) -> ir.Expr:
        """`list(xs)` of the tangents."""
        match expr:
            case ir.Call(ir.Attr(owner, name), args, kwargs) if owner is inner:
                return ir.Call(ir.Attr(self.value(inner), name), args, kwargs)
            case ir.Call(func, args, kwargs):
                given = tuple(self.value(a) if a is inner else a for a in args)
                return ir.Call(func, given, kwargs)
            case ir.Item(owner, index):
                return ir.Item(self.value(owner), index)
            case _:
                raise self.unsupported("This copy")

    def handed(self, expr: ir.Expr, owner: ir.Expr, default: ir.Expr | None) -> ir.Expr:
        match expr:
            case ir.Call(ir.Attr(_, name), (key, *_)):
                rest = () if default is None else (self.value(default),)
                return ir.Call(ir.Attr(self.value(owner), name), (key, *rest))
            case _:
                raise self.unsupported("This look-up")

    def taken_out(self, expr: ir.Expr) -> ir.Expr:
        """`xs.pop(k)` of the tangents: keys and positions are the same, defaults have tangents."""
        match expr:
            case ir.Item(owner, index):  # of a defaultdict: what is missing is put there
                return ir.Item(self.value(owner), index)
            case ir.Call(ir.Attr(owner, "popitem"), args, options):
                return ir.Call(TAKEN_ENTRY, (self.value(owner), *args), options)
            case ir.Call(ir.Attr(owner, name), args, ()):
                keys = args if name == "pop" and len(args) < 2 else args[:1]
                rest = tuple(map(self.value, args[len(keys) :]))
                return ir.Call(ir.Attr(self.value(owner), name), (*keys, *rest))
            case _:
                raise self.unsupported("This call")

    def built(self, expr: ir.Expr) -> ir.Expr:
        """A display, a closure, or a name."""
        match expr:
            case ir.Closure():
                held = {c: self.value(ir.Name(c)) for c in expr.held}
                held |= {name: self.value(v) for name, v in expr.defaults}
                return ir.Mapping(tuple(map(ir.Const, held)), tuple(held.values()))
            case ir.Name() | ir.Sequence() | ir.Mapping() | ir.Call():
                return self.value(expr)
            case ir.Logic() if _decides(expr):
                return NONE
            case ir.Choice(test, then, orelse):
                return ir.Choice(test, self.value(then), self.value(orelse))
            case _:
                raise self.unsupported("This expression")
