"""Containers and objects that are written: lists, dicts, state, and their other names.

`generate(seed)` writes them from seed KEEPING on.  As elsewhere programs may be refused, and must
never be wrong.
"""

from __future__ import annotations

from tests.fuzz.generator.core import Kind, Scope, Struct, bracketed
from tests.fuzz.generator.statements import Statements, Writer

KEEPING = 20_000_000
NUMBERS = Struct("numbers", (("[0]", "s"), ("[-1]", "s")))
ROWS = Struct("rows", (("[0]", "v"), ("[-1]", "v")))
STATE = Struct("state", (("['a']", "s"), ("['b']", "s")))
MIXED = Struct("mixed", (("['w']", "v"), ("['h']", "s")))
NESTED = Struct("nested", (("[0]", NUMBERS), ("[-1]", NUMBERS)))
METER = Struct("meter", ((".level", "s"), (".trace", NUMBERS), (".gains['a']", "s")))
KEPT = {"g": NUMBERS, "h": ROWS, "j": STATE, "k": MIXED, "x": NESTED, "m": METER}

CLASSES = """
class Meter:
    rate = 0.7

    def __init__(self, level, trace):
        self.level = level
        self.trace = trace
        self.gains = {"a": 0.5}

    def feed(self, t):
        self.level = self.rate * self.level + np.sin(t) * self.gains["a"]
        self.trace.append(self.level)
        return self.level * 0.5

    def tune(self, t):
        self.gains["a"] += 0.1 * t
        return self

    @property
    def spread(self):
        return max(self.trace) - min(self.trace)
"""

HELPERS = """
def push(xs, t):
    xs.append(t * 0.5)
    return len(xs)


def smooth(xs):
    for i in range(len(xs) - 1):
        xs[i] = 0.5 * (xs[i] + xs[i + 1])


def bump(state, t):
    state["a"] += t
    return state["b"] * t


def drive(meter, t, times=2):
    for _ in range(times):
        meter.feed(t)
    return meter.level


def itself(value):
    return value


def larger(first, second):
    return first if first[0] > second[0] else second


def moved(xs, ys):
    ys.append(xs.pop())
    return ys
"""


class Keeping(Statements):
    """Statements that write into containers, where `keeping` is on."""

    keeping = False

    def simple(self) -> list[Writer]:
        """Containers among the others."""
        if not self.keeping:
            return super().simple()
        own: list[Writer] = [
            *[self.made] * 4, *[self.stored] * 5, *[self.grown] * 3, *[self.shrunk] * 2,
            self.moved_around, self.another_name, *[self.read_whole] * 3, *[self.keyed] * 4,
            *[self.metered] * 4, *[self.rows_written] * 2, self.handed, self.handed,
        ]  # fmt: skip
        return super().simple()[::3] + own

    def compound(self) -> list[Writer]:
        if not self.keeping:
            return super().compound()
        return super().compound() + [self.sweep] * 3

    def patterns(self, scope: Scope, kind: Struct) -> list[tuple[str, dict[str, Kind]]]:
        """How a container that may be written is matched."""
        name = self.fresh("m")
        match kind.form:
            case "numbers" | "rows" | "nested":
                return [(f"[{name}, *_]", {name: kind.parts[0][1]})]
            case "state" | "mixed":
                step, part = kind.parts[0]
                return [(f"{{{step[1:-1]}: {name}}}", {name: part})]
            case "meter":
                return [(f"Meter(level={name})", {name: "s"})]
            case _:
                return super().patterns(scope, kind)

    def structure(self, scope: Scope, kind: Struct, depth: int) -> str:
        """A container that may be written."""
        if kind.form not in {k.form for k in KEPT.values()}:
            return super().structure(scope, kind, depth)
        names = scope.of(kind)
        if names and self.chance(0.5):
            return self.rng.choice(names)
        return self.display(scope, kind)

    def display(self, scope: Scope, kind: Struct) -> str:
        """A new container of a kind."""

        def some(wanted: Kind = "s") -> str:
            return self.expr(scope, wanted, 1)

        if kind == NUMBERS:
            vector = self.array(scope, "v")
            others = scope.of(NUMBERS)
            more = [f"{n}[:]" for n in others] + [f"{n} + [{some()}]" for n in others]
            more += [f"{n}.copy()" for n in others] + [f"sorted({n})" for n in others]
            more += [f"[t * {some()} for t in {n}]" for n in others]
            more += [f"{bracketed(n)}[::-1]" for n in others]
            base = [
                f"[{some()}, {some()}]", f"[{some()}]", f"[{some()}] * 2", f"list({vector})",
                f"[t * 0.5 for t in {vector}]", f"{bracketed(vector)}.tolist()",
                f"[{some()}, 0.0, {some()}]", "[0.0] * 3", f"[{some()} for _ in range(3)]",
            ]  # fmt: skip
            return self.rng.choice(base + more)
        if kind == ROWS:
            vector = self.array(scope, "v")
            return self.pick(
                f"[{some('v')}]", f"[{some('v')}, {some('v')} * 0.5]", f"[{vector}] * 2",
                "[np.zeros(3) for _ in range(2)]", f"list({self.array(scope, 'q')})",
                f"[{vector} * {some()}, {vector}]",
            )  # fmt: skip
        if kind == STATE:
            return self.pick(
                f"{{'a': {some()}, 'b': {some()}}}", f"dict(a={some()}, b={some()})",
                f"dict.fromkeys(('a', 'b'), {some()})",
                f"{{k: {some()} for k in ('a', 'b')}}",
            )  # fmt: skip
        if kind == MIXED:
            return f"{{'w': {some('v')}, 'h': {some()}}}"
        if kind == NESTED:
            return f"[{self.structure(scope, NUMBERS, 0)}, {self.structure(scope, NUMBERS, 0)}]"
        return f"Meter({some()}, {self.structure(scope, NUMBERS, 0)})"

    # -- statements --------------------------------------------------------------------

    def kept(self, scope: Scope, kind: Struct) -> str | None:
        """A container of a kind that may be written here."""
        names = [
            n for n in scope.of(kind) if n.partition("[")[0].partition(".")[0] not in scope.outer
        ]
        return self.rng.choice(names) if names else None

    def make(self, scope: Scope, indent: int, kind: Struct) -> None:
        name = self.fresh("b")
        self.write(indent, f"{name} = {self.display(scope, kind)}")
        scope.kinds[name] = kind

    def made(self, scope: Scope, indent: int) -> None:
        """A new container."""
        self.make(scope, indent, self.rng.choice([NUMBERS, NUMBERS, *KEPT.values()]))

    def stored(self, scope: Scope, indent: int) -> None:
        """xs[i] op= value"""
        xs = self.kept(scope, NUMBERS)
        if xs is None:
            return self.make(scope, indent, NUMBERS)
        value = bracketed(self.expr(scope, "s", 2))
        index = self.pick("0", "-1", "0", "len({0}) // 2", "len({0}) - 1").format(xs)
        op = self.pick("=", "=", "=", "+=", "-=", "*=")
        lines = [
            f"{xs}[{index}] {op} {value}",
            f"{xs}[{index}] = {xs}[0] * {value}",
            f"{xs}[0], {xs}[-1] = {xs}[-1], {xs}[0]",
            f"{xs}[1:] = [{value}]",
            f"{xs}[:1] = [{value}, {xs}[-1]]",
        ]
        self.write(indent, self.rng.choices(lines, [6, 3, 2, 1, 1])[0])
        return None

    def grown(self, scope: Scope, indent: int) -> None:
        """xs.append(value) and others of its kind"""
        xs = self.kept(scope, NUMBERS)
        if xs is None:
            return self.make(scope, indent, NUMBERS)
        value = self.expr(scope, "s", 2)
        if len(self.lines) and scope.in_loop and self.chance(0.3):
            self.write(indent, f"if len({xs}) < 5:")
            indent += 1
        self.write(
            indent,
            self.pick(
                f"{xs}.append({value})", f"{xs}.append({value})", f"{xs}.insert(0, {value})",
                f"{xs}.insert(1, {value})", f"{xs} += [{value}]", f"{xs}.extend([{value}, 0.3])",
                f"{xs}.extend({self.array(scope, 'v')})", f"{xs}.append({xs}[0])",
                f"{xs}.extend([t * 0.5 for t in {xs}][:2])",
            ),
        )  # fmt: skip
        return None

    def shrunk(self, scope: Scope, indent: int) -> None:
        """u = xs.pop(), where enough is left"""
        xs = self.kept(scope, NUMBERS)
        if xs is None:
            return self.make(scope, indent, NUMBERS)
        self.write(indent, f"if len({xs}) > 2:")
        name = next((n for n in scope.names("s") if n not in scope.outer), None)
        forms = [f"{xs}.pop()", f"del {xs}[0]", f"{xs}.pop(0)", f"{xs}[:1] = []"]
        if name is not None:
            forms += [f"{name} = {xs}.pop()", f"{name} += {xs}.pop(0)", f"{name} = {xs}.pop(1)"] * 2
        self.write(indent + 1, self.rng.choice(forms))
        return None

    def moved_around(self, scope: Scope, indent: int) -> None:
        """What only moves the numbers."""
        xs = self.kept(scope, NUMBERS)
        if xs is None:
            return self.make(scope, indent, NUMBERS)
        self.write(
            indent,
            self.pick(
                f"{xs}.reverse()", f"{xs}.sort()", f"{xs}.sort(key=lambda t: -t)",
                f"{xs}.sort(reverse=True)", f"{xs}[:] = {xs}[::-1]", f"{xs}.append({xs}.pop(0))",
                f"{xs}[0] = {xs}[-1]",
            ),
        )  # fmt: skip
        return None

    def another_name(self, scope: Scope, indent: int) -> None:
        """One container under two names, or in another one."""
        kind = self.rng.choice(list(KEPT.values()))
        xs = self.kept(scope, kind)
        if xs is None:
            return self.make(scope, indent, kind)
        name = self.fresh("m")
        other = self.kept(scope, kind)
        forms = [
            xs,
            f"itself({xs})",
            f"({xs}, 1)[0]",
            f"{xs} if {self.condition(scope)} else {other}",
        ]
        if kind == NUMBERS:
            forms += [f"larger({xs}, {other})", f"[{xs}, {other}][-1]"]
            outer = self.kept(scope, NESTED)
            meter = self.kept(scope, METER)
            if outer is not None and self.chance(0.3):
                self.write(indent, f"{outer}[0] = {xs}")
            if meter is not None and self.chance(0.3):
                self.write(indent, f"{meter}.trace = {xs}")
        self.write(indent, f"{name} = {self.rng.choice(forms)}")
        scope.kinds[name] = kind
        return None

    def read_whole(self, scope: Scope, indent: int) -> None:
        """A number or a vector made of all that is in a container."""
        kind = self.rng.choice([NUMBERS, NUMBERS, ROWS, STATE, METER])
        xs = self.kept(scope, kind)
        if xs is None:
            return self.make(scope, indent, kind)
        name, result = self.fresh("r"), "s"
        if kind == NUMBERS:
            text = self.pick(
                f"sum({xs})", f"np.sum({xs})", f"np.mean(np.array({xs}) ** 2)", f"max({xs})",
                f"sum(t * t for t in {xs})", f"np.dot({xs}, {xs})", f"sum({xs}[1:])",
                f"{xs}[len({xs}) // 2]", f"sorted({xs})[0]", f"np.prod({xs})",
                f"sum(p * q for p, q in zip({xs}, {xs}[1:]))",
            )  # fmt: skip
        elif kind == ROWS:
            result = self.pick("s", "v")
            text = f"np.sum({xs}, axis=0)" if result == "v" else f"np.sum(np.array({xs}) ** 2)"
        elif kind == STATE:
            text = self.pick(
                f"sum({xs}.values())", f"sum(t * 2 for k, t in {xs}.items())", f"{xs}.get('a', 0.0)",
                f"{xs}.get('zz', {self.expr(scope, 's', 1)})",
            )  # fmt: skip
        else:
            text = self.pick(f"{xs}.spread", f"sum({xs}.trace)", f"{xs}.level * {xs}.rate")
        self.write(indent, f"{name} = {text}")
        scope.kinds[name] = result
        return None

    def keyed(self, scope: Scope, indent: int) -> None:
        """d[key] op= value"""
        kind = self.rng.choice([STATE, STATE, MIXED])
        d = self.kept(scope, kind)
        if d is None:
            return self.make(scope, indent, kind)
        value = bracketed(self.expr(scope, "s", 2))
        if kind == MIXED:
            vector = bracketed(self.expr(scope, "v", 1))
            text = self.pick(
                f"{d}['w'] = {vector}", f"{d}['w'] += {vector}", f"{d}['h'] *= {value}",
                f"{d}['w'] = {d}['w'] - 0.3 * {vector}", f"{d}['w'][0] = {value}",
                f"{d}['h'] = {d}['w'][1] * {value}",
            )  # fmt: skip
        else:
            text = self.pick(
                f"{d}['a'] = {value}", f"{d}['a'] += {value}", f"{d}['b'] *= {value}",
                f"{d}['c'] = {value}", f"{d}.update(a={value})", f"{d}.update({{'b': {value}}})",
                f"{d}['a'], {d}['b'] = {d}['b'], {d}['a']", f"{d}.setdefault('c', {value})",
                f"{d}['c'] = {d}.get('c', {value}) * 0.5", f"{d}.pop('c', 0.0)",
            )  # fmt: skip
        self.write(indent, text)
        return None

    def metered(self, scope: Scope, indent: int) -> None:
        """An object whose methods and attributes change it."""
        m = self.kept(scope, METER)
        if m is None:
            return self.make(scope, indent, METER)
        value = bracketed(self.expr(scope, "s", 1))
        name = self.fresh("r")
        self.write(
            indent,
            self.pick(
                f"{name} = {m}.feed({value})", f"{name} = {m}.feed({value})", f"{name} = {m}.level",
                f"{name} = {m}.tune({value}).level", f"{name} = drive({m}, {value})",
                f"{name} = {m}.level = {value}",
            ),
        )  # fmt: skip
        scope.kinds[name] = "s"
        if self.chance(0.4):
            self.write(
                indent,
                self.pick(
                    f"{m}.level += {value}", f"{m}.level = {value}", f"{m}.gains['a'] = {value}",
                    f"{m}.trace = [{value}]", f"{m}.trace[-1] *= {value}",
                ),
            )  # fmt: skip
        return None

    def rows_written(self, scope: Scope, indent: int) -> None:
        """Arrays in a list, written as arrays or replaced."""
        rows = self.kept(scope, ROWS)
        if rows is None:
            return self.make(scope, indent, ROWS)
        vector = bracketed(self.expr(scope, "v", 1))
        value = bracketed(self.expr(scope, "s", 1))
        self.write(
            indent,
            self.pick(
                f"{rows}.append({vector})", f"{rows}[0] = {vector}", f"{rows}[0] += {vector}",
                f"{rows}[-1][1] = {value}", f"{rows}[0] *= {value}", f"{rows}.append({rows}[0])",
                f"{rows}[-1] = {rows}[0] * {value}", f"{rows}[0][1:] *= {value}",
            ),
        )  # fmt: skip
        return None

    def handed(self, scope: Scope, indent: int) -> None:
        """A helper that writes into what it is given."""
        value = self.expr(scope, "s", 1)
        xs, d = self.kept(scope, NUMBERS), self.kept(scope, STATE)
        if xs is None or d is None:
            return self.make(scope, indent, NUMBERS if xs is None else STATE)
        name = self.fresh("r")
        form = self.rng.randrange(4)
        if form == 0:
            self.write(indent, f"push({xs}, {value})")
        elif form == 1:
            self.write(indent, f"smooth({xs})")
        elif form == 2:
            self.write(indent, f"{name} = bump({d}, {value})")
            scope.kinds[name] = "s"
        else:
            other = self.kept(scope, NUMBERS)
            self.write(indent, f"{name} = moved({xs} + [{value}], {other})")
            scope.kinds[name] = NUMBERS
        return None

    def sweep(self, scope: Scope, indent: int) -> None:
        """A loop over a container, or one that writes it."""
        xs = self.kept(scope, NUMBERS)
        if xs is None:
            return self.make(scope, indent, NUMBERS)
        i, t = self.fresh("i"), self.fresh("t")
        inner = scope.inside(loop=True)
        heads = [f"for {t} in {xs}:", f"for {i}, {t} in enumerate({xs}):", f"for {t} in list({xs}):",
                 f"for {t} in reversed({xs}):"]  # fmt: skip
        roll = self.rng.random()
        if roll < 0.4:
            self.write(indent, f"for {i} in range(len({xs})):")
            inner.kinds[f"{xs}[{i}]"] = "s"
            value = bracketed(self.expr(inner, "s", 1))
            text = self.pick(
                f"{xs}[{i}] = {xs}[{i}] * {value}", f"{xs}[{i}] += {value}",
                f"{xs}[{i}] = np.sin({xs}[{i}]) + 0.3 * {xs}[{i} - 1]", f"{xs}[{i}] = {value}",
            )  # fmt: skip
            self.write(indent + 1, text)
            return None
        self.write(indent, self.rng.choice(heads[2:3] if roll < 0.5 else heads))
        inner.kinds[t] = "s"
        if "list(" in self.lines[-1]:
            self.write(indent + 1, f"{xs}.append(0.5 * {t})")
        target = next((n for n in scope.names("s") if n not in scope.outer), None)
        if target is not None:
            self.write(indent + 1, f"{target} = 0.5 * {target} + {self.expr(inner, 's', 1)}")
        else:
            self.write(indent + 1, "pass")
        return None
