"""Every public function of NumPy and what srcad knows of it: `docs/numpy.md`.

    python -m tests.numpy_functions             the counts, and what is missing
    python -m tests.numpy_functions --write     the page

A name is one of: a derivative by a rule (`partials`, `linear`, `vjp`), by being read as the plain
Python that stands for it (`read`), or as writes in place (`written out`); no derivative by
mathematics; refused, for a reason given here; no function of numbers at all.
"""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from srcad import rules
from srcad.analysis.inplace import AUGMENTS
from srcad.analysis.places import PLACES
from srcad.rules.table import TABLE, Linear, NoDerivative, Partials, Vjp
from srcad.runtime.index_tricks import JOINING
from srcad.runtime.methods import ATTRIBUTES, METHODS
from srcad.runtime.substitutes import SUBSTITUTES
from srcad.runtime.ufuncs import METHODS as OF_UFUNCS

PAGE = Path("docs/numpy.md")
MISSING = "MISSING"
NONE, OTHER, REFUSED, WRITTEN, READ = (
    "no derivative", "no numbers", "refused", "written out", "read",
)  # fmt: skip
DERIVATIVE = ("partials", "linear", "vjp", READ, WRITTEN)

# Public names that compute with numbers and are refused where a derivative passes, and why.
REASONS = {
    "asmatrix": "`np.matrix` means products by `*`: use arrays",
    "bmat": "makes an `np.matrix`: use `np.block`",
    "matrix": "products by `*`: use arrays",
    "broadcast": "an iterator over two arrays: `np.broadcast_arrays`",
    "flatiter": "an iterator that knows its place: `x.ravel()`; reading `x.flat` is fine",
    "frombuffer": "memory in another guise: use the array itself",
    "from_dlpack": "memory in another guise: use the array itself",
    "fromfile": "numbers out of a file are constants; nothing else goes in",
    "frompyfunc": "arrays of objects: use `np.vectorize`",
    "memmap": "an array in a file: copy it first",
    "ndarray": "an array in the memory of another (`buffer=`); else constant",
    "nditer": "an iterator that writes: index the arrays, or loop over `np.ndindex`",
    "nested_iters": "iterators that write: index the arrays",
    "packbits": "takes integers alone",
    "unpackbits": "takes integers alone",
    "poly1d": "a class of the past: `np.polyval(coefficients, x)`",
    "recarray": "arrays of records: one array a field",
    "record": "arrays of records: one array a field",
    "void": "records: one array a field",
    "ndarray.byteswap": "bytes, not numbers",
    "ndarray.getfield": "bytes, not numbers: `x.real`, `x.astype`",
    "ndarray.setfield": "bytes, not numbers: `x[...] = …`",
    "ndarray.resize": "changes the shape of memory: `np.resize`",
    "ndarray.setflags": "a flag of memory",
    "ndarray.dump": "writes a file",
    "ndarray.tofile": "writes a file",
    "ndarray.base": "memory in another guise",
    "ndarray.ctypes": "memory in another guise",
    "ndarray.data": "memory in another guise",
}
NO_NUMBERS = {
    "base_repr", "binary_repr", "busday_count", "busday_offset", "busdaycalendar", "bytes_",
    "character", "complexfloating", "datetime64", "datetime_as_string", "datetime_data",
    "errstate", "flexible", "floating", "fromregex", "generic", "genfromtxt", "get_include",
    "getbufsize", "geterr", "geterrcall", "inexact", "info", "integer", "is_busday", "load",
    "loadtxt", "number", "object_", "printoptions", "save", "savetxt", "savez",
    "savez_compressed", "setbufsize", "seterr", "seterrcall", "show_config", "show_runtime",
    "signedinteger", "str_", "test", "timedelta64", "typename", "ufunc", "unsignedinteger",
    "LinAlgError",
}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """One object under all its names; `how` is one of the words above."""

    names: tuple[str, ...]
    how: str
    why: str = ""


def sections() -> dict[str, list[Row]]:
    """The rows of the page, by what they belong to."""
    rules.load()
    return {
        "numpy": _functions(np, "np"),
        "numpy.linalg": _functions(np.linalg, "np.linalg"),
        "numpy.fft": _functions(np.fft, "np.fft"),
        "Index tricks": [_trick(n) for n in ("r_", "c_", "s_", "index_exp", "mgrid", "ogrid")],
        "Methods of ufuncs": [_of_ufunc(n) for n in ("at", *OF_UFUNCS)],
        "Methods and attributes of arrays": list(_of_arrays()),
    }


def _functions(module: Any, prefix: str) -> list[Row]:
    """The callables of a module; those that are one object share a row."""
    names: dict[int, list[str]] = {}
    for name in dir(module):
        value = getattr(module, name)
        if callable(value) and not name.startswith("_") and name not in ("test", "nd_grid"):
            names.setdefault(id(value), []).append(name)
    rows = [(getattr(module, found[0]), tuple(found)) for found in names.values()]
    return [
        Row(tuple(f"{prefix}.{n}" for n in found), *_how(value, found)) for value, found in rows
    ]


def _how(value: Any, names: tuple[str, ...]) -> tuple[str, str]:
    reason = next((REASONS[n] for n in names if n in REASONS), None)
    if reason is not None:
        return REFUSED, reason
    if value in PLACES or value in AUGMENTS or value is np.copyto:
        return WRITTEN, ""
    rule = TABLE.get(value)
    if rule is None:
        if value in SUBSTITUTES:
            return READ, ""
        python = isinstance(value, type) and issubclass(value, Exception | Warning)
        return (OTHER if python or NO_NUMBERS & {*names} else MISSING), ""
    if isinstance(rule, NoDerivative):
        complex_one = value in TABLE.of_complex
        return ("vjp", "of complex numbers; none of real ones") if complex_one else (NONE, "")
    verbs: dict[type, str] = {Partials: "partials", Linear: "linear", Vjp: "vjp"}
    return verbs[type(rule)], ""


def _trick(name: str) -> Row:
    value = getattr(np, name)
    if type(value) in JOINING:
        return Row((f"np.{name}",), READ, "without a text that gives directions")
    if name in ("mgrid", "ogrid"):
        return Row((f"np.{name}",), REFUSED, "ends with a derivative: `np.linspace`")
    return Row((f"np.{name}",), NONE, "makes slices")


def _of_ufunc(name: str) -> Row:
    if name == "at":
        return Row(("ufunc.at",), WRITTEN)
    owners = [u for u in vars(np).values() if isinstance(u, np.ufunc) and u.nin == 2]
    ruled = sorted({u.__name__ for u in owners if TABLE.get(getattr(u, name)) is not None})
    return Row((f"ufunc.{name}",), READ, f"by rules: {', '.join(ruled)}" if ruled else "")


def _of_arrays() -> Iterator[Row]:
    for name in sorted(n for n in dir(np.ndarray) if not n.startswith("_")):
        function = METHODS.get(name) or ATTRIBUTES.get(name)
        full = (f"ndarray.{name}",)
        if full[0] in REASONS:
            yield Row(full, REFUSED, REASONS[full[0]])
        elif name in ("fill", "sort", "partition", "put"):
            yield Row(full, WRITTEN)
        elif function is None:
            yield Row(full, MISSING)
        else:
            yield Row(full, *_how(function, ()))


def page() -> str:
    """The text of docs/numpy.md."""
    found = sections()
    counts = Counter(kind(row) for rows in found.values() for row in rows)
    lines = [
        "# NumPy, function by function",
        "",
        f"What srcad knows of every public function of NumPy {np.__version__}. Made by",
        "`python -m tests.numpy_functions --write`; a test holds it to the installed NumPy.",
        "",
        "- `partials`, `linear`, `vjp`: a derivative by a rule of that kind (`srcad/rules/`).",
        "- `read`: differentiated as the plain Python that stands for it (`srcad/runtime/`).",
        "- `written out`: it writes in place, and is differentiated as those writes.",
        "- `no derivative`: constant between jumps, or not made of the numbers that go in.",
        "- `refused`: an error where a derivative passes, with the way out.",
        "- `no numbers`: types, settings, files and text.",
        "",
        ", ".join(f"{n} {word}" for word, n in sorted(counts.items())) + ".",
    ]
    for title, rows in found.items():
        lines += ["", f"## {title}", "", "| name | how | |", "|---|---|---|"]
        for row in sorted(rows, key=lambda r: r.names):
            names = ", ".join(f"`{n}`" for n in row.names)
            lines.append(f"| {names} | {row.how} | {row.why} |")
    return "\n".join([*lines, ""])


def kind(row: Row) -> str:
    """The word under which a row is counted."""
    return "derivative" if row.how in DERIVATIVE else row.how


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.numpy_functions", description=__doc__)
    parser.add_argument("--write", action="store_true", help=f"write {PAGE}")
    given = parser.parse_args()
    for title, rows in sections().items():
        counts = Counter(kind(row) for row in rows)
        missing = [row.names[0] for row in rows if row.how == MISSING]
        print(f"{title}: {dict(counts)}", *missing)
    if given.write:
        PAGE.write_text(page())
    return 0


if __name__ == "__main__":
    sys.exit(main())
