"""What "right" means for a program of the corpus.

`check(program)` runs a program plainly and through srcad and compares everything a user could
see: value, state, output, gradient, memory.  The gradient's truth is this file's own central
differences of the plain function in float64; nothing of srcad computes it.

State is what the plain call leaves, to the bit: arguments, what they hold, who is whose alias;
after the call, after the pullback, and when an exception leaves.  Differences move every array of
the arguments on its own, so a program that needs two names of one array makes them itself.
"""

from __future__ import annotations

import contextlib
import copy
import dataclasses
import enum
import functools
import inspect
import io
import types
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tests.corpus.registry import Program

FULL_JACOBIAN = 60  # inputs up to which every partial derivative is compared
DIRECTIONS = 4
RELATIVE = 2e-7  # against differences
SINGLE = 2e-3  # the same for programs in float32
NAIVE = 1e-12
STEPS = (3e-2, 1e-2, 3e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5)

Call = Callable[..., Any]
Leaf = float | np.floating[Any] | np.ndarray[Any, Any]


class Wrong(AssertionError):
    """srcad answered, and the answer is not right."""


def need(condition: bool, message: str) -> None:
    """Raise Wrong with `message` unless `condition`."""
    if not condition:
        raise Wrong(message)


# ------------------------------------------------------------------ structures
def is_leaf(value: Any) -> bool:
    """A float or an array of floats: what carries derivatives."""
    if isinstance(value, np.ndarray):
        return value.dtype.kind == "f"
    return isinstance(value, (float, np.floating))


def _is_namedtuple(value: Any) -> bool:
    return isinstance(value, tuple) and hasattr(value, "_fields")


def _is_dataclass(value: Any) -> bool:
    return dataclasses.is_dataclass(value) and not isinstance(value, type)


def _is_object(value: Any) -> bool:
    """An instance of a plain class that a program defines."""
    if isinstance(value, (type, enum.Enum, types.FunctionType, BaseException)):
        return False
    stores = hasattr(value, "__dict__") or bool(slots(value))
    return type(value).__module__.startswith(("tests.", "fuzz_program")) and stores


def slots(value: Any) -> dict[str, Any]:
    """What an object holds in its slots."""
    names = [n for cls in type(value).__mro__ for n in cls.__dict__.get("__slots__", ())]
    return {n: getattr(value, n) for n in names if not n.startswith("__") and hasattr(value, n)}


def attributes(value: Any) -> dict[str, Any]:
    """What an object holds: the fields of a dataclass first, then whatever else was set."""
    fields = dataclasses.fields(value) if _is_dataclass(value) else ()
    named = {field.name: getattr(value, field.name) for field in fields}
    return {**named, **slots(value), **getattr(value, "__dict__", {})}


def children(value: Any) -> list[tuple[str, Any]]:
    """The parts of a container with the text that selects each; [] for everything else."""
    if isinstance(value, dict):
        return [(f"[{key!r}]", part) for key, part in value.items()]
    if _is_namedtuple(value):
        return [(f".{name}", part) for name, part in zip(value._fields, value, strict=True)]
    if isinstance(value, (list, tuple, deque)):
        return [(f"[{i}]", part) for i, part in enumerate(value)]
    if _is_dataclass(value) or _is_object(value):
        return [(f".{name}", part) for name, part in attributes(value).items()]
    return []


def rebuild(value: Any, parts: Sequence[Any]) -> Any:
    """The container `value` with other parts."""
    if isinstance(value, dict):
        new = copy.copy(value)
        new.update(zip(value, parts, strict=True))
        return new
    if _is_namedtuple(value):
        return type(value)(*parts)
    if isinstance(value, deque):
        return deque(parts, value.maxlen)
    if _is_dataclass(value) or _is_object(value):
        new = copy.copy(value)
        for name, part in zip(attributes(value), parts, strict=True):
            object.__setattr__(new, name, part)
        return new
    return type(value)(parts)


def leaves(value: Any, path: str = "") -> Iterator[tuple[str, Leaf]]:
    """Every float and float array in `value`, with its path, in a fixed order."""
    if is_leaf(value):
        yield path, value
    for step, part in children(value):
        yield from leaves(part, path + step)


def map_leaves(change: Callable[[Leaf], Any], value: Any, other: Any = None) -> Any:
    """The same structure with `change(leaf)` at every leaf and `other` at every non-leaf."""
    if is_leaf(value):
        return change(value)
    parts = children(value)
    if not parts and not isinstance(value, (dict, list, tuple)):
        return value if other is None else other(value)
    return rebuild(value, [map_leaves(change, part, other) for _, part in parts])


def laid_out(values: Any, like: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """A new array of `values`, in memory as `like`: its order, gaps and negative strides.

    Layout decides what is a view and what a copy, so differences must keep it.
    """
    if like.flags.c_contiguous:
        return np.array(values, order="C")
    values = np.asarray(values)
    strides = [stride // like.itemsize * values.itemsize for stride in like.strides]
    ends = [(n - 1) * stride for n, stride in zip(like.shape, strides, strict=True)]
    low = sum(end for end in ends if end < 0)
    high = sum(end for end in ends if end > 0) + values.itemsize
    buffer = np.zeros(high - low, dtype=np.uint8)
    new = np.ndarray(like.shape, values.dtype, buffer, -low, strides)
    new[...] = values
    return new


def fresh(value: Any) -> Any:
    """A copy that shares nothing with `value`, every array laid out as before."""

    def again(leaf: Leaf) -> Any:
        return laid_out(leaf, leaf) if isinstance(leaf, np.ndarray) else leaf

    return map_leaves(again, value, other=copy.deepcopy)


def in_double(value: Any) -> Any:
    """The same structure in float64, so that differences are accurate."""

    def double(leaf: Leaf) -> Any:
        if isinstance(leaf, np.ndarray):
            return laid_out(leaf.astype(np.float64), leaf)
        return np.float64(leaf) if isinstance(leaf, np.floating) else leaf

    return map_leaves(double, value)


def size(value: Any) -> int:
    """The number of floats in a structure."""
    return sum(np.size(leaf) for _, leaf in leaves(value))


# ------------------------------------------------------------------ comparisons
def difference(a: Any, b: Any, path: str = "value") -> str | None:
    """None if `a` and `b` agree to the bit, in type and dtype too; else where they do not."""
    if type(a) is not type(b):
        return f"{path}: {type(a).__name__} is not {type(b).__name__}"
    if isinstance(a, np.ndarray):
        if a.dtype != b.dtype or a.shape != b.shape:
            return f"{path}: {a.dtype}{a.shape} is not {b.dtype}{b.shape}"
        same = a.dtype == object or a.tobytes() == b.tobytes()
        return None if same else f"{path}: {a} is not {b}"
    if isinstance(a, (float, complex, np.generic)):
        same = np.asarray(a).tobytes() == np.asarray(b).tobytes()
        return None if same else f"{path}: {a!r} is not {b!r}"
    parts_a, parts_b = children(a), children(b)
    if [step for step, _ in parts_a] != [step for step, _ in parts_b]:
        return f"{path}: other parts"
    for (step, left), (_, right) in zip(parts_a, parts_b, strict=True):
        found = difference(left, right, path + step)
        if found:
            return found
    return _difference_of_atoms(a, b, path) if not parts_a else None


def _difference_of_atoms(a: Any, b: Any, path: str) -> str | None:
    if isinstance(a, (int, str, bytes, bool, type(None), set, frozenset, range, slice)):
        return None if a == b else f"{path}: {a!r} is not {b!r}"
    if a is b or isinstance(a, (types.ModuleType, types.FunctionType, type)):
        return None
    if all(hasattr(x, "__dict__") or slots(x) for x in (a, b)):
        state_a, state_b = attributes(a), attributes(b)
        return difference(state_a, state_b, path)
    return None


def identities(value: Any, path: str = "value") -> Iterator[tuple[str, Any]]:
    """Every array, container and object in a structure: whatever can be written in place."""
    if isinstance(value, np.ndarray):
        yield path, value
    parts = children(value)
    if parts and not isinstance(value, tuple) or isinstance(value, (list, dict, deque)):
        yield path, value
    for step, part in parts:
        yield from identities(part, path + step)


def _one_storage(a: Any, b: Any) -> bool:
    both_arrays = isinstance(a, np.ndarray) and isinstance(b, np.ndarray)
    return a is b or (both_arrays and np.may_share_memory(a, b))


def aliases(value: Any) -> set[tuple[str, str, bool]]:
    """The pairs of places that share storage, and whether they hold the very same object."""
    found = list(identities(value))
    pairs = [(p, a, q, b) for i, (p, a) in enumerate(found) for q, b in found[i + 1 :]]
    return {(p, q, a is b) for p, a, q, b in pairs if _one_storage(a, b)}


def arrays(value: Any) -> Iterator[tuple[str, np.ndarray[Any, Any]]]:
    """Every array in a structure, of any dtype."""
    if isinstance(value, np.ndarray):
        yield "", value
    for step, part in children(value):
        for path, array in arrays(part):
            yield step + path, array


def matches(gradient: Any, argument: Any, path: str) -> None:
    """The gradient has the structure, types, dtypes and shapes of its argument."""
    if is_leaf(argument):
        need(
            type(gradient) is type(argument),
            f"gradient{path} is {type(gradient).__name__}, not {type(argument).__name__}",
        )
        if isinstance(argument, np.ndarray):
            need(
                gradient.dtype == argument.dtype and gradient.shape == argument.shape,
                f"gradient{path} is {gradient.dtype}{gradient.shape}, "
                f"not {argument.dtype}{argument.shape}",
            )
            need(gradient.flags.writeable, f"gradient{path} is read-only")
        return
    parts = children(argument)
    if not parts:
        holds = isinstance(argument, (dict, list, tuple)) or _is_object(argument)
        empty = holds and type(gradient) is type(argument)
        need(gradient is None or empty, f"gradient{path} of a non-number is {gradient!r}")
        return
    need(type(gradient) is type(argument), f"gradient{path} is {type(gradient).__name__}")
    got = children(gradient)
    need([s for s, _ in got] == [s for s, _ in parts], f"gradient{path} has other parts")
    for (step, mine), (_, theirs) in zip(got, parts, strict=True):
        matches(mine, theirs, path + step)


def owns_its_memory(gradient: Any, others: dict[str, Any]) -> None:
    """No array of the gradient shares memory with arguments, outputs, or another gradient."""
    own = list(arrays(gradient))
    for i, (path, array) in enumerate(own):
        for later, other in own[i + 1 :]:
            need(not np.shares_memory(array, other), f"gradients {path} and {later} share memory")
        for name, value in others.items():
            for where, other in arrays(value):
                message = f"gradient{path} shares memory with {name}{where}"
                need(not np.shares_memory(array, other), message)


# ------------------------------------------------------------------ the numeric oracle
def inner(a: Any, b: Any) -> float:
    """The inner product of two structures, over their leaves."""
    pairs = zip(leaves(a), leaves(b), strict=True)
    return float(sum(np.sum(np.multiply(x, y, dtype=np.float64)) for (_, x), (_, y) in pairs))


def moved(value: Any, direction: Any, step: float) -> Any:
    """value + step * direction, leaf by leaf, every type kept."""
    given = iter([leaf for _, leaf in leaves(direction)])

    def shift(leaf: Leaf) -> Any:
        new = leaf + step * next(given)
        return laid_out(new, leaf) if isinstance(leaf, np.ndarray) else type(leaf)(new)

    return map_leaves(shift, value)


@dataclass(frozen=True)
class Estimate:
    """A numerical derivative, how far to trust it, and whether the point is no kink or jump."""

    value: float
    error: float
    smooth: bool = True


def derivative(phi: Callable[[Any], float], point: Any, direction: Any) -> Estimate:
    """The derivative of `phi` along a direction: extrapolated central differences.

    Every step h of a ladder gives one value, exact to h**4; of all neighbouring pairs the one
    that agrees best is taken, and its difference is the error.  Central differences do not see a
    symmetric kink or a jump: the two one-sided differences do.
    """
    here = phi(point)

    def one_sided_gap(h: float) -> float:
        both = phi(moved(point, direction, h)) + phi(moved(point, direction, -h))
        return abs(both - 2 * here) / h

    def central(h: float) -> float:
        return (phi(moved(point, direction, h)) - phi(moved(point, direction, -h))) / (2 * h)

    values = []
    for h in STEPS:
        values.append((4 * central(h / 2) - central(h)) / 3)
    pairs = [Estimate(b, abs(b - a)) for a, b in zip(values, values[1:], strict=False)]
    pairs = [pair for pair in pairs if np.isfinite(pair.error)]
    if not pairs:
        return Estimate(float("nan"), float("inf"))
    best = min(pairs, key=lambda pair: pair.error)
    noise = 1e-6 * max(1.0, abs(here), abs(best.value))
    smooth = one_sided_gap(1e-5) <= 0.1 * one_sided_gap(1e-3) + noise
    return dataclasses.replace(best, smooth=smooth)


def random_like(value: Any, rng: np.random.Generator) -> Any:
    """Numbers away from zero in the structure of `value`: a direction or a cotangent."""

    def draw(leaf: Leaf) -> Any:
        size_ = np.shape(leaf)
        number = rng.uniform(0.3, 1.0, size=size_) * rng.choice([-1.0, 1.0], size=size_)
        if isinstance(leaf, np.ndarray):
            return np.asarray(number, dtype=leaf.dtype)
        return type(leaf)(number)

    return map_leaves(draw, value)


def units_like(value: Any) -> Iterator[Any]:
    """Every unit direction of a structure."""
    total = size(value)
    for index in range(total):
        counter = iter(range(total))

        def pick(leaf: Leaf, counter: Iterator[int] = counter, index: int = index) -> Any:
            flat = [1.0 if next(counter) == index else 0.0 for _ in range(np.size(leaf))]
            if isinstance(leaf, np.ndarray):
                return np.array(flat, dtype=leaf.dtype).reshape(leaf.shape)
            return type(leaf)(flat[0])

        yield map_leaves(pick, value)


# ------------------------------------------------------------------ running a program
@contextlib.contextmanager
def captured() -> Iterator[io.StringIO]:
    """What is printed inside."""
    with io.StringIO() as text, contextlib.redirect_stdout(text):
        yield text


def positions(program: Program, args: tuple[Any, ...]) -> list[int]:
    """The positions of the positional arguments that `wrt` names."""
    found = []
    for which in program.wrt_tuple:
        if isinstance(which, str):
            found.append(list(inspect.signature(program.function).parameters).index(which))
        else:
            found.append(which % len(args))
    return found


@dataclass(frozen=True)
class Case:
    """One call of one program, with everything the plain call does."""

    program: Program
    which: int

    @property
    def rounding(self) -> float:
        """How far two modes may differ: sums may be in another order."""
        return NAIVE

    @property
    def args(self) -> tuple[Any, ...]:
        """Fresh arguments."""
        return self.program.arguments(self.which)

    @functools.cached_property
    def wrt(self) -> list[int]:
        """The positions of the differentiated arguments."""
        return positions(self.program, self.args)

    @property
    def single(self) -> bool:
        """Does float32 take part?"""
        chosen = [self.args[i] for i in self.wrt]
        return any(np.asarray(leaf).dtype == np.float32 for _, leaf in leaves(chosen))

    def plain(self, *args: Any) -> Any:
        """The user's own function."""
        return self.program.function(*args, **self.program.kwargs)

    def quiet(self, *args: Any) -> Any:
        """The plain output, without what it prints."""
        with captured():
            return self.plain(*args)

    @functools.cached_property
    def exception(self) -> Exception | None:
        """What leaves the plain call; only a program tagged "raises" may raise."""
        if "raises" in self.program.tags:
            try:
                self.quiet(*self.args)
            except Exception as error:
                return error
        return None

    @functools.cached_property
    def after(self) -> tuple[Any, ...]:
        """The arguments as the plain call leaves them."""
        args = self.args
        with contextlib.suppress(*([type(self.exception)] if self.exception else [])):
            self.quiet(*args)
        return args

    def scalar(self) -> bool:
        """Is the output one that `grad` accepts?"""
        out = self.quiet(*self.args)
        return is_leaf(out) and np.ndim(out) == 0

    def phi(self, cotangent: Any) -> Callable[[Any], float]:
        """The function of the differentiated arguments that central differences see."""
        fixed = in_double(self.args)
        weight = [np.asarray(leaf, dtype=np.float64) for _, leaf in leaves(cotangent)]

        def phi(point: Any) -> float:
            args = list(fresh(fixed))
            for i, value in zip(self.wrt, fresh(point), strict=True):
                args[i] = value
            with np.errstate(all="ignore"):  # a long step may leave the domain
                out = [leaf for _, leaf in leaves(self.quiet(*args))]
            return float(sum(np.sum(w * x) for w, x in zip(weight, out, strict=True)))

        return phi

    def point(self) -> list[Any]:
        """The differentiated arguments in float64."""
        return [in_double(self.args[i]) for i in self.wrt]

    def directions(self, rng: np.random.Generator) -> list[Any]:
        """Where to compare: random directions, and all unit directions of a small input."""
        point = self.point()
        some = [random_like(point, rng) for _ in range(DIRECTIONS)]
        if "kink" in self.program.tags:  # ties have a derivative along the diagonal only
            return [map_leaves(np.ones_like, point)]
        return some + (list(units_like(point)) if size(point) <= FULL_JACOBIAN else [])

    def compare(self, gradients: Any, cotangent: Any, how: str) -> None:
        """Wrong unless the gradients agree with central differences in every direction."""
        phi, point = self.phi(cotangent), self.point()
        need(
            all(np.all(np.isfinite(leaf)) for _, leaf in leaves(gradients)),
            f"{how}: the gradient is not finite: {gradients}",
        )
        tolerance = SINGLE if self.single else RELATIVE
        for direction in self.directions(np.random.default_rng(11)):
            truth = derivative(phi, point, direction)
            got = inner(_without_non_numbers(gradients, point), direction)
            allowed = tolerance * max(1.0, abs(truth.value), _scale(gradients)) + 10 * truth.error
            need(
                abs(got - truth.value) <= allowed,
                f"{how}: derivative {got!r}, central differences {truth.value!r} "
                f"(+- {truth.error:.1e}) along {direction}; the gradient is {gradients}",
            )


def _without_non_numbers(gradients: Any, point: Any) -> Any:
    """The gradient's own leaves: None stands at what is no number."""
    need(
        [path for path, _ in leaves(gradients)] == [path for path, _ in leaves(point)],
        "the gradient has other leaves than the argument",
    )
    return gradients


def _scale(gradients: Any) -> float:
    largest = (float(np.max(np.abs(leaf), initial=0.0)) for _, leaf in leaves(gradients))
    return max(largest, default=1.0)


def cases(program: Program) -> list[Case]:
    """One case for each set of arguments."""
    return [Case(program, which) for which in range(len(program.makers))]


def reachable(function: Call) -> dict[str, Any]:
    """A copy of the data that a function can reach: globals of its module, cells, defaults."""
    inside = inspect.unwrap(function) if callable(function) else function
    seen: dict[str, Any] = {}
    for name, value in getattr(inside, "__globals__", {}).items():
        data = isinstance(value, (int, float, str, list, dict, tuple, np.ndarray))
        if data and not name.startswith("__") and name != "PROGRAMS":
            seen[name] = value
    for i, cell in enumerate(getattr(inside, "__closure__", None) or ()):
        with contextlib.suppress(ValueError):
            seen[f"cell {i}"] = cell.cell_contents
    seen["self"] = getattr(inside, "__self__", None)
    return {name: copy.deepcopy(value) for name, value in seen.items() if _copies(value)}


def _copies(value: Any) -> bool:
    return not isinstance(value, (types.ModuleType, types.BuiltinFunctionType))


# ------------------------------------------------------------------ the protocol
def check(program: Program) -> None:
    """The whole protocol on every set of arguments.  Raises Wrong, or what srcad raises."""
    for case in cases(program):
        try:
            if case.exception:
                check_exception(case)
                continue
            check_pullback(case)
            if case.scalar() or program.has_aux:
                check_gradient(case)
        except Exception as error:
            error.add_note(f"in {program.name}, arguments {case.which}: {case.args!r}"[:400])
            raise


def check_gradient(case: Case) -> None:
    """`value_and_grad` and `grad`: value, state, output, gradient, memory, repetition."""
    import srcad

    program = case.program
    options: dict[str, Any] = {"has_aux": True} if program.has_aux else {}
    differentiate = srcad.value_and_grad(program.function, program.wrt, **options)
    args = case.args
    value, gradient = _as_the_plain_call(case, lambda: differentiate(*args, **program.kwargs), args)
    gradients = gradient if isinstance(program.wrt, tuple) else (gradient,)
    _judge(case, gradients, args, value, "value_and_grad")
    case.compare(list(gradients), _one_for(case, value), "value_and_grad")

    with captured():
        again = differentiate(*case.args, **program.kwargs)
        alone_args, slow_args = case.args, case.args
        alone = srcad.grad(program.function, program.wrt, **options)(*alone_args, **program.kwargs)
        naive = srcad.value_and_grad(program.function, program.wrt, naive=True, **options)
        slow_value, slow = naive(*slow_args, **program.kwargs)
    need(difference(again, (value, gradient)) is None, "the second call differs from the first")
    alone = alone[0] if program.has_aux else alone
    _judge(case, alone if isinstance(program.wrt, tuple) else (alone,), case.args, value, "grad")
    _agree(alone, gradient, case.rounding, "grad beside value_and_grad")
    _as_left(case, alone_args, "grad")
    _as_left(case, slow_args, "naive mode")
    need(difference(slow_value, value) is None, "naive mode: another value")
    _agree(slow, gradient, case.rounding)


def check_pullback(case: Case) -> None:
    """`vjp` with a random cotangent, the pullback called twice."""
    import srcad

    function, args = _bound(case.program), case.args
    out, pullback = _as_the_plain_call(case, lambda: srcad.vjp(function, *args), args)
    cotangent = random_like(out, np.random.default_rng(5))
    kept, out_kept = copy.deepcopy(cotangent), copy.deepcopy(out)
    given = pullback(cotangent)
    need(difference(cotangent, kept) is None, "the pullback changed the cotangent given to it")
    need(isinstance(given, tuple) and len(given) == len(args), f"vjp gave {len(given)} cotangents")
    _judge(case, [given[i] for i in case.wrt], args, (out, cotangent), "vjp")
    first = copy.deepcopy(given)
    _scribble(given)  # the caller's own: the pullback may not have kept them
    second = pullback(copy.deepcopy(kept))
    chosen = [first[i] for i in case.wrt]
    need(difference(second, first) is None, "the pullback's second call differs from its first")
    need(difference(out, out_kept) is None, "the pullback changed the value returned before")
    _as_left(case, args, "the pullback")
    for i, arg in enumerate(args):
        if isinstance(arg, (int, np.integer)):
            need(first[i] is None, f"the cotangent of the integer argument {i} is {first[i]!r}")
    case.compare(chosen, kept, "vjp")
    slow_args = case.args
    with captured():
        slow_out, slow = srcad.vjp(function, *slow_args, naive=True)
    need(difference(slow_out, out) is None, "naive mode: another value")
    _agree([slow(kept)[i] for i in case.wrt], chosen, case.rounding)
    _as_left(case, slow_args, "naive mode's pullback")


def check_exception(case: Case) -> None:
    """The user's exception arrives as it is, and every argument is as the plain call left it."""
    import srcad

    program, function, expected = case.program, _bound(case.program), case.exception
    for how, run in {
        "vjp": lambda args: srcad.vjp(function, *args),
        "grad": lambda args: srcad.grad(program.function, program.wrt)(*args, **program.kwargs),
        "naive vjp": lambda args: srcad.vjp(function, *args, naive=True),
    }.items():
        args = case.args
        try:
            with captured():
                run(args)
        except Exception as error:
            if type(error) is not type(expected):
                raise
            need(str(error) == str(expected), f"{how}: {error!r} is not {expected!r}")
        else:
            need(False, f"{how}: returns where the plain call raises {expected!r}")
        _as_left(case, args, f"{how}, left by an exception")


def _as_left(case: Case, args: tuple[Any, ...], how: str) -> None:
    """The arguments are as the plain call leaves them, and alias each other as there."""
    found = difference(args, case.after, "arguments")
    need(found is None, f"after {how}: {found}")
    need(aliases(args) == aliases(case.after), f"after {how}: arguments share other storage")


def _scribble(value: Any) -> None:
    for _, array in arrays(value):
        if array.dtype.kind == "f":
            array[...] = np.nan


def _bound(program: Program) -> Call:
    if not program.kwargs:
        return program.function
    return functools.partial(program.function, **program.kwargs)


def _one_for(case: Case, value: Any) -> Any:
    """The cotangent that `grad` means: 1, and 0 for an aux."""
    if case.program.has_aux:
        return 1.0, map_leaves(lambda leaf: leaf * 0, value[1])
    return map_leaves(lambda leaf: leaf * 0 + 1, value)


def _as_the_plain_call(case: Case, run: Callable[[], Any], args: tuple[Any, ...]) -> Any:
    """Run srcad; its value, the state it leaves and its output are the plain call's."""
    plain_args = case.args
    with captured() as plain_text:
        plain_value = case.plain(*plain_args)
        printed = plain_text.getvalue()
    before = reachable(case.program.function)
    with captured() as text:
        result = run()
        need(text.getvalue() == printed, f"printed {text.getvalue()!r}, not {printed!r}")
    for found in (
        difference(result[0], plain_value, "value"),
        difference(args, plain_args, "arguments after the call"),
        difference(reachable(case.program.function), before, "globals after the call"),
    ):
        need(found is None, str(found))
    mine, theirs = aliases((result[0], args)), aliases((plain_value, plain_args))
    odd = sorted(mine ^ theirs)
    need(not odd, f"value [0] and arguments [1] share storage otherwise: {odd[:3]}")
    return result


def _judge(case: Case, gradients: Sequence[Any], args: Any, value: Any, how: str) -> None:
    """Structure (that of the arguments before the call) and memory of gradients."""
    entered = case.args
    need(len(gradients) == len(case.wrt), f"{how}: {len(gradients)} gradients")
    for i, gradient in zip(case.wrt, gradients, strict=True):
        matches(gradient, entered[i], f" ({how}) of argument {i}")
    owns_its_memory(list(gradients), {"argument": args, "value": value})


def _agree(naive: Any, optimised: Any, rounding: float, how: str = "naive mode") -> None:
    """Two generated gradients agree to rounding: sums may be in another order."""
    for (path, a), (_, b) in zip(leaves(naive), leaves(optimised), strict=True):
        if np.asarray(a).dtype == np.float32:
            rounding = 1e-5
        scale = max(1.0, float(np.max(np.abs(b), initial=0.0)))
        gap = float(np.max(np.abs(np.subtract(a, b)), initial=0.0))
        need(gap <= rounding * scale, f"{how}: gradient{path} {a} is not {b}")
