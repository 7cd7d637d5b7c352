"""Find out what a call of a class makes, and what a changed copy of an object holds.

Point(x, y)                 a namedtuple or a dataclass     Make(Point, x=x, y=y)
Model(w, steps=3)           a class with an `__init__`      Make, or the call of what makes it
p._replace(x=v)             a changed copy                  Make(Point, x=v, y=p[1])
"""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from srcad.analysis.bind import CannotBind, Signature, bind, expand
from srcad.analysis.constructors import Constructor, constructor
from srcad.analysis.invoke import Found, constant_expr, invoke
from srcad.analysis.operations import Inert, Make, Operation, Refused
from srcad.errors import SrcadError
from srcad.ir import nodes as ir
from srcad.ir.types import ANY, Known, Obj, Tup
from srcad.runtime.objects import made
from srcad.runtime.substitutes import SUBSTITUTES

if TYPE_CHECKING:
    from srcad.analysis.infer import Inference


def construct(
    cls: Any,
    args: tuple[ir.Expr, ...],
    kwargs: tuple[tuple[str | None, ir.Expr], ...],
    inference: Inference,
) -> Found | None:
    """`Point(x, y)` of a class of the user; None for everything else."""
    if cls is SimpleNamespace and not args:
        return _namespace(kwargs, inference)
    if cls is made:
        known = inference.expr(args[0])  # in code that was generated it is a name
        return make(known.value, kwargs, inference) if isinstance(known, Known) else None
    if not isinstance(cls, type) or cls in SUBSTITUTES:
        return None
    if issubclass(cls, BaseException):
        return ANY, Inert()
    if cls.__module__.startswith("scipy.sparse."):
        return ANY, Refused("a sparse matrix of values with a derivative", "Use an array.")
    signature = _of_record(cls)
    if signature is None:
        return made_by_constructor(cls, args, kwargs, inference)
    names = (*signature.plain, *signature.keyword_only)
    try:
        bound = bind(signature, args, kwargs, inference)
    except CannotBind:
        return ANY, Refused(f"this call of `{cls.__name__}`")
    kinds = [inference.expr(b) for b in bound]
    new = Make(cls, tuple(zip(names, bound, strict=True)))
    if issubclass(cls, tuple):
        return Tup(tuple(kinds), cls), new
    return Obj(cls, tuple(zip(names, kinds, strict=True))), new


def _of_record(cls: type) -> Signature | None:
    """The parameters of a named tuple, or of a dataclass that is no more than its fields."""
    factories: dict[str, ir.Expr] = {}
    named: tuple[str, ...] = ()
    if issubclass(cls, tuple) and hasattr(cls, "_fields"):
        names = tuple(cls._fields)
        defaults = cls._field_defaults  # type: ignore[attr-defined]
    elif dataclasses.is_dataclass(cls) and _generated_init(cls):
        usable = [f for f in dataclasses.fields(cls) if f.init]
        names = tuple(f.name for f in usable if not f.kw_only)
        named = tuple(f.name for f in usable if f.kw_only)
        defaults = {f.name: f.default for f in usable if f.default is not dataclasses.MISSING}
        factories = {
            f.name: ir.Call(constant_expr(f.default_factory, f.name))
            for f in usable
            if f.default_factory is not dataclasses.MISSING
        }
    else:
        return None
    given = {k: constant_expr(v, k) for k, v in defaults.items()}
    return Signature(names, None, None, given | factories, named)


def parameters_of(cls: type, inference: Inference) -> Signature | None:
    """The parameters of a class of the user, where it is known how it makes its objects."""
    if cls in SUBSTITUTES or issubclass(cls, BaseException) or cls.__module__ == "builtins":
        return None
    record = _of_record(cls)
    if record is not None:
        return record
    program = inference.session.program
    try:
        if cls not in program.makers:
            program.makers[cls] = constructor(program, cls)
    except SrcadError:
        return None
    how: Constructor | None = program.makers[cls]
    return None if how is None else how.signature


def _namespace(
    kwargs: tuple[tuple[str | None, ir.Expr], ...], inference: Inference
) -> Found | None:
    """`SimpleNamespace(a=x)`: an object with these attributes."""
    expanded = expand((), kwargs, inference)
    return None if expanded is None else make(SimpleNamespace, expanded[1], inference)


def made_by_constructor(
    cls: type,
    args: tuple[ir.Expr, ...],
    kwargs: tuple[tuple[str | None, ir.Expr], ...],
    inference: Inference,
) -> Found | None:
    """`Model(w)` of a class with an `__init__` of its own, or none; None if nothing is known."""
    program = inference.session.program
    try:
        if cls not in program.makers:
            program.makers[cls] = constructor(program, cls)
    except SrcadError as problem:
        return ANY, Refused(problem.message, error=problem)
    how: Constructor | None = program.makers[cls]
    if how is None:
        return None
    try:
        bound = bind(how.signature, args, kwargs, inference)
    except CannotBind as problem:
        why: Operation = Refused(f"this call of `{cls.__name__}`")
        return ANY, Inert() if problem.certain else why
    if how.unit is not None:
        return invoke(how.unit, how.signature, args, kwargs, None, inference)
    given = dict(zip(how.params, bound, strict=True))
    return make(cls, tuple((n, ir.substitute(v, given)) for n, v in how.fields), inference)


def make(cls: type, fields: tuple[tuple[str | None, ir.Expr], ...], inference: Inference) -> Found:
    """An object with these attributes."""
    named = tuple((str(n), v) for n, v in fields)
    kinds = tuple((n, inference.expr(v)) for n, v in named)
    return Obj(cls, kinds), Make(cls, named)


def _generated_init(cls: type) -> bool:
    """Whether `__init__` is the one that @dataclass wrote, with nothing after it."""
    code = getattr(cls.__init__, "__code__", None)  # type: ignore[misc]
    generated = code is not None and code.co_filename == "<string>"
    return generated and not hasattr(cls, "__post_init__")


def plain_dataclass(kind: Obj) -> bool:
    """Whether an object of the class is its fields, all of which `__init__` takes, and no more."""
    if not dataclasses.is_dataclass(kind.cls) or not _generated_init(kind.cls):
        return False
    fields = dataclasses.fields(kind.cls)
    return all(f.init for f in fields) and {f.name for f in fields} == {n for n, _ in kind.fields}


def replaced(cls: type, owner: ir.Expr, expr: ir.Call, inference: Inference) -> Found:
    """`p._replace(x=v)` of a namedtuple and `dataclasses.replace(p, x=v)`."""
    kind = inference.expr(owner)
    for _, value in expr.kwargs:
        inference.expr(value)
    given = dict(expr.kwargs)
    if None in given:
        return ANY, Refused("`**` in `replace`")
    if isinstance(kind, Tup):
        old: dict[str, ir.Expr] = {
            n: ir.Item(owner, ir.Const(k))
            for k, n in enumerate(cls._fields)  # type: ignore[attr-defined]
        }
        types = dict(zip(old, kind.items, strict=True))
    else:
        assert isinstance(kind, Obj)
        old = {f.name: ir.Attr(owner, f.name) for f in dataclasses.fields(cls)}
        types = {n: t for n, t in kind.fields if n in old}
    if not set(given) <= set(old):
        return ANY, Inert()  # Python raises its own error when it runs
    types |= {str(n): inference.expr(v) for n, v in given.items()}
    new = Make(cls, tuple((n, given.get(n, old[n])) for n in old))
    if isinstance(kind, Tup):
        return Tup(tuple(types[n] for n in old), cls), new
    return Obj(cls, tuple((n, types[n]) for n in old)), new
