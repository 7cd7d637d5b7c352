"""`del x` before x is bound anew, `**rest` of a pattern, `*items` in methods of containers."""

from tests.corpus.registry import program

V = [lambda rng: (rng.uniform(0.4, 1.4, size=3),)]


@program(args=V)
def deleted_and_bound_anew(x):
    y = x[0] * x[1]
    z = y * x[2]
    del y
    y = z * x[0]
    if x[1] > 0:
        del z
    z = y * 2
    return y * z


@program(args=V)
def deleted_in_loops(x):
    y, out = None, 0.0
    for v in x:
        if y is not None:
            out += y * v
            del y
        y = v * v
    while out < 10:
        b = out * 2 + 1
        out = b * x[0] + 1
        del b
    return out * y


def taken_apart(one):
    match one:
        case {"a": a, "n": {"q": q, **inner}, **_rest}:
            return a * q * sum(inner.values())
        case {"a": a, **rest}:
            return a * sum(rest.values())
        case [a, b]:
            return a * b**2
        case _:
            return 0.0


@program(args=V)
def the_rest_of_a_dict_of_unknown_type(x):
    out = 0.0
    for one in [
        {"a": x[0], "b": x[1], "c": x[2]},
        {"a": x[1], "n": {"q": x[2], "r": x[0]}},
        [x[1], x[2]],
        None,
    ]:
        out = out + taken_apart(one)
    return out


@program(args=V)
def the_rest_is_a_dict_of_its_own(x):
    d = {"a": x[0], "b": x[1], "c": x[2]}
    match d:
        case {"a": a, **rest}:
            rest["b"] = rest["b"] * a
            d["c"] = 3.0
            return sum(rest.values()) * d["b"]


def put(items, *more):
    items.append(*more)


def filled(table, *more):
    table.update(*more)


@program(args=V)
def methods_with_items_of_a_tuple(x):
    items, table, pair = [], {"a": x[0]}, ("b", x[1])
    put(items, x[0])
    put(items, x[1] * 2)
    items.insert(*[0, x[1]])
    filled(table, {"b": x[2] * x[0]})
    out = table.get(*pair) * table.setdefault(*pair) * table.pop(*pair)
    return out * items[0] * items[1] * items[2] + len(table)


@program(args=V)
def update_of_a_dict_of_unknown_type(x):
    several = [{"g": x[1]}, None, 3.0]
    d = several[0]
    e, f = d, {"h": x[1]}
    d.update({"g": x[0] * d["g"], "h": x[2]})
    d.update(f)
    f["h"] = 1.0
    return e["g"] * d["h"] * f["h"]
