"""Read the constructor of a class as a function that makes an object.

    class Scale:                              def Scale(w):
        def __init__(self, w):                    n = np.sum(w)
            n = np.sum(w)                →        half = w / n
            self.half = w / n                     self = made(Scale, half=half, steps=0)
            self.steps = 0                        return self

    class Log:                                def Log(first):
        def __init__(self, first):                self = made(Log)
            self.items = []              →        self.items = []
            self.add(first)                       self.add(first)
                                                  return self

The first form is for constructors that only set attributes: the object is whole from the start, and
nothing has to be written.  Where each attribute is a parameter or a constant, the call makes the
object itself (`Make`), and no function is needed.
"""

from __future__ import annotations

import dataclasses
import inspect
import types as pytypes
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from srcad.analysis.bind import Signature
from srcad.analysis.invoke import constant_expr
from srcad.ir import nodes as ir
from srcad.ir.names import Names
from srcad.runtime.objects import made

if TYPE_CHECKING:
    from srcad.analysis.program import Program, Unit

MADE = ir.Ref(made, "made")


@dataclass(frozen=True)
class Constructor:
    """How objects of a class are made: by a function, or of their parameters alone."""

    signature: Signature
    params: tuple[str, ...] = ()
    fields: tuple[tuple[str, ir.Expr], ...] = ()
    unit: Unit | None = None


def constructor(program: Program, cls: type) -> Constructor | None:
    """How a class of the user makes its objects; None if that is not known.

    Raises SrcadError where the source of `__init__` is missing.
    """
    if _hooked(cls):
        return None
    init = inspect.getattr_static(cls, "__init__", None)
    if init is object.__init__:
        return Constructor(Signature((), None, None, {}))
    if not isinstance(init, pytypes.FunctionType):
        return None
    program.attribute(cls, "__init__")
    if dataclasses.is_dataclass(cls) and init.__code__.co_filename == "<string>":
        return _after_init(program, cls)
    unit = program.unit(init)
    signature = Signature.of(init, constant_expr)
    if not signature.plain:
        return None
    own = unit.code.params[0].name
    if own in ir.assigned(unit.code.body) or own in unit.code.captured:
        return None
    signature = replace(signature, plain=signature.plain[1:])
    params = unit.code.params[1:]
    names = {p.name for p in params}
    record = _record(unit.code.body, own, cls, unit.code)
    if record is None:
        body = (_made(own, cls, ()), *unit.code.body)
        return _by_unit(signature, unit, cls, params, body, own)
    before, fields = record
    if all(map(_is_plain, before)) and all(ir.reads(v) <= names for _, v in fields):
        return Constructor(signature, tuple(p.name for p in params), fields)
    return _by_unit(signature, unit, cls, params, (*before, _made(own, cls, fields)), own)


def _hooked(cls: Any) -> bool:
    """Whether making an object, or setting an attribute, runs other code of the class."""
    if type(cls).__call__ is not type.__call__ or cls.__new__ is not object.__new__:
        return True
    data: Any = cls
    frozen = dataclasses.is_dataclass(cls) and data.__dataclass_params__.frozen
    return cls.__setattr__ is not object.__setattr__ and not frozen


def _made(own: str, cls: type, fields: tuple[tuple[str, ir.Expr], ...]) -> ir.Stmt:
    return ir.Assign(own, ir.Call(MADE, (ir.Ref(cls, cls.__name__),), fields))


def _by_unit(
    signature: Signature,
    unit: Unit,
    cls: type,
    params: tuple[ir.Param, ...],
    body: ir.Block,
    own: str,
) -> Constructor:
    """A function with these statements, which returns the object."""
    known = unit.code.locals | ir.assigned(body)
    code = replace(unit.code, name=cls.__name__, params=params, body=body, result=own, locals=known)
    return Constructor(signature, tuple(p.name for p in params), unit=replace(unit, code=code))


def _is_plain(stmt: ir.Stmt) -> bool:
    """The result, which is None."""
    return isinstance(stmt, ir.Assign) and isinstance(stmt.value, ir.Const)


# -- constructors that only set attributes ---------------------------------------------


def _record(
    body: ir.Block, own: str, cls: type, code: ir.Function
) -> tuple[ir.Block, tuple[tuple[str, ir.Expr], ...]] | None:
    """The statements without the object, and its attributes at the end."""
    names = Names(code.taken | code.locals)
    fields: dict[str, ir.Expr] = {}
    out: list[ir.Stmt] = []
    moving = _assigned_twice(body)

    def field(expr: ir.Expr) -> ir.Expr:
        match expr:
            case ir.Attr(ir.Name(owner), name) if owner == own:
                return fields.get(name, expr)
            case _:
                return ir.rebuild(expr, field)

    for stmt in body:
        match stmt:
            case ir.Store(ir.Attr(ir.Name(owner), name), value) if owner == own:
                value = field(value)
                if own in ir.reads(value) or _of_class(cls, name):
                    return None
                if not isinstance(value, ir.Const | ir.Name) or ir.reads(value) & moving:
                    variable = names.fresh(name)
                    out.append(ir.Assign(variable, value, stmt.at))
                    value = ir.Name(variable)
                fields[name] = value
            case _:
                new = _changed(stmt, field)
                if own in ir.all_reads(new) | ir.bound(new):
                    return None
                out.append(new)
    return tuple(out), tuple(fields.items())


def _changed(stmt: ir.Stmt, change: Any) -> ir.Stmt:
    """A statement, and those in it, with their expressions changed."""
    new = ir.map_expressions(stmt, change)
    inner = tuple(tuple(_changed(s, change) for s in b) for b in ir.blocks(new))
    return ir.with_blocks(new, inner) if inner else new


def _of_class(cls: type, name: str) -> bool:
    """Whether the class decides what setting the attribute does; slots only hold it."""
    found = inspect.getattr_static(cls, name, None)
    return hasattr(type(found), "__set__") and not isinstance(found, pytypes.MemberDescriptorType)


def _assigned_twice(body: ir.Block) -> frozenset[str]:
    """Variables that may change after an attribute was set to them."""
    seen: set[str] = set()
    twice: set[str] = set()
    for stmt in ir.walk(body):
        loops = isinstance(stmt, ir.For | ir.While)
        found = ir.bound(stmt) if loops else set(ir.targets(stmt))
        twice |= seen & found if not loops else found
        seen |= found
        if isinstance(stmt, ir.Augment):
            twice |= ir.reads(stmt.target)
    return frozenset(twice)


# -- dataclasses -----------------------------------------------------------------------


def _after_init(program: Program, cls: type) -> Constructor | None:
    """The `__init__` that @dataclass wrote, and the `__post_init__` after it."""
    fields = dataclasses.fields(cls)
    pseudo = set(cls.__dataclass_fields__) - {f.name for f in fields}  # type: ignore[attr-defined]
    after = inspect.getattr_static(cls, "__post_init__", None)
    if any(cls.__dataclass_fields__[n]._field_type is _INIT_VAR for n in pseudo):  # type: ignore[attr-defined]
        return None
    if not isinstance(after, pytypes.FunctionType):
        return None
    program.attribute(cls, "__post_init__")
    unit = program.unit(after)
    if len(unit.code.params) != 1:
        return None
    names = Names(unit.code.taken | unit.code.locals)
    given: dict[str, ir.Expr] = {}
    values: list[tuple[str, ir.Expr]] = []
    params: dict[str, str] = {}
    for f in fields:
        default = _default(f)
        if f.init:
            params[f.name] = names.fresh(f.name)
            values.append((f.name, ir.Name(params[f.name])))
        if f.init and default is not None:
            given[f.name] = default
        elif not f.init and default is not None:
            values.append((f.name, default))
    keyword = tuple(f.name for f in fields if f.init and f.kw_only)
    plain = tuple(f.name for f in fields if f.init and not f.kw_only)
    own = unit.code.params[0].name
    body = (*_named(values, names, own, cls), *unit.code.body)
    listed = tuple(ir.Param(params[n]) for n in (*plain, *keyword))
    return _by_unit(Signature(plain, None, None, given, keyword), unit, cls, listed, body, own)


_INIT_VAR = dataclasses._FIELD_INITVAR  # type: ignore[attr-defined]


def _default(f: Any) -> ir.Expr | None:
    if f.default is not dataclasses.MISSING:
        return constant_expr(f.default, f.name)
    if f.default_factory is not dataclasses.MISSING:
        return ir.Call(constant_expr(f.default_factory, f.name))
    return None


def _named(values: list[tuple[str, ir.Expr]], names: Names, own: str, cls: type) -> list[ir.Stmt]:
    """The object with its fields; what a factory makes has a variable of its own."""
    out: list[ir.Stmt] = []
    fields: list[tuple[str, ir.Expr]] = []
    for name, value in values:
        if isinstance(value, ir.Call):
            variable = names.fresh(name)
            out.append(ir.Assign(variable, value))
            value = ir.Name(variable)
        fields.append((name, value))
    return [*out, _made(own, cls, tuple(fields))]
