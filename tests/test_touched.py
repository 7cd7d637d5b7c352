"""What a call leaves in containers and objects, where what is called is known only when it runs.

Types say what is there; so they must not say more than what such a call may leave there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import srcad
from srcad.analysis import session
from srcad.errors import SrcadError


@pytest.fixture(autouse=True)
def looks_at_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Off otherwise: it takes too long where much code may run."""
    monkeypatch.setattr(session, "LOOKS_AT_UNKNOWN", True)


class Keeper:
    """Stores something in a container or an object that others hold, too."""

    def __init__(self, held: Any, value: Any = None) -> None:
        self.held, self.value = held, value

    def number(self) -> None:
        self.held["eps"] = 3.0

    def inside(self) -> None:
        self.held["sub"]["eps"] = 3.0

    def first(self) -> None:
        self.held[0] = 3.0

    def array(self) -> None:
        self.held[0] = np.array([3.0, 4.0])

    def product(self) -> None:
        self.held.append(self.value * 2.0)

    def attribute(self) -> None:
        self.held.rate = 3.0

    def other(self) -> None:
        self.held.rate = Square()

    def put(self) -> None:
        self.held["eps"] = 3.0

    def by_a_helper(self) -> None:
        note(self.held)

    def in_several_steps(self) -> None:
        [self.by_a_helper() for _ in range(2)]

    def remove(self) -> None:
        del self.held["eps"]

    def by_name(self) -> None:
        self.held.rate = 3.0

    def unsaid(self) -> None:
        object.__setattr__(self.held, "rate", 3.0)

    def from_its_table(self) -> None:
        vars(self.held)["rate"] = 3.0


def note(table: Any) -> None:
    table["eps"] = 3.0


class Square:
    def of(self, x: Any) -> Any:
        return x * x


class Double:
    def of(self, x: Any) -> Any:
        return 2.0 * x


class Rates:
    def __init__(self, rate: Any = 1) -> None:
        self.rate = rate


def kept(table: Any) -> Any:
    return table["eps"] if "eps" in table else 7.0  # noqa: SIM401 - the key decides


def get_of_an_empty_dict(x: Any) -> Any:
    table: dict[str, float] = {}
    [Keeper(table), 2.0][int(x) - 1].number()  # type: ignore[union-attr]
    e = table.get("eps")
    return x * (2.0 if e is None else e)


def key_of_an_empty_dict(x: Any) -> Any:
    table: dict[str, float] = {}
    [Keeper(table), 2.0][int(x) - 1].number()
    return x * kept(table)


def key_of_a_dict(x: Any) -> Any:
    table = {"a": 1.0}
    [Keeper(table), 2.0][int(x) - 1].put()
    return x * kept(table)


def dict_in_a_dict(x: Any) -> Any:
    table: dict[str, dict[str, float]] = {"sub": {}}
    inner = table["sub"]
    [Keeper(table), 2.0][int(x) - 1].inside()
    return x * kept(inner)


def none_in_a_list(x: Any) -> Any:
    items: list[Any] = [None]
    [Keeper(items), 2.0][int(x) - 1].first()
    return x if items[0] is None else x * items[0]


def number_that_becomes_an_array(x: Any) -> Any:
    items: list[Any] = [1.0]
    [Keeper(items), 2.0][int(x) - 1].array()
    return np.sum(x * items[0])


def class_of_an_attribute(x: Any) -> Any:
    rates = Rates()
    [Keeper(rates), 2.0][int(x) - 1].attribute()
    return x if isinstance(rates.rate, int) else x * rates.rate


def none_in_an_attribute(x: Any) -> Any:
    rates = Rates(None)
    [Keeper(rates), 2.0][int(x) - 1].attribute()
    return x if rates.rate is None else x * rates.rate


def object_in_an_attribute(x: Any) -> Any:
    rates = Rates(Double())
    [Keeper(rates), 2.0][int(x) - 1].other()
    return rates.rate.of(x)


def variable_of_an_inner_function(x: Any) -> Any:
    n = None

    def set_it() -> None:
        nonlocal n
        n = 3.0

    [set_it, 2.0][int(x) - 1]()
    return x if n is None else x * n


def method_of_the_dict_itself(x: Any) -> Any:
    table: dict[str, float] = {}
    [table, 2.0][int(x) - 1].setdefault("eps", 3.0)
    return x * kept(table)


def order_of_a_list(x: Any) -> Any:
    flags = [True, False]
    [flags, 2.0][int(x) - 1].sort()
    return x if flags[0] else 3.0 * x


def helper(thing: Any) -> None:
    thing.number()


def down(thing: Any, k: int) -> None:
    if k > 0:
        up(thing, k - 1)


def up(thing: Any, k: int) -> None:
    thing.number()
    down(thing, k)


def in_a_called_function(x: Any) -> Any:
    table: dict[str, float] = {}
    helper([Keeper(table), 2.0][int(x) - 1])
    return x * kept(table)


def in_functions_that_call_each_other(x: Any) -> Any:
    table: dict[str, float] = {}
    down([Keeper(table), 2.0][int(x) - 1], 3)
    return x * kept(table)


def in_an_inner_function(x: Any) -> Any:
    table: dict[str, float] = {}
    thing = [Keeper(table), 2.0][int(x) - 1]

    def run() -> None:
        thing.number()

    run()
    return x * kept(table)


class Noting:
    """Notes in a dict of others which of its methods ran, without a call by their names."""

    def __init__(self, table: dict[str, float]) -> None:
        self.table = table

    def note(self) -> float:
        self.table["eps"] = 3.0
        return 2.0

    @property
    def area(self) -> float:
        return self.note()

    def __getitem__(self, k: int) -> float:
        return self.note()

    def __len__(self) -> int:
        return int(self.note())

    def __iter__(self) -> Any:
        return iter([self.note()])

    def __enter__(self) -> None:
        self.note()

    def __exit__(self, *problem: object) -> None:
        pass

    def __add__(self, other: float) -> float:
        return self.note() + other

    def __float__(self) -> float:
        return self.note()

    def __bool__(self) -> bool:
        return bool(self.note())

    def __eq__(self, other: object) -> bool:
        return bool(self.note())

    def __hash__(self) -> int:
        return int(self.note())

    def __lt__(self, other: object) -> bool:
        return bool(self.note())

    def __contains__(self, other: object) -> bool:
        return bool(self.note())

    def __str__(self) -> str:
        return str(self.note())


def enter(o: Any) -> float:
    with o:
        return 2.0


WAYS: dict[str, Callable[[Any], Any]] = {
    "property": lambda o: o.area,
    "item": lambda o: o[1],
    "len": lambda o: len(o),
    "loop": lambda o: [v for v in o][0],
    "with": enter,
    "operator": lambda o: o + 2.0,
    "float": lambda o: float(o),
    "truth": lambda o: 2.0 if o else 1.0,
    "equal": lambda o: 2.0 if o == 3.0 else 1.0,
    "less": lambda o: 2.0 if o < 3.0 else 1.0,
    "in": lambda o: 2.0 if 3.0 in o else 1.0,
    "text": lambda o: float(len(f"{o}")),
    "str": lambda o: float(len(str(o))),
}


def without_its_name(way: str, unknown: bool) -> Callable[[Any], Any]:
    run = WAYS[way]

    def f(x: Any) -> Any:
        table: dict[str, float] = {}
        thing = [Noting(table), 2.0][int(x) - 1] if unknown else Noting(table)
        a = run(thing)
        return a * x * kept(table)

    return f


def by_a_helper(x: Any) -> Any:
    table: dict[str, float] = {}
    [Keeper(table), 2.0][int(x) - 1].by_a_helper()
    return x * kept(table)


def in_several_steps(x: Any) -> Any:
    table: dict[str, float] = {}
    [Keeper(table), 2.0][int(x) - 1].in_several_steps()
    return x * kept(table)


def item_that_is_removed(x: Any) -> Any:
    table = {"eps": 2.0}
    [Keeper(table), 2.0][int(x) - 1].remove()
    return x * kept(table)


def attribute_by_name(x: Any) -> Any:
    rates = Rates(None)
    [Keeper(rates), 2.0][int(x) - 1].by_name()
    return x if rates.rate is None else x * rates.rate


def attribute_past_the_class(x: Any) -> Any:
    rates = Rates(None)
    [Keeper(rates), 2.0][int(x) - 1].unsaid()
    return x if rates.rate is None else x * rates.rate


def attribute_in_a_table(x: Any) -> Any:
    rates = Rates(None)
    [Keeper(rates), 2.0][int(x) - 1].from_its_table()
    return x if rates.rate is None else x * rates.rate


PROGRAMS = [
    by_a_helper,
    in_several_steps,
    item_that_is_removed,
    attribute_by_name,
    attribute_past_the_class,
    attribute_in_a_table,
    get_of_an_empty_dict,
    key_of_an_empty_dict,
    key_of_a_dict,
    dict_in_a_dict,
    none_in_a_list,
    number_that_becomes_an_array,
    class_of_an_attribute,
    none_in_an_attribute,
    object_in_an_attribute,
    variable_of_an_inner_function,
    method_of_the_dict_itself,
    order_of_a_list,
    in_a_called_function,
    in_functions_that_call_each_other,
    in_an_inner_function,
]


@pytest.mark.parametrize("f", PROGRAMS)
def test_what_a_call_stores(f: Callable[[Any], Any]) -> None:
    check(f)


@pytest.mark.parametrize("unknown", [False, True])
@pytest.mark.parametrize("way", WAYS)
def test_what_is_stored_without_a_call(way: str, unknown: bool) -> None:
    f = without_its_name(way, unknown)
    if (way, unknown) not in REFUSED:
        check(f)
        return
    with pytest.raises(SrcadError):
        check(f)


# at least in one mode
REFUSED = {
    ("property", True),
    ("item", True),
    ("len", False),
    ("loop", True),
    ("operator", True),
    ("float", True),
}


def check(f: Callable[[Any], Any]) -> None:
    x = 1.3
    plain, slope = f(x), (f(x + 1e-6) - f(x - 1e-6)) / 2e-6
    for naive in (False, True):
        value, found = srcad.value_and_grad(f, naive=naive)(x)
        assert value == plain
        assert found == pytest.approx(slope, rel=1e-6)
    value, found = srcad.jvp(f, (x,), (1.0,))
    assert value == plain
    assert found == pytest.approx(slope, rel=1e-6)


def truth_that_nobody_reads(x: Any) -> Any:
    table: dict[str, float] = {}
    thing = Noting(table)
    either = thing and 1.0  # noqa: F841 - it asks for a truth
    return x * kept(table)


def test_a_truth_is_asked_for() -> None:
    check(truth_that_nobody_reads)


class Fuel:
    """Every look at it costs some."""

    def __init__(self, level: float) -> None:
        self.level, self.looks = level, 0

    def __bool__(self) -> bool:
        self.looks += 1
        LOOKS.append(self.looks)
        return self.looks < 2


LOOKS: list[int] = []


def branch_on_fuel(x: Any) -> Any:
    tank = Fuel(2.0)
    y = x * x if tank else x
    return y * tank.level


def loop_on_fuel(x: Any) -> Any:
    tank = [Fuel(2.0), 1.0][int(x) - 1]
    y = x
    while tank:
        y = y * x
    return y


@pytest.mark.parametrize("f", [branch_on_fuel, loop_on_fuel])
def test_a_truth_is_asked_for_as_often_as_in_the_program(f: Callable[[Any], Any]) -> None:
    LOOKS.clear()
    f(1.3)
    asked = len(LOOKS)
    for run in (srcad.grad(f), srcad.grad(f, naive=True)):
        LOOKS.clear()
        slope = (f(1.3 + 1e-6) - f(1.3 - 1e-6)) / 2e-6
        LOOKS.clear()
        assert run(1.3) == pytest.approx(slope)
        assert len(LOOKS) == asked


def product_behind_a_call(x: Any) -> Any:
    items: list[Any] = [1]
    [Keeper(items, x), 2.0][int(x) - 1].product()
    return items[-1] * x


def test_what_carries_a_derivative_is_right_or_refused() -> None:
    for naive in (False, True):
        with pytest.raises(SrcadError, match="product is known only when it runs"):
            srcad.grad(product_behind_a_call, naive=naive)(1.3)
