"""Lower assignments: names, tuples of targets, elements and attributes."""

from __future__ import annotations

import ast
import builtins
import types
from typing import TypeGuard

from srcad.frontend.augmented import may_change
from srcad.frontend.callees import Calls
from srcad.frontend.expressions import FLAT_ITEM
from srcad.frontend.scope import captured_names, free_names, own_nodes
from srcad.frontend.state import BINARY, atomic
from srcad.ir import nodes as ir
from srcad.runtime.inplace import put_flat

PUT_FLAT = ir.Ref(put_flat, "put_flat")


class Bindings(Calls):
    """Everything that gives a name or a place a value."""

    def do_Assign(self, stmt: ast.Assign) -> None:
        if len(stmt.targets) == 1:
            self.bind(stmt.targets[0], stmt.value)
            return
        value = self.atom(stmt.value)
        for target in stmt.targets:
            self.bind_atom(target, value)

    def do_AnnAssign(self, stmt: ast.AnnAssign) -> None:
        if stmt.value is not None:
            self.bind(stmt.target, stmt.value)

    def do_AugAssign(self, stmt: ast.AugAssign) -> None:
        op = BINARY[type(stmt.op)]
        flat = self.flat_place(stmt.target)
        if flat is not None:
            old = self.temp(ir.Call(FLAT_ITEM, flat), "old", stmt.target)
            self.out.append(ir.Augment(old, op, self.atom(stmt.value), self.at))
            self.out.append(ir.Effect(ir.Call(PUT_FLAT, (*flat, old)), self.at))
            return
        if isinstance(stmt.target, ast.Name):
            target: ir.Name | ir.Item | ir.Attr = ir.Name(self.variable(stmt.target.id))
        else:
            target = self.place(stmt.target)
        first = ""
        if may_change(stmt.target, stmt.value, self.harmless):
            first = self.temp(target, "old", stmt.target).id
        value = self.atom(stmt.value)
        self.out.append(ir.Augment(target, op, value, self.at, first=first))

    def harmless(self, name: str) -> bool:
        """Whether a name is that of NumPy or a builtin, which change no object of the user."""
        if self.is_local(name):
            return False
        space = self.source.function.__globals__
        if name not in space:
            return hasattr(builtins, name)
        module = space[name]
        known = isinstance(module, types.ModuleType)
        return known and module.__name__.split(".")[0] in ("numpy", "math", "cmath")

    def bind(self, target: ast.expr, value: ast.expr) -> None:
        match target:
            case ast.Name(id=name) if isinstance(value, ast.Lambda) and calls_itself(value, name):
                self.define(as_function(value, name), means_another=self.times_bound(name) > 1)
            case ast.Name(id=name):
                lowered = self.value(value, hint=name)
                variable = self.variable(name)
                table = isinstance(value, (ast.ListComp, ast.DictComp))
                if not table or lowered != ir.Name(variable):
                    self.assign(variable, lowered, value)
            case ast.Tuple(elts=targets) | ast.List(elts=targets) if self.parallel(value, targets):
                self.bind_parallel(targets, value.elts)
            case ast.Tuple() | ast.List():
                self.bind_atom(target, self.atom(self.at_once(value)))
            case _:
                self.bind_atom(target, self.atom(value))

    def times_bound(self, name: str) -> int:
        """How many assignments there are to a variable."""
        own = own_nodes(list(getattr(self.node, "body", ()) or ()))
        return sum(
            isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store) and n.id == name for n in own
        )

    def define(self, made: ast.FunctionDef, means_another: bool) -> None:
        """A function made here; means_another: its name is bound to something else, too."""
        if calls_itself(made, made.name) and (made.decorator_list or means_another):
            raise self.refuse(
                f"`{made.name}` calls itself by a name that stands for another function: it is "
                "decorated, or bound anew. Give the plain function a name of its own, or keep what "
                "is to be remembered in a dict.",
                made,
            )
        value: ir.Expr = self.closure(made)
        for decorator in reversed(made.decorator_list):
            inner = self.temp(value, made.name + "_plain")
            value = ir.Call(self.atom(decorator), (inner,))
        self.assign(self.variable(made.name), value)

    def parallel(self, value: ast.expr, targets: list[ast.expr]) -> TypeGuard[ast.Tuple | ast.List]:
        return (
            isinstance(value, ast.Tuple | ast.List)
            and len(value.elts) == len(targets)
            and not any(isinstance(e, ast.Starred) for e in (*targets, *value.elts))
        )

    def bind_parallel(self, targets: list[ast.expr], values: list[ast.expr]) -> None:
        """`a, b = b, a`: every value is read before any name is bound."""
        if self.in_turn(targets, values):
            for target, value in zip(targets, values, strict=True):
                self.bind(target, value)
            return
        bound = {n.id for t in targets for n in ast.walk(t) if isinstance(n, ast.Name)}
        atoms: list[ir.Expr] = []
        simple = all(isinstance(t, ast.Name) for t in targets)
        for k, value in enumerate(values):
            if k == len(values) - 1 and simple and not self.trying:
                atoms.append(self.value(value))
                continue
            atom = self.atom(value)
            earlier = {t.id for t in targets[:k] if isinstance(t, ast.Name)}
            if isinstance(atom, ir.Name) and atom.id in bound and (earlier or not simple):
                clash = atom.id in {self.variable(n) for n in earlier} or not simple
                atom = self.temp(atom, atom.id) if clash else atom
            atoms.append(atom)
        if atoms and simple and not atomic(atoms[-1]):
            touched = {self.variable(t.id) for t in targets[:-1] if isinstance(t, ast.Name)}
            if touched & ir.reads(atoms[-1]):
                atoms[-1] = self.temp(atoms[-1])
        self.protect(atoms, targets)
        for target, atom in zip(targets, atoms, strict=True):
            if isinstance(target, ast.Name):
                self.assign(self.variable(target.id), atom)
            else:
                self.bind_atom(target, atom)

    def in_turn(self, targets: list[ast.expr], values: list[ast.expr]) -> bool:
        """Whether nobody can tell that the names are bound one after the other.

        xs, ys = [], []
        """
        names = [t.id for t in targets if isinstance(t, ast.Name)]
        if len(names) < len(targets) or len(set(names)) < len(names) or self.trying:
            return False
        later = [free_names(v) for v in values]
        if any(name in used for k, name in enumerate(names) for used in later[k + 1 :]):
            return False
        walrus = any(isinstance(n, ast.NamedExpr) for v in values for n in ast.walk(v))
        return not walrus and not self.scope.captured & set(names)

    def protect(self, atoms: list[ir.Expr], targets: list[ast.expr]) -> None:
        """Copy a variable that an earlier target of the same assignment overwrites."""
        written: set[str] = set()
        for k, (target, atom) in enumerate(zip(targets, atoms, strict=True)):
            if isinstance(atom, ir.Name) and atom.id in written:
                atoms[k] = self.temp(atom, atom.id)
            written |= {self.variable(n.id) for n in ast.walk(target) if isinstance(n, ast.Name)}

    def bind_atom(self, target: ast.expr, value: ir.Expr) -> None:
        match target:
            case ast.Name(id=name):
                self.assign(self.variable(name), value)
            case ast.Starred():
                raise self.refuse("A starred target stands alone.", target)
            case ast.Tuple(elts=targets) | ast.List(elts=targets):
                self.unpack(targets, value)
            case ast.Subscript() | ast.Attribute():
                flat = self.flat_place(target)
                if flat is not None:
                    self.out.append(ir.Effect(ir.Call(PUT_FLAT, (*flat, value)), self.at))
                    return
                self.out.append(ir.Store(self.place(target), value, self.at))
            case _:
                raise self.refuse("This target cannot be assigned to.", target)

    def unpack(self, targets: list[ast.expr], value: ir.Expr) -> None:
        star = next((k for k, t in enumerate(targets) if isinstance(t, ast.Starred)), None)
        names, later = [], []
        for target in targets:
            inner = target.value if isinstance(target, ast.Starred) else target
            if isinstance(inner, ast.Name):
                names.append(self.variable(inner.id))
            else:
                names.append(self.names.fresh("item"))
                later.append((inner, names[-1]))
        self.out.append(ir.Unpack(tuple(names), value, star, self.at))
        for inner, name in later:
            self.bind_atom(inner, ir.Name(name))

    def place(self, target: ast.expr) -> ir.Item | ir.Attr:
        match target:
            case ast.Subscript(value=obj, slice=index):
                return ir.Item(self.atom(obj), self.index(index))
            case ast.Attribute(value=obj, attr=name):
                return ir.Attr(self.atom(obj), self.mangled(name))
            case _:
                raise self.refuse("This target cannot be assigned to.", target)


def calls_itself(made: ast.FunctionDef | ast.Lambda, name: str) -> bool:
    """Whether a function reads the variable that it is bound to."""
    return name in captured_names(made)


def as_function(made: ast.Lambda, name: str) -> ast.FunctionDef:
    """A lambda that has a name.

    fact = lambda n: n * fact(n - 1)    →    def fact(n): return n * fact(n - 1)
    """
    body: list[ast.stmt] = [ast.copy_location(ast.Return(made.body), made.body)]
    return ast.copy_location(ast.FunctionDef(name, made.args, body, [], None, None), made)
