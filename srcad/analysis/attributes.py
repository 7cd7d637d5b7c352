"""Read the attributes of objects that are taken apart as variables.

p.x = 2.0 * q.y        p, q: taken apart        `p.x` = 2.0 * `q.y`        (variables)
p.n += 1                                        `p.n` = `p.n` + 1
p.rate                 a constant of its class  Point.rate
keep(p)                                         Stays: it must be an object
"""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from srcad.analysis.infer import Inferred
from srcad.analysis.operations import Inert, Part
from srcad.analysis.plain_objects import Key, Stays, constant, only_holds, settable
from srcad.analysis.program import Unit
from srcad.frontend.scope import captured_names
from srcad.ir import nodes as ir
from srcad.ir.names import Names
from srcad.ir.types import ANY, INT, AnyType, Array, Obj, Type, carries, is_scalar


@dataclass(frozen=True)
class Frame:
    """A function whose statements are read: the outer one, or one in place of a call of it."""

    facts: Inferred
    table: Mapping[str, ir.Expr]  # its variables, under their names in the outer function
    objects: frozenset[str]  # variables that may be taken apart, under its own names
    at: ir.Loc | None = None  # the place of the call, where the text is that of another file
    calls: tuple[Unit, ...] = ()

    @property
    def key(self) -> int:
        return id(self.facts.unit.code)


@dataclass
class Attributes:
    """What is known on the way; `stay` are the objects that are known to stay objects."""

    facts: Inferred
    names: Names
    stay: frozenset[Key]
    objects: dict[str, Key] = field(default_factory=dict)  # variables that are taken apart
    classes: dict[str, type] = field(default_factory=dict)
    fields: dict[str, tuple[str, str]] = field(default_factory=dict)  # `p.x`: p, x
    written: set[str] = field(default_factory=set)  # objects that are written once they are made
    carrying: set[str] = field(default_factory=set)  # objects that get values with a derivative
    moves: dict[int, tuple[str, str]] = field(default_factory=dict)  # by id of what stands for it
    met: set[str] = field(default_factory=set)
    outside: set[str] = field(default_factory=set)  # names of the module in other functions
    inside: list[ast.FunctionDef | ast.Lambda] = field(default_factory=list)  # that stand here
    users: set[str] = field(default_factory=set)  # variables that the user wrote elsewhere
    tables: set[str] = field(default_factory=set)
    length: int = 0

    def of_class(self, owner: str, cls: type) -> None:
        """An object is of one class, which has no hand in how attributes are read."""
        known = self.classes.setdefault(owner, cls)
        if known is not cls or not only_holds(cls):
            raise Stays(self.objects[owner])

    def place(self, owner: str, name: str, kind: Type) -> str:
        """The variable for an attribute, which gets a value of this type."""
        if carries(kind):
            self.carrying.add(owner)
        place = f"{owner}.{name}"
        self.fields[place] = owner, name
        return place

    def written_place(self, owner: ir.Expr, name: str, value: ir.Expr, frame: Frame) -> str:
        """The variable for an attribute that is set."""
        found = self.object_of(owner, frame)
        cls = self.class_of(owner, name, found, frame)
        if not settable(cls, name):
            raise Stays(self.objects[found])
        self.written.add(found)
        return self.place(found, name, self.value_type(value, frame))

    def augmented(
        self, stmt: ir.Augment, owner: ir.Expr, name: str, frame: Frame
    ) -> ir.Assign | ir.Augment:
        """`p.x += v`: of a number, another number; of an array, the array."""
        place = self.written_place(owner, name, stmt.value, frame)
        held = dict(self.type(owner, frame).fields).get(name, ANY)  # type: ignore[union-attr]
        value = self.expr(stmt.value, frame)
        at = self.at(stmt, frame)
        if is_scalar(held):
            return ir.Assign(place, ir.Binary(stmt.op, ir.Name(place), value), at)
        if isinstance(held, Array):
            return replace(stmt, target=ir.Name(place), value=value, at=at, first="")
        raise Stays(self.objects[self.fields[place][0]])

    def class_of(self, owner: ir.Expr, name: str, found: str, frame: Frame) -> type:
        """The class of an object, of whose attribute the type is known."""
        kind = self.type(owner, frame)
        if not isinstance(kind, Obj) or isinstance(dict(kind.fields).get(name, INT), AnyType):
            raise Stays(self.objects[found])
        self.of_class(found, kind.cls)
        return kind.cls

    def read(self, expr: ir.Attr, frame: Frame) -> ir.Expr:
        """`p.x` of what is taken apart."""
        found = self.object_of(expr.obj, frame)
        cls = self.class_of(expr.obj, expr.name, found, frame)
        operation = frame.facts.operations.get(id(expr))
        if isinstance(operation, Part) and operation.key == expr.name and settable(cls, expr.name):
            return ir.Name(self.place(found, expr.name, INT))
        outer = self.facts.unit
        inside = outer.code.locals | {p.name for p in outer.code.params}
        if not isinstance(operation, Inert) or not constant(cls, expr.name):
            raise Stays(self.objects[found])
        if cls.__name__ in inside or frame.facts.session.program.lookup(outer, cls.__name__) != cls:
            raise Stays(self.objects[found])
        self.outside.add(cls.__name__)
        return ir.Attr(ir.Name(cls.__name__), expr.name)

    def at(self, stmt: ir.Stmt, frame: Frame) -> ir.Loc | None:
        return frame.at if frame.at is not None else getattr(stmt, "at", None)

    # -- expressions ---------------------------------------------------------------------

    def expr(self, expr: ir.Expr, frame: Frame) -> ir.Expr:
        """An expression with the variables and attributes that it reads in the outer function."""
        match expr:
            case ir.Name(name):
                found = self.object_of(expr, frame)
                if found:
                    raise Stays(self.objects[found])
                return frame.table.get(name, expr)
            case ir.Attr(owner) if self.object_of(owner, frame):
                return self.read(expr, frame)
            case ir.Raw() | ir.Closure():
                reads = set(ir.reads(expr))
                if isinstance(expr, ir.Closure):
                    reads |= captured_names(expr.code)
                found_in = [o for n in sorted(reads) if (o := self.object_of(ir.Name(n), frame))]
                if found_in:
                    raise Stays(*(self.objects[o] for o in found_in))
                return expr if isinstance(expr, ir.Raw) else self.parts(expr, frame)
            case _:
                return self.parts(expr, frame)

    def parts(self, expr: ir.Expr, frame: Frame) -> ir.Expr:
        return ir.rebuild(expr, lambda e: self.expr(e, frame))

    def object_of(self, expr: ir.Expr, frame: Frame) -> str:
        """The object that a variable is, where it is taken apart; else nothing."""
        if not isinstance(expr, ir.Name) or expr.id not in frame.objects:
            return ""
        name = name_of(frame.table.get(expr.id, expr))
        return name if name in self.objects else ""

    def variable(self, name: str, frame: Frame) -> str:
        return name_of(frame.table.get(name, ir.Name(name)))

    def type(self, expr: ir.Expr, frame: Frame) -> Type:
        return frame.facts.types.get(name_of(expr), ANY)

    def value_type(self, expr: ir.Expr, frame: Frame) -> Type:
        if isinstance(expr, ir.Name):
            return self.type(expr, frame)
        return INT if isinstance(expr, ir.Const) else ANY  # a constant carries nothing


def name_of(expr: ir.Expr) -> str:
    """The variable that an expression is; empty for anything else."""
    return expr.id if isinstance(expr, ir.Name) else ""
