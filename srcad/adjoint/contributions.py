"""Say what each operation passes back to its operands.

    y = x * w       (x, y_bar * w), (w, y_bar * x)
    y = x[i]        (x, at i, y_bar)
    y = (a, b)      (a, y_bar[0]), (b, y_bar[1])

A contribution is (name, value, fresh) or, into an element, (name, index, value, type).
"""

from __future__ import annotations

import operator

from srcad import errors
from srcad.adjoint import algebra, specialise
from srcad.adjoint.displays import Displays, Pairs
from srcad.adjoint.formulas import Formula, formula, operands_of
from srcad.adjoint.rule_operands import (
    OF_METHODS,
    SUM,
    formulas_of,
    gives_its_shape,
    nothing_passes,
    summed,
    unknown_operands,
)
from srcad.analysis.gates import fits, result_type
from srcad.analysis.infer import constant
from srcad.analysis.missing import missing_option, missing_rule, never_binds
from srcad.analysis.operations import (
    Apply,
    Copy,
    Element,
    Handed,
    Inert,
    Invoke,
    Make,
    Mutation,
    Operation,
    Part,
    Refused,
    Same,
)
from srcad.analysis.ufunc_options import as_arrays, cast, without_options
from srcad.ir import nodes as ir
from srcad.ir.types import (
    ANY,
    AnyType,
    Array,
    Lst,
    Tup,
    Type,
    dims_of,
    is_count,
    is_scalar,
)
from srcad.rules.spelling import spelled
from srcad.rules.table import (
    TABLE,
    NoDerivative,
    Partials,
    Pushed,
    Pushes,
    Rule,
    Staged,
    Vjp,
)
from srcad.runtime import joined_tuples
from srcad.runtime.broadcast import unbroadcast
from srcad.runtime.containers import got, not_got
from srcad.runtime.cotangents import listed, unrepeat_list
from srcad.runtime.elementwise import times
from srcad.runtime.fitting import fitted
from srcad.runtime.operands import no_derivative_with_respect_to

UNBROADCAST = ir.Ref(unbroadcast, "unbroadcast")
GOT = ir.Ref(got, "got")
NOT_GOT = ir.Ref(not_got, "not_got")
TIMES = ir.Ref(times, "times")
_CONTAINERS = {Lst, Tup}
LISTED = ir.Ref(listed, "listed")
FITTED = ir.Ref(fitted, "fitted")
FIRST_PART = ir.Ref(joined_tuples.first_part, "first_part")
LAST_PART = ir.Ref(joined_tuples.last_part, "last_part")
UNREPEAT = ir.Ref(unrepeat_list, "unrepeat_list")


class Contributions(Displays):
    """The cotangents that one statement hands on."""

    def of(self, value: ir.Expr, operation: Operation | None, target: str, y_bar: ir.Expr) -> Pairs:
        match operation:
            case Apply():
                return self.apply(operation, target, y_bar)
            case Element(owner, index) | Part(owner, index):
                return self.element(owner, index, target, y_bar)
            case Make(cls, fields):
                tup = issubclass(cls, tuple)
                return [
                    p
                    for k, (name, item) in enumerate(fields)
                    for p in self.item(item, y_bar, ir.Const(k if tup else name))
                ]
            case Same(inner) | Copy(inner):
                return self.to(inner, y_bar)
            case Handed(owner, default) if isinstance(value, ir.Call):
                key = value.args[0]
                pairs = self.to(owner, algebra.call(GOT, y_bar, owner, key))
                if default is not None:
                    pairs += self.to(default, algebra.call(NOT_GOT, y_bar, owner, key, default))
                return pairs
            case Refused():
                raise self.reverse.refusal(operation)
            case Mutation(_, what):
                raise errors.UnsupportedMutation(
                    f"`{what}` writes in place where a derivative passes; this is not supported "
                    "yet. Make a new array instead.",
                    self.reverse.place(),
                )
            case Invoke() | Inert():
                return []
            case None:
                return self.built(value, y_bar)
            case _:
                raise errors.InternalError(f"{type(operation).__name__} is not reversed here")

    def joined(self, operation: Apply, y_bar: ir.Expr) -> Pairs | None:
        """`xs + ys` and `xs * n` of lists and tuples."""
        kinds = operation.types
        if operation.form != "operator" or _CONTAINERS.isdisjoint(map(type, kinds)):
            return None
        if operation.function is operator.add and all(isinstance(k, Lst | Tup) for k in kinds):
            left, right = operation.args
            size = ir.Call(ir.Ref(len, "len"), (left,))
            pairs = self.to(left, ir.Item(y_bar, ir.Slice(None, size, None)))
            return pairs + self.to(right, ir.Item(y_bar, ir.Slice(size, None, None)))
        if operation.function is operator.mul:
            which = 0 if isinstance(kinds[0], Lst | Tup) else 1
            if is_count(kinds[1 - which]):
                items = operation.args[which]
                size = ir.Call(ir.Ref(len, "len"), (items,))
                return self.to(items, algebra.call(UNREPEAT, y_bar, size, items))
        tuples = any(isinstance(k, Tup) and k.cls is tuple for k in kinds)
        unknown = any(isinstance(k, AnyType) for k in kinds)
        if operation.function is operator.add and tuples and unknown:
            left, right = operation.args
            both = y_bar, left, right
            pairs = self.to(left, algebra.call(FIRST_PART, *both))
            return pairs + self.to(right, algebra.call(LAST_PART, *both))
        if operation.function in (operator.add, operator.mul) and unknown:
            sign = "+" if operation.function is operator.add else "*"
            raise errors.UnsupportedSyntax(
                f"`{sign}` of a list and a value of unknown type: that may be arithmetic of NumPy "
                "or make a longer list. Say which: make an array of the list with np.array(...), "
                "or build the list with a comprehension.",
                self.reverse.place(),
            )
        return None  # with an array it is arithmetic, which has rules

    def element(self, owner: ir.Expr, index: ir.Expr | str, target: str, y_bar: ir.Expr) -> Pairs:
        if not isinstance(owner, ir.Name):
            return []
        if isinstance(index, str):
            index = self.reverse.field(owner.id, index)
        taken = specialise.new_axes(self.reverse.type(owner.id), index)
        if taken is not None and not self.reverse.naive:
            return self.to(owner, ir.Item(y_bar, taken))
        return [(owner.id, index, y_bar, self.reverse.type(target))]

    # -- rules -------------------------------------------------------------------------

    def uses_result(self, operation: Operation | None) -> bool:
        """Whether the reversal of the operation reads its result."""
        if not isinstance(operation, Apply):
            return False
        match operation.rule:
            case Partials(found) | Vjp(found):
                position = 0 if isinstance(operation.rule, Partials) else 1
                for f in found:
                    if f is None:
                        continue
                    read = formula(f)
                    if read.touches(read.names[position]):
                        return True
            case Staged() | Pushed() | Pushes():
                return True
            case _:
                pass
        return False

    def missing(self, operation: Apply) -> errors.SrcadError:
        return missing_rule(operation, self.reverse.is_active, self.reverse.place())

    def apply(self, operation: Apply, target: str, y_bar: ir.Expr) -> Pairs:
        rule = operation.rule
        if isinstance(rule, NoDerivative):
            return []
        joined = self.joined(operation, y_bar)
        if joined is not None:
            return joined
        if rule is None:
            raise self.missing(operation)
        operands = operands_of(rule)
        known = without_options(operation)[0]
        try:
            values = operands.bound(known.args, known.kwargs)
        except TypeError as problem:
            if never_binds(operation):
                return []  # Python raises its own TypeError when it runs
            raise missing_option(operation, str(problem), self.reverse.place()) from None
        given = dict(zip(operands.plain, operation.types, strict=False))
        types = {n: given[n] if n in given else self.reverse.type_of(v) for n, v in values.items()}
        self.with_lengths(types, values)
        whole = unknown_operands(operation, self.reverse.type_of, self.reverse.is_active)
        pairs: Pairs = []
        for position, name in enumerate(operands.names):
            if name not in values or name in whole or not self.reverse.is_active(values[name]):
                continue
            if name == operands.star:
                pairs += self.variadic(operation, position, values[name], values, target, y_bar)
                continue
            if nothing_passes(rule, position, operation, types[name]):
                continue
            value, fresh = self.pull(rule, position, name, operation, values, types, target, y_bar)
            if not isinstance(rule, Partials) and TABLE.of_user(operation.function):
                value = self.checked(value, rule, name, operation, values[name], types, target)
            if isinstance(types[name], (Lst, Tup)) and isinstance(values[name], ir.Name):
                value = algebra.call(LISTED, value, values[name])
            pairs += self.to(values[name], value, fresh)
        return pairs

    def checked(
        self,
        value: ir.Expr,
        rule: Rule,
        name: str,
        operation: Apply,
        operand: ir.Expr,
        types: dict[str, Type],
        target: str,
    ) -> ir.Expr:
        """What a rule of the user gives, with a look at its shape where that is not known."""
        found, position = formulas_of(rule), operands_of(rule).names.index(name)
        if not self.reverse.naive:
            kinds = [self.reverse.type(target)] * (2 if isinstance(rule, Vjp) else 1)
            read = formula(found[position])
            for other in read.names[len(kinds) :]:
                default = read.defaults.get(other)
                known = constant(default.value) if isinstance(default, ir.Const) else ANY
                kinds.append(types.get(other, known))
            bar = result_type(self.reverse.facts, found[position], tuple(kinds))
            if bar is not None and fits(types[name], bar):
                return value
        what = f"cotangent of `{name}` from the rule of {operation.function.__name__}"
        return algebra.call(FITTED, value, operand, ir.Const(what))

    def variadic(
        self,
        operation: Apply,
        position: int,
        items: ir.Expr,
        values: dict[str, ir.Expr],
        target: str,
        y_bar: ir.Expr,
    ) -> Pairs:
        """A function of any number of arguments: one formula gives the cotangents of all these."""
        rule = operation.rule
        assert rule is not None
        assert isinstance(items, ir.Sequence)
        found = formulas_of(rule)
        f = found[position] if position < len(found) else None
        if f is None:
            sizes = str(getattr(operation.function, "__module__", "")).startswith(OF_METHODS)
            if sizes:  # `x.reshape(n, m)`
                return []
            raise self.no_formula(operation, f"*{operands_of(rule).star}")
        read = formula(f)
        filled = dict(values)
        filled[read.names[0]] = y_bar if not isinstance(rule, Partials) else ir.Name(target)
        if isinstance(rule, Vjp):
            filled[read.names[1]] = ir.Name(target)
        whole = read.instantiate(filled)
        if isinstance(rule, Partials):
            whole = algebra.mul(y_bar, whole)
        pairs: Pairs = []
        for k, item in enumerate(items.items):
            if self.reverse.is_active(item):
                bar: ir.Expr = ir.Item(whole, ir.Const(k))
                if isinstance(self.reverse.type_of(item), Lst | Tup) and isinstance(item, ir.Name):
                    bar = algebra.call(LISTED, bar, item)
                pairs += self.to(item, bar)
        return pairs

    def with_lengths(self, types: dict[str, Type], values: dict[str, ir.Expr]) -> None:
        """Put the sizes of slices, which were found after all types, into the types of operands."""
        for name, value in values.items():
            more = self.reverse.type_of(value)
            if isinstance(more, Array) and isinstance(types[name], Array):
                types[name] = more

    def pull(
        self,
        rule: Rule,
        position: int,
        name: str,
        operation: Apply,
        values: dict[str, ir.Expr],
        types: dict[str, Type],
        target: str,
        y_bar: ir.Expr,
    ) -> tuple[ir.Expr, bool]:
        """The cotangent of one argument, and whether it is a value of its own."""
        found = formulas_of(rule)
        f = found[position] if position < len(found) else None
        if f is None:
            raise self.no_formula(operation, name)
        read = formula(f)
        y_type = self.reverse.type(target)
        computed = values
        if isinstance(rule, Partials):
            computed = cast(as_arrays(values, types), without_options(operation)[1])
        filled = dict(computed)
        first = read.names[0]
        if isinstance(rule, Partials) and self.reverse.selected.guards(target, operation):
            partial = read.instantiate({**filled, first: ir.Name(target)})
            guarded = algebra.call(TIMES, y_bar, partial)
            if self.reverse.naive:
                return algebra.call(UNBROADCAST, guarded, values[name]), False
            if not operation.kwargs and gives_its_shape(name, types, y_type):
                return guarded, True
            return self.unbroadcast(guarded, values[name], types[name], y_type, True)
        if self.reverse.naive:
            return self.as_written(rule, read, filled, target, values[name], y_bar)
        special = specialise.rule(operation.function, position, values, types, y_bar)
        if special is not None:
            return special, True
        if isinstance(rule, Partials):
            filled[first] = ir.Name(target)
            partial = specialise.decided(read.instantiate(filled), types, values)
            partial = specialise.partial(operation.function, position, computed, types, partial)
            product = algebra.mul(y_bar, partial)
            fresh = product is not y_bar and product != y_bar
            if not operation.kwargs and gives_its_shape(name, types, y_type):
                return product, fresh
            return self.unbroadcast(product, values[name], types[name], y_type, fresh)
        filled[first] = y_bar
        if isinstance(rule, Vjp):
            filled[read.names[1]] = ir.Name(target)
        pulled = specialise.decided(read.instantiate(filled), types, values)
        return specialise.call(pulled, types, values), pulled != y_bar

    def no_formula(self, operation: Apply, name: str) -> errors.MissingRule:
        """The error for an argument that the rule has nothing for."""
        return errors.MissingRule(
            no_derivative_with_respect_to(spelled(operation.function), name),
            self.reverse.place(),
        )

    def as_written(
        self,
        rule: Rule,
        read: Formula,
        filled: dict[str, ir.Expr],
        target: str,
        operand: ir.Expr,
        y_bar: ir.Expr,
    ) -> tuple[ir.Expr, bool]:
        """The rule as it stands in its table, whatever is known of the operands."""
        first = read.names[0]
        if isinstance(rule, Partials):
            partial = read.instantiate({**filled, first: ir.Name(target)})
            product = ir.Binary("*", y_bar, partial)
            return algebra.call(UNBROADCAST, product, operand), False
        filled = {**filled, first: y_bar}
        if isinstance(rule, Vjp):
            filled[read.names[1]] = ir.Name(target)
        return read.instantiate(filled), False

    def unbroadcast(
        self, value: ir.Expr, operand: ir.Expr, kind: Type, y_type: Type, fresh: bool
    ) -> tuple[ir.Expr, bool]:
        """Sum over the axes along which the operand was broadcast."""
        dims, full = dims_of(kind), dims_of(y_type)
        if dims is not None and full is not None:
            if dims == full and None not in dims:
                return value, fresh
            if is_scalar(kind) and is_scalar(y_type):
                return value, fresh
            if dims == () and len(full) > 0 and is_scalar(kind):
                return algebra.call(SUM, value), True
            whole = summed(value, dims, full)
            if whole is not None:
                return whole, True
        return algebra.call(UNBROADCAST, value, operand), False
