"""Expressions of a wanted kind, of magnitude about 1 where the names are."""

from __future__ import annotations

from tests.fuzz.generator.arrays import (
    BINARY_FORMS,
    MADE,
    PAIRS,
    UNARY_FORMS,
    filled,
    operands,
)
from tests.fuzz.generator.core import (
    COMMON,
    ZERO_DIMENSIONAL,
    Core,
    Function,
    Kind,
    Scope,
    Struct,
    bracketed,
)

SCALAR_ONLY = (
    "math.sin({0})", "math.exp(-{0} ** 2)", "math.tanh({0})", "math.sqrt(1 + {0} * {0})",
    "math.atan2({0}, 1.5)", "math.log(2.2 + math.cos({0}))", "float({0})", "max({0}, -0.3)",
    "min({0}, 0.45)", "pow(1.1 + {0} ** 2, 0.5)", "abs({0}) ** 1.5", "({0} or 0.5)",
    "({0} and 0.5 * {0})", "-abs(0.9 * {0})", "divmod({0}, 3.0)[1] * 0.3", "sum([{0}, 0.1])",
    "(lambda t: t * t - 0.5)({0})", "math.pow(1.4 + {0} ** 2, 0.7)", "{0} % 2.7", "math.fabs({0})",
    "round({0}, 1) + 0.5 * {0}", "math.hypot({0}, 1.1)", "int({0} > 0.2) * {0}",
    "math.erf({0})", "math.log1p({0} ** 2)", "sum(({0}, 0.2)) * 0.5", "float(np.sin({0}))",
)  # fmt: skip
SCALAR_PAIR = (
    "({0} or {1})", "({0} and {1})", "max({0}, {1} + 0.03)", "min({0}, {1} - 0.04)",
    "sum([{0}, {1}])", "math.hypot({0}, {1} + 2.2)", "max({0}, {1}, 0.15)", "({0} > 0.1 and {1} or {0})",
    "functools.reduce(lambda p, t: 0.5 * p + t, [{0}, {1}, 0.3])", "sorted([{0}, {1}])[0]",
    "max([{0}, {1}], key=lambda t: (t - 0.3) ** 2)", "min({0}, {1}, key=abs)", "[{0}, {1}][-1] * 0.8",
    "{{'a': {0}, 'b': {1}}}['b']", "(lambda a, b=0.4: a * b)({0}, {1})", "dict(a={0}, b={1})['a']",
    "functools.partial(lambda a, b: a - 0.5 * b, {0})({1})", "sum(map(lambda t: t ** 2, ({0}, {1}))) / 2",
    "sum(filter(lambda t: t > 0, [{0}, {1}])) * 0.7", "np.array([{0}, {1}]).mean()",
    "math.fsum([{0}, {1}])", "math.prod([{0}, {1}])", "(lambda *ts: ts[0] - ts[1])({0}, {1})",
    "(lambda *, k: k * 0.7)(k={0}) + 0.2 * {1}", "math.dist([{0}, 0.5], [{1} + 3, 0.2]) / 3",
)  # fmt: skip
OVER_VECTOR = (  # {v} is a vector, {t} a fresh name, {b} an expression of it
    "sum({b} for {t} in {v}) / 3", "sum([{b} for {t} in {v}]) / 3", "np.mean([{b} for {t} in {v}])",
    "max({b} for {t} in {v})", "sum({b} for {t} in {v} if {t} > -0.4)", "min([{b} for {t} in {v}])",
    "sum(map(lambda {t}: {b}, {v})) / 3", "functools.reduce(lambda p, {t}: 0.6 * p + {b}, {v}, 0.4)",
    "sorted({v}, key=lambda {t}: {b})[0]", "[{b} for {t} in {v}][-1]", "max({v}, key=lambda {t}: {b})",
    "sum({b} * k for k, {t} in enumerate({v})) / 3", "sum({b} for {t} in reversed({v})) / 3",
    "sum({b} * o for {t}, o in zip({v}, (0.5, -0.2, 0.7)))", "sum({{k: {b} for k, {t} in enumerate({v})}}.values())",
    "sum({b} for row in [{v}, 0.5 * {v}] for {t} in row) / 6", "np.sum(np.array(list(map(lambda {t}: {b}, {v})))) / 3",
    "sum(y for {t} in {v} if (y := {b}) > -0.35)", "sum({b} for {t} in filter(lambda z: z < 0.8, {v}))",
    "sum({b} for {t} in sorted({v})) / 3", "sum({t} * {b} for {t} in {v}[1:]) / 2", "sum(tuple({b} for {t} in {v})) / 3",
    "sum({b} for {t} in {v}.tolist()) / 3", "sum({b} * o for o, {t} in zip(range(3), {v})) / 3",
)  # fmt: skip


class Expressions(Core):
    """Writes expressions."""

    def expr(self, scope: Scope, kind: Kind, depth: int = 2) -> str:
        """An expression of a kind."""
        if isinstance(kind, Struct):
            return self.structure(scope, kind, depth)
        if kind == ZERO_DIMENSIONAL:
            return self.leaf(scope, kind)
        if depth <= 0 or self.chance(0.12):
            return self.leaf(scope, kind)
        roll = self.rng.random()
        if roll < 0.20:
            form = self.pick(*UNARY_FORMS)
            return form.replace("{0}", bracketed(self.expr(scope, kind, depth - 1)))
        if roll < 0.45:
            return self.binary(scope, kind, depth - 1)
        if roll < 0.52:
            left, right = self.expr(scope, kind, depth - 1), self.expr(scope, kind, depth - 1)
            return f"({left} if {self.condition(scope)} else {right})"
        if roll < 0.66:
            call = self.call(scope, kind)
            if call:
                return call
        if kind == "s" and roll < 0.84:
            return self.scalar_form(scope, depth - 1)
        template = self.pick(*MADE[kind])
        parts = [bracketed(self.expr(scope, k, min(depth - 1, 1))) for k in operands(template)]
        return filled(template, parts)

    def binary(self, scope: Scope, kind: str, depth: int) -> str:
        """Two operands, one of them perhaps broadcast."""
        pairs = PAIRS[kind]
        a, b = self.rng.choice(pairs) if self.chance(0.6) else (kind, kind)
        left, right = self.expr(scope, a, depth), self.expr(scope, b, depth)
        form = self.pick(*BINARY_FORMS)
        return form.replace("{0}", bracketed(left)).replace("{1}", bracketed(right))

    def scalar_form(self, scope: Scope, depth: int) -> str:
        """What only numbers can be put through, or a loop over a vector in an expression."""
        roll = self.rng.random()
        if roll < 0.35:
            return self.pick(*SCALAR_ONLY).format(bracketed(self.expr(scope, "s", depth)))
        if roll < 0.65:
            a, b = (bracketed(self.expr(scope, "s", depth)) for _ in range(2))
            return self.pick(*SCALAR_PAIR).format(a, b)
        t = self.fresh("t")
        inner = scope.inside()
        inner.kinds[t] = "s"
        form = self.pick(*OVER_VECTOR)
        walrus = self.fresh("y") if "y :=" in form else "y"
        form = form.replace("y :=", f"{walrus} :=").replace("(y for", f"({walrus} for")
        body = f"{self.pick('0.5', t, 'np.sin(' + t + ')')} * {bracketed(self.expr(inner, 's', min(depth, 1)))}"
        return form.format(v=bracketed(self.array(scope, "v")), t=t, b=body)

    def leaf(self, scope: Scope, kind: str) -> str:
        """The shortest expression of a kind: a name or a part of one if there is any."""
        if kind == "s":
            names = scope.of("s")
            return self.rng.choice(names) if names and self.chance(0.85) else self.constant()
        return self.array(scope, kind)

    def array(self, scope: Scope, kind: str) -> str:
        """A name of this kind if there is one, else something short."""
        names = scope.of(kind)
        if names:
            return self.rng.choice(names)
        if kind == ZERO_DIMENSIONAL:
            return f"np.array({self.leaf(scope, 's')})"
        if kind == "v":
            a, b = self.leaf(scope, "s"), self.leaf(scope, "s")
            return f"np.array([{a}, {self.constant()}, {b}])"
        if kind == "r":
            return f"np.array([{self.leaf(scope, 's')}, {self.constant()}])"
        short = {
            "A": "np.stack([{v}, {v}])", "c": "{v}[:, None]", "B": "{r}[:, None]",
            "R": "{v}[None]", "q": "np.outer({v}, {v})", "T": "np.stack([{v}, {v}])[:, None]",
            "e": "{v}[3:]", "E": "{v}[None][:0]",
        }[kind]  # fmt: skip
        return filled(short, [self.array(scope, k) for k in operands(short)])

    def structure(self, scope: Scope, kind: Struct, depth: int) -> str:
        """A container: a name, a call, or a display."""
        names = scope.of(kind)
        if names and self.chance(0.5):
            return self.rng.choice(names)
        if self.chance(0.2):
            call = self.call(scope, kind)
            if call:
                return call
        parts = [self.expr(scope, part, min(depth, 1)) for _, part in kind.parts]
        if kind.form == "tuple":
            return f"({', '.join(parts)}{',' if len(parts) == 1 else ''})"
        if kind.form == "list":
            return f"[{', '.join(parts)}]"
        keys = [step[1:-1] for step, _ in kind.parts]
        if kind.form == "dict":
            if self.chance(0.2):
                return (
                    f"dict({', '.join(f'{k[1:-1]}={p}' for k, p in zip(keys, parts, strict=True))})"
                )
            return "{" + ", ".join(f"{k}: {p}" for k, p in zip(keys, parts, strict=True)) + "}"
        fields = [step[1:] for step, _ in kind.parts]
        if self.chance(0.4):
            parts = [f"{k}={p}" for k, p in zip(fields, parts, strict=True)]
        return f"{kind.form}({', '.join(parts)})"

    # -- calls -------------------------------------------------------------------------

    def call(self, scope: Scope, kind: Kind) -> str | None:
        """A call that gives this kind, or a part of what a call gives; None without one."""
        found: list[tuple[Function, str]] = []
        for function in scope.functions:
            if function.raises and not scope.guarded:
                continue
            if function.result == kind:
                found.append((function, ""))
            elif isinstance(function.result, Struct):
                found += [(function, step) for step, k in function.result.parts if k == kind]
        methods: list[tuple[str, Kind]] = []
        for name, known in scope.kinds.items():
            if isinstance(known, Struct):
                methods += [(name + form, k) for form, k in known.methods if k == kind]
        if methods and (not found or self.chance(0.4)):
            template, _ = self.rng.choice(methods)
            return filled(template, [self.leaf(scope, k) for k in operands(template)])
        if not found:
            return None
        function, step = self.rng.choice(found)
        return self.call_text(scope, function) + step

    def call_text(self, scope: Scope, function: Function) -> str:
        """A call: some arguments by keyword, defaults left out, stars."""
        plain = [p for p in function.parameters if p.how in ("plain", "default")]
        texts: list[str] = []
        named: list[str] = []
        cut = self.rng.randint(0, len(plain)) if self.chance(0.35) else len(plain)
        star = [p for p in function.parameters if p.how == "star"]
        cut = len(plain) if star else cut
        kinds = [p.kind for p in plain]
        tuples = [t for k in self.tuples_of(scope, kinds) for t in scope.of(k)]
        if tuples and self.chance(0.4):
            texts.append(f"*{self.rng.choice(tuples)}")
            plain = []
        for i, parameter in enumerate(plain):
            if parameter.how == "default" and not star and self.chance(0.4):
                cut = min(cut, i)
                continue
            value = self.argument(scope, parameter.kind)
            if i < cut:
                texts.append(value)
            else:
                named.append(f"{parameter.name}={value}")
        for parameter in star:
            assert isinstance(parameter.kind, Struct)
            parts = parameter.kind.parts
            texts += [self.argument(scope, kind) for _, kind in parts]
        for parameter in function.parameters:
            if parameter.how == "keyword" and not (parameter.default and self.chance(0.5)):
                named.append(f"{parameter.name}={self.argument(scope, parameter.kind)}")
            if parameter.how == "stars" and isinstance(parameter.kind, Struct):
                named += [
                    f"{step[2:-2]}={self.argument(scope, kind)}"
                    for step, kind in parameter.kind.parts
                ]
        self.rng.shuffle(named)
        return f"{function.name}({', '.join(texts + named)})"

    def tuples_of(self, scope: Scope, kinds: list[Kind]) -> list[Struct]:
        """The tuples and lists in scope whose parts are just these."""
        return [
            kind
            for kind in scope.kinds.values()
            if isinstance(kind, Struct)
            and kind.form in ("tuple", "list")
            and [part for _, part in kind.parts] == kinds
        ]

    def argument(self, scope: Scope, kind: Kind) -> str:
        """An argument of a call: most often short."""
        if isinstance(kind, Struct) or self.chance(0.3):
            return self.expr(scope, kind, 1)
        return self.leaf(scope, kind)

    # -- conditions --------------------------------------------------------------------

    def condition(self, scope: Scope, depth: int = 1) -> str:
        """Something true or false; the point is rarely near its edge."""
        if depth and self.chance(0.25):
            a, b = self.condition(scope, 0), self.condition(scope, 0)
            return self.pick(f"({a} and {b})", f"({a} or {b})", f"not {a}", f"({a}) == ({b})")
        if scope.integers and self.chance(0.35):
            name = self.rng.choice(scope.integers)
            return self.pick(
                f"{name} % 2 == 0", f"{name} > 1", f"{name} == 1", f"{name} != 0", f"{name} in (0, 2)"
            )  # fmt: skip
        if scope.strings and self.chance(0.3):
            name = self.rng.choice(scope.strings)
            return self.pick(f'{name} == "a"', f'{name} != "b"', f'{name} in ("a", "c")')
        if scope.kinds and self.chance(0.05):
            return self.pick(f"{self.rng.choice(list(scope.kinds))} is not None", "True")
        if self.chance(0.3):
            v, c = self.array(scope, "v"), self.constant()
            return self.pick(
                f"np.all({v} > {c})", f"{v}.sum() > {c}", f"({v} < {c}).any()", f"len({v}) > 2",
                f"any(t > {c} for t in {v})", f"all(t < {c} for t in {v})", f"{v}[0] > {v}[1] - {c}",
                f"max({v}) > {c}", f"isinstance({v}, np.ndarray)", f"{v}.shape == (3,)",
                f"np.linalg.norm({v}) < 1.4", f"{v}.size",
            )  # fmt: skip
        a, b, c = self.leaf(scope, "s"), self.leaf(scope, "s"), self.constant()
        return self.pick(
            f"{a} > {c}", f"{a} < {c}", f"-0.7 < {a} <= 0.9", f"{a} < {b} < 1.2", f"{a} * {b} > {c}",
            f"np.sin({a}) >= {c}", f"{a}", f"abs({a}) < {c} ** 2", f"{a} > {b}",
        )  # fmt: skip

    def any_kind(self) -> str:
        """A kind of array, most often a common one."""
        return self.rng.choice("eE") if self.chance(0.02) else self.rng.choice(COMMON)
