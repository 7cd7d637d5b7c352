"""Loops over everything, and lists and dicts that they fill."""

from __future__ import annotations

from tests.fuzz.generator.core import Kind, Scope, Struct, bracketed
from tests.fuzz.generator.statements import Statements, Writer


class Loops(Statements):
    """Writes loops."""

    def compound(self) -> list[Writer]:
        """With loops."""
        more: list[Writer] = [self.loop] * 4 + [self.while_loop] * 2 + [self.collect] * 2
        return super().compound() + more + [self.accumulate, self.table, self.search]

    def heads(self, scope: Scope) -> list[tuple[str, dict[str, Kind], list[str]]]:
        """What a loop may run over: its first line, the kinds of its names, its integers."""
        i, v, w = self.fresh("i"), self.fresh("t"), self.fresh("w")
        matrix, vector = self.array(scope, "A"), self.array(scope, "v")
        trips = self.rng.randint(0, 3)
        a, b = self.leaf(scope, "s"), self.leaf(scope, "s")
        forms: list[tuple[str, dict[str, Kind], list[str]]] = [
            (f"for {i} in range({trips}):", {}, [i]),
            (f"for {i} in range({trips}):", {}, [i]),
            (f"for {i} in range(1, {trips + 1}):", {}, [i]),
            (f"for {i} in range({trips}, 0, -1):", {}, [i]),
            (f"for {i} in range(len({vector})):", {}, [i]),
            (f"for _ in range({trips}):", {}, []),
            (f"for {v} in {vector}:", {v: "s"}, []),
            (f"for {v} in {matrix}:", {v: "v"}, []),
            (f"for {v} in reversed({vector}):", {v: "s"}, []),
            (f"for {i}, {v} in enumerate({vector}):", {v: "s"}, [i]),
            (f"for {i}, {v} in enumerate({matrix}, start=1):", {v: "v"}, [i]),
            (f"for {v}, {w} in zip({vector}, {vector}[::-1]):", {v: "s", w: "s"}, []),
            (f"for {v} in [{a}, {b}]:", {v: "s"}, []),
            (f"for {v}, {w} in zip({matrix}, (0.5, -0.4)):", {v: "v", w: "s"}, []),
            (f"for {i}, ({v}, {w}) in enumerate(zip({vector}, {matrix})):", {v: "s", w: "v"}, [i]),
            (f"for {v} in map(np.tanh, {vector}):", {v: "s"}, []),
            (f"for {v} in map(lambda z: z * {a}, [{a}, {b}]):", {v: "s"}, []),
            (f"for {v} in filter(lambda z: z > -0.2, {vector}):", {v: "s"}, []),
            (f"for {v} in sorted({vector}):", {v: "s"}, []),
            (f"for {v} in []:", {}, []),
            (f"for {v} in {vector}[3:]:", {v: "s"}, []),
            (f"for {v}, {w} in [({a}, {vector}), ({b}, {vector} * 0.5)]:", {v: "s", w: "v"}, []),
            (f"for {v} in {matrix}.T:", {v: "r"}, []),
            (f"for {v} in ({a}, *{vector}):", {v: "s"}, []),
            (f"for {v} in [t * 0.5 for t in {vector}]:", {v: "s"}, []),
            (f"for {v} in (t * {a} for t in {vector}):", {v: "s"}, []),
        ]
        for name, known in scope.kinds.items():
            if isinstance(known, Struct) and len({k for _, k in known.parts}) == 1:
                part = known.parts[0][1]
                if known.form in ("tuple", "list"):
                    forms += [(f"for {v} in {name}:", {v: part}, [])] * 3
                    forms += [(f"for {i}, {v} in enumerate({name}):", {v: part}, [i])]
        return forms

    def loop(self, scope: Scope, indent: int) -> None:
        """A for loop of 0 to 3 trips."""
        inner = scope.inside(loop=True)
        head, kinds, integers = self.rng.choice(self.heads(scope))
        inner.kinds.update(kinds)
        inner.integers += integers
        self.write(indent, head)
        self.block(inner, indent + 1, 4)
        self.otherwise(scope, indent)

    def otherwise(self, scope: Scope, indent: int) -> None:
        """Sometimes an else after a loop."""
        if self.chance(0.15):
            self.write(indent, "else:")
            last = scope.inside()
            last.kept |= set(scope.kinds)
            self.block(last, indent + 1, 2)

    def while_loop(self, scope: Scope, indent: int) -> None:
        """A while loop that a counter ends after at most 3 trips."""
        k = self.fresh("k")
        self.write(indent, f"{k} = 0")
        condition = f"{k} < {self.rng.randint(0, 3)}"
        late = self.chance(0.2)
        if late:
            condition = "True"
        elif self.chance(0.5):
            condition += f" and {self.leaf(scope, 's')} < 1.4"
        self.write(indent, f"while {condition}:")
        self.write(indent + 1, f"{k} += 1")
        inner = scope.inside(loop=True)
        inner.integers.append(k)
        if late:
            self.write(
                indent + 1, f"if {k} > {self.rng.randint(1, 3)} or {self.leaf(inner, 's')} > 1.5:"
            )
            self.write(indent + 2, "break")
        self.block(inner, indent + 1, 4)
        self.otherwise(scope, indent)

    def accumulate(self, scope: Scope, indent: int) -> None:
        """A name that grows from a number to an array, or from a vector to a matrix, in a loop."""
        name, t = self.fresh("acc"), self.fresh("t")
        kind, source, start = self.rng.choice(
            [
                ("v", "A", "0.0"),
                ("v", "q", self.leaf(scope, "s")),
                ("v", "A", "0"),
                ("A", "A", self.array(scope, "v")),
            ]
        )
        inner = scope.inside(loop=True)
        inner.kinds[t] = "v"
        self.write(indent, f"{name} = {start}")
        self.write(indent, f"for {t} in {self.array(scope, source)}:")
        item = bracketed(self.expr(inner, kind, 1))
        self.write(
            indent + 1,
            f"{name} = {self.pick('0.6 * {0} + {1}', '{1} - 0.5 * {0}', 'np.sin({0}) * 0.5 + {1}').format(name, item)}",
        )
        scope.kinds[name] = kind

    def collect(self, scope: Scope, indent: int) -> None:
        """A list by append or comprehension, read at once."""
        xs, t = self.fresh("xs"), self.fresh("t")
        kind = self.rng.choice(["s", "s", "v"])
        source = self.array(scope, "v")
        inner = scope.inside()
        inner.kinds[t] = "s"
        item = self.binary(inner, kind, 1)
        how = self.rng.randrange(3)
        if how == 0:
            test = f" if {t} > -5" if self.chance(0.3) else ""
            self.write(indent, f"{xs} = [{item} for {t} in {source}{test}]")
        else:
            self.write(indent, f"{xs} = [{self.expr(scope, kind, 1)}]")
            self.write(indent, f"for {t} in {source}:")
            if how == 2:
                self.write(indent + 1, f"if {self.condition(inner)}:")
            self.write(indent + 1 + (how == 2), f"{xs}.append({item})")
        if kind == "s":
            read = self.pick(
                "sum({0}) / 4", "np.mean({0})", "{0}[0] * {0}[-1]", "np.array({0}).sum() / 3",
                "sum(z ** 2 for z in {0}) / 4", "max({0})", "sorted({0})[0]", "np.sum({0}[1:])",
                "min({0}, key=abs)", "np.dot({0}, {0}) / 4", "len({0}) * 0.1 * {0}[0]",
            )  # fmt: skip
        else:
            read = self.pick(
                "np.mean(np.stack({0}), axis=0)", "sum({0}) / 4", "{0}[-1] * 0.5", "np.array({0})[0]",
                "np.sum({0}, axis=0) / 3", "max({0}, key=np.sum)", "functools.reduce(np.multiply, {0})",
                "np.concatenate({0})[:3]", "np.vstack({0})[0]",
            )  # fmt: skip
        self.bind(scope, indent, kind, read.format(xs))

    def table(self, scope: Scope, indent: int) -> None:
        """A dict, looped over by its items, or made from another one."""
        d, k, x = self.fresh("tab"), self.fresh("k"), self.fresh("x")
        kind = self.rng.choice(["s", "s", "v"])
        inner = scope.inside()
        if self.chance(0.4):
            i, t = self.fresh("i"), self.fresh("t")
            inner.kinds[t] = "s"
            item = self.binary(inner, kind, 1)
            self.write(
                indent, f"{d} = {{{i}: {item} for {i}, {t} in enumerate({self.array(scope, 'v')})}}"
            )
        else:
            items = [self.expr(scope, kind, 1) for _ in range(3)]
            self.write(
                indent,
                f"{d} = {{{', '.join(f'{q!r}: {e}' for q, e in zip('abc', items, strict=True))}}}",
            )
        name = self.fresh("u")
        read = self.pick(
            "sum({d}.values()) / 3",
            "loop",
            "loop",
            "keys",
            "made",
            "sum({x} * 0.4 for {x} in {d}.values())",
            "list({d}.values())[1]",
        )
        inner = scope.inside(loop=True)
        if read in ("loop", "keys"):
            self.write(indent, f"{name} = {self.expr(scope, kind, 0)}")
            scope.kinds[name] = kind
            head = f"for {k}, {x} in {d}.items():" if read == "loop" else f"for {k} in {d}:"
            self.write(indent, head)
            inner.kinds.update({name: kind, x: kind})
            if read == "keys":
                self.write(indent + 1, f"{x} = {d}[{k}]")
            self.write(indent + 1, f"if {k} != {self.pick(repr('b'), '1')}:")
            self.write(
                indent + 2, f"{name} = 0.5 * {name} + {bracketed(self.expr(inner, kind, 1))}"
            )
        elif read == "made":
            other = self.fresh("tab")
            self.write(
                indent,
                f"{other} = {{{k}: {x} * {self.leaf(scope, 's')} for {k}, {x} in {d}.items()}}",
            )
            self.write(indent, f"{name} = sum({other}.values()) * 0.5")
        else:
            self.write(indent, f"{name} = {read.format(d=d, x=x)}")
        scope.kinds[name] = kind

    def search(self, scope: Scope, indent: int) -> None:
        """The first that fits, else something: nested loops that are left early."""
        name, i, t = self.fresh("u"), self.fresh("i"), self.fresh("t")
        inner = scope.inside(loop=True)
        inner.kinds[t] = "s"
        inner.integers.append(i)
        head = self.pick(
            f"for {i}, {t} in enumerate({self.array(scope, 'v')}):",
            f"for {i}, {t} in zip(range(2), {self.array(scope, 'r')}):",
        )
        self.write(indent, head)
        self.write(indent + 1, f"if {t} > {self.constant()}:")
        self.write(indent + 2, f"{name} = {self.expr(inner, 's', 2)}")
        self.write(indent + 2, "break")
        self.write(indent, "else:")
        self.write(indent + 1, f"{name} = {self.expr(scope, 's', 1)}")
        scope.kinds[name] = "s"
