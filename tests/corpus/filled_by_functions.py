"""Containers that are made empty and filled by functions that captured them, or by methods."""

from tests.corpus.registry import program

S = [lambda rng: (0.6,), lambda rng: (-0.4,)]


@program(args=S)
def list_filled_by_a_function(s):
    log = []

    def work(t):
        log.append(t)
        return t * t

    return work(s) + sum(log)


@program(args=S)
def list_filled_in_finally(s):
    log = []

    def work(t):
        try:
            log.append(t)
            return t * t if t > 0 else t * s
        finally:
            log.append(log[-1] * s)

    return sum(work(t) for t in [s, 2 * s, -s]) + sum(log)


def each(f, xs):
    for x in xs:
        f(x)


@program(args=S)
def list_filled_by_a_function_given_to_another(s):
    log = []

    def work(t):
        log.append(t)

    each(work, [s, 2 * s])
    return sum(log) * s


@program(args=S)
def dict_filled_two_functions_down(s):
    log = {}

    def work(t, k):
        def deep():
            log[k] = t * t

        deep()
        return t

    work(s, "a")
    work(2 * s, "b")
    return sum(log.values()) * s + log["a"]


@program(args=S)
def list_filled_by_a_function_that_a_function_made(s):
    log = []

    def outer():
        def inner(t):
            log.append(t)

        return inner

    outer()(s)
    g = outer()
    g(s * s)
    return sum(log) * s


@program(args=S)
def dict_of_lists_filled(s):
    state = {"t": None, "log": []}

    def work(t):
        state["t"] = t
        state["log"].append(t)

    work(s)
    work(s * s)
    return state["t"] * sum(state["log"])


class Record:
    def __init__(self):
        self.log = []
        self.last = None
        self.by = {}

    def put(self, t):
        self.log.append(t)
        self.last = t
        self.by[len(self.log)] = t
        return self


@program(args=S)
def object_filled_by_its_method(s):
    record = Record()
    put = record.put
    put(s)
    for f in [record.put, put]:
        f(s * 2)
    each(put, [s, 1.0])
    return record.last * sum(record.log) + record.by[1] * record.by[2]


@program(args=S)
def object_filled_by_a_function(s):
    record = Record()

    def work(t):
        record.put(t)
        record.extra = t

    work(s)
    work(s * s)
    return record.last * sum(record.log) + record.by[1] + record.extra


class Plain:
    pass


@program(args=S)
def attributes_put_into_the_table_of_an_object(s):
    o = Plain()
    o.x = s
    vars(o)["z"] = 2.0 * s
    o.__dict__["y"] = s
    return o.x * o.z * o.y


@program(args=S)
def functions_that_share_a_variable(s):
    def account():
        total = 0
        items = []

        def add(t):
            nonlocal total
            total += t
            items.append(total)

        def get():
            return total, items

        return add, get

    add, get = account()
    for t in [s, s * s, 2.0]:
        add(t)
    total, items = get()
    return total * items[1]


@program(args=S)
def counter_that_begins_as_an_integer(s):
    total = 0

    def add(t):
        nonlocal total
        total += t
        return total

    return add(s) * add(s * s) + total
