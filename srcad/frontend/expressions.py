"""Lower expressions: one operation at a time, operands first and in Python's order."""

from __future__ import annotations

import ast
import copy
from collections.abc import Collection
from collections.abc import Sequence as Seq

from srcad.frontend.ordered import DICT, LIST, may_act
from srcad.frontend.ranges import Range, with_ranges
from srcad.frontend.scope import brought, captured_names, own_nodes
from srcad.frontend.state import BINARY, COMPARE, UNARY, atomic, keyword
from srcad.frontend.texts import Texts
from srcad.frontend.tree import by_kind
from srcad.ir import nodes as ir
from srcad.ir.indices import SLICE
from srcad.runtime.index_tricks import joined, ranged
from srcad.runtime.inplace import flat_item

FLAT_ITEM = ir.Ref(flat_item, "flat_item")

WORDS = {"+": "plus", "-": "minus", "*": "times", "/": "over", "@": "dot", "**": "power"}


class Expressions(Texts):
    """Expressions that may carry a derivative."""

    def flat_place(self, target: ast.expr) -> tuple[ir.Expr, ir.Expr] | None:
        """Of `a.flat[k]` the array and the index: the iterator between them is no array."""
        match target:
            case ast.Subscript(value=ast.Attribute(value=obj, attr="flat"), slice=index):
                return self.atom(obj), self.as_object(index)
            case _:
                return None

    def as_object(self, index: ast.expr) -> ir.Expr:
        """What stands between brackets as an argument of a function."""
        match index:
            case ast.Slice(lower, upper, step):
                none = ir.Const(None)
                ends = tuple(none if p is None else self.atom(p) for p in (lower, upper, step))
                return self.temp(ir.Call(SLICE, ends), "part")
            case ast.Tuple(elts=items):
                return ir.Sequence("tuple", tuple(map(self.as_object, items)))
            case _:
                return self.atom(index)

    def atom(self, node: ast.expr, hint: str = "") -> ir.Expr:
        """A name or a constant holding the value of `node`."""
        value = self.value(node)
        if atomic(value) or self.is_path(value):
            return value
        return self.temp(value, hint or self.hint(value), node)

    def atoms(self, items: Seq[ast.expr], doubled: Collection[int] = ()) -> list[ir.Expr]:
        """Operands in order; a name that a later operand rebinds (walrus) is copied first."""
        found: list[ir.Expr] = []
        for k, node in enumerate(items):
            if isinstance(node, ast.Starred):
                items_ = self.at_once(node.value)
                atom: ir.Expr = ir.Star(self.taken(self.atom(items_), items_, items[k + 1 :]))
            else:
                atom = self.atom(node)
                if k in doubled:
                    atom = self.taken(atom, node, items[k + 1 :], DICT)
            if isinstance(atom, ir.Name) and atom.id in self.rebound(items[k + 1 :]):
                atom = self.temp(atom, atom.id)
            found.append(self.read_first(atom, items[k + 1 :]))
        return found

    def taken(
        self,
        items: ir.Expr,
        node: ast.expr,
        later: Seq[ast.expr | None],
        kind: ir.Ref = LIST,
    ) -> ir.Expr:
        """What `*` or `**` spreads, as it is before the expressions behind it are computed."""
        made = isinstance(node, ast.ListComp | ast.DictComp | ast.List | ast.Tuple | ast.Dict)
        if made or not may_act(later, self.known_outside):
            return items
        return self.temp(ir.Call(kind, (items,)), "items", node)

    def at_once(self, node: ast.expr) -> ast.expr:
        """A generator that is exhausted where it stands is the same as a list."""
        if not isinstance(node, ast.GeneratorExp):
            return node
        return ast.copy_location(ast.ListComp(node.elt, node.generators), node)

    def rebound(self, items: Seq[ast.expr]) -> set[str]:
        """The variables that expressions bind by `:=`."""
        compound = [node for node in items if not isinstance(node, (ast.Name, ast.Constant))]
        named = by_kind(compound).get(ast.NamedExpr, ()) if compound else ()
        return {self.variable(n.target.id) for n in named if isinstance(n.target, ast.Name)}

    def hint(self, value: ir.Expr) -> str:
        match value:
            case ir.Call(ir.Attr(_, name)) | ir.Call(ir.Name(name)):
                return name
            case ir.Binary(op, ir.Name(a), ir.Name(b)) if op in WORDS and len(a + b) < 12:
                return f"{a}_{WORDS[op]}_{b}"
            case ir.Binary("**", ir.Name(a), ir.Const(2)) if len(a) < 8:
                return f"{a}_squared"
            case ir.Binary(op):
                return {"+": "sum_", "-": "diff", "*": "prod", "/": "ratio"}.get(op, "power")
            case ir.Item(ir.Name(a)) if len(a) < 8:
                return f"{a}_item"
            case ir.Attr(ir.Name(a), name) if len(a + name) < 14:
                return f"{a}_{name}"
            case ir.Unary("-"):
                return "negative"
            case ir.Closure():
                return "fn"
            case ir.Sequence("tuple"):
                return "parts"
            case _:
                return "t"

    def value(self, node: ast.expr, hint: str = "") -> ir.Expr:  # noqa: C901 - one decision over the kinds
        """One operation on names and constants that computes `node`."""
        match node:
            case ast.Name(id=name):
                self.check_name(node)
                ours = brought(node)
                return ir.Name(self.variable(name)) if ours is None else ir.Ref(ours, name)
            case ast.BinOp(left=left, op=op, right=right):
                a, b = self.atoms((left, right))
                return ir.Binary(BINARY[type(op)], a, b)
            case ast.Constant(value=value):
                return ir.Const(value)
            case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() | float() as number)):
                return ir.Const(-number)
            case ast.UnaryOp(op=ast.Not(), operand=operand):
                return ir.Unary("not", self.test(operand))
            case ast.UnaryOp(op=op, operand=operand):
                return ir.Unary(UNARY[type(op)], self.atom(operand))
            case ast.Compare():
                return self.compare(node)
            case ast.BoolOp():
                return self.logic(node, hint)
            case ast.IfExp():
                return self.choice(node, hint)
            case ast.Call(
                func=ast.Name(id="getattr"), args=[obj, ast.Constant(value=str(name))], keywords=[]
            ) if name.isidentifier() and not self.is_bound("getattr"):
                return ir.Attr(self.atom(obj), self.mangled(name))
            case ast.Call():
                return self.call(node)
            case ast.Attribute(value=obj, attr=name):
                owner = self.parent(obj) if self.of_parent(node) else self.atom(obj)
                return ir.Attr(owner, self.mangled(name))
            case ast.Subscript(value=ast.Attribute(attr="r_" | "c_") as obj, slice=index):
                # what stands between these brackets is no index, and carries derivatives
                parts = self.atom(obj), self.atom(with_ranges(index))
                return ir.Call(ir.Ref(joined, "joined"), parts)
            case Range():
                ends = self.atoms([node.start, node.stop, node.step])
                return ir.Call(ir.Ref(ranged, "ranged"), tuple(ends))
            case ast.Subscript(value=ast.Attribute(attr="flat")):
                flat = self.flat_place(node)
                assert flat is not None
                return ir.Call(FLAT_ITEM, flat)
            case ast.Subscript(value=obj, slice=index):
                base = self.read_first(self.atom(obj), [index])
                return ir.Item(base, self.index(index))
            case ast.Tuple(elts=items) | ast.List(elts=items) | ast.Set(elts=items):
                kind = type(node).__name__.lower()
                return ir.Sequence(kind, tuple(self.atoms(items)))
            case ast.Dict(keys=keys, values=values):
                return self.mapping(keys, values)
            case ast.ListComp():
                return self.comprehension(node, hint)
            case ast.DictComp():
                return self.dict_comprehension(node, hint)
            case ast.SetComp(elt=elt, generators=clauses):
                listed = ast.copy_location(ast.ListComp(elt, clauses), node)
                return ir.Call(ir.Ref(set, "set"), (self.atom(listed),))
            case ast.JoinedStr():
                return self.text(node)
            case ast.Lambda():
                return self.closure(node)
            case ast.NamedExpr(target=ast.Attribute() as target, value=value):  # see `variables`
                bound, owner = self.atom(value), self.atom(target.value)
                self.out.append(ir.Store(ir.Attr(owner, target.attr), bound, self.at))
                return bound
            case ast.NamedExpr(target=target, value=value):
                self.bind(target, value)
                return ir.Name(self.variable(target.id))
            case ast.Slice():
                return self.index(node)
            case ast.GeneratorExp():
                raise self.refuse(
                    "A generator expression is supported where it is consumed at once "
                    "(sum, max, list, a for loop). Write a list comprehension here.",
                    node,
                )
            case _:
                raise self.refuse(f"`{keyword(node)}` cannot be differentiated.", node)

    def check_name(self, node: ast.Name) -> None:
        """A generator is run where it is consumed, and is no value."""
        if node.id in self.generators and node.id in self.scope.own:
            raise self.refuse(
                f"The generator `{node.id}` is supported where a loop, a comprehension, `sum`, "
                "`list` and the like run over it to its end. Return a list instead of yielding.",
                node,
            )

    def mapping(self, keys: list[ast.expr | None], values: list[ast.expr]) -> ir.Mapping:
        ks: list[ir.Expr | None] = []
        vs: list[ir.Expr] = []
        for k, (key, value) in enumerate(zip(keys, values, strict=True)):
            ks.append(None if key is None else self.atom(key))
            atom = self.atom(value)
            if key is None:
                later = [*keys[k + 1 :], *values[k + 1 :]]
                atom = self.taken(atom, value, later, DICT)
            vs.append(self.read_first(atom, [*keys[k + 1 :], *values[k + 1 :]]))
        return ir.Mapping(tuple(ks), tuple(vs))

    def compare(self, node: ast.Compare) -> ir.Expr:
        ops = tuple(COMPARE[type(op)] for op in node.ops)
        if len(ops) == 1 or all(self.simple(c) for c in node.comparators[1:]):
            left, right = self.atoms((node.left, node.comparators[0]))
            rest = [self.tree(c) for c in node.comparators[1:]]
            return ir.Compare(left, ops, (right, *rest))
        left, middle = self.atoms((node.left, node.comparators[0]))
        result = self.temp(ir.Compare(left, ops[:1], (middle,)), "ordered")
        with self.nested() as then:
            rights = [self.atom(c) for c in node.comparators[1:]]
            self.assign(result.id, ir.Compare(middle, ops[1:], tuple(rights)))
        self.out.append(ir.If(result, tuple(then), (), self.at))
        return result

    def logic(self, node: ast.BoolOp, hint: str) -> ir.Expr:
        """`a and b` as a value: b is evaluated only when a is true."""
        if all(self.simple(v) and is_truth(v) for v in node.values):
            return self.tree(node)
        first, *rest = node.values
        result = self.names.fresh(hint or "either")
        self.assign(result, self.value(first))
        self.logic_rest(node.op, rest, result)
        return ir.Name(result)

    def logic_rest(self, op: ast.boolop, rest: list[ast.expr], result: str) -> None:
        if not rest:
            return
        with self.nested() as then:
            self.assign(result, self.value(rest[0]))
            self.logic_rest(op, rest[1:], result)
        name = ir.Name(result)
        test = name if isinstance(op, ast.And) else ir.Unary("not", name)
        self.out.append(ir.If(test, tuple(then), (), self.at))

    def choice(self, node: ast.IfExp, hint: str) -> ir.Expr:
        test = self.test(node.test)
        result = self.names.fresh(hint or "choice")
        with self.nested() as then:
            self.assign(result, self.value(node.body))
        with self.nested() as orelse:
            self.assign(result, self.value(node.orelse))
        self.out.append(ir.If(test, tuple(then), tuple(orelse), self.at))
        return ir.Name(result)

    def with_names(
        self, node: ast.FunctionDef | ast.Lambda, names: dict[str, str]
    ) -> ast.FunctionDef | ast.Lambda:
        """The definition with variables of comprehensions under the names they have here."""
        new = copy.deepcopy(node)
        for part in ast.walk(new):
            if isinstance(part, ast.Name) and part.id in names:
                if isinstance(part.ctx, ast.Store):
                    raise self.refuse(f"Two variables are called `{part.id}` here.", part)
                part.id = names[part.id]
            elif isinstance(part, ast.arg) and part.arg in names:
                raise self.refuse(f"Two variables are called `{part.arg}` here.", part)
        return new

    def closure(self, node: ast.FunctionDef | ast.Lambda) -> ir.Closure:
        if isinstance(node, ast.FunctionDef) and any(
            isinstance(n, ast.Yield | ast.YieldFrom) for n in own_nodes(list(node.body))
        ):
            raise self.refuse(
                "A generator function is supported as a statement of the function whose loops run "
                "over it. Return a list instead.",
                node,
            )
        for name in sorted(captured_names(node) & self.generators.keys()):
            raise self.refuse(
                f"The generator `{name}` is read by a function inside. Return a list instead of "
                "yielding.",
                node,
            )
        other = {n: m for n, m in self.renamed.items() if m != n and n in captured_names(node)}
        if other:
            node = self.with_names(node, other)
        inside = self.scope.own | self.comprehension_names | set(self.renamed.values())
        captures = tuple(sorted(captured_names(node) & inside))
        self.cells |= set(captures) & set(self.renamed.values())
        args = node.args
        positional = [*args.posonlyargs, *args.args]
        defaults = [
            (a.arg, self.atom(d))
            for a, d in zip(
                positional[len(positional) - len(args.defaults) :], args.defaults, strict=True
            )
        ]
        defaults += [
            (a.arg, self.atom(d))
            for a, d in zip(args.kwonlyargs, args.kw_defaults, strict=True)
            if d is not None
        ]
        return ir.Closure(node, captures, tuple(defaults))


def is_truth(node: ast.expr) -> bool:
    """Whether the value of `node` is a truth value: no derivative can hide in it."""
    match node:
        case ast.Compare() | ast.UnaryOp(op=ast.Not()) | ast.Constant(value=bool()):
            return True
        case ast.BoolOp(values=values):
            return all(is_truth(v) for v in values)
        case _:
            return False
