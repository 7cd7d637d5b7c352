"""Functions: helpers of the module, nested functions, closures over closures, recursion."""

from __future__ import annotations

from tests.fuzz.generator.core import Function, Kind, Parameter, Scope, Struct, bracketed
from tests.fuzz.generator.loops import Loops
from tests.fuzz.generator.prelude import MADE_INSIDE
from tests.fuzz.generator.statements import Writer

_ONE_OR_MORE = Struct("tuple", (("[0]", "s"), ("[1]", "s")))
_EXTRA = Struct("dict", (("['alpha']", "s"), ("['beta']", "s")))


class Functions(Loops):
    """Writes functions."""

    def compound(self) -> list[Writer]:
        """With nested functions."""
        more: list[Writer] = [self.nested] * 3 + [self.lambda_, self.factory, self.recursion]
        return super().compound() + more + [self.chosen, self.through]

    def parameters(self, scope: Scope, few: bool = False) -> tuple[Parameter, ...]:
        """A parameter list: plain, default, star, keyword only, double star."""
        kinds: list[Kind] = ["s", "s", "v", "v", "A", self.rng.choice(MADE_INSIDE)]
        made = []
        for _ in range(self.rng.randint(1, 1 if few else 2)):
            kind = self.rng.choice(kinds)
            made.append(Parameter(self.fresh("a"), kind))
        if self.chance(0.35):
            made.append(Parameter(self.fresh("a"), "s", "default", self.default(scope)))
        if self.chance(0.12):
            made.append(Parameter(self.fresh("args"), _ONE_OR_MORE, "star"))
        if self.chance(0.2):
            default = self.default(scope) if self.chance(0.6) else ""
            starred = any(p.how == "star" for p in made)
            if not starred:
                made.append(Parameter("*", "s", "bare"))
            made.append(Parameter(self.fresh("key"), "s", "keyword", default))
        if self.chance(0.1):
            made.append(Parameter(self.fresh("extra"), _EXTRA, "stars"))
        return tuple(made)

    def default(self, scope: Scope) -> str:
        """A default value: a number, or something of the scope around."""
        if scope.of("s") and self.chance(0.6):
            return self.pick(self.leaf(scope, "s"), f"2.0 * {self.leaf(scope, 's')}")
        return self.constant()

    def result_kind(self) -> Kind:
        """What a function returns."""
        return self.rng.choice(["s", "s", "s", "v", "v", "A", *MADE_INSIDE[:6]])

    def define(
        self,
        scope: Scope,
        indent: int,
        name: str,
        parameters: tuple[Parameter, ...],
        result: Kind,
        most: int,
    ) -> Function:
        """def name(...): statements and a return."""
        self.write(indent, f"def {name}({', '.join(p.text for p in parameters)}):")
        given = tuple(p for p in parameters if p.how != "bare")
        inner = scope.within_function(given, result)
        if self.chance(0.15):
            self.write(indent + 1, f'"""What {name} does."""')
        for _ in range(self.rng.randint(0, most)):
            self.statement(inner, indent + 1)
        self.leave(inner, indent + 1)
        return Function(name, given, result)

    def nested(self, scope: Scope, indent: int) -> None:
        """A function that sees the names around it, to be called later on."""
        name = self.fresh("g")
        function = self.define(scope, indent, name, self.parameters(scope), self.result_kind(), 3)
        scope.functions.append(function)
        self.capture(scope)
        self.use(scope, indent, function)

    def capture(self, scope: Scope) -> None:
        """What a function has captured keeps its kind, so that later calls make sense."""
        scope.kept |= set(scope.kinds)

    def use(self, scope: Scope, indent: int, function: Function) -> None:
        """A name bound to a call."""
        if (
            isinstance(function.result, Struct)
            and function.result.form == "tuple"
            and self.chance(0.5)
        ):
            self.unpack_into(scope, indent, function.result, self.call_text(scope, function))
        else:
            self.bind(scope, indent, function.result, self.call_text(scope, function))

    def lambda_(self, scope: Scope, indent: int) -> None:
        """A lambda with a name; perhaps bound to others by partial."""
        name, t, k = self.fresh("g"), self.fresh("t"), self.fresh("t")
        kind = self.rng.choice(["s", "s", "v"])
        parameters = [Parameter(t, "s")]
        if self.chance(0.4):
            parameters.append(Parameter(k, "s", "default", self.default(scope)))
        inner = scope.within_function(tuple(parameters), kind)
        body = self.binary(inner, kind, 1)
        text = f"lambda {', '.join(p.text for p in parameters)}: {body}"
        self.write(indent, f"{name} = {text}")
        self.capture(scope)
        if len(parameters) == 2 and self.chance(0.4):
            part = self.fresh("g")
            self.write(indent, f"{part} = functools.partial({name}, {k}={self.leaf(scope, 's')})")
            name, parameters = part, parameters[:1]
        function = Function(name, tuple(parameters), kind)
        scope.functions.append(function)
        self.use(scope, indent, function)

    def factory(self, scope: Scope, indent: int) -> None:
        """A function that returns a function."""
        name, inside, made = self.fresh("make"), self.fresh("g"), self.fresh("g")
        outer = (Parameter(self.fresh("a"), self.rng.choice(["s", "v"])),)
        self.write(indent, f"def {name}({outer[0].name}):")
        around = scope.within_function(outer, "s")
        if self.chance(0.5):
            self.assign(around, indent + 1)
        kind = self.rng.choice(["s", "v"])
        if self.chance(0.3):
            t = Parameter(self.fresh("t"), "s")
            body = self.binary(around.within_function((t,), kind), kind, 1)
            self.write(indent + 1, f"return lambda {t.name}: {body}")
            function = Function(made, (t,), kind)
        else:
            around.kept |= set(around.kinds)
            function = self.define(
                around, indent + 1, inside, self.parameters(around, few=True), kind, 1
            )
            function = Function(made, function.parameters, kind)
            self.write(indent + 1, f"return {inside}")
        value = self.argument(scope, outer[0].kind)
        self.write(indent, f"{made} = {name}({value})")
        self.capture(scope)
        scope.functions.append(function)
        self.use(scope, indent, function)

    def recursion(self, scope: Scope, indent: int) -> None:
        """A function that calls itself, counting down."""
        name, t, n = self.fresh("rec"), self.fresh("t"), self.fresh("n")
        kind = self.rng.choice(["s", "s", "v"])
        inner = scope.within_function((Parameter(t, kind),), kind)
        inner.integers.append(n)
        if self.chance(0.3):
            last = bracketed(self.expr(inner, kind, 1))
            again = f"{name}({self.leaf(inner, kind)}, {n} - 1) * {self.leaf(inner, 's')}"
            self.write(indent, f"{name} = lambda {t}, {n}: {last} if {n} <= 0 else {again}")
            self.counted(scope, indent, name, kind)
            return
        self.write(indent, f"def {name}({t}, {n}):")
        self.write(indent + 1, f"if {n} {self.pick('== 0', '<= 0')}:")
        self.write(indent + 2, f"return {self.expr(inner, kind, 1)}")
        self.assign(inner, indent + 1)
        again = f"{name}({bracketed(self.expr(inner, kind, 1))}, {n} - 1)"
        self.write(
            indent + 1,
            f"return {self.pick('0.6 * {0}', '{0} + 0.2 * {1}', 'np.sin({0}) * {1}').format(again, bracketed(self.leaf(inner, kind)))}",
        )
        self.counted(scope, indent, name, kind)

    def counted(self, scope: Scope, indent: int, name: str, kind: Kind) -> None:
        """A call of a function that counts down."""
        self.capture(scope)
        self.bind(
            scope, indent, kind, f"{name}({self.leaf(scope, kind)}, {self.rng.randint(0, 3)})"
        )

    def mapping(self, scope: Scope, kind: Kind) -> list[str]:
        """The functions made so far from a value of this kind to another."""
        return [
            f.name
            for f in scope.functions
            if not f.raises and f.result == kind and [p.kind for p in f.parameters] == [kind]
        ]

    def chosen(self, scope: Scope, indent: int) -> None:
        """A function chosen at run time: a dict, a list or a branch of functions."""
        kind = self.rng.choice(["s", "s", "v"])
        g, t = self.fresh("g"), self.fresh("t")
        inner = scope.within_function((Parameter(t, kind),), kind)
        first, second = (f"lambda {t}: {self.expr(inner, kind, 1)}" for _ in range(2))
        known = self.mapping(scope, kind)
        third = self.rng.choice([*known, "np.tanh", "np.cos"])
        how = self.rng.randrange(4)
        if how == 0:
            key = self.rng.choice(scope.strings) if scope.strings else repr(self.pick("a", "b"))
            self.write(indent, f"{g} = {{'a': {first}, 'b': {third}, 'c': {second}}}[{key}]")
        elif how == 1:
            self.write(indent, f"{g} = [{first}, {third}][{self.rng.randrange(2)}]")
        elif how == 2:
            self.write(indent, f"{g} = {third} if {self.condition(scope)} else ({first})")
        else:
            self.write(indent, f"if {self.condition(scope)}:")
            self.write(indent + 1, f"{g} = {third}")
            self.write(indent, "else:")
            self.write(indent + 1, f"{g} = {second}")
        self.capture(scope)
        self.bind(scope, indent, kind, f"{g}({bracketed(self.leaf(scope, kind))})")

    def through(self, scope: Scope, indent: int) -> None:
        """Functions in loops: every one of a list, or one again and again."""
        kind = self.rng.choice(["s", "v"])
        x, g, t = self.fresh("u"), self.fresh("g"), self.fresh("t")
        inner = scope.within_function((Parameter(t, kind),), kind)
        own = f"lambda {t}: {self.expr(inner, kind, 1)}"
        known = self.mapping(scope, kind)
        self.write(indent, f"{x} = {self.leaf(scope, kind)}")
        self.capture(scope)
        self.write(indent, f"for {g} in [{', '.join(['np.tanh', own, *known[:1]])}]:")
        self.write(indent + 1, f"{x} = 0.6 * {g}({x}) + {bracketed(self.leaf(scope, kind))}")
        scope.kinds[x] = kind
