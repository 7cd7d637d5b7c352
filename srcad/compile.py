"""Make a compiled derivative ready to run: text, functions, and what they rely on."""

from __future__ import annotations

import ast
import itertools
import types
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from srcad import errors
from srcad.emit.load import load
from srcad.emit.printer import print_module
from srcad.ir.types import (
    ANY,
    AnyType,
    Array,
    Bottom,
    Dct,
    Known,
    Number,
    Scalar,
    Symbols,
    Tup,
    Type,
    carries,
    show,
    type_of,
)
from srcad.pipeline import Compilation

_SERIAL = itertools.count(1)


@dataclass
class Entry:
    """One compiled version; `guards` are (holder, name, value) that must still be so."""

    run: Callable[..., Any]
    text: str
    symbols: Symbols
    dict_guards: list[tuple[dict[str, Any], str, Any]]
    other_guards: list[tuple[Any, str, Any]]
    forward: Callable[..., Any] = field(default=lambda: None)
    backward: Callable[..., Any] | None = None
    mask: tuple[bool, ...] = ()
    functions: dict[str, Any] = field(default_factory=dict)

    def guards_hold(self) -> bool:
        """Whether everything outside is as it was when the code was made."""
        return all(d.get(n) is v for d, n, v in self.dict_guards) and all(
            _read(h, n) is v for h, n, v in self.other_guards
        )

    def renew(self) -> bool:
        """Accept new values of the same type: the code reads them live."""
        dicts = [(d, n, d.get(n, errors)) for d, n, _ in self.dict_guards]
        others = [(h, n, _read(h, n)) for h, n, _ in self.other_guards]
        old = [v for _, _, v in (*self.dict_guards, *self.other_guards)]
        new = [v for _, _, v in (*dicts, *others)]
        for a, b in zip(old, new, strict=True):
            if a is not b and not self._alike(a, b):
                return False
        self.dict_guards, self.other_guards = dicts, others
        return True

    def _alike(self, a: Any, b: Any) -> bool:
        kind = type_of(a, Symbols())
        if isinstance(kind, Known) or type(a) is not type(b):
            return False
        return kind == type_of(b, Symbols()) and not isinstance(a, np.ndarray | list | dict)

    def bars(self, saved: Any, cotangent: Any) -> list[Any]:
        """The raw cotangents of all parameters, None where there is none."""
        assert self.backward is not None
        found = self.backward(saved, cotangent)
        parts = iter([found] if sum(self.mask) == 1 else found)
        return [next(parts) if m else None for m in self.mask]

    def pull(self, saved: Any, cotangent: Any, args: tuple[Any, ...]) -> list[Any]:
        """The cotangents of all parameters."""
        if self.backward is None:
            from srcad.runtime.cotangents import finish

            return [finish(None, a) for a in args]
        found = iter(self.backward(saved, cotangent))
        from srcad.runtime.cotangents import finish

        return [next(found) if m else finish(None, a) for m, a in zip(self.mask, args, strict=True)]


def _read(holder: Any, name: str) -> Any:
    try:
        return getattr(holder, name)
    except (AttributeError, ValueError):
        return errors  # an object that is never the value


def compile_fused(
    function: types.FunctionType,
    kinds: tuple[Type, ...],
    wrt: tuple[int, ...],
    single: bool,
    value: bool,
    aux: bool,
    naive: bool,
    symbols: Symbols,
) -> Entry:
    """`f_grad` for one signature."""
    work = Compilation(symbols, naive)
    unit = work.program.unit(function)
    result = work.session.infer(unit, kinds).result
    if aux:
        if isinstance(result, Tup) and len(result.items) == 2:
            result = result.items[0]
        elif not isinstance(result, AnyType):
            raise errors.NotDifferentiable(
                f"has_aux: {unit.name} must return (value, aux), not {show(result)}.",
                return_place(unit))
    check_result(result, unit)
    work.fused(unit, kinds, wrt, single, value, aux)
    return ready(work, work.emitted[0].name, symbols)


def compile_pullback(
    function: types.FunctionType, kinds: tuple[Type, ...], naive: bool, symbols: Symbols
) -> Entry:
    """`f_fwd` and `f_bwd` for one signature, active in every parameter that can be."""
    work = Compilation(symbols, naive)
    unit = work.program.unit(function)
    mask = tuple(map(carries, kinds))
    work.names.taken |= unit.code.taken
    fwd, bwd = work.names.fresh(f"{unit.name}_fwd"), work.names.fresh(f"{unit.name}_bwd")
    work.split(unit, kinds, mask, fwd, bwd, reusable=True, finished=True)
    entry = ready(work, fwd, symbols)
    entry.forward = entry.functions[fwd]
    entry.backward = entry.functions[bwd]
    entry.mask = mask
    return entry


def compile_split(
    function: types.FunctionType, kinds: tuple[Type, ...], symbols: Symbols, adapt: Any = None
) -> Entry:
    """The same pair with raw cotangents, for calls met at run time."""
    work = Compilation(symbols, reusable=True)
    unit = work.program.unit(function)
    if adapt is not None:
        unit = adapt(unit)
    mask = tuple(map(carries, kinds))
    fwd, bwd = work.request(unit, kinds, mask)
    work.finish_waiting()
    entry = ready(work, fwd, symbols)
    entry.forward, entry.backward, entry.mask = entry.functions[fwd], entry.functions[bwd], mask
    return entry


def ready(work: Compilation, name: str, symbols: Symbols) -> Entry:
    """Print, load, and note the guards."""
    names: dict[str, Any] = {}
    body: list[ast.stmt] = []
    comments: dict[int, str] = {}
    functions = {}
    taken = set().union(*(mentioned(e.node) for e in work.emitted))
    for emitted in work.emitted:
        for text, value in emitted.refs.items():
            if text in names and names[text] is not value:
                raise errors.InternalError(f"two meanings of {text}")
            names[text] = value
        functions[emitted.name] = emitted.function
        comments.update(emitted.comments)
        body.append(emitted.node)
    del taken
    module = ast.fix_missing_locations(ast.Module([*imports(names), *body], []))
    text = print_module(module.body, comments)
    filename = f"<srcad {name} {next(_SERIAL)}>"
    loaded = load(text, functions, names, filename)
    dicts, others = [], []
    for holder, key, value in work.program.guards.values():
        if isinstance(holder, dict):
            dicts.append((holder, key, value))
        else:
            others.append((holder, key, value))
    return Entry(loaded[name], text, symbols, dicts, others, functions=loaded)


def mentioned(node: ast.AST) -> set[str]:
    return {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}


def imports(names: dict[str, Any]) -> list[ast.stmt]:
    """The import lines with which the text also runs as a module of its own."""
    out: list[ast.stmt] = []
    for name in sorted(names):
        value = names[name]
        if isinstance(value, types.ModuleType):
            alias = ast.alias(value.__name__, name if name != value.__name__ else None)
            out.append(ast.Import([alias]))
    runtime: dict[str, list[str]] = {}
    for name in sorted(names):
        module = getattr(names[name], "__module__", "") or ""
        if module.startswith("srcad.") and getattr(names[name], "__name__", "") == name:
            runtime.setdefault(module, []).append(name)
    for module, found in sorted(runtime.items()):
        out.append(ast.ImportFrom(module, [ast.alias(n) for n in found], 0))
    return out


def check_result(kind: Type, unit: Any) -> None:
    """`grad` needs a real scalar: say what it got, where, and what to call instead."""
    place = return_place(unit)
    match kind:
        case AnyType() | Bottom():
            return
        case Scalar(k) if k is float:
            return
        case Number(dtype) if dtype.startswith(("float", "longdouble")):
            return
        case Array(dtype, dims) if dtype.startswith("float") and all(d == 1 for d in dims):
            return
        case Array(dtype, dims) if dtype.startswith("float"):
            raise errors.NotDifferentiable(
                f"{unit.name} returns an array {show(kind)}, and grad needs a real scalar. Sum it, "
                "or use srcad.vjp.", place)
        case Scalar(k) if k in (int, bool) or k is type(None):
            what = "None" if k is type(None) else f"the {k.__name__}"
            raise errors.NotDifferentiable(
                f"{unit.name} returns {what}, which has no derivative: return a float.", place)
        case Number(dtype) | Array(dtype) if "complex" in dtype:
            raise errors.NotDifferentiable(
                f"{unit.name} returns complex numbers ({dtype}), and grad needs a real scalar. "
                "Return np.abs(z) ** 2 or z.real, or use srcad.vjp.", place)
        case Scalar(k) if k is complex:
            raise errors.NotDifferentiable(
                f"{unit.name} returns a complex number, and grad needs a real scalar. Return "
                "abs(z) ** 2 or z.real, or use srcad.vjp.", place)
        case Tup() | Dct():
            raise errors.NotDifferentiable(
                f"{unit.name} returns {show(kind)}, and grad needs a real scalar. Use "
                "has_aux=True for (value, aux), or srcad.vjp.", place)
    raise errors.NotDifferentiable(
        f"{unit.name} returns {show(kind)}, and grad needs a real scalar.", place)


def return_place(unit: Any) -> errors.Place:
    """The last `return` of a function."""
    node = unit.source.node
    found = [n for n in ast.walk(node) if isinstance(n, ast.Return)]
    return unit.source.place(found[-1] if found else node, unit.name)  # type: ignore[no-any-return]


__all__ = ["ANY", "Entry", "compile_fused", "compile_pullback"]
