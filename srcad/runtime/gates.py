"""Gates: functions that bring their own derivative, as objects that are called like them.

gate(x, w)     runs the function          gate.rule     says what derivatives make of the call
"""

from __future__ import annotations

import functools
import inspect
import itertools
import linecache
import types
import weakref
from collections.abc import Callable
from typing import Any

import numpy as np

_SERIAL = itertools.count(1)
_CALLERS: weakref.WeakKeyDictionary[types.FunctionType, types.FunctionType] = (
    weakref.WeakKeyDictionary()
)


class Gate:
    """A function with a derivative of its own; called and bound as a method like the function.

    rule: one of the rules of `rules.table`; parts: the functions whose captured variables decide
    what the gate computes.
    """

    __name__: str
    __qualname__: str

    def __init__(self, primal: Callable[..., Any], rule: Any = None) -> None:
        self.__name__ = self.__qualname__ = "function"  # of what has no name of its own
        functools.update_wrapper(self, primal)
        self.primal = primal
        self.rule = rule
        self.parts: tuple[Any, ...] = (primal,)
        self.opaque = False  # whether the code of the function is not read
        self.made_of: type | None = None  # the class with `forward` and `backward`
        self.none: frozenset[int] = frozenset()  # arguments that carry no derivative by declaration
        self.asked = False  # whether the compiler has read the rule
        self._caller: types.FunctionType | None = None

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        return self.primal(*args, **kwargs)

    def __get__(self, instance: Any, owner: Any = None) -> Any:
        return self if instance is None else types.MethodType(self, instance)

    def __reduce__(self) -> Any:
        import sys

        found: Any = sys.modules.get(self.__module__ or "")
        for name in self.__qualname__.split("."):
            found = getattr(found, name, None)
        if found is self:
            return self.__qualname__
        more = self.parts, self.none, self.made_of, self.opaque
        return _again, (type(self), self.primal, self.rule, *more)

    def __repr__(self) -> str:
        return f"<gate {self.__qualname__}>"

    def signature(self) -> inspect.Signature | None:
        """The parameters of the function; None where they cannot be known."""
        return signature_of(self.primal)

    def caller(self) -> types.FunctionType:
        """`def sigmoid(x): return primal(x)`: a plain function that calls the gate."""
        if self._caller is None:
            self._caller = _written(self, self.signature())
        return self._caller


def signature_of(function: Any) -> inspect.Signature | None:
    """The parameters of a function; of one of NumPy's ufuncs, its operands."""
    if isinstance(function, np.ufunc):
        letters = ("x", "y", "z", "u", "v", "w")[: function.nin]
        kind = inspect.Parameter.POSITIONAL_ONLY
        return inspect.Signature([inspect.Parameter(name, kind) for name in letters])
    try:
        return inspect.signature(function)
    except (TypeError, ValueError):
        return None


def _again(kind: type[Gate], primal: Any, rule: Any, *known: Any) -> Gate:
    """A pickled gate comes back."""
    made = kind(primal, rule)
    made.parts, made.none, made.made_of, made.opaque = known
    return made


def caller_of(function: types.FunctionType) -> types.FunctionType:
    """The same for a plain function that has a rule."""
    known = _CALLERS.get(function)
    if known is None:
        known = _CALLERS[function] = _written(function, inspect.signature(function))
    return known


def _written(gate: Any, signature: inspect.Signature | None) -> types.FunctionType:
    name = gate.__name__ if gate.__name__.isidentifier() else "function"
    params = [] if signature is None else list(signature.parameters.values())
    free = itertools.count()
    inner = "primal"
    while inner in {p.name for p in params} | {name}:
        inner = f"primal_{next(free)}"
    given = ", ".join(map(_passed, params)) if signature is not None else "*args, **kwargs"
    heads = _heads(params) if signature is not None else "*args, **kwargs"
    file = f"<srcad gate {name} {next(_SERIAL)}>"
    text = f"def {name}({heads}):\n    return {inner}({given})\n"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    space: dict[str, Any] = {inner: gate, "__name__": __name__}
    exec(compile(text, file, "exec"), space)  # noqa: S102 - the text above
    made: types.FunctionType = space[name]
    named = {p.name: p.default for p in params if p.default is not p.empty}
    made.__defaults__ = tuple(named[p.name] for p in params if _by_position(p) and p.name in named)
    made.__kwdefaults__ = {
        p.name: p.default for p in params if p.kind is p.KEYWORD_ONLY and p.name in named
    }
    weakref.finalize(made, linecache.cache.pop, file, None).atexit = False
    return made


def _by_position(p: inspect.Parameter) -> bool:
    return p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)


def _passed(p: inspect.Parameter) -> str:
    if p.kind is p.VAR_POSITIONAL:
        return f"*{p.name}"
    if p.kind is p.VAR_KEYWORD:
        return f"**{p.name}"
    return f"{p.name}={p.name}" if p.kind is p.KEYWORD_ONLY else p.name


def _heads(params: list[inspect.Parameter]) -> str:
    """The parameters as a `def` spells them, defaults put in later."""
    plain = [p.replace(annotation=p.empty, default=p.empty if _free(p) else None) for p in params]
    return str(inspect.Signature(plain))[1:-1]


def _free(p: inspect.Parameter) -> bool:
    return p.default is p.empty


def of_class(cls: type) -> Callable[..., Any]:
    """A class with `forward` and `backward`, as a function."""

    def run(*args: Any) -> Any:
        return cls().forward(*args)

    run.__name__, run.__qualname__ = cls.__name__, cls.__qualname__
    run.__module__, run.__doc__ = cls.__module__, cls.__doc__
    signature = inspect.signature(cls.forward)  # type: ignore[attr-defined]
    run.__signature__ = signature.replace(  # type: ignore[attr-defined]
        parameters=list(signature.parameters.values())[1:]
    )
    return run


def forward_of(cls: type) -> Callable[..., Any]:
    """Its forward part: the value, and the instance, whose attributes are what was saved."""

    def forward(*args: Any) -> Any:
        made = cls()
        return made.forward(*args), made

    return forward


def backward_of(made: Any, out_bar: Any) -> Any:
    """Its backward part."""
    return made.backward(out_bar)
