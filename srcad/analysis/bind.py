"""Bind the arguments of a call to the parameters of the function, at compile time.

def f(a, b=2, *rest, scale=1.0, **options)
f(x, *pair, scale=s)      →     a=x, b=pair[0], rest=(pair[1],), scale=s, options={}
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from srcad.ir import nodes as ir
from srcad.ir.types import Dct, Lst, Tup

if TYPE_CHECKING:
    from srcad.analysis.infer import Inference


class CannotBind(Exception):
    """`certain`: Python would refuse the call as well."""

    def __init__(self, certain: bool) -> None:
        self.certain = certain
        super().__init__(certain)


@dataclass(frozen=True)
class Signature:
    """Parameters in the order of `ir.Function.params`: plain, *args, keyword-only, **kwargs."""

    plain: tuple[str, ...]
    star: str | None
    double: str | None
    defaults: dict[str, ir.Expr]
    keyword_only: tuple[str, ...] = ()
    positional_only: tuple[str, ...] = ()

    @staticmethod
    def of(function: Any, constant: Callable[[Any, str], ir.Expr]) -> Signature:
        """The parameters that its code has, whatever a decorator says of them."""
        code, kind = function.__code__, inspect.Parameter
        names, count = code.co_varnames, code.co_argcount
        last = count + code.co_kwonlyargcount
        params: list[tuple[str, Any]] = [(n, kind.POSITIONAL_OR_KEYWORD) for n in names[:count]]
        for k in range(code.co_posonlyargcount):
            params[k] = names[k], kind.POSITIONAL_ONLY
        params += [(n, kind.KEYWORD_ONLY) for n in names[count:last]]
        if code.co_flags & inspect.CO_VARARGS:
            params.append((names[last], kind.VAR_POSITIONAL))
            last += 1
        if code.co_flags & inspect.CO_VARKEYWORDS:
            params.append((names[last], kind.VAR_KEYWORD))
        values = function.__defaults__ or ()
        given = dict(zip(names[count - len(values) : count], values, strict=True))
        given |= function.__kwdefaults__ or {}
        return _signature(params, {name: constant(value, name) for name, value in given.items()})

    @staticmethod
    def of_node(node: ast.FunctionDef | ast.Lambda, defaults: dict[str, ir.Expr]) -> Signature:
        args, kind = node.args, inspect.Parameter
        params: list[tuple[str, Any]] = [(a.arg, kind.POSITIONAL_ONLY) for a in args.posonlyargs]
        params += [(a.arg, kind.POSITIONAL_OR_KEYWORD) for a in args.args]
        if args.vararg:
            params.append((args.vararg.arg, kind.VAR_POSITIONAL))
        params += [(a.arg, kind.KEYWORD_ONLY) for a in args.kwonlyargs]
        if args.kwarg:
            params.append((args.kwarg.arg, kind.VAR_KEYWORD))
        return _signature(params, defaults)


def _signature(params: list[tuple[str, Any]], defaults: dict[str, ir.Expr]) -> Signature:
    kind = inspect.Parameter
    named = (kind.POSITIONAL_ONLY, kind.POSITIONAL_OR_KEYWORD)
    return Signature(
        tuple(n for n, k in params if k in named),
        next((n for n, k in params if k is kind.VAR_POSITIONAL), None),
        next((n for n, k in params if k is kind.VAR_KEYWORD), None),
        defaults,
        tuple(n for n, k in params if k is kind.KEYWORD_ONLY),
        tuple(n for n, k in params if k is kind.POSITIONAL_ONLY),
    )


def bind(
    signature: Signature,
    args: tuple[ir.Expr, ...],
    kwargs: tuple[tuple[str | None, ir.Expr], ...],
    inference: Inference,
) -> tuple[ir.Expr, ...]:
    """One expression for each parameter."""
    expanded = expand(args, kwargs, inference)
    if expanded is None:
        passed = _passed_on(signature, args, kwargs, inference.facts.tuples)
        if passed is None:
            raise CannotBind(certain=False)
        return passed
    positional, named = expanded
    given = dict(named)
    values: dict[str, ir.Expr] = dict(zip(signature.plain, positional, strict=False))
    extra = positional[len(signature.plain) :]
    if (extra and signature.star is None) or len(given) != len(named):
        raise CannotBind(certain=True)
    options: dict[str, ir.Expr] = {}
    for key, value in given.items():
        if key in (*signature.plain, *signature.keyword_only) and (
            key not in signature.positional_only
        ):
            if key in values:
                raise CannotBind(certain=True)
            values[key] = value
        elif signature.double is not None:
            options[key] = value
        else:
            raise CannotBind(certain=True)
    for name in (*signature.plain, *signature.keyword_only):
        if name not in values:
            if name not in signature.defaults:
                raise CannotBind(certain=True)
            values[name] = signature.defaults[name]
    return _ordered(signature, values, ir.Sequence("tuple", extra), _mapping(options))


def _mapping(options: dict[str, ir.Expr]) -> ir.Expr:
    return ir.Mapping(tuple(map(ir.Const, options)), tuple(options.values()))


def _passed_on(
    signature: Signature,
    args: tuple[ir.Expr, ...],
    kwargs: tuple[tuple[str | None, ir.Expr], ...],
    tuples: Collection[str],
) -> tuple[ir.Expr, ...] | None:
    """`f(a, *rest)` into `def f(a, *rest)`: the tuple is handed on as it is.

    tuples: variables that are known to hold one.
    """
    *first, last = args or (None,)
    named = dict(kwargs)
    if signature.star is None or not isinstance(last, ir.Star):
        return None
    if not named.keys() <= set(signature.keyword_only) or len(named) < len(kwargs):
        return None
    if len(first) != len(signature.plain) or any(isinstance(a, ir.Star) for a in first):
        return None
    if any(n not in signature.defaults | named for n in signature.keyword_only):
        return None
    values: dict[str, Any] = dict(zip(signature.plain, first, strict=True))
    values |= {n: named.get(n, signature.defaults.get(n)) for n in signature.keyword_only}
    rest: ir.Expr = ir.Call(ir.Ref(tuple, "tuple"), (last.value,))
    if isinstance(last.value, ir.Name) and last.value.id in tuples:
        rest = last.value
    return _ordered(signature, values, rest, _mapping({}))


def _ordered(
    signature: Signature, values: dict[str, ir.Expr], star: ir.Expr, double: ir.Expr
) -> tuple[ir.Expr, ...]:
    out = [values[n] for n in signature.plain]
    if signature.star is not None:
        out.append(star)
    out += [values[n] for n in signature.keyword_only]
    if signature.double is not None:
        out.append(double)
    return tuple(out)


def expand(
    args: tuple[ir.Expr, ...],
    kwargs: tuple[tuple[str | None, ir.Expr], ...],
    inference: Inference,
) -> tuple[tuple[ir.Expr, ...], tuple[tuple[str, ir.Expr], ...]] | None:
    """Arguments with `*items` and `**table` written out; None when their lengths are unknown."""
    out: list[ir.Expr] = []
    for arg in args:
        if not isinstance(arg, ir.Star):
            out.append(arg)
            continue
        kind = inference.expr(arg.value)
        items = kind.items if isinstance(kind, Tup | Lst) else None
        if items is None:
            return None
        out.extend(ir.Item(arg.value, ir.Const(k)) for k in range(len(items)))
    named: list[tuple[str, ir.Expr]] = []
    for key, value in kwargs:
        if key is not None:
            named.append((key, value))
            continue
        kind = inference.expr(value)
        if not isinstance(kind, Dct) or kind.items is None:
            return None
        named.extend((str(k), ir.Item(value, ir.Const(k))) for k, _ in kind.items)
    return tuple(out), tuple(named)
