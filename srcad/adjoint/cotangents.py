"""The cotangents that exist at one point of the backward part, and how they are added to.

x_bar is absent      zero, and nothing is written for it
x_bar is present     x_bar = x_bar + value, or a helper where the kind is not known
x_bar is owned       x_bar += value: a buffer that nobody else holds
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field

import numpy as np

from srcad import errors
from srcad.adjoint import algebra
from srcad.adjoint.sweep import Node
from srcad.analysis.activity import Active, depends
from srcad.analysis.asked import NOT_ASKED, Asked
from srcad.analysis.distinct import distinct
from srcad.analysis.elements import adds_axes, index_parts, is_basic
from srcad.analysis.infer import Inferred, constant
from srcad.analysis.lengths import with_lengths
from srcad.analysis.liveness import Liveness, captures, live_before
from srcad.analysis.operations import Dynamic, Invoke, Operation, Refused
from srcad.analysis.program import Unit
from srcad.analysis.refusals import of_callee, of_construct
from srcad.analysis.selected import selected
from srcad.analysis.shared import Shared
from srcad.analysis.storage import Storage
from srcad.ir import nodes as ir
from srcad.ir.names import Names
from srcad.ir.types import (
    ANY,
    AnyType,
    Array,
    Clo,
    Dct,
    Number,
    Scalar,
    Tup,
    Type,
    is_complex,
    is_scalar,
)
from srcad.runtime import cotangents
from srcad.runtime.closures import captured, default_of

SHADOW = ir.Ref(cotangents.shadow, "shadow")
ADD = ir.Ref(cotangents.add, "add")
ACCUMULATE = ir.Ref(cotangents.accumulate, "accumulate")
ACCUMULATE_UNDER = ir.Ref(cotangents.accumulate_under, "accumulate_under")
ACCUMULATED = ir.Ref(cotangents.accumulated, "accumulated")
DEFAULT_OF = ir.Ref(default_of, "default_of")
FIELD = ir.Ref(cotangents.field_key, "field_key")
OWN = ir.Ref(cotangents.own, "own")
ZEROS = ir.Ref(np.zeros_like, "np.zeros_like")
SUM = ir.Ref(np.sum, "np.sum")
ADD_AT = ir.Ref(np.add.at, "np.add.at")

Request = Callable[[Unit, tuple[Type, ...], tuple[bool, ...], errors.Place, Asked], tuple[str, str]]


@dataclass
class State:
    """Which cotangents exist at this point of the backward part."""

    present: set[str] = field(default_factory=set)
    owned: set[str] = field(default_factory=set)

    def copy(self) -> State:
        return State(set(self.present), set(self.owned))


class Cotangents(ABC):
    """What every part of the reversal shares: names, types, and the state of the cotangents.

    naive: everything is left to the running program (see `naive`).
    """

    naive = False

    def __init__(
        self,
        facts: Inferred,
        body: ir.Block,
        active: Active,
        live: Liveness,
        names: Names,
        request: Request,
        shown: frozenset[str] = frozenset(),
        asked: Asked = NOT_ASKED,
        shared: Shared | None = None,
    ) -> None:
        self.asked, self.given_shared = asked, shared
        self.facts, self.body, self.active = facts, body, active
        self.live, self.names, self.request = live, names, request
        self.bars: dict[str, str] = {}
        self.state = State()
        self.out: list[ir.Stmt] = []  # backward statements of the step at hand
        self.at: ir.Loc | None = None
        self.depth = 0  # loops around the statement at hand
        self.steady = with_lengths(facts, body, live)
        self.read_by = captures(body)
        self.live_before = live_before(body, live, self.read_by)
        self.distinct = distinct(facts, body)
        self.storage = Storage.of(facts, body, live, shown, asked.changing)
        self.selected = selected(facts, body)
        self.shared: frozenset[str] = frozenset()  # arrays whose cotangents memory holds
        self.holders: frozenset[str] = frozenset()  # containers of these
        self.cells: frozenset[str] = frozenset()  # those of the shared that are containers
        self.with_cells = False  # there are any, here or at the caller
        self.calls_unknown = not {Dynamic, Invoke}.isdisjoint(map(type, facts.operations.values()))
        self.looked: dict[int, ir.Stmt] = {}  # by a look at a function, what calls it (`unwritten`)
        self.read_again: list[tuple[ir.Stmt, frozenset[str]]] = []  # backwards, as it was there
        self.lent: dict[str, ir.Expr] = {}  # cotangents of shared ones, for one statement

    @abstractmethod
    def block(self, block: ir.Block) -> tuple[Node, ...]:
        """Reverse the statements, from the last to the first."""

    @abstractmethod
    def statement(self, stmt: ir.Stmt) -> list[Node]:
        """Reverse one statement."""

    def unknown(self) -> frozenset[str]:
        """The variables that may stand for a container, or for something else."""
        return frozenset(n for n in self.holders if isinstance(self.type(n), AnyType))

    def moving(self) -> frozenset[str]:
        """What is, or may be, a container that is written."""
        return self.cells | self.holders

    @abstractmethod
    def put(self, name: str, value: ir.Expr) -> ir.Stmt:
        """x_bar += value, where memory holds x_bar."""

    @abstractmethod
    def put_in(self, name: str, index: ir.Expr, value: ir.Expr) -> ir.Stmt:
        """x_bar[index] += value, where x may be an array whose cotangent memory holds."""

    @abstractmethod
    def region(self, owner: str, index: ir.Expr) -> Type:
        """The type of what stands at the index."""

    @abstractmethod
    def spread(self, name: str, value: ir.Expr) -> ir.Expr:
        """The part of a container's cotangent that does not stand for shared arrays."""

    @abstractmethod
    def put_at(self, name: str, index: ir.Expr, value: ir.Expr) -> ir.Stmt:
        """x_bar[index] += value, where memory holds x_bar."""

    # -- names and types ---------------------------------------------------------------

    def bar(self, name: str) -> str:
        if name not in self.bars:
            self.bars[name] = self.names.fresh(f"{name}_bar")
        return self.bars[name]

    def type(self, name: str) -> Type:
        return self.facts.types.get(name, ANY)

    def type_of(self, expr: ir.Expr) -> Type:
        if isinstance(expr, ir.Name):
            return self.type(expr.id)
        return constant(expr.value) if isinstance(expr, ir.Const) else ANY

    def operation(self, expr: ir.Expr) -> Operation | None:
        return self.facts.operations.get(id(expr))

    def place(self, at: ir.Loc | None = None) -> errors.Place:
        found: errors.Place = self.facts.unit.place(at or self.at)
        return found

    def is_active(self, expr: ir.Expr) -> bool:
        return depends(expr, self.facts, self.active)

    def refusal(self, refused: Refused) -> errors.SrcadError:
        if refused.error is not None:
            return of_callee(refused.error, self.place())
        cure = refused.cure or (
            "Compute it outside the function, or wrap the value in srcad.stop_gradient(...) if no "
            "derivative should pass."
        )
        return of_construct(refused.reason, cure, self.place())

    # -- cotangents --------------------------------------------------------------------

    def emit(self, stmt: ir.Stmt) -> None:
        self.out.append(ir.placed(stmt, self.at))

    def named(self, expr: ir.Expr, hint: str) -> ir.Expr:
        if isinstance(expr, ir.Name):
            return expr
        name = self.names.fresh(hint)
        self.emit(ir.Assign(name, expr))
        return ir.Name(name)

    def zeros(self, name: str) -> ir.Expr:
        """A zero cotangent of the variable's kind."""
        kind = self.type(name)
        if isinstance(kind, Scalar | Number):
            complex_ = "complex" in (kind.dtype if isinstance(kind, Number) else kind.kind.__name__)
            return ir.Const(0j if complex_ else 0.0)
        if isinstance(kind, Array) and kind.ndim == 0:  # its cotangent is a number
            return ir.Const(0j if is_complex(kind) else 0.0)
        if isinstance(kind, Array) and kind.dtype != "object":
            return algebra.call(ZEROS, ir.Name(name))
        cells = self.captured_cells(name) if isinstance(kind, Clo) else None
        if cells is not None:
            # the function object itself may hold other values by now
            assert isinstance(kind, Clo)
            held = {key: self.captured_zeros(name, local) for key, local in cells.items()}
            held |= {key: self.default_zeros(name, key) for key, _ in kind.defaults}
            return ir.Mapping(tuple(map(ir.Const, held)), tuple(held.values()))
        return algebra.call(SHADOW, ir.Name(name))

    def captured_zeros(self, function: str, local: str) -> ir.Expr:
        """A zero cotangent of a variable that a function captured."""
        return self.zeros(local)

    def default_zeros(self, function: str, key: str) -> ir.Expr:
        """A zero cotangent of the default of a parameter."""
        return algebra.call(SHADOW, algebra.call(DEFAULT_OF, ir.Name(function), ir.Const(key)))

    def captured_cells(self, name: str) -> dict[str, str] | None:
        """What `w = captured(fn, "w")` read at the start of this function: {"w": w}."""
        kind = self.type(name)
        assert isinstance(kind, Clo)
        cells: dict[str, str] = {}
        for stmt in self.body:
            match stmt:
                case ir.Assign(local, ir.Call(ir.Ref(f), (ir.Name(fn), ir.Const(key)))):
                    if f is captured and fn == name:
                        cells[key] = local
                case _:
                    pass
        if set(cells) != {key for key, _ in kind.captures}:
            return None
        return cells

    def ensure(self, name: str, *, owned: bool = False) -> None:
        """Make the cotangent of a variable exist (and be our own buffer)."""
        assert name not in self.shared
        bar = self.bar(name)
        if name not in self.state.present:
            self.emit(ir.Assign(bar, self.zeros(name)))
            self.state.present.add(name)
            self.state.owned.add(name)
        elif owned and name not in self.state.owned:
            if isinstance(self.type(name), Array):
                copy = ir.Call(ir.Ref(np.array, "np.array"), (ir.Name(bar),))
            else:
                copy = algebra.call(OWN, ir.Name(bar))
            self.emit(ir.Assign(bar, copy))
            self.state.owned.add(name)

    def add(self, name: str, value: ir.Expr, fresh: bool = False) -> None:
        """x_bar += value; the first time x_bar = value.  `fresh`: nobody else holds the value."""
        if name not in self.active:
            return
        if name in self.shared:
            self.emit(self.put(name, value))
            return
        if name in self.holders:
            value, fresh = self.spread(name, value), False
        bar = self.bar(name)
        kind = self.type(name)
        if name not in self.state.present:
            self.emit(ir.Assign(bar, value))
            self.state.present.add(name)
            if fresh and isinstance(kind, Array) and kind.ndim > 0:  # of 0-d ones it is a number
                self.state.owned.add(name)
            return
        if isinstance(kind, Array) and kind.ndim == 0:
            # NumPy's sum of arrays without axes is a number: no buffer to write into
            self.emit(ir.Assign(bar, algebra.add(ir.Name(bar), value)))
            self.state.owned.discard(name)
        elif isinstance(kind, Array):
            if name in self.state.owned:
                self.emit(algebra.added_to(bar, value))
            else:
                self.emit(ir.Assign(bar, algebra.add(ir.Name(bar), value)))
                if kind.ndim > 0:
                    self.state.owned.add(name)
        elif is_scalar(kind):
            self.emit(algebra.added_to(bar, value))
        else:
            self.emit(ir.Assign(bar, algebra.call(ADD, ir.Name(bar), value)))
            self.state.owned.discard(name)

    def add_at(self, owner: str, index: ir.Expr, value: ir.Expr, result: Type) -> None:
        """x_bar[index] += value."""
        if owner not in self.active:
            return
        if owner in self.shared:
            self.emit(self.put_at(owner, index, value))
            return
        if owner in self.holders and isinstance(self.type(owner), AnyType):
            self.ensure(owner, owned=True)
            self.emit(self.put_in(owner, index, value))
            return
        kind = self.type(owner)
        if is_scalar(kind) or (isinstance(kind, Array) and kind.ndim == 0):
            # no axes: every index gives all that it holds
            whole = value if is_scalar(result) else algebra.call(SUM, value)
            self.add(owner, whole)
            return
        self.ensure(owner, owned=True)
        bar = self.bar(owner)
        if isinstance(kind, Array):
            basic = is_basic(index, self.index_type)
            if basic or self.is_mask(index) or (not self.naive and self.once(index)):
                self.emit(algebra.added_at(bar, index, value))
            else:
                key = slice_object(index)
                self.emit(ir.Effect(algebra.call(ADD_AT, ir.Name(bar), key, value)))
        elif isinstance(kind, Dct) and kind.items is None:
            self.emit(ir.Effect(algebra.call(ACCUMULATE_UNDER, ir.Name(bar), index, value)))
        elif (
            is_scalar(result) and not isinstance(index, ir.Slice) and not isinstance(kind, AnyType)
        ):
            self.emit(algebra.added_at(bar, index, value))
        elif isinstance(kind, AnyType) and (of_number(index) or adds_axes(index, self.index_type)):
            key = slice_object(index)
            self.emit(ir.Assign(bar, algebra.call(ACCUMULATED, ir.Name(bar), key, value)))
        else:
            key = slice_object(index)
            self.emit(ir.Effect(algebra.call(ACCUMULATE, ir.Name(bar), key, value)))

    def field(self, owner: str, name: str) -> ir.Expr:
        """Where the cotangent of `owner.name` stands in that of the owner."""
        kind = self.type(owner)
        fields = getattr(getattr(kind, "cls", None), "_fields", ())
        if isinstance(kind, Tup) and name in fields:
            return ir.Const(fields.index(name))
        if isinstance(kind, AnyType):
            return algebra.call(FIELD, ir.Name(owner), ir.Const(name))
        return ir.Const(name)

    def index_type(self, part: ir.Expr) -> Type:
        if isinstance(part, ir.Attr) and part.name == "newaxis":
            return Scalar(type(None), None, True)
        if isinstance(part, ir.Unary | ir.Binary):
            kinds = [self.index_type(c) for c in ir.children(part)]
            ints = all(isinstance(k, Scalar) and k.kind in (int, bool) for k in kinds)
            arrays = any(isinstance(k, Array) for k in kinds)
            return Scalar(int) if ints else (Array("int64", (None,)) if arrays else ANY)
        return self.type_of(part)

    def is_mask(self, index: ir.Expr) -> bool:
        kind = self.index_type(index)
        return isinstance(kind, Array) and kind.dtype == "bool"

    def once(self, index: ir.Expr) -> bool:
        """Whether the index names no element twice."""
        parts = index_parts(index)
        kinds = [self.index_type(p) for p in parts if not isinstance(p, ir.Slice)]
        flat = all(is_scalar(k) or (isinstance(k, Array) and k.ndim <= 1) for k in kinds)
        return flat and any(isinstance(p, ir.Name) and p.id in self.distinct for p in parts)

    def same_memory(self, new: str, old: str) -> None:
        """A name that the compiler made for what another variable is bound to."""
        self.storage.points.alias(new, old)
        self.shared |= {new} if old in self.shared else set()
        self.holders |= {new} if old in self.holders else set()

    def take(self, name: str) -> ir.Expr | None:
        """The cotangent of a variable at its definition; before it, there is none yet."""
        if name in self.shared:
            return self.lent.pop(name, None)
        if name not in self.state.present:
            return None
        self.state.present.discard(name)
        self.state.owned.discard(name)
        return ir.Name(self.bar(name))

    def another_step(self) -> None:
        """What is reversed next is an earlier half of the statement at hand."""
        self.out = []


def of_number(index: ir.Expr) -> bool:
    """Whether it is an attribute that numbers have as well as arrays and objects."""
    match index:
        case ir.Call(ir.Ref(f), (_, ir.Const(name))):
            return f is cotangents.field_key and name in ("real", "imag", "T")
        case ir.Const(name):
            return name in ("real", "imag", "T")
        case _:
            return False


def slice_object(index: ir.Expr) -> ir.Expr:
    """An index with slices as a value: `np.s_[:, k]`."""
    parts = index.items if isinstance(index, ir.Sequence) else (index,)
    sliced = any(isinstance(p, ir.Slice) for p in parts)
    return ir.Item(ir.Ref(np.s_, "np.s_"), index) if sliced else index
