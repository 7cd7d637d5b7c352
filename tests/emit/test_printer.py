"""Trees are printed as a person would have written them, and say what they said."""

from __future__ import annotations

import ast
import random
import subprocess
import sys
import sysconfig
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from srcad.emit import printer
from srcad.emit.blocks import Blocks
from srcad.emit.guard import same_tree
from srcad.emit.printer import Blank, Comment, expression, print_module, statement, verify
from srcad.errors import InternalError

AS_WRITTEN = r"""
return a, b
return
return a,
return (a, b), c
return *a, b
a, b = b, a
(a, b), c = d
[a, b] = c
a = b = c
y = x ** 2
y = -x
y = -x ** 2
y = (-x) ** 2
y = 2 ** -x
y = (a ** b) ** c
y = a ** b ** c
y = (a + b) * c
y = a * b * c
y = a * (b * c)
y = a - (b - c)
y = x @ (y @ z)
y = a / b * c
y = not a
y = ~a & b
y = a and (b or c)
y = a < b < c
y = a == (b == c)
y = x[1:-1]
y = x[::-1]
y = x[a + 1:b * 2:c]
y = x[i, :, None]
y = x[..., 0]
y = x[()]
y = x[a,]
y = x[a, *b]
y = x[i][j].T
y = (a + b).T
y = (a, b)[0]
y = (lambda: 0)()
y = 0.1
y = 1e-300
y = -1.5 * x
y = 3j
y = 1 + 2j
y = (1).real
y = True
y = ...
y = ""
y = "it's"
y = 'a "quoted" word'
y = "a\\b\n"
y = b'ab'
y = f"{x:>{w}} {a!r}"
y = f(x)(y)
y = f(*a, k=1, **kw)
y = f(x for x in y)
y = f((x for x in y), z)
y = f((a, b))
y = [i for i in x if i if j]
y = [(i, j) for i, j in x]
y = {a: b for a, b in x}
y = {**a, "b": 1}
y = {*a, b}
y = [*a, *b]
y = ()
y = lambda: 0
y = lambda x, /, y=1, *a, k, **kw: x
y = a if b else c
y = (a if b else c) if d else e
y: float = 2.0
y: list[int]
x[i] += 1
x.y @= 2
x //= 2
print((n := 10))
del a, b
del x[0]
raise ValueError("x") from e
raise
assert a, "b"
global a, b
nonlocal a
import numpy as np
from a.b import c as d, e
pass
break
""".strip().splitlines()


@pytest.mark.parametrize("line", AS_WRITTEN)
def test_one_line(line: str) -> None:
    assert statement(ast.parse(line).body[0]) == line


@pytest.mark.parametrize(
    ("value", "text"),
    [(-2.0, "-2.0"), (1e22, "1e+22"), (float("inf"), "1e309"), (-float("inf"), "-1e309"),
     (-0.0, "-0.0"), (np.float64(0.5), "0.5"), (1 + 2j, "1.0 + 2j"), (1 - 2j, "1.0 - 2j"),
     (-1j, "-0.0 - 1j"), (2**70, str(2**70)), (None, "None"), (10, "10")],
)  # fmt: skip
def test_constants(value: Any, text: str) -> None:
    assert expression(ast.Constant(value)) == text
    body: list[ast.stmt] = [ast.Expr(ast.Constant(value))]
    assert print_module(body, {}) == text + "\n"
    if isinstance(value, int | float | complex) and value is not True:
        again = eval(text)
        assert again == value and str(abs(again)) == str(abs(value))


def test_negative_constants_get_their_parentheses() -> None:
    base, x = ast.Constant(-2.0), ast.Name("x")
    assert expression(ast.BinOp(base, ast.Pow(), x)) == "(-2.0) ** x"
    assert expression(ast.BinOp(x, ast.Mult(), base)) == "x * -2.0"
    assert expression(ast.Attribute(base, "real")) == "(-2.0).real"


def test_nan_is_refused() -> None:
    with pytest.raises(InternalError, match="nan"):
        print_module([ast.Expr(ast.Constant(float("nan")))], {})
    with pytest.raises(InternalError, match="nan"):
        expression(ast.Constant(float("nan")))


def test_a_node_may_stand_at_several_places() -> None:
    total = ast.BinOp(ast.Name("a"), ast.Add(), ast.Name("b"))
    call = ast.Call(ast.Name("f"), [total], [])
    tree = ast.Tuple([call, ast.Attribute(total, "T"), ast.BinOp(total, ast.Mult(), total), total])
    assert expression(tree) == "(f(a + b), (a + b).T, (a + b) * (a + b), a + b)"


MODULE = '''
import numpy as np
from math import pi


def f_grad(x, /, k: float = 2.0, *args, z=1, **options) -> float:
    """Gradient of f.

    In x.
    """
    if a:
        y = 1
    elif b:
        for i, (j, k) in reversed(range(n)):
            if i:
                continue
        else:
            y = 2
    else:
        while True:
            break
        else:
            pass
    with open(a) as b, c as (d, e):
        pass
    try:
        y = 1
    except (A, B) as e:
        raise
    except C:
        pass
    except:
        pass
    else:
        y = 2
    finally:
        y = 3

    def inner(t=x, *, u):
        return t

    match x:
        case [1, *rest] if rest:
            return 1
        case {"a": 2} | Point(x=0):
            pass
        case _:
            pass
    return inner


@decorate(1)
async def g():
    async for x in y:
        await x


class A(B, metaclass=C):
    x: int = 3
'''.lstrip()


def test_blocks() -> None:
    text = print_module(ast.parse(MODULE).body, {})
    assert text == MODULE.replace('{"a": 2}', "{'a': 2}")  # patterns are printed by ast.unparse


def test_else_if_with_more_is_no_elif() -> None:
    text = "if a:\n    b\nelse:\n    if c:\n        d\n    e\n"
    assert print_module(ast.parse(text).body, {}) == text


def test_comments_and_blank_lines() -> None:
    tree = ast.parse("def f(x):\n    q = x + y\n    for i in x:\n        z = q\n    return q * z")
    body = tree.body[0].body  # type: ignore[attr-defined]
    assignment, loop, last = body
    comments = {
        id(assignment): "5: q = x + y",
        id(loop): "6: " + "a" * 60,
        id(loop.body[0]): "7: z",
        id(last): "one\ntwo",
    }
    body[:] = [Comment("forward"), assignment, Blank(), Blank(), Comment("backward"), loop, last]
    assert print_module(tree.body, comments) == (
        "def f(x):\n"
        "    # forward\n"
        "    q = x + y                                       # 5: q = x + y\n"
        "\n"
        "    # backward\n"
        f"    # 6: {'a' * 60}\n"
        "    for i in x:\n"
        "        z = q                                       # 7: z\n"
        "    # one\n"
        "    # two\n"
        "    return q * z\n"
    )


def test_a_body_of_comments_passes() -> None:
    body: list[ast.stmt] = [ast.If(ast.Name("a"), [Comment("nothing")], [])]
    assert print_module(body, {}) == "if a:\n    # nothing\n    pass\n"


def test_a_comment_beyond_its_column_follows_by_two_spaces() -> None:
    line = "some_long_name = another_long_name[index] * a_third_long_name"
    tree = ast.parse(f"if a:\n    {line}")
    comments = {id(tree.body[0].body[0]): "5"}  # type: ignore[attr-defined]
    assert print_module(tree.body, comments).splitlines()[1] == f"    {line}  # 5"


def test_long_lines_break_at_commas() -> None:
    names = [f"argument_number_{i}" for i in range(12)]
    text = print_module(ast.parse(f"if a:\n    y = f({', '.join(names)})").body, {})
    lines = text.splitlines()
    assert len(lines) == 4 and max(map(len, lines)) <= 100
    assert lines[2].startswith("        argument")


def test_commas_in_strings_are_left_alone() -> None:
    text = "y = f('" + "a, " * 50 + "')"
    assert len(print_module(ast.parse(text).body, {}).splitlines()) == 1


@pytest.mark.parametrize("doc", ['a "word"', "a\\b", '"""', "tab\t", "é", "a\n\n    b\n    ", ""])
def test_docstrings(doc: str) -> None:
    tree = ast.parse(f"def f():\n    {doc!r}")
    text = print_module(tree.body, {})
    found = ast.parse(text).body[0]
    assert ast.get_docstring(found, clean=False) == doc  # type: ignore[arg-type]
    assert '"""' in text or "\\t" in text


def test_the_guard() -> None:
    verify("x = 1  # one\n", ast.parse("x = 1"))
    for text in ("x = 1.0", "x = 2", "y = 1", "x = 1; y = 2", "x == 1", "x = True"):
        assert not same_tree(ast.parse(text), ast.parse("x = 1"))
        with pytest.raises(InternalError, match="does not say what its tree says"):
            verify(text, ast.parse("x = 1"))


def test_where_astor_fails_another_printer_helps(monkeypatch: pytest.MonkeyPatch) -> None:
    tree = ast.parse("def f(x):\n    return a * (b + c)")
    comments = {id(tree.body[0].body[0]): "5"}  # type: ignore[attr-defined]
    expected = print_module(tree.body, comments)

    def wrong(self: Any, node: ast.BinOp) -> None:
        self.write(node.left, " * ", node.right)

    monkeypatch.setattr(printer._Expressions, "visit_BinOp", wrong)
    assert print_module(tree.body, comments) == expected


def test_a_tree_that_no_one_can_print() -> None:
    with pytest.raises(InternalError, match="could not be printed"):
        print_module([ast.Expr(ast.Name("not a name"))], {})


def test_quiet_when_warnings_are_errors() -> None:
    code = (
        "import ast\nfrom srcad.emit.printer import *\nprint_module(ast.parse('f\"{x}\"').body, {})"
    )
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, cwd=root
    )
    assert done.returncode == 0, done.stderr


def test_the_standard_library_round_trips() -> None:
    """Also without the second printer: astor, as it is used here, prints everything."""
    files = sorted(Path(sysconfig.get_paths()["stdlib"]).glob("*.py"))
    files += sorted((Path(sysconfig.get_paths()["stdlib"]) / "test").glob("test_[a-g]*.py"))
    for path in random.Random(0).sample(files, min(60, len(files))):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                tree = ast.parse(path.read_bytes())
            except (SyntaxError, ValueError):
                continue  # test data
        text = print_module(tree.body, {})
        blocks = Blocks({}, printer._Expressions())
        blocks.block(tree.body, 0)
        assert blocks.lines.text() == text, path


def test_fast_enough() -> None:
    lines = ["w_bar[2:] += bend_bar", "x = y", "k_bar += np.sum(w_bar[1:-1] * bend)"] * 100
    tree = ast.parse("\n".join(lines))
    best = min(_seconds(tree) for _ in range(5))
    assert best / len(lines) < 400e-6  # 35 microseconds where it was written


def _seconds(tree: ast.Module) -> float:
    start = time.perf_counter()
    print_module(tree.body, {})
    return time.perf_counter() - start
