"""Exceptions that hold values: what a handler reads out of them has no derivative."""

from tests.corpus.registry import program

S = [lambda rng: (0.6,), lambda rng: (-0.4,)]


class Found(Exception):
    def __init__(self, value):
        super().__init__("found")
        self.value = value


def look(t):
    if t * t > 0.01:
        raise Found(t * t)
    return t


@program(args=S)
def value_in_an_attribute(s):
    try:
        y = look(s)
    except Found as found:
        y = found.value * s
    return y


@program(args=S)
def values_in_args(s):
    try:
        raise ValueError(s * 2, 3)
    except ValueError as error:
        a, b = error.args
        return a * b


@program(args=S)
def exception_kept_in_a_list(s):
    errors = []
    try:
        raise ValueError(s * 2)
    except ValueError as error:
        errors.append(error)
    return s + errors[0].args[0]


def positive(t):
    if t < 0:
        raise ValueError(f"{t} is negative")
    return t * t


@program(args=S)
def text_of_an_exception(s):
    log = []
    try:
        y = positive(s)
    except ValueError as error:
        log.append(error)
        y = s if "negative" in str(error) else 2.0
    return y * (1 + len(log))


@program(args=S)
def exception_with_a_value_that_nobody_reads(s):
    try:
        try:
            raise Found(s)
        except Found as found:
            print(f"caught {found.value}", type(found))
            raise ValueError("again") from found
    except ValueError:
        return s * 2
