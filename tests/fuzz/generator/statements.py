"""Statements: bindings, branches, matches, blocks under context managers, inactive code."""

from __future__ import annotations

from collections.abc import Callable

from tests.fuzz.generator.core import Kind, Scope, Struct, bracketed, paths
from tests.fuzz.generator.expressions import Expressions
from tests.fuzz.generator.prelude import MADE_INSIDE

Writer = Callable[[Scope, int], None]


class Statements(Expressions):
    """Writes statements; loops, functions and exceptions are in classes of their own."""

    def simple(self) -> list[Writer]:
        """The statements that hold no block."""
        some: list[Writer] = [self.assign] * 7 + [self.swap] * 2 + [self.augment] * 2
        return (
            some
            + [self.unpack] * 2
            + [self.container] * 2
            + [self.rebind, self.walrus, self.inactive]
        )

    def compound(self) -> list[Writer]:
        """The statements that hold blocks."""
        return [self.branch] * 4 + [self.match, self.errstate, self.flagged, self.later, self.later]

    def statement(self, scope: Scope, indent: int) -> None:
        """One statement; compound ones only while there is room."""
        choices = self.simple()
        if scope.depth < 3 and len(self.lines) < self.most_lines:
            choices = choices + self.compound()
        self.rng.choice(choices)(scope, indent)

    def block(self, scope: Scope, indent: int, most: int) -> None:
        """Between one and `most` statements."""
        for _ in range(self.rng.randint(1, most)):
            self.statement(scope, indent)

    # -- bindings ----------------------------------------------------------------------

    def bind(self, scope: Scope, indent: int, kind: Kind, text: str) -> None:
        """target = text"""
        name = self.target(scope, kind)
        self.write(indent, f"{name} = {text}")
        scope.kinds[name] = kind

    def assign(self, scope: Scope, indent: int) -> None:
        """name = expression"""
        kind = self.any_kind()
        text = self.expr(scope, kind, self.rng.choice([1, 2, 2, 3]))
        if self.chance(0.3):
            text = f"np.tanh({text})"
        self.bind(scope, indent, kind, text)

    def container(self, scope: Scope, indent: int) -> None:
        """A tuple, list, dict or record of active values."""
        kind = self.rng.choice(MADE_INSIDE)
        self.bind(scope, indent, kind, self.structure(scope, kind, 1))

    def rebind(self, scope: Scope, indent: int) -> None:
        """A name takes values of several kinds, one after the other."""
        name = self.fresh("w")
        self.write(indent, f"{name} = {self.leaf(scope, 's')}")
        scope.kinds[name] = "s"
        for _ in range(self.rng.randint(1, 2)):
            kind = self.rng.choice(["v", "A", self.rng.choice(MADE_INSIDE)])
            if kind == "v":
                text = f"{name} * {self.array(scope, 'v')}" if scope.kinds[name] == "s" else None
            elif kind == "A":
                text = (
                    f"np.outer({self.array(scope, 'r')}, {name})"
                    if scope.kinds[name] == "v"
                    else None
                )
            else:
                text = self.structure(scope, kind, 0)
            self.write(indent, f"{name} = {text or self.expr(scope, kind, 1)}")
            scope.kinds[name] = kind

    def augment(self, scope: Scope, indent: int) -> None:
        """A scalar updated in place (a rebinding: floats are values)."""
        names = [n for n in scope.names("s") if n not in scope.outer]
        if not names:
            return self.assign(scope, indent)
        name = self.rng.choice(names)
        value = bracketed(self.expr(scope, "s", 2))
        form = self.pick("+= 0.3 * {}", "-= 0.3 * {}", "*= np.cos({})", "/= 1.2 + {} ** 2")
        self.write(indent, f"{name} {form.format(value)}")
        return None

    def swap(self, scope: Scope, indent: int) -> None:
        """Names take each other's values."""
        kind = self.any_kind()
        names = [n for n in scope.names(kind) if n not in scope.outer]
        if len(names) < 2:
            return self.assign(scope, indent)
        chosen = self.rng.sample(names, self.rng.randint(2, min(3, len(names))))
        values = chosen[1:] + chosen[:1]
        if self.chance(0.4):
            values[0] = self.expr(scope, kind, 2)
        self.write(indent, f"{', '.join(chosen)} = {', '.join(values)}")
        return None

    def unpack(self, scope: Scope, indent: int) -> None:
        """The parts of an array, of a container or of what a helper gives."""
        several = [
            (f, f.result)
            for f in scope.functions
            if isinstance(f.result, Struct) and f.result.form == "tuple" and not f.raises
        ]
        held = [
            (n, k) for n, k in scope.kinds.items()
            if isinstance(k, Struct) and k.form in ("tuple", "list", "Point")
        ]  # fmt: skip
        roll = self.rng.random()
        if several and roll < 0.4:
            function, kind = self.rng.choice(several)
            self.unpack_into(scope, indent, kind, self.call_text(scope, function))
        elif held and roll < 0.7:
            name, kind = self.rng.choice(held)
            self.unpack_into(scope, indent, kind, name)
        elif roll < 0.85:
            whole = Struct("list", tuple((f"[{i}]", "s") for i in range(3)))
            self.unpack_into(scope, indent, whole, self.array(scope, "v"))
        else:
            first, rest = self.fresh("u"), self.fresh("u")
            source = self.array(scope, "v")
            self.write(indent, f"{first}, *{rest} = {source}")
            scope.kinds[first] = "s"
            scope.kinds[rest] = Struct("list", (("[0]", "s"), ("[1]", "s")))

    def unpack_into(self, scope: Scope, indent: int, kind: Kind, text: str) -> None:
        """(a, (b, c)) = text"""
        assert isinstance(kind, Struct)
        bound: dict[str, Kind] = {}

        def pattern(struct: Struct) -> str:
            parts = []
            for _, part in struct.parts:
                nested = isinstance(part, Struct) and part.form in ("tuple", "list")
                if nested and isinstance(part, Struct) and self.chance(0.6):
                    parts.append(f"({pattern(part)})")
                    continue
                name = self.target(scope, part)
                name = name if name not in bound else self.fresh("u")
                bound[name] = part
                parts.append(name)
            return ", ".join(parts) + ("," if len(parts) == 1 else "")

        self.write(indent, f"{pattern(kind)} = {text}")
        scope.kinds.update(bound)

    def walrus(self, scope: Scope, indent: int) -> None:
        """A name bound inside an expression, and perhaps a chained assignment."""
        name, kind = self.fresh("u"), self.rng.choice(["s", "s", "v"])
        value = self.expr(scope, kind, 2)
        if self.chance(0.3):
            other = self.fresh("u")
            self.write(indent, f"{name} = {other} = {value}")
            scope.kinds[other] = kind
        else:
            self.bind(
                scope,
                indent,
                kind,
                f"({name} := {value}) * 0.7 + {bracketed(self.leaf(scope, kind))}",
            )
        scope.kinds[name] = kind

    def inactive(self, scope: Scope, indent: int) -> None:
        """What carries no derivative: printing, asserting, counting, naming."""
        names = [n for n in scope.kinds if n != "model"]  # its text is an address
        name = self.rng.choice(names) if names else "0.5"
        roll = self.rng.randrange(5)
        if roll == 0:
            self.write(indent, f'print(f"{{{name}}}", {self.leaf(scope, "s")})')
        elif roll == 1:
            self.write(indent, f'assert {self.array(scope, "v")}.shape == (3,), f"not {{{name}}}"')
        elif roll == 2:
            word = self.fresh("mode")
            self.write(indent, f'{word} = "a" if {self.condition(scope)} else "b"')
            scope.strings.append(word)
        elif roll == 3:
            count = self.fresh("n")
            self.write(
                indent,
                f"{count} = {self.pick(f'len({self.array(scope, chr(118))})', '2', f'int({self.leaf(scope, chr(115))} > 0)')}",
            )
            scope.integers.append(count)
        else:
            self.write(indent, f'label = f"{{{self.leaf(scope, "s")}:.2f}}" + str({name})')

    # -- branches ----------------------------------------------------------------------

    def branch(self, scope: Scope, indent: int) -> None:
        """if, perhaps elif, perhaps else; names certain afterwards are bound alike in all arms."""
        arms: list[Scope | None] = []
        for number in range(self.rng.choice([1, 2, 2, 3])):
            word = "if" if number == 0 else "elif"
            test = self.condition(scope)
            if self.chance(0.08):
                name = self.fresh("u")
                test = f"({name} := {self.expr(scope, 's', 1)}) > {self.constant()}"
                self.write(indent, f"{word} {test}:")
                inner = scope.inside()
                inner.kinds[name] = "s"
                arms.append(self.arm(inner, indent + 1))
                continue
            self.write(indent, f"{word} {test}:")
            arms.append(self.arm(scope.inside(), indent + 1))
        if self.chance(0.6):
            self.write(indent, "else:")
            arms.append(self.arm(scope.inside(), indent + 1))
        else:
            arms.append(scope.inside())
        scope.merge([arm for arm in arms if arm is not None])

    def arm(self, inner: Scope, indent: int) -> Scope | None:
        """A branch's block; None if control leaves it."""
        self.block(inner, indent, 3)
        if self.chance(0.12) and not inner.stays:
            self.leave(inner, indent)
            return None
        if inner.in_loop and self.chance(0.3):
            self.write(indent, self.pick("break", "continue"))
            return None
        return inner

    def flagged(self, scope: Scope, indent: int) -> None:
        """Names that are bound where a flag is true."""
        flag = self.fresh("flag")
        self.write(indent, f"{flag} = {self.condition(scope)}")
        self.write(indent, f"if {flag}:")
        inner = scope.inside()
        kinds: dict[str, Kind] = {}
        for _ in range(self.rng.randint(1, 2)):
            name, kind = self.fresh("x"), self.rng.choice(["s", "v", self.rng.choice(MADE_INSIDE)])
            self.write(indent + 1, f"{name} = {self.expr(inner, kind, 2)}")
            kinds[name] = kind
        scope.flags.append((flag, kinds))

    def later(self, scope: Scope, indent: int) -> None:
        """Names read only where their flag is true."""
        if not scope.flags:
            return self.flagged(scope, indent)
        flag, kinds = self.rng.choice(scope.flags)
        inner = scope.inside()
        inner.kinds.update(kinds)
        inner.kept |= set(kinds)
        kind = self.rng.choice(["s", "s", "v"])
        if self.chance(0.3):
            name = self.fresh("u")
            self.write(
                indent,
                f"{name} = {self.expr(inner, kind, 1)} if {flag} else {self.leaf(scope, kind)}",
            )
            scope.kinds[name] = kind
            return None
        self.write(indent, f"if {flag}:")
        arm = self.arm(inner, indent + 1)
        scope.merge([scope.inside(), *([arm] if arm else [])])
        return None

    def match(self, scope: Scope, indent: int) -> None:
        """match on a small integer, a word, a tuple, a dict or a record."""
        held = [(n, k) for n, k in scope.kinds.items() if isinstance(k, Struct)]
        cases: list[tuple[str, dict[str, Kind]]] = []
        if held and self.chance(0.5):
            name, kind = self.rng.choice(held)
            subject, cases = name, [*self.patterns(scope, kind), ("_", {})]
        elif scope.strings and self.chance(0.4):
            subject = self.rng.choice(scope.strings)
            cases = [("'a'", {}), ("'b' | 'c'", {}), ("_", {})]
        else:
            subject = f"{self.rng.choice(scope.integers)} % 3" if scope.integers else "1"
            cases = [("0", {}), ("1 | 2", {}), ("_", {})]
        self.write(indent, f"match {subject}:")
        arms = []
        for case, bound in cases:
            inner = scope.inside()
            inner.kinds.update(bound)
            guard = f" if {self.condition(inner)}" if case != "_" and self.chance(0.3) else ""
            self.write(indent + 1, f"case {case}{guard}:")
            arms.append(self.arm(inner, indent + 2))
        scope.merge([arm for arm in arms if arm is not None])

    def patterns(self, scope: Scope, kind: Struct) -> list[tuple[str, dict[str, Kind]]]:
        """Patterns that take a container apart: one that fails, one that fits."""
        names = [self.fresh("m") for _ in kind.parts]
        bound = dict(zip(names, (part for _, part in kind.parts), strict=True))
        if kind.form in ("tuple", "list"):
            text = "[" + ", ".join(names) + "]"
            return [("[_, _, _, _]", {}), (text, bound)]
        if kind.form == "dict":
            keys = [step[1:-1] for step, _ in kind.parts]
            text = "{" + ", ".join(f"{k}: {n}" for k, n in zip(keys, names, strict=True)) + "}"
            return [("{'other': _}", {}), (text, bound)]
        fields = [step[1:] for step, _ in kind.parts]
        text = ", ".join(f"{f}={n}" for f, n in zip(fields, names, strict=True))
        return [("[_, _, _, _]", {}), (f"{kind.form}({text})", bound)]

    def errstate(self, scope: Scope, indent: int) -> None:
        """A block under a context manager."""
        head = self.pick(
            "np.errstate(all='ignore')",
            "np.errstate(divide='ignore', over='ignore')",
            "contextlib.nullcontext()",
            "contextlib.suppress(KeyError)",
        )
        self.write(indent, f"with {head}:")
        scope.depth += 1
        self.block(scope, indent + 1, 2)
        if self.chance(0.15) and not scope.stays:
            self.write(indent + 1, f"if {self.condition(scope)}:")
            self.leave(scope.inside(), indent + 2)
        scope.depth -= 1

    # -- results -----------------------------------------------------------------------

    def leave(self, scope: Scope, indent: int) -> None:
        """return"""
        self.write(indent, f"return {self.result(scope, scope.result)}")

    def result(self, scope: Scope, kind: Kind) -> str:
        """An expression that most often reads several of the names."""
        if isinstance(kind, Struct):
            names = scope.of(kind)
            if names and self.chance(0.15):
                return self.rng.choice(names)
            parts = [self.result(scope, part) for _, part in kind.parts]
            if kind.form == "dict":
                keys = [step[1:-1] for step, _ in kind.parts]
                return "{" + ", ".join(f"{k}: {p}" for k, p in zip(keys, parts, strict=True)) + "}"
            if kind.form == "list":
                return f"[{', '.join(parts)}]"
            inside = ", ".join(parts) + ("," if len(parts) == 1 else "")
            return f"({inside})" if kind.form == "tuple" else f"{kind.form}({inside})"
        text = self.expr(scope, kind, 2)
        leaves = [(n, k) for n, k in scope.kinds.items() if isinstance(k, str)]
        for name, known in list(scope.kinds.items())[-4:]:
            leaves += [(p, k) for p, k in paths(name, known) if isinstance(k, str)]
        leaves = leaves[-9:]
        for name, known in self.rng.sample(leaves, min(len(leaves), self.rng.randint(1, 5))):
            read = "{}" if known == "s" else "np.sum({})" if known in "eEz" else "np.mean({})"
            text += f" + {self.pick('0.5', '0.4')} * {read.format(name)}"
        return text
