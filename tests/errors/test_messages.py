"""Every mistake of the table gives its error, at its line, with its way out."""

from __future__ import annotations

import importlib.util
import re
import tempfile
import traceback
import types
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import srcad
from srcad import errors
from tests.errors.table import TABLE, VECTOR, Mistake

CASES = [
    pytest.param(topic, mistake, id=f"{topic}-{mistake.name}")
    for topic, mistakes in TABLE.items()
    for mistake in mistakes
]


def load(path: Path, text: str) -> types.ModuleType:
    """The module of a snippet."""
    path.write_text(text)
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def full_text(error: BaseException) -> str:
    """What the user sees of an error below the traceback: message, place, notes."""
    return "".join(traceback.format_exception_only(error))


def names_place(text: str, file: str, line: int) -> bool:
    """Does the text name the file and the line together?"""
    return re.search(rf'{re.escape(file)}"?(?:, line |:){line}\b', text) is not None


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("topic", "mistake"), CASES)
def test_message(topic: str, mistake: Mistake, tmp_path: Path) -> None:
    file = f"{topic}_{mistake.name}.py"
    module = load(tmp_path / file, mistake.text)
    with pytest.raises(mistake.kind) as caught:
        mistake.act(module)
    text = full_text(caught.value)
    for fragment in mistake.says:
        assert re.search(fragment, text, re.IGNORECASE), f"{fragment!r} is not in:\n{text}"
    if mistake.line is not None:
        assert names_place(text, file, mistake.line), f"line {mistake.line} is not in:\n{text}"
    assert mistake.expression in text


USER = [c for c in CASES if c.values[0] == "user"]


@pytest.mark.parametrize(("topic", "mistake"), USER)
def test_user_errors_are_the_plain_call_s(topic: str, mistake: Mistake, tmp_path: Path) -> None:
    """Same type, same arguments, no error of srcad."""
    module = load(tmp_path / f"{topic}_{mistake.name}.py", mistake.text)
    with pytest.raises(mistake.kind) as caught:
        mistake.act(module)
    for argument in (1.5, VECTOR):
        try:
            module.f(argument)
        except Exception as plain:
            if type(plain) is caught.type and plain.args == caught.value.args:
                break
    else:
        pytest.fail(f"the plain call does not raise {caught.value!r}")
    assert not isinstance(caught.value, errors.SrcadError)


REFUSED = [c for c in CASES if c.values[0] in ("outputs", "mutation", "syntax", "unknown")]


@pytest.mark.parametrize(("topic", "mistake"), REFUSED)
def test_refusals_show_a_caret(topic: str, mistake: Mistake, tmp_path: Path) -> None:
    """The line of the user's source with a caret under the expression."""
    module = load(tmp_path / f"{topic}_{mistake.name}.py", mistake.text)
    with pytest.raises(errors.SrcadError) as caught:
        mistake.act(module)
    text = full_text(caught.value)
    if mistake.line is not None:
        assert mistake.text.splitlines()[mistake.line - 1].strip() in text
    assert any(set(line.strip()) == {"^"} for line in text.splitlines()), text


def test_every_error_is_a_srcad_error() -> None:
    """One class to catch, and the builtin class that a Python user would expect."""
    for name in ("MissingRule", "NotDifferentiable", "WrongArgument", "SourceUnavailable"):
        assert issubclass(getattr(errors, name), errors.SrcadError)
    assert issubclass(errors.NotDifferentiable, TypeError)
    assert issubclass(errors.WrongArgument, TypeError)
    assert issubclass(errors.UnsupportedSyntax, SyntaxError)
    assert issubclass(errors.UnsupportedMutation, errors.UnsupportedSyntax)
    assert issubclass(errors.StaleSourceError, errors.SourceUnavailable)
    assert issubclass(errors.GradientMismatch, AssertionError)


def test_stale_source(tmp_path: Path) -> None:
    """The file changed after the import: refused, with what to do."""
    path = tmp_path / "edited.py"
    module = load(path, "def f(x):\n    return x * x\n")
    path.write_text("def f(x):\n    return x * x * x\n")
    with pytest.raises(errors.StaleSourceError, match=r"(?i)edited\.py") as caught:
        srcad.grad(module.f)(2.0)
    assert re.search("import|reload|restart", full_text(caught.value))


def test_user_error_in_a_pullback_names_no_internals(tmp_path: Path) -> None:
    """A wrong cotangent is the caller's mistake."""
    module = load(tmp_path / "pull.py", "def f(x):\n    return x * x\n")
    _, pullback = srcad.vjp(module.f, np.ones(3))
    with pytest.raises((errors.WrongArgument, ValueError, TypeError), match=r"shape|\(3,\)"):
        pullback(np.ones(4))


def messages() -> list[tuple[str, Any]]:
    """All messages, for reading: python -m tests.errors.test_messages"""
    found: list[tuple[str, Any]] = []
    folder = Path(tempfile.mkdtemp())
    for topic, mistakes in TABLE.items():
        for mistake in mistakes:
            try:
                mistake.act(load(folder / f"{topic}_{mistake.name}.py", mistake.text))
                found.append((f"{topic}-{mistake.name}", "no error"))
            except Exception as error:
                found.append((f"{topic}-{mistake.name}", full_text(error)))
    return found


if __name__ == "__main__":
    for name, message in messages():
        print(f"--- {name}\n{message}\n")
