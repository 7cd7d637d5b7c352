"""`generate(seed)`: the source of a random program that writes into nothing.

Values are floats (shape `()`) and arrays of shapes (3,), (2,), (2, 3), (3, 1), all of magnitude
about 1.  A `Scope` knows the shape of every name that is certainly bound; what a branch or a loop
leaves uncertain is forgotten.  A parameter's first letter says its kind: s, v, r, A, c, n.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field

Shape = tuple[int, ...]
SCALAR: Shape = ()
VECTOR: Shape = (3,)
PAIR: Shape = (2,)
MATRIX: Shape = (2, 3)
COLUMN: Shape = (3, 1)
LETTERS = {SCALAR: "s", VECTOR: "v", PAIR: "r", MATRIX: "A", COLUMN: "c"}
SHAPES = [SCALAR, SCALAR, SCALAR, VECTOR, VECTOR, MATRIX, COLUMN, PAIR]
MOST_LINES = 26
_CUTS = {  # how a shape is cut out of another one
    VECTOR: ((MATRIX, "{}[1]"), (COLUMN, "{}[:, 0]")),
    PAIR: ((VECTOR, "{}[:2]"), (MATRIX, "{}[:, 1]")),
}


@dataclass(frozen=True)
class Helper:
    """A function that programs may call."""

    name: str
    parameters: tuple[tuple[str, Shape], ...]
    results: tuple[Shape, ...]
    keyword: str | None = None


@dataclass
class Scope:
    """What is known where a statement is written."""

    shapes: dict[str, Shape] = field(default_factory=dict)
    integers: list[str] = field(default_factory=list)
    kept: set[str] = field(
        default_factory=set
    )  # names that must keep their shape: loops carry them
    in_loop: bool = False
    depth: int = 0

    def inside(self, loop: bool = False) -> Scope:
        """The scope of a block one level deeper."""
        kept = self.kept | set(self.shapes) if loop else self.kept
        integers = list(self.integers)
        return Scope(dict(self.shapes), integers, set(kept), loop or self.in_loop, self.depth + 1)

    def of(self, shape: Shape) -> list[str]:
        """The names of a shape."""
        return [name for name, known in self.shapes.items() if known == shape]


class Generator:
    """Writes one program."""

    def __init__(self, seed: int) -> None:
        self.rng = random.Random(seed)
        self.lines: list[str] = []
        self.count = 0
        self.helpers: list[Helper] = []
        self.results: tuple[Shape, ...] = (SCALAR,)
        self.wrap: Callable[[list[str]], str] = lambda parts: parts[0]

    # -- small things ------------------------------------------------------------------
    def chance(self, p: float) -> bool:
        """True with probability p."""
        return self.rng.random() < p

    def pick(self, *choices: str) -> str:
        """One of the choices."""
        return self.rng.choice(choices)

    def constant(self) -> str:
        """A number of magnitude about 1, with few digits."""
        return f"{self.rng.choice([-1, 1, 1]) * self.rng.randint(2, 14) / 10}"

    def write(self, indent: int, text: str) -> None:
        """One line."""
        self.lines.append("    " * indent + text)

    def fresh(self, prefix: str) -> str:
        """A name never used before."""
        self.count += 1
        return f"{prefix}{self.count}"

    # -- expressions -------------------------------------------------------------------
    def expr(self, scope: Scope, shape: Shape, depth: int = 2) -> str:
        """An expression of a shape; of magnitude about 1 if the names are."""
        if depth <= 0 or self.chance(0.15):
            return self.array_or_scalar(scope, shape)
        roll = self.rng.random()
        if roll < 0.30:
            return self.unary(self.expr(scope, shape, depth - 1))
        if roll < 0.62:
            return self.binary(scope, shape, depth - 1)
        if roll < 0.70:
            left, right = self.expr(scope, shape, depth - 1), self.expr(scope, shape, depth - 1)
            return f"({left} if {self.condition(scope)} else {right})"
        return self.made(scope, shape, depth - 1)

    def unary(self, e: str) -> str:
        """A smooth bounded function of e."""
        form = self.pick(
            "np.tanh({})", "np.sin({})", "np.cos({})", "np.arctan({})", "-{}", "0.7 * {}",
            "np.exp(-({}) ** 2)", "np.sqrt(1 + ({}) ** 2)", "np.log(2.5 + np.sin({}))",
            "({} + 0.3) / 2", "1 / (1.5 + ({}) ** 2)", "np.tanh({}) ** 3", "abs({})",
        )  # fmt: skip
        return form.format(e)

    def binary(self, scope: Scope, shape: Shape, depth: int) -> str:
        """Two operands, one of them perhaps broadcast."""
        narrower = [s for s in LETTERS if s == SCALAR or (s == VECTOR and shape == MATRIX)]
        other = self.rng.choice([shape, shape, *narrower])
        a, b = self.expr(scope, shape, depth), self.expr(scope, other, depth)
        if self.chance(0.5):
            a, b = b, a
        form = self.pick(
            "(0.6 * {a} + 0.5 * {b})", "np.sin({a}) * {b}", "{a} * np.cos({b})",
            "{a} / (1.3 + ({b}) ** 2)", "np.tanh({a} - {b})", "0.5 * ({a} - {b})",
            "np.maximum({a}, {b})", "({a} + {b}) * 0.5", "np.hypot({a}, 1.0 + ({b}) ** 2)",
        )  # fmt: skip
        if "np.maximum" in form and a == b:
            form = "({a} + {b}) * 0.5"
        return form.format(a=a, b=b)

    def made(self, scope: Scope, shape: Shape, depth: int) -> str:
        """A value made from other shapes."""
        sub: Callable[[Shape], str] = lambda s: self.expr(scope, s, min(depth, 1))
        index = self.rng.randrange(-2, 2)
        makers: dict[Shape, list[Callable[[], str]]] = {
            SCALAR: [
                lambda: f"{self.array(scope, VECTOR)}[{index}]",
                lambda: f"{self.array(scope, MATRIX)}[{index}, {self.rng.randrange(3)}]",
                lambda: f"{self.array(scope, COLUMN)}[{index}, 0]",
                lambda: f"np.mean({sub(MATRIX)})",
                lambda: f"0.4 * np.sum({sub(VECTOR)})",
                lambda: f"(0.4 * ({sub(VECTOR)}) @ ({sub(VECTOR)}))",
                lambda: f"({sub(PAIR)}).sum()",
                lambda: f"sum({sub(SCALAR)} * t for t in {sub(VECTOR)}) / 3",
                lambda: f"max({sub(SCALAR)}, {self.constant()})",
                lambda: self.call(scope, SCALAR),
                lambda: f"float({sub(SCALAR)})",
            ],
            VECTOR: [
                lambda: f"np.array([{sub(SCALAR)}, {sub(SCALAR)}, {sub(SCALAR)}])",
                lambda: f"{self.array(scope, MATRIX)}[{index}]",
                lambda: f"{self.array(scope, COLUMN)}[:, 0]",
                lambda: f"{self.array(scope, VECTOR)}[::-1]",
                lambda: f"{self.array(scope, VECTOR)}[[0, 2, 0]]",
                lambda: f"np.mean({sub(MATRIX)}, axis=0)",
                lambda: f"(0.5 * ({sub(PAIR)}) @ ({sub(MATRIX)}))",
                lambda: f"np.concatenate([{sub(PAIR)}, {self.array(scope, VECTOR)}[1:2]])",
                lambda: f"np.where({sub(VECTOR)} > {self.constant()}, {sub(VECTOR)}, 0.2)",
                lambda: f"np.cumsum({sub(VECTOR)}) * 0.4",
                lambda: f"({sub(COLUMN)}).reshape(3)",
                lambda: self.call(scope, VECTOR),
            ],
            PAIR: [
                lambda: f"np.array([{sub(SCALAR)}, {sub(SCALAR)}])",
                lambda: f"(0.4 * ({sub(MATRIX)}) @ ({sub(VECTOR)}))",
                lambda: f"{self.array(scope, MATRIX)}[:, {index}]",
                lambda: f"{self.array(scope, VECTOR)}[1:]",
                lambda: f"np.mean({sub(MATRIX)}, axis=1)",
            ],
            MATRIX: [
                lambda: f"np.stack([{sub(VECTOR)}, {sub(VECTOR)}])",
                lambda: f"np.outer({sub(PAIR)}, {sub(VECTOR)})",
                lambda: f"({sub(PAIR)})[:, None] * ({sub(VECTOR)})",
                lambda: f"np.tanh(({sub(MATRIX)}) + ({sub(COLUMN)}).T)",
            ],
            COLUMN: [
                lambda: f"({sub(VECTOR)})[:, None]",
                lambda: f"({sub(VECTOR)}).reshape(3, 1)",
                lambda: f"{self.array(scope, MATRIX)}.T[:, :1]",
            ],
        }
        return self.rng.choice(makers[shape])()

    def array(self, scope: Scope, shape: Shape) -> str:
        """A name of this shape if there is one, else a bracketed expression that ends soon."""
        names = scope.of(shape)
        if names:
            return self.rng.choice(names)
        cuts = [form.format(n) for s, form in _CUTS.get(shape, ()) for n in scope.of(s)]
        if cuts:
            return self.rng.choice(cuts)
        if shape == VECTOR:
            return f"np.array([{self.scalar(scope)}, {self.constant()}, {self.scalar(scope)}])"
        if shape == PAIR:
            return f"np.array([{self.scalar(scope)}, {self.constant()}])"
        vector = self.array(scope, VECTOR)
        return f"np.stack([{vector}, {vector}])" if shape == MATRIX else f"({vector})[:, None]"

    def scalar(self, scope: Scope) -> str:
        """A scalar name or a constant."""
        names = scope.of(SCALAR)
        return self.rng.choice(names) if names and self.chance(0.8) else self.constant()

    def call(self, scope: Scope, shape: Shape) -> str:
        """A helper's result of this shape, or any expression where there is no such helper."""
        fitting = [h for h in self.helpers if shape in h.results]
        if not fitting:
            names = scope.of(shape)
            return (
                self.rng.choice(names) if names else self.unary(self.array_or_scalar(scope, shape))
            )
        helper = self.rng.choice(fitting)
        call = self.call_text(scope, helper)
        if len(helper.results) == 1:
            return call
        return f"{call}[{helper.results.index(shape)}]"

    def array_or_scalar(self, scope: Scope, shape: Shape) -> str:
        """The shortest expression of a shape."""
        return self.scalar(scope) if shape == SCALAR else self.array(scope, shape)

    def call_text(self, scope: Scope, helper: Helper) -> str:
        """A call with some arguments by keyword."""
        given = [(n, self.array_or_scalar(scope, s)) for n, s in helper.parameters]
        cut = self.rng.randint(0, len(given)) if self.chance(0.3) else len(given)
        texts = [value for _, value in given[:cut]]
        named = [f"{name}={value}" for name, value in given[cut:]]
        if helper.keyword and self.chance(0.5):
            named.append(f"{helper.keyword}={self.scalar(scope)}")
        self.rng.shuffle(named)
        return f"{helper.name}({', '.join(texts + named)})"

    def condition(self, scope: Scope, depth: int = 1) -> str:
        """Something true or false; the point is rarely near its edge."""
        if depth and self.chance(0.3):
            a, b = self.condition(scope, 0), self.condition(scope, 0)
            return self.pick(f"({a} and {b})", f"({a} or {b})", f"not {a}")
        if scope.integers and self.chance(0.35):
            name = self.rng.choice(scope.integers)
            return self.pick(f"{name} % 2 == 0", f"{name} > 1", f"{name} == 1", f"{name} != 0")
        if self.chance(0.2):
            return self.pick(
                f"np.all({self.array(scope, VECTOR)} > {self.constant()})",
                f"{self.array(scope, VECTOR)}.sum() > {self.constant()}",
                f"({self.array(scope, VECTOR)} < {self.constant()}).any()",
            )
        return self.pick(
            f"{self.scalar(scope)} > {self.constant()}",
            f"{self.scalar(scope)} < {self.constant()}",
            f"-0.7 < {self.scalar(scope)} <= 0.9",
        )

    # -- statements --------------------------------------------------------------------
    def block(self, scope: Scope, indent: int, most: int) -> None:
        """Between one and `most` statements."""
        for _ in range(self.rng.randint(1, most)):
            self.statement(scope, indent)

    def statement(self, scope: Scope, indent: int) -> None:
        """One statement; compound ones only while there is room."""
        simple = [self.assign] * 7 + [self.swap] * 2 + [self.augment] * 2 + [self.unpack]
        compound = [self.branch] * 4 + [self.loop] * 4 + [self.while_loop] * 2
        compound += [self.collect] * 2 + [self.closure, self.match, self.errstate]
        room = scope.depth < 3 and len(self.lines) < MOST_LINES
        self.rng.choice(simple + compound if room else simple)(scope, indent)

    def target(self, scope: Scope, shape: Shape) -> str:
        """A name to assign a shape to: new, or one that may take it."""
        free = [n for n, s in scope.shapes.items() if s == shape or n not in scope.kept]
        if free and self.chance(0.6):
            return self.rng.choice(free)
        return self.fresh("u")

    def assign(self, scope: Scope, indent: int) -> None:
        """name = expression"""
        shape = self.rng.choice(SHAPES)
        text = self.expr(scope, shape, self.rng.choice([1, 2, 2, 3]))
        if self.chance(0.3):
            text = f"np.tanh({text})"
        name = self.target(scope, shape)
        self.write(indent, f"{name} = {text}")
        scope.shapes[name] = shape

    def augment(self, scope: Scope, indent: int) -> None:
        """A scalar updated in place (a rebinding: floats are values)."""
        names = scope.of(SCALAR)
        if not names:
            return self.assign(scope, indent)
        name = self.rng.choice(names)
        value = self.expr(scope, SCALAR, 2)
        form = self.pick("+= 0.3 * {}", "-= 0.3 * {}", "*= np.cos({})", "/= 1.2 + ({}) ** 2")
        self.write(indent, f"{name} {form.format(value)}")
        return None

    def swap(self, scope: Scope, indent: int) -> None:
        """Names take each other's values."""
        shape = self.rng.choice(SHAPES)
        names = scope.of(shape)
        if len(names) < 2:
            return self.assign(scope, indent)
        count = self.rng.randint(2, min(3, len(names)))
        chosen = self.rng.sample(names, count)
        values = chosen[1:] + chosen[:1]
        if self.chance(0.4):
            values[0] = self.expr(scope, shape, 2)
        self.write(indent, f"{', '.join(chosen)} = {', '.join(values)}")
        return None

    def unpack(self, scope: Scope, indent: int) -> None:
        """The parts of an array, or the results of a helper."""
        several = [h for h in self.helpers if len(h.results) > 1]
        if several and self.chance(0.6):
            helper = self.rng.choice(several)
            text, shapes = self.call_text(scope, helper), list(helper.results)
        else:
            text, shapes = self.array(scope, VECTOR), [SCALAR] * 3
        names: list[str] = []
        for shape in shapes:
            name = self.target(scope, shape)
            names.append(name if name not in names else self.fresh("u"))
        self.write(indent, f"{', '.join(names)} = {text}")
        scope.shapes.update(zip(names, shapes, strict=True))

    def branch(self, scope: Scope, indent: int) -> None:
        """if, perhaps elif, perhaps else; names certain afterwards are bound alike in all arms."""
        arms = []
        for number in range(self.rng.choice([1, 2, 2, 3])):
            word = "if" if number == 0 else "elif"
            self.write(indent, f"{word} {self.condition(scope)}:")
            arms.append(self.arm(scope, indent + 1))
        if self.chance(0.6):
            self.write(indent, "else:")
            arms.append(self.arm(scope, indent + 1))
        else:
            arms.append(dict(scope.shapes))
        self.merge(scope, [arm for arm in arms if arm is not None])

    def merge(self, scope: Scope, arms: list[dict[str, Shape]]) -> None:
        """Forget what the arms do not agree on."""
        if not arms:  # every arm left: what follows is dead, and still must be well formed
            return
        first, *others = arms
        scope.shapes = {
            name: shape
            for name, shape in first.items()
            if all(other.get(name) == shape for other in others)
        }

    def arm(self, scope: Scope, indent: int) -> dict[str, Shape] | None:
        """A branch's block; None if control leaves it."""
        inner = scope.inside()
        self.block(inner, indent, 3)
        if self.chance(0.12):
            self.leave(inner, indent)
            return None
        if scope.in_loop and self.chance(0.3):
            self.write(indent, self.pick("break", "continue"))
            return None
        return inner.shapes

    def leave(self, scope: Scope, indent: int) -> None:
        """return"""
        parts = [self.result(scope, shape) for shape in self.results]
        self.write(indent, f"return {self.wrap(parts)}")

    def result(self, scope: Scope, shape: Shape) -> str:
        """An expression that most often reads several of the names."""
        text = self.expr(scope, shape, 2)
        names = list(scope.shapes)[-6:]
        for name in self.rng.sample(names, min(len(names), self.rng.randint(1, 5))):
            text += f" + 0.5 * np.mean({name})" if scope.shapes[name] else f" + 0.4 * {name}"
        return text

    def loop(self, scope: Scope, indent: int) -> None:
        """A for loop of 0 to 3 trips over one of many things."""
        inner = scope.inside(loop=True)
        i, v, w = self.fresh("i"), self.fresh("t"), self.fresh("w")
        matrix, vector = self.array(scope, MATRIX), self.array(scope, VECTOR)
        trips = self.rng.randint(0, 3)
        forms: list[tuple[str, dict[str, Shape], list[str]]] = [
            (f"for {i} in range({trips}):", {}, [i]),
            (f"for {i} in range({trips}):", {}, [i]),
            (f"for {i} in range(1, {trips + 1}):", {}, [i]),
            (f"for {i} in range({trips}, 0, -1):", {}, [i]),
            (f"for {v} in {vector}:", {v: SCALAR}, []),
            (f"for {v} in {matrix}:", {v: VECTOR}, []),
            (f"for {v} in reversed({vector}):", {v: SCALAR}, []),
            (f"for {i}, {v} in enumerate({vector}):", {v: SCALAR}, [i]),
            (f"for {v}, {w} in zip({vector}, {vector}[::-1]):", {v: SCALAR, w: SCALAR}, []),
            (f"for {v} in [{self.scalar(scope)}, {self.scalar(scope)}]:", {v: SCALAR}, []),
            (f"for {v}, {w} in zip({matrix}, (0.5, -0.4)):", {v: VECTOR, w: SCALAR}, []),
        ]
        head, shapes, integers = self.rng.choice(forms)
        inner.shapes.update(shapes)
        inner.integers += integers
        self.write(indent, head)
        self.block(inner, indent + 1, 4)
        if self.chance(0.15):
            self.write(indent, "else:")
            last = scope.inside()
            last.kept |= set(scope.shapes)
            self.block(last, indent + 1, 2)

    def while_loop(self, scope: Scope, indent: int) -> None:
        """A while loop that a counter ends after at most 3 trips."""
        k = self.fresh("k")
        self.write(indent, f"{k} = 0")
        condition = f"{k} < {self.rng.randint(0, 3)}"
        if self.chance(0.5):
            condition += f" and {self.scalar(scope)} < 1.4"
        self.write(indent, f"while {condition}:")
        self.write(indent + 1, f"{k} += 1")
        inner = scope.inside(loop=True)
        inner.integers.append(k)
        self.block(inner, indent + 1, 4)

    def collect(self, scope: Scope, indent: int) -> None:
        """A list by append or comprehension, read at once."""
        xs, t = self.fresh("xs"), self.fresh("t")
        shape = self.rng.choice([SCALAR, SCALAR, VECTOR])
        source = self.array(scope, VECTOR)
        inner = scope.inside()
        inner.shapes[t] = SCALAR
        item = self.binary(inner, shape, 1)
        how = self.rng.randrange(3)
        if how == 0:
            test = f" if {t} > -5" if self.chance(0.3) else ""
            self.write(indent, f"{xs} = [{item} for {t} in {source}{test}]")
        else:
            first = self.expr(scope, shape, 1)
            self.write(indent, f"{xs} = [{first}]")
            self.write(indent, f"for {t} in {source}:")
            if how == 2:
                self.write(indent + 1, f"if {self.condition(inner)}:")
            self.write(indent + 1 + (how == 2), f"{xs}.append({item})")
        name = self.target(scope, shape)
        if shape == SCALAR:
            read = self.pick(
                "sum({0}) / 4",
                "np.mean({0})",
                "{0}[0] * {0}[-1]",
                "np.array({0}).sum() / 3",
                "sum(z ** 2 for z in {0}) / 4",
            )
        else:
            read = self.pick(
                "np.mean(np.stack({0}), axis=0)",
                "sum({0}) / 4",
                "{0}[-1] * 0.5",
                "np.array({0})[0]",
            )
        self.write(indent, f"{name} = {read.format(xs)}")
        scope.shapes[name] = shape

    def closure(self, scope: Scope, indent: int) -> None:
        """A nested function or lambda that sees the names around it, called once or twice."""
        g, t = self.fresh("g"), self.fresh("t")
        shape = self.rng.choice([SCALAR, SCALAR, VECTOR])
        inner = scope.inside()
        inner.shapes[t] = SCALAR
        body = self.binary(inner, shape, 2)
        if self.chance(0.4):
            self.write(indent, f"{g} = lambda {t}: {body}")
        else:
            self.write(indent, f"def {g}({t}):")
            self.write(indent + 1, f"return {body}")
        call = f"{g}({self.expr(scope, SCALAR, 1)})"
        if self.chance(0.4):
            call = f"0.5 * ({call} + {g}({self.scalar(scope)}))"
        name = self.target(scope, shape)
        self.write(indent, f"{name} = {call}")
        scope.shapes[name] = shape

    def match(self, scope: Scope, indent: int) -> None:
        """match on a small integer."""
        subject = f"{self.rng.choice(scope.integers)} % 3" if scope.integers else "1"
        self.write(indent, f"match {subject}:")
        arms = []
        for case in ("0", "1 | 2", "_"):
            self.write(indent + 1, f"case {case}:")
            arms.append(self.arm(scope, indent + 2))
        self.merge(scope, [arm for arm in arms if arm is not None])

    def errstate(self, scope: Scope, indent: int) -> None:
        """A block under a context manager."""
        self.write(indent, "with np.errstate(all='ignore'):")
        scope.depth += 1
        self.block(scope, indent + 1, 2)
        scope.depth -= 1

    # -- programs ----------------------------------------------------------------------
    def helper(self) -> None:
        """A function above the program, with statements of its own."""
        shapes = [self.rng.choice([SCALAR, SCALAR, VECTOR]) for _ in range(self.rng.randint(1, 2))]
        parameters = tuple((f"{LETTERS[s]}_{i}", s) for i, s in enumerate(shapes))
        keyword = "k" if self.chance(0.4) else None
        results = self.rng.choice([(SCALAR,), (SCALAR,), (VECTOR,), (SCALAR, VECTOR)])
        name = self.fresh("h")
        names = [n for n, _ in parameters] + ([f"{keyword}=0.3"] if keyword else [])
        self.write(0, f"def {name}({', '.join(names)}):")
        scope = Scope(dict(parameters), depth=2)
        if keyword:
            scope.shapes[keyword] = SCALAR
        self.body(scope, results, self.plain_or_tuple(results), 2)
        self.helpers.append(Helper(name, parameters, results, keyword))

    def plain_or_tuple(self, results: tuple[Shape, ...]) -> Callable[[list[str]], str]:
        """How a return spells its parts."""
        return (lambda parts: parts[0]) if len(results) == 1 else ", ".join

    def body(
        self,
        scope: Scope,
        results: tuple[Shape, ...],
        wrap: Callable[[list[str]], str],
        most: int,
    ) -> None:
        """Statements and a last return."""
        self.results, self.wrap = results, wrap
        for _ in range(self.rng.randint(1, most)):
            self.statement(scope, 1)
        self.leave(scope, 1)
        self.lines += ["", ""]

    def program(self) -> str:
        """The whole module."""
        self.lines = ["import numpy as np", "", ""]
        for _ in range(self.rng.choice([0, 0, 1, 2])):
            self.helper()
        scope = Scope()
        for i in range(self.rng.randint(1, 4)):
            shape = self.rng.choice(SHAPES)
            scope.shapes[f"{LETTERS[shape]}{i}"] = shape
        parameters = list(scope.shapes)
        if self.chance(0.3):
            scope.integers.append("n")
            parameters.append("n")
        self.write(0, f"def f({', '.join(parameters)}):")
        if self.chance(0.7):
            results: tuple[Shape, ...] = (SCALAR,)
            wrap = self.plain_or_tuple(results)
        else:
            results = tuple(self.rng.choice(SHAPES) for _ in range(self.rng.randint(1, 3)))
            as_dict = self.chance(0.3)
            wrap = _as_dict if as_dict else self.plain_or_tuple(results)
        self.body(scope, results, wrap, 7)
        return "\n".join(self.lines).rstrip() + "\n"


def _as_dict(parts: list[str]) -> str:
    return "{" + ", ".join(f"'p{i}': {part}" for i, part in enumerate(parts)) + "}"


def generate(seed: int) -> str:
    """The source of program `seed`: always the same."""
    return Generator(seed).program()
