"""Containers handed to functions, whose derivative was wrong or crashed.

A function that writes into containers knows the numbers in them by the objects that they are; so
does whoever called it.
"""

from tests.corpus.registry import program


def three(rng):
    return (rng.uniform(0.5, 1.5, 3),)


def from_behind(xs):
    rest, t = list(xs), 0.0
    while rest:
        t = t * 1.3 + rest.pop()
    return t


def from_behind_and_squared(pair):
    first, second = pair
    t = from_behind(first)
    for v in second:
        t = t + v * v
    return t


def of_two_entries(table):
    return from_behind_and_squared((table["a"], table["b"]))


def read_through(xs):
    return from_behind(xs) * 2


class Holder:
    def __init__(self, v):
        self.v = v
        self.log = [v]


def of_a_holder(h):
    log = list(h.log)
    log[0] = log[0] * h.v
    return log[0] + h.v


TABLE = {"plain": from_behind, "pair": from_behind_and_squared, "through": read_through}


@program(args=three)
def one_list_at_two_places(x):
    xs = [x[0], x[1], x[2]]
    return from_behind_and_squared((xs, xs)) * of_two_entries({"a": xs, "b": xs})


def list_and_what_holds_it(x):
    xs = [x[0], x[1] * x[0], x[2]]
    return xs, (xs,)


@program(args=three)
def one_list_in_what_a_function_gives(x):
    first, (second,) = list_and_what_holds_it(x)
    return from_behind_and_squared((first, second))


@program(args=three)
def written_list_after_a_call_known_when_it_runs(x):
    xs = [x[0], x[1], x[2]]
    xs[0] = xs[1] * xs[0]
    known = {name: g for name, g in TABLE.items()}
    t = known["plain"](xs) * xs[0] + known["through"](xs) * xs[1]
    return t + known["pair"]((xs, xs)) * xs[0]


@program(args=three)
def written_list_in_a_loop_of_calls_known_when_they_run(x):
    xs = [x[0], x[1]]
    known = {name: g for name, g in (("a", from_behind), ("b", read_through))}
    for _ in range(3):
        xs[0] = known["a"](xs) * xs[1] * xs[0] * 0.3
    return xs[0]


@program(args=three)
def written_object_after_a_call_known_when_it_runs(x):
    h = Holder(x[0] * x[1])
    h.v = h.v * x[2]
    known = {name: g for name, g in (("a", of_a_holder), ("b", min))}
    t = known["a"](h)
    h.log.append(t * h.v)
    return sum(h.log) * h.v


def powers_before(xs, start):
    before, found = start, []
    for v in xs:
        found.append(before)
        before = before * v
    return found


def polynomial(coefficients, y):
    rest, t = list(coefficients), 0.0
    for k in reversed(range(3)):
        t = t * y[k] + rest.pop()
    return t


@program(args=three)
def list_of_an_integer_and_numbers(x):
    return polynomial(powers_before([x[0], x[1], x[2]], 1), x)


def product_squared(*factors, **options):
    """The branch is decided when the code is made, and binds the variable of the loop again."""
    p = 1.0
    for f in factors:
        p = p * f
    if isinstance(p, float):
        p = p**2
    if options.get("again", False):
        p = p**2
    return p


@program(args=lambda rng: (1.3, 0.7))
def value_of_a_variable_that_the_backward_part_restores(x, y):
    return product_squared(x, y) + product_squared(x, again=True) * y
