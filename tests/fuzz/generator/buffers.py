"""Arrays of constants that containers and objects hold, that are read, and changed afterwards.

    b1 = {"p": np.ones(3), "q": np.array([0.5, 1.2, -0.3])}
    m2 = b1["p"]
    u3 = np.sin(m2 * x)
    b1["p"] += 1.5                  what multiplied x was another number

`generate(seed)` writes them from seed BUFFERS on (up to LAST), among the writes into arrays.
"""

from __future__ import annotations

from tests.fuzz.generator.core import Scope, Struct, bracketed
from tests.fuzz.generator.statements import Statements, Writer

BUFFERS, LAST = 25_000_000, 30_000_000
TABLE = Struct("buffer_table", (("['p']", "v"), ("['q']", "v")))
LIST = Struct("buffer_list", (("[0]", "v"), ("[1]", "v")))
STORE = Struct("buffer_store", ((".p", "v"), (".q", "v"), (".rest[0]", "v")))
NEST = Struct("buffer_nest", (("[0]['p']", "v"), ("[1][0]", "v")))
HOLDERS = (TABLE, LIST, STORE, NEST)

CLASSES = """
class Store:
    def __init__(self):
        self.p = np.ones(3)
        self.q = np.array([0.5, 1.2, -0.3])
        self.rest = [np.full(3, 0.8), 2]
        self.count = 0

    def turn(self, t):
        self.p += t
        self.q *= 0.5
        self.rest[0] -= t
        self.rest[1] += 1
        self.count += 1
        return self.p

    def swap(self):
        self.p, self.q = self.q, self.p
"""

HELPERS = """
def raised(place, key, t):
    place[key] += t


def shown(place, key):
    return place[key]


def halved(v):
    v *= 0.5
    return v
"""


class Buffers(Statements):
    """Statements with such arrays, where `buffering` is on."""

    buffering = False

    def simple(self) -> list[Writer]:
        """These among the others."""
        if not self.buffering:
            return super().simple()
        own: list[Writer] = [self.holder, self.shown_as, self.used, self.changed, self.changed]
        return super().simple()[::4] + own + [self.story] * 12

    def structure(self, scope: Scope, kind: Struct, depth: int) -> str:
        """A holder: one that is there, or a new one."""
        if kind not in HOLDERS:
            return super().structure(scope, kind, depth)
        names = scope.of(kind)
        return self.rng.choice(names) if names and self.chance(0.7) else self.new(kind)

    def new(self, kind: Struct) -> str:
        """A new holder."""
        one = lambda: self.pick(  # noqa: E731
            "np.ones(3)", "np.zeros(3)", "np.array([0.5, 1.2, -0.3])", "np.full(3, 0.7)"
        )
        return {
            TABLE.form: f"{{'p': {one()}, 'q': {one()}}}",
            LIST.form: f"[{one()}, {one()}]",
            STORE.form: "Store()",
            NEST.form: f"[{{'p': {one()}}}, [{one()}]]",
        }[kind.form]

    def holder(self, scope: Scope, indent: int) -> None:
        """A name for a new one, or a second name for one."""
        kind = self.rng.choice(HOLDERS)
        name = self.fresh("b")
        self.write(indent, f"{name} = {self.structure(scope, kind, 0)}")
        scope.kinds[name] = kind

    def some_place(self, scope: Scope) -> tuple[str, str, Struct] | None:
        """A holder, one of its places, and its kind."""
        names = [(n, k) for k in HOLDERS for n in scope.of(k) if n not in scope.outer]
        if not names:
            return None
        name, kind = self.rng.choice(names)
        step = self.rng.choice(kind.parts)[0]
        return name, step, kind

    def story(self, scope: Scope, indent: int) -> None:
        """Read, used, changed, used again; and a number of all that."""
        if self.some_place(scope) is None or self.chance(0.3):
            self.holder(scope, indent)
        before = set(scope.kinds)
        for work in (self.shown_as, self.used, self.changed, self.used, self.changed):
            if self.chance(0.8):
                work(scope, indent)
        made = [n for n in scope.kinds if n not in before and scope.kinds[n] == "v"]
        if made:
            total = self.fresh("r")
            self.write(
                indent, f"{total} = 0.3 * np.sum({' * '.join(made[:3])}) + np.mean({made[-1]})"
            )
            scope.kinds[total] = "s"

    def shown_as(self, scope: Scope, indent: int) -> None:
        """m = b['p'], and what is a part of it"""
        found = self.some_place(scope)
        if found is None:
            return self.holder(scope, indent)
        name, step, _ = found
        new = self.fresh("m")
        form = self.pick("{0}", "{0}", "{0}[::-1]", "shown([{0}, 0], 0)", "{0}[:]", "{0} * 1.0")
        self.write(indent, f"{new} = {form.format(name + step)}")
        scope.kinds[new] = "v"
        return None

    def used(self, scope: Scope, indent: int) -> None:
        """u = b['p'] * x"""
        found = self.some_place(scope)
        if found is None:
            return self.holder(scope, indent)
        name, step, _ = found
        new = self.fresh("u")
        value = bracketed(self.expr(scope, "v", 1))
        form = self.pick(
            "{0} * {1}", "np.sin({0} * {1})", "{0} * {1} + {1} ** 2", "{1} / (2 + {0} ** 2)"
        )
        self.write(indent, f"{new} = {form.format(name + step, value)}")
        scope.kinds[new] = "v"
        return None

    def changed(self, scope: Scope, indent: int) -> None:
        """b['p'] += 1.5 and others of its kind"""
        found = self.some_place(scope)
        if found is None:
            return self.holder(scope, indent)
        name, step, kind = found
        at, value = name + step, self.constant()
        if self.chance(0.2):
            value = bracketed(self.expr(scope, "s", 1))
        if self.chance(0.3):
            self.write(indent, f"for {self.fresh('k')} in range({self.pick('2', '2', '3', '0')}):")
            indent += 1
        elif self.chance(0.2):
            self.write(indent, f"if {self.condition(scope)}:")
            indent += 1
        forms = [
            f"{at} += {value}", f"{at} -= {value}", f"{at} *= 0.5", f"{at} += {value}",
            f"{at}[0] = {value}", f"{at}[1:] += {value}", f"{at}[:] = {value}", f"{at} = {at} * 0.5",
            f"halved({at})", f"{at} = halved({at})", f"np.add({at}, {value}, out={at})",
            f"{at}.fill(0.7)", f"{at} **= 2", f"{at} = {at}[::-1]",
        ]  # fmt: skip
        if kind == STORE:
            forms += [f"{name}.turn({value})", f"{name}.swap()", f"{name}.count += 1"] * 2
        if kind in (TABLE, LIST):
            key = step[1:-1]
            forms += [f"raised({name}, {key}, {value})"] * 3
        if kind == TABLE:
            forms += [
                f"{name}['p'], {name}['q'] = {name}['q'], {name}['p']",
                f"{name}.update(p={at})",
            ]
        if kind == LIST:
            forms += [f"{name}.reverse()", f"{name}.append({name}[0])", f"{name}[0] = {name}[1]"]
        self.write(indent, self.rng.choice(forms))
        return None
