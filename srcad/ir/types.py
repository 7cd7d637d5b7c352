"""What the compiler knows about a value: its kind, dtype and the pattern of its shape.

    FLOAT INT BOOL …         Python numbers, strings, None      Scalar(float)
    np.float64(…)            NumPy scalars                      Number("float64")
    float64[n, 3]            arrays                             Array("float64", ("n", 3))
    containers               Tup Lst Dct Obj                    with the types of their parts
    functions                Known(f), Clo(code, captures)
    ANY                      could be anything: the runtime decides
    NUMERIC                  a number, or an array of numbers, of any rank and dtype
    SIZES                    a tuple of integers: the shape of such an array
    objects of several classes                          AnyType((Obj(Linear, …), Obj(ReLU, …)))

A dimension is an int, a symbol such as `"x.0"` (two dimensions with one symbol are equal), a pair
(symbol, k) for a dimension shortened by k elements, or None when nothing is known.

Long because the kinds refer to each other, and so do the questions that are asked of them.
"""

from __future__ import annotations

import ast
from dataclasses import field, replace
from types import FunctionType
from typing import Any

import numpy as np

from srcad.ir.records import record

Dim = int | str | tuple[str, int] | None


@record(frozen=True, slots=True)
class AnyType:
    """Nothing is known; or only that it is an object of one of a few classes, or maybe None.

    Beside objects it may be one of a few functions: `[Linear(w), np.tanh]`.  form: it is one number
    or an array of numbers, or a tuple of integers.  of: it is a value of that type, or None.
    """

    objects: tuple[Obj, ...] = ()
    none: bool = False
    functions: tuple[Known, ...] = ()
    form: str = ""
    of: Type | None = None


@record(frozen=True, slots=True)
class Scalar:
    kind: type
    value: Any = None  # of strings, bools and literal integers, where known
    known: bool = False
    # of an integer that counts a dimension: `n = x.shape[0]`; of a text, how it begins: f"W{i}"
    size: Dim = None


@record(frozen=True, slots=True)
class Number:
    """A NumPy scalar; `loose`: or the Python number of that kind."""

    dtype: str
    loose: bool = False


@record(frozen=True, slots=True)
class Array:
    dtype: str
    dims: tuple[Dim, ...]

    @property
    def ndim(self) -> int:
        return len(self.dims)


@record(frozen=True, slots=True)
class Tup:
    items: tuple[Type, ...]
    cls: type = tuple


@record(frozen=True, slots=True)
class Lst:
    """A list, or a deque; the length of what is written is not known."""

    items: tuple[Type, ...] | None  # None: the length is not known
    element: Type
    cls: type = list


@record(frozen=True, slots=True)
class Dct:
    """A dict: all its items in order; or, of one that is written, what is under some of its keys.

    Under a key that `known` does not have is a `rest`, if anything; None: an `element`, which is
    all that may be under any key.
    """

    items: tuple[tuple[Any, Type], ...] | None
    element: Type
    cls: type = dict
    known: tuple[tuple[Any, Type], ...] = ()
    rest: Type | None = None


@record(frozen=True, slots=True)
class Prefix:
    """The keys of a dict that begin with a text: `f"W{i}"`."""

    text: str

    def may_be(self, key: Any) -> bool:
        """Whether one of the keys may be this one, or one of these."""
        if isinstance(key, Prefix):
            return key.text.startswith(self.text) or self.text.startswith(key.text)
        return isinstance(key, str) and key.startswith(self.text)


@record(frozen=True, slots=True)
class Obj:
    """An instance with attributes, of which some may not be there yet."""

    cls: type
    fields: tuple[tuple[str, Type], ...]


@record(frozen=True)
class Known:
    """One particular object: a module, a function, a class, a method of either."""

    value: Any = field(hash=False, compare=False)
    identity: int = 0

    @staticmethod
    def of(value: Any) -> Known:
        return Known(value, id(value))


@record(frozen=True)
class Method:
    """`self.name` where the class defines a function: `self` goes first."""

    function: Known
    owner: Type
    name: str


@record(frozen=True)
class Clo:
    """A function made during the call, and the types of what it closes over.

    selves: the variables among these that hold the function itself.
    """

    code: ast.FunctionDef | ast.Lambda = field(hash=False, compare=False)
    identity: int
    captures: tuple[tuple[str, Type], ...]
    defaults: tuple[tuple[str, Type], ...]
    owner: Any = field(hash=False, compare=False)  # the Source it stands in
    selves: tuple[str, ...] = ()


@record(frozen=True, slots=True)
class Bottom:
    """No value has reached this point yet."""


Type = (
    AnyType | Scalar | Number | Array | Tup | Lst | Dct | Obj | Known | Method | Clo | Bottom
)  # fmt: skip

_Named = tuple[tuple[str, Type], ...]

ANY = AnyType()
NUMERIC, SIZES = AnyType(form="numeric"), AnyType(form="sizes")
BOTTOM = Bottom()
FLOAT, INT, BOOL, COMPLEX = Scalar(float), Scalar(int), Scalar(bool), Scalar(complex)
STR, NONE = Scalar(str), Scalar(type(None))


SMALL = 4  # sizes up to this are known as they are: states, points, corners


class Symbols:
    """Names for dimensions: equal sizes of one call share a symbol; small ones are themselves."""

    def __init__(self) -> None:
        self.by_size: dict[int, str] = {}
        self.integers = 0

    def integer(self) -> Dim:
        """A symbol of its own for an integer that may be the size of what the function makes."""
        self.integers += 1
        return f"n{self.integers - 1}"

    def dim(self, size: int) -> Dim:
        if size <= SMALL:
            return size
        if size not in self.by_size:
            self.by_size[size] = f"d{len(self.by_size)}"
        return self.by_size[size]


def _joined_known(a: Dct, b: Dct) -> tuple[tuple[Any, Type], ...]:
    """What is under the keys of either; where nothing is known of the others, nothing is."""
    parts = [dict(d.items or d.known) for d in (a, b)]
    keys = [k for k in parts[0]] + [k for k in parts[1] if k not in parts[0]]
    return tuple((k, join(noted(a, k), noted(b, k))) for k in keys)


def rest_of(kind: Dct) -> Type:
    """What is under a key that is not known."""
    if kind.items is not None:
        return BOTTOM
    return kind.element if kind.rest is None else kind.rest


def under(kind: Dct, key: Any) -> Type:
    """What is under a key, or one of several; of a dict that may not have it, what may be there."""
    held = dict(kind.items or kind.known)
    if isinstance(key, Prefix):
        return join_all([*(t for k, t in held.items() if key.may_be(k)), rest_of(kind)])
    if key in held:
        found: Type = held[key]
        return found
    several = (t for k, t in held.items() if isinstance(k, Prefix) and k.may_be(key))
    return join_all([*several, rest_of(kind)])


def noted(kind: Dct, key: Any) -> Type:
    """What is to be noted for a key: for several, what those without a note of their own have."""
    if not isinstance(key, Prefix):
        return under(kind, key)
    held = dict(kind.items or kind.known)
    if key in held:
        found: Type = held[key]
        return found
    wider = (k for k in held if isinstance(k, Prefix) and key.text.startswith(k.text))
    return join_all([*(held[k] for k in wider), rest_of(kind)])


def key_of(kind: Type) -> Any:
    """The key that a value of the type is, or the keys among which it is; None if not known."""
    if not isinstance(kind, Scalar):
        return None
    if kind.known and kind.kind is not type(None):
        return kind.value
    return Prefix(kind.size) if kind.kind is str and isinstance(kind.size, str) else None


def beginning(text: str) -> Scalar:
    """The type of a text that begins so."""
    return Scalar(str, size=text or None)


def join_all(items: Any) -> Type:
    result: Type = BOTTOM
    for item in items:
        result = join(result, item)
    return result


def join(a: Type, b: Type) -> Type:  # noqa: C901 - one decision over the kinds
    """The least that is known when a value is either an `a` or a `b`."""
    if a == b:
        return a
    match a, b:
        case Bottom(), _:
            return b
        case _, Bottom():
            return a
        case Scalar(k1), Scalar(k2) if k1 is k2:
            return Scalar(k1)
        case Array(d1, s1), Array(d2, s2) if d1 == d2 and len(s1) == len(s2):
            return Array(d1, tuple(p if p == q else None for p, q in zip(s1, s2, strict=True)))
        case Number(d1), Number(d2) if d1 == d2:
            return Number(d1, loose=True)
        case (Number("float64"), Scalar(k)) | (Scalar(k), Number("float64")) if k in (float, int):
            return Number("float64", loose=True)
        case (Number("complex128"), Scalar(k)) | (Scalar(k), Number("complex128")) if k is complex:
            return Number("complex128", loose=True)
        case Scalar(k1), Scalar(k2) if {k1, k2} == {float, int}:
            return Number("float64", loose=True)
        case Tup(i1, c1), Tup(i2, c2) if c1 is c2 and len(i1) == len(i2):
            return Tup(tuple(map(join, i1, i2)), c1)
        case Lst(i1, e1, c1), Lst(i2, e2, c2) if c1 is c2:
            same = i1 is not None and i2 is not None and len(i1) == len(i2)
            return Lst(tuple(map(join, i1, i2)) if same else None, join(e1, e2), c1)  # type: ignore[arg-type]
        case Dct(i1, e1, c1), Dct(i2, e2, c2) if c1 is c2:
            same = i1 is not None and i2 is not None and [k for k, _ in i1] == [k for k, _ in i2]
            pairs = None
            if same:
                pairs = tuple((k, join(t, u)) for (k, t), (_, u) in zip(i1, i2, strict=True))  # type: ignore[arg-type]
            if pairs is not None:
                return Dct(pairs, join(e1, e2), c1)
            return Dct(None, join(e1, e2), c1, _joined_known(a, b), join(rest_of(a), rest_of(b)))
        case Obj(c1, f1), Obj(c2, f2) if c1 is c2:
            return Obj(c1, _joined_fields(f1, f2))
        case Clo(), Clo() if _same_function(a, b):
            captures = _joined_pairs(a.captures, b.captures)
            return replace(a, captures=captures, defaults=_joined_pairs(a.defaults, b.defaults))
        case Method(f1, o1, n1), Method(f2, o2, n2) if (f1, n1) == (f2, n2):
            return Method(f1, join(o1, o2), n1)
    if is_numeric(a) and is_numeric(b):
        return NUMERIC
    return _or_none(a, b) or _one_of(a, b)


def _or_none(a: Type, b: Type) -> Type | None:
    """A number, an array or a tuple of such, or None: `cache = None` before it is filled."""
    known = [sure(k) for k in (a, b) if not (isinstance(k, Scalar) and k.kind is type(None))]
    if len(known) > 1 and not any(isinstance(k, AnyType) and k.of is not None for k in (a, b)):
        return None
    kind = join_all(known)
    return AnyType(none=True, of=kind) if _is_lasting(kind) else None


def _is_lasting(kind: Type) -> bool:
    """Whether no value of the type can be filled with another: a number, an array, a text."""
    if isinstance(kind, Tup):
        return kind.cls is tuple and all(_is_lasting(k) or _is_lasting(sure(k)) for k in kind.items)
    text = isinstance(kind, Scalar) and kind.kind is str
    return text or is_numeric(kind) or kind == SIZES


def sure(kind: Type) -> Type:
    """The type of a value where it is not None."""
    return kind if not isinstance(kind, AnyType) or kind.of is None else kind.of


def is_numeric(kind: Type) -> bool:
    """Whether a value is known to be a number or an array of numbers."""
    if isinstance(kind, Scalar):
        return kind.kind in (float, int, bool, complex)
    if isinstance(kind, (Array, Number)):
        return kind.dtype.startswith(_NUMBERS)
    return kind == NUMERIC


def is_unknown(kind: Type) -> bool:
    """Whether neither container nor class is known."""
    return kind in (ANY, NUMERIC)


_DEPTH = 12  # of containers in containers


def flattened(kind: Type, depth: int = _DEPTH) -> Type:
    """The type with ANY for what lies deeper than this many containers."""
    if not isinstance(kind, (Tup, Lst, Dct, Obj, Clo, Method, AnyType)):
        return kind
    if isinstance(kind, AnyType) and not kind.objects:
        return kind
    if depth == 0:
        return ANY

    def inner(part: Type) -> Type:
        return flattened(part, depth - 1)

    match kind:
        case Tup(items, cls):
            return Tup(tuple(map(inner, items)), cls)
        case Lst(parts, element, cls):
            return Lst(None if parts is None else tuple(map(inner, parts)), inner(element), cls)
        case Dct(pairs, element, cls, under, rest):
            known = None if pairs is None else tuple((k, inner(t)) for k, t in pairs)
            held = tuple((k, inner(t)) for k, t in under)
            return Dct(known, inner(element), cls, held, rest and inner(rest))
        case Obj(cls, fields):
            return Obj(cls, tuple((n, inner(t)) for n, t in fields))
        case Clo(captures=captures, defaults=defaults):
            held = tuple((n, inner(t)) for n, t in captures)
            return replace(kind, captures=held, defaults=tuple((n, inner(t)) for n, t in defaults))
        case Method(function, bound, name):
            return Method(function, inner(bound), name)
        case AnyType(objects, none, functions):
            several = tuple(map(inner, objects))
            return ANY if ANY in several else AnyType(several, none, functions)  # type: ignore[arg-type]


CLASSES = 12  # of which a variable may hold objects


def _one_of(a: Type, b: Type) -> AnyType:
    """An object of one of a few classes, a function or None, if that is all that these may be."""
    found: dict[type, Obj] = {}
    functions: dict[int, Known] = {}
    none = False
    for kind in (a, b):
        if isinstance(kind, Known) and isinstance(kind.value, FunctionType | np.ufunc):
            functions[kind.identity] = kind
            continue
        if isinstance(kind, Scalar) and kind.kind is type(None):
            none = True
            continue
        none = none or getattr(kind, "none", False)
        functions |= {f.identity: f for f in getattr(kind, "functions", ())}
        objects = (kind,) if isinstance(kind, Obj) else getattr(kind, "objects", ())
        if not objects:
            return ANY
        for one in objects:
            known = found.get(one.cls)
            found[one.cls] = (
                one if known is None else Obj(one.cls, _joined_fields(known.fields, one.fields))
            )
    if not found or len(found) + len(functions) > CLASSES:
        return ANY
    every = frozenset(found)
    return AnyType(
        tuple(Obj(c, tuple((n, _cut(t, every)) for n, t in o.fields)) for c, o in found.items()),
        none,
        tuple(functions.values()),
    )


def _cut(kind: Type, classes: frozenset[type]) -> Type:
    """The type of a part, where objects of these classes are anything: no type holds itself."""

    def cut(part: Type) -> Type:
        return _cut(part, classes)

    match kind:
        case Obj(cls, fields):
            return ANY if cls in classes else Obj(cls, tuple((n, cut(t)) for n, t in fields))
        case AnyType(objects, none, functions) if objects:
            parts = tuple(map(cut, objects))
            return AnyType(parts, none, functions) if ANY not in parts else ANY  # type: ignore[arg-type]
        case Tup(items, cls):
            return Tup(tuple(map(cut, items)), cls)
        case Lst(items, element, cls):
            return Lst(None if items is None else tuple(map(cut, items)), cut(element), cls)
        case Dct(items, element, cls, known, rest):
            pairs = None if items is None else tuple((k, cut(t)) for k, t in items)
            held = tuple((k, cut(t)) for k, t in known)
            return Dct(pairs, cut(element), cls, held, rest and cut(rest))
        case Method(function, owner, name):
            return Method(function, cut(owner), name)
        case Clo():
            captures = tuple((n, cut(t)) for n, t in kind.captures)
            defaults = tuple((n, cut(t)) for n, t in kind.defaults)
            return replace(kind, captures=captures, defaults=defaults)
        case _:
            return kind


def _joined_fields(a: _Named, b: _Named) -> _Named:
    """Of two objects of a class: an attribute that one of them lacks may still come."""
    left, right = dict(a), dict(b)
    every = {**left, **right}
    return tuple((n, join(left.get(n, BOTTOM), right.get(n, BOTTOM))) for n in every)


def _same_function(a: Clo, b: Clo) -> bool:
    """Whether two functions have one definition, and hold values under the same names."""
    names = [[n for n, _ in f.captures] for f in (a, b)]
    return a.identity == b.identity and a.selves == b.selves and names[0] == names[1]


def _joined_pairs(a: _Named, b: _Named) -> _Named:
    return tuple((n, join(t, u)) for (n, t), (_, u) in zip(a, b, strict=True))


def count(dim: Dim) -> Scalar:
    """The type of an integer that is the size of a dimension."""
    if isinstance(dim, int):
        return Scalar(int, dim, True)
    return Scalar(int, size=dim)


def of_integer(t: Type) -> bool:
    """Whether an integer is told by that of an argument: `n`, `n + 1`."""
    if not isinstance(t, Scalar) or t.kind is not int or t.size is None or isinstance(t.size, int):
        return False
    return (t.size if isinstance(t.size, str) else t.size[0]).startswith("n")


def counted(t: Type) -> Dim:
    """The dimension whose size an integer is; None when not known."""
    if not isinstance(t, Scalar) or t.kind is not int:
        return None
    return t.value if t.known and t.value >= 0 else t.size


_REAL = ("float", "int", "uint", "bool", "longdouble")
_NUMBERS = (*_REAL, "complex", "clongdouble")
_CARRYING = ("float", "complex", "longdouble", "object")


def carries(t: Type) -> bool:
    """Whether a value of this type can carry a derivative."""
    if isinstance(t, (Array, Number)):
        return t.dtype.startswith(_CARRYING)
    match t:
        case AnyType(of=kind) if kind is not None:
            return carries(kind)
        case AnyType():
            return t != SIZES
        case Scalar(kind):
            return kind in (float, complex)
        case Tup(items):
            return any(map(carries, items))
        case Lst(_, element) | Dct(_, element):
            return carries(element)
        case Obj(_, fields):
            return any(carries(f) for _, f in fields)
        case Clo(_, _, captures, defaults):
            return any(carries(c) for _, c in (*captures, *defaults))
        case Method(_, owner):
            return carries(owner)
        case Known() | Bottom():
            return False


def is_real(kind: Type) -> bool:
    """Whether a value of the type is known to be a real number, or an array of such."""
    if isinstance(kind, Scalar):
        return kind.kind in (float, int, bool)
    return isinstance(kind, (Array, Number)) and kind.dtype.startswith(_REAL)


def is_complex(kind: Type) -> bool:
    """Whether a value of the type is known to be complex."""
    if isinstance(kind, Scalar):
        return kind.kind is complex
    return isinstance(kind, (Array, Number)) and kind.dtype.startswith("complex")


def is_count(kind: Type) -> bool:
    """Whether a list may be repeated so many times: an integer, of Python or NumPy."""
    match kind:
        case Scalar(python):
            return python in (int, bool)
        case Number(dtype):
            return "int" in dtype
        case _:
            return False


def is_scalar(t: Type) -> bool:
    """A number that `+=` rebinds."""
    return isinstance(t, Number) or (
        isinstance(t, Scalar) and t.kind in (float, int, complex, bool)
    )


def dims_of(t: Type) -> tuple[Dim, ...] | None:
    """The shape of a number or an array; None when not even the rank is known."""
    if is_scalar(t):
        return ()
    return t.dims if isinstance(t, Array) else None


def same_shape(a: Type, b: Type) -> bool:
    """Whether two values are known to have one shape."""
    da, db = dims_of(a), dims_of(b)
    return da is not None and da == db and None not in da


def show(t: Type) -> str:  # noqa: C901 - one decision over the kinds
    """For docstrings and `explain`: `float`, `float64[d0, 3]`."""
    match t:
        case Scalar(kind):
            return kind.__name__
        case Number(dtype, loose):
            return dtype.rstrip("0123456789") if loose else f"np.{dtype}"
        case Array(dtype, dims):
            inner = ", ".join("?" if d is None else _show_dim(d) for d in dims)
            return f"{dtype}[{inner}]"
        case Tup(items, cls):
            return f"{cls.__name__}({', '.join(map(show, items))})"
        case Lst() | Dct():
            return "list" if isinstance(t, Lst) else "dict"
        case Obj(cls):
            return cls.__name__
        case Known(value):
            own = isinstance(value, list | tuple | dict)  # which may make up any attribute
            return type(value).__name__ if own else getattr(value, "__name__", type(value).__name__)
        case Clo(code):
            return getattr(code, "name", "lambda")
        case Method(_, _, name):
            return name
        case AnyType(form="numeric"):
            return "numbers"
        case AnyType(of=kind) if kind is not None:
            return f"{show(kind)} | None"
        case AnyType(objects, none, functions):
            return " | ".join([*map(show, objects), *map(show, functions), *["None"] * none]) or "?"
        case Bottom():
            return "?"


def _show_dim(d: Dim) -> str:
    return f"{d[0]}{-d[1]:+}" if isinstance(d, tuple) else str(d)


def mutable(kind: Type) -> bool:
    """Whether an object of the type can be written into."""
    if isinstance(kind, Tup):
        return any(map(mutable, kind.items))
    if isinstance(kind, Method):
        return mutable(kind.owner)
    return isinstance(kind, Array | Lst | Dct | Obj | AnyType | Clo) and kind != SIZES
