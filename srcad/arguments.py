"""Which function a derivative is of, with which arguments, and in which of them.

grad(model.loss)(w)                 Model.loss, called with (model, w)
grad(f, wrt=("w", -1))(x, w, b)     the parameters 1 and 2
grad(f, wrt=1)(a, b, c)             of `def f(*terms)`: the item 1 of the parameter 0
"""

from __future__ import annotations

import ast
import functools
import inspect
import linecache
import types
from dataclasses import dataclass
from typing import Any

import numpy as np

from srcad import errors
from srcad.frontend.source import Target, locate, unwrap
from srcad.ir.types import Type, carries, show
from srcad.rules.table import TABLE
from srcad.runtime.gates import Gate, caller_of

Wrt = int | str | tuple[int | str, ...]
Slot = tuple[int, Any]  # a parameter, and the item of `*args` or `**kwargs` (WHOLE: all of it)


class _Whole:
    def __repr__(self) -> str:
        return "WHOLE"


WHOLE: Any = _Whole()


@dataclass(frozen=True)
class Choice:
    """What `wrt` means for one call: `slots` in the order asked for, and their parameters."""

    slots: tuple[Slot, ...]
    single: bool

    @property
    def params(self) -> tuple[int, ...]:
        """The parameters to differentiate in, each once."""
        return tuple(dict.fromkeys(param for param, _ in self.slots))

    @property
    def plain(self) -> bool:
        """Whether every slot is a whole parameter, so that nothing is left to pick."""
        return all(item is WHOLE for _, item in self.slots)

    def pick(self, found: tuple[Any, ...]) -> Any:
        """The gradients asked for, from those in `params`."""
        by_param = dict(zip(self.params, found, strict=True))
        items = tuple(by_param[p] if k is WHOLE else by_param[p][k] for p, k in self.slots)
        return items[0] if self.single else items


# -- the function ----------------------------------------------------------------------


def target_of(
    f: Any,
    count: int,
    names: tuple[str, ...],
    args: tuple[Any, ...] = (),
    kwargs: dict[str, Any] | None = None,
) -> Target:
    """The Python function behind a callable; a NumPy function gets one of its own.

    `count` and `names` are the number of positional arguments and the keywords of the call; of a
    gradient, the arguments tell which code was generated.
    Raises SourceUnavailable for what is not written in Python and has no rule.
    """
    if getattr(type(f), "__module__", "") == "srcad.gradients" and not isinstance(f, type):
        inner = f._target(args, kwargs or {})
        return Target(f.generated(args, kwargs or {}), inner.args, inner.kwargs)
    rule = TABLE.get(f)
    if isinstance(f, types.FunctionType) and TABLE.of_user(f):
        return Target(caller_of(f), (), {})
    if rule is not None and not isinstance(f, Gate):
        return Target(_wrapper(f, count, names), (), {})
    return unwrap(f)


@functools.lru_cache(maxsize=512)
def _wrapper(f: Any, count: int, names: tuple[str, ...]) -> types.FunctionType:
    """`def tanh(x): return np.tanh(x)` for a function without source; of others, `primal(x)`."""
    letters = [n for n in ("x", "y", "z", "u", "v", "w") if n not in names]
    params = [letters[k] if count <= len(letters) else f"x{k}" for k in range(count)]
    plain = getattr(f, "__name__", "function")
    heads = ", ".join([*params, *(["*", *names] if names else [])])
    passed = ", ".join([*params, *(f"{n}={n}" for n in names)])
    name = f"{plain}" if plain.isidentifier() else "function"
    called = f"np.{plain}" if getattr(np, plain, None) is f else "primal"
    text = f"def {name}({heads}):\n    return {called}({passed})\n"
    file = f"<srcad {name} of {count} {' '.join(names)}>"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    space: dict[str, Any] = {
        "primal": f,
        "np": np,
        "__name__": "srcad.runtime.primal",
    }  # it may be read
    exec(compile(text, file, "exec"), space)  # noqa: S102 - the text above
    made: types.FunctionType = space[name]
    return made


def bind(
    target: Target, args: tuple[Any, ...], kwargs: dict[str, Any]
) -> tuple[tuple[Any, ...], inspect.Signature]:
    """One value for each parameter, in order; TypeError, as Python's, where they do not fit."""
    signature = inspect.signature(target.function, follow_wrapped=False)
    try:
        bound = signature.bind(*target.args, *args, **{**target.kwargs, **kwargs})
    except TypeError as problem:
        raise TypeError(f"{target.function.__name__}() {problem}") from None
    bound.apply_defaults()
    return tuple(bound.arguments[n] for n in signature.parameters), signature


# -- wrt -------------------------------------------------------------------------------


def choose(
    wrt: Wrt,
    signature: inspect.Signature,
    values: tuple[Any, ...] | None,
    skip: int,
    function: types.FunctionType,
) -> Choice:
    """The meaning of `wrt` for a call with these values (None: of no particular call).

    `skip` counts the positional arguments that a method or a partial puts in front: positions
    count after them.  Raises WrongArgument for what names no parameter, or one twice.
    """
    single = not isinstance(wrt, tuple | list)
    given = (wrt,) if single else tuple(wrt)  # type: ignore[arg-type]
    if not given:
        raise errors.WrongArgument("wrt=() names no argument: there is nothing to differentiate.")
    chooser = _Chooser(signature, values, skip, function)
    slots = tuple(map(chooser.slot, given))
    if len(set(slots)) != len(slots):
        raise errors.WrongArgument(f"wrt={wrt!r} names an argument twice.", chooser.place())
    return Choice(slots, single)


class _Chooser:
    """Finds positions and names among the parameters of one function."""

    def __init__(
        self,
        signature: inspect.Signature,
        values: tuple[Any, ...] | None,
        skip: int,
        function: types.FunctionType,
    ) -> None:
        self.function = function
        self.params = list(signature.parameters.values())
        self.names = [p.name for p in self.params]
        self.values, self.skip = values, skip
        self.positional = self._positional()[skip:]
        self.outer = _outer_names(function)[skip:]

    def _positional(self) -> list[Slot]:
        found: list[Slot] = []
        for k, p in enumerate(self.params):
            if p.kind is p.VAR_POSITIONAL and self.values is not None:
                found += [(k, item) for item in range(len(self.values[k]))]
            elif p.kind not in (p.KEYWORD_ONLY, p.VAR_KEYWORD):
                found.append((k, WHOLE))
        return found

    def slot(self, w: Any) -> Slot:
        if isinstance(w, str):
            return self.named(w)
        if isinstance(w, bool) or not isinstance(w, int | np.integer):
            raise errors.WrongArgument(
                f"wrt={w!r} is neither a position nor a name. Write a position, a name, or a "
                f"tuple of them; {self.function.__name__} has: {self.shown()}.",
                self.place(),
            )
        return self.numbered(int(w))

    def named(self, name: str) -> Slot:
        if name in self.names:
            return self.names.index(name), WHOLE
        if name in self.outer and self.outer.index(name) < len(self.positional):
            return self.positional[self.outer.index(name)]
        found = self.option(name)
        if found is None:
            raise errors.WrongArgument(
                f"wrt={name!r}: {self.function.__name__} has no parameter of that name. "
                f"It has: {self.shown()}.",
                self.place(),
            )
        return found

    def option(self, name: str) -> Slot | None:
        """A keyword that `**kwargs` took."""
        for k, p in enumerate(self.params):
            if p.kind is p.VAR_KEYWORD and self.values is not None and name in self.values[k]:
                return k, name
        return None

    def numbered(self, w: int) -> Slot:
        count = len(self.positional)
        if -count <= w < count:
            return self.positional[w]
        found = self.option(self.outer[w]) if 0 <= w < len(self.outer) else None
        if found is not None:
            return found
        spread = any(p.kind is p.VAR_POSITIONAL for p in self.params)
        what = "positional argument" if spread else "positional parameter"
        has = "got" if spread else "has"
        only = [p.name for p in self.params if p.kind is p.KEYWORD_ONLY]
        hint = f" Name a keyword: wrt={only[0]!r}." if only else ""
        shown = f" ({self.shown()})" if self.shown() else ""
        raise errors.WrongArgument(
            f"wrt={w}: {self.function.__name__} {has} {count or 'no'} {what}"
            f"{'s' if count != 1 else ''}{shown}.{hint}",
            self.place(),
        )

    def shown(self) -> str:
        stars: dict[Any, str] = {
            inspect.Parameter.VAR_POSITIONAL: "*", inspect.Parameter.VAR_KEYWORD: "**",
        }  # fmt: skip
        shown = [stars.get(p.kind, "") + p.name for p in self.params]
        whole = [
            k for k, p in enumerate(self.params[: self.skip]) if p.kind is not p.VAR_POSITIONAL
        ]
        return ", ".join(shown[len(whole) :])

    def place(self) -> errors.Place | None:
        return parameter_place(self.function)


def _outer_names(function: types.FunctionType) -> list[str]:
    """The parameters that a decorator made with `functools.wraps` shows."""
    if not hasattr(function, "__wrapped__"):
        return []
    try:
        return list(inspect.signature(function).parameters)
    except (TypeError, ValueError):
        return []


def parameter_place(function: types.FunctionType, name: str = "") -> errors.Place | None:
    """Where the function's header, or one of its parameters, stands; None without source."""
    try:
        source = locate(function)
    except errors.SrcadError:
        return None
    args = source.node.args
    each = [*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg]
    for arg in each:
        if arg is not None and arg.arg == name:
            return source.place(arg, function.__name__)
    if isinstance(source.node, ast.Lambda):
        return source.place(source.node, function.__name__)
    lines = source.lines[source.node.lineno - 1]
    start = lines.find(function.__name__, source.node.col_offset)
    mark = ast.Pass()
    mark.lineno = mark.end_lineno = source.node.lineno
    mark.col_offset = max(start, 0)
    mark.end_col_offset = mark.col_offset + len(function.__name__)
    return source.place(mark, function.__name__)


# -- what may be differentiated in -----------------------------------------------------


def check_wrt(
    values: tuple[Any, ...],
    kinds: tuple[Type, ...],
    choice: Choice,
    signature: inspect.Signature,
    function: types.FunctionType,
    complex_only: bool = False,
) -> None:
    """Raise NotDifferentiable unless every argument asked for holds floating-point numbers.

    complex_only: complex ones, for holomorphic functions.
    """
    names = list(signature.parameters)
    for param, item in choice.slots:
        value, path = values[param], ""
        if item is not WHOLE:
            value, path = value[item], f"[{item!r}]"
        found = _not_float(value, path, item is not WHOLE)
        if found is None and not carries(kinds[param]) and not _empty(value):
            found = path, f"of type {show(kinds[param])}", "Choose other arguments with wrt=."
        if found is None and complex_only and not np.iscomplexobj(value):
            found = path, "real", "Pass a complex number or array, or leave holomorphic=True out."
        if found is not None:
            inner, what, cure = found
            raise errors.NotDifferentiable(
                f"{function.__name__}: the argument `{names[param]}{inner}` is {what}, "
                f"and a derivative needs floating point. {cure}",
                parameter_place(function, names[param]),
            )


def _empty(value: Any) -> bool:
    return isinstance(value, list | tuple | dict) and not value


def _not_float(value: Any, path: str = "", top: bool = True) -> tuple[str, str, str] | None:
    """The first part that is a number and no floating-point one: its path, what it is, the cure."""
    top = top or not path
    if isinstance(value, bool | np.bool_):
        return (path, f"the bool {value}", "Choose other arguments with wrt=.") if top else None
    if isinstance(value, int):
        return path, f"the int {value}", f"Pass {_as_float(value)}."
    if isinstance(value, np.generic | np.ndarray) and value.dtype.kind not in "fc":
        what = f"an array of {value.dtype}" if value.ndim else f"a NumPy {value.dtype}"
        if value.dtype.kind in "iub":
            return path, what, "Convert it with .astype(float)."
        return path, what, "Choose other arguments with wrt=."
    if isinstance(value, str | None.__class__):
        return (path, f"{value!r}", "Choose other arguments with wrt=.") if top else None
    for inner, part in _parts(value, path):
        found = _not_float(part, inner, False)
        if found is not None:
            return found
    return None


def _as_float(value: int) -> str:
    try:
        return repr(float(value))
    except OverflowError:
        return "a float"


def _parts(value: Any, path: str) -> list[tuple[str, Any]]:
    if isinstance(value, dict):
        return [(f"{path}[{k!r}]", v) for k, v in value.items()]
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return [(f"{path}.{n}", v) for n, v in zip(value._fields, value, strict=True)]
    if isinstance(value, list | tuple):
        return [(f"{path}[{k}]", v) for k, v in enumerate(value)]
    return []
