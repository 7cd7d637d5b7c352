"""Every public function of the parts of SciPy that have rules, and what is known: `docs/scipy.md`.

    python -m tests.scipy_functions             the counts, and what is missing
    python -m tests.scipy_functions --write     the page

As `tests.numpy_functions`; what is neither ruled nor read has a reason here.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import scipy

from srcad.rules import extras
from srcad.rules.table import TABLE, Linear, NoDerivative, Partials, Rule, Unfinished, Vjp
from srcad.runtime.substitutes import SUBSTITUTES
from tests.numpy_functions import MISSING, NONE, OTHER, READ, REFUSED, Row, kind

PAGE = Path("docs/scipy.md")
PACKAGES = (
    "scipy.special", "scipy.linalg", "scipy.fft", "scipy.signal", "scipy.integrate",
    "scipy.sparse.linalg",
)  # fmt: skip
STATISTICS = ("pdf", "logpdf", "pmf", "logpmf", "cdf", "logcdf", "sf", "logsf", "ppf", "isf",
              "entropy")  # fmt: skip
# Functions in Python that are read, each of which a test differentiates.
PLAIN = {"simpson", "assoc_laguerre"}
SHAPES = "no closed form is known in its parameters: use differences, or add a rule"
TABLES = "coefficients or zeros for whole numbers"
CLASSES = "a class or a function of objects"
ROOTS = "nodes and weights of a quadrature, for whole numbers"


def names_of(text: str) -> list[str]:
    """The words of a text."""
    return text.split()


REASONS: dict[str, str] = {
    **dict.fromkeys(
        names_of(
            "mathieu_a mathieu_b mathieu_cem mathieu_modcem1 mathieu_modcem2 mathieu_modsem1 "
            "mathieu_modsem2 mathieu_sem obl_ang1 obl_ang1_cv obl_cv obl_rad1 obl_rad1_cv "
            "obl_rad2 obl_rad2_cv pro_ang1 pro_ang1_cv pro_cv pro_rad1 pro_rad1_cv pro_rad2 "
            "pro_rad2_cv pbdv pbvv pbwa ellip_harm ellip_harm_2 ellip_normal lmbda lqmn lqn "
            "riccati_jn riccati_yn kelvin modfresnelm modfresnelp airye besselpoly elliprd "
            "elliprg elliprj eval_sh_jacobi kolmogorov kolmogi smirnov smirnovi tklmbda zetac "
            "geterr stirling2 assoc_legendre_p assoc_legendre_p_all legendre_p legendre_p_all "
            "sph_harm_y sph_harm_y_all sph_legendre_p sph_legendre_p_all"
        ),
        "no rule yet",
    ),
    **dict.fromkeys(
        names_of(
            "bdtrik bdtrin btdtria btdtrib chdtriv chndtr chndtridf chndtrinc chndtrix fdtridfd "
            "gdtria gdtrib nbdtrik nbdtrin ncfdtr ncfdtri ncfdtridfd ncfdtridfn ncfdtrinc nctdtr "
            "nctdtridf nctdtrinc nctdtrit nrdtrimn nrdtrisd pdtrik stdtridf"
        ),
        SHAPES,
    ),
    **dict.fromkeys(
        names_of(
            "bernoulli euler factorial2 factorialk mathieu_even_coef mathieu_odd_coef obl_cv_seq "
            "pbdn_seq pbdv_seq pbvv_seq pro_cv_seq"
        ),
        TABLES,
    ),
    **dict.fromkeys(
        names_of(
            "cdf2rdf cho_solve_banded cholesky_banded cossin diagsvd eig_banded eigh_tridiagonal "
            "eigvals_banded eigvalsh_tridiagonal hessenberg ldl matmul_toeplitz matrix_balance "
            "null_space ordqz orth orthogonal_procrustes polar qr_delete qr_insert qr_multiply "
            "qr_update qz rq rsf2csf schur signm solve_circulant solve_continuous_are "
            "solve_discrete_are subspace_angles expm_cond expm_frechet funm companion "
            "convolution_matrix fiedler fiedler_companion leslie"
        ),
        "no rule yet",
    ),
    "clarkson_woodruff_transform": "random",
    "solve_lyapunov": "the old name of `solve_continuous_lyapunov`",
    **dict.fromkeys(names_of("fht ifht"), "no rule yet"),
    "fhtoffset": "no rule yet",
    "cumulative_simpson": "no rule yet",
}
NO_NUMBERS = {
    "errstate", "geterr", "seterr", "SpecialFunctionError", "SpecialFunctionWarning", "LinAlgError",
    "LinAlgWarning", "find_best_blas_type", "get_blas_funcs", "get_lapack_funcs", "dft", "hadamard",
    "helmert", "hilbert", "invhilbert", "invpascal", "pascal", "next_fast_len", "prev_fast_len",
    "set_backend", "skip_backend", "set_global_backend", "register_backend", "get_workers",
    "set_workers", "ODEintWarning", "IntegrationWarning", "AccuracyWarning", "BadCoefficients",
    "OdeSolver", "DenseOutput", "OdeSolution", "newton_cotes", "lebedev_rule",
}  # fmt: skip


def sections() -> dict[str, list[Row]]:
    """The rows of the page, by package."""
    extras.load()
    found = {name: [*_rows(importlib.import_module(name), name)] for name in PACKAGES}
    found["scipy.signal"] = [r for r in found["scipy.signal"] if r.how not in (MISSING, OTHER)]
    found["scipy.sparse.linalg"] = [r for r in found["scipy.sparse.linalg"] if r.how != MISSING]
    found["scipy.stats"] = [*_distributions()]
    return found


def _rows(module: Any, prefix: str) -> list[Row]:
    """The callables of a package; those that are one object share a row."""
    names: dict[int, list[str]] = {}
    for name in getattr(module, "__all__", None) or dir(module):
        value = getattr(module, name, None)
        if callable(value) and not name.startswith("_") and name != "test":
            names.setdefault(id(value), []).append(name)
    rows = [(getattr(module, found[0]), found) for found in names.values()]
    return [Row(tuple(f"{prefix}.{n}" for n in found), *_how(v, found)) for v, found in rows]


def _how(value: Any, names: list[str]) -> tuple[str, str]:
    rule = TABLE.get(value)
    if rule is not None:
        return of_rule(rule)
    if value in SUBSTITUTES or names[0] in PLAIN:
        return READ, ""
    reason = next((REASONS[n] for n in names if n in REASONS), "")
    if not reason and names[0].endswith("_zeros"):
        reason = TABLES
    if not reason and ("roots" in names[0] or names[0].endswith("_roots")):
        reason = ROOTS
    if reason:
        return REFUSED, reason
    python = isinstance(value, type) and issubclass(value, Exception | Warning)
    if python or NO_NUMBERS & {*names}:
        return OTHER, ""
    polynomial = names[0] in {
        "legendre", "chebyt", "chebyu", "chebyc", "chebys", "jacobi", "laguerre", "genlaguerre",
        "hermite", "hermitenorm", "gegenbauer", "sh_legendre", "sh_chebyt", "sh_chebyu",
        "sh_jacobi",
    }  # fmt: skip
    return (REFUSED, f"{CLASSES}: `eval_{names[0]}`") if polynomial else (MISSING, "")


def of_rule(rule: Rule) -> tuple[str, str]:
    """The verb of a rule, and the arguments that are refused."""
    if isinstance(rule, Unfinished):
        return REFUSED, rule.cure.split(". ")[-1].rstrip(".") if ". " in rule.cure else rule.cure
    if isinstance(rule, NoDerivative):
        return NONE, ""
    verbs: dict[type, str] = {Partials: "partials", Linear: "linear", Vjp: "vjp"}
    return verbs[type(rule)], ""


def _distributions() -> list[Row]:
    """The distributions whose methods have rules."""
    stats = importlib.import_module("scipy.stats")
    rows = []
    for name in sorted(vars(stats)):
        owner = getattr(stats, name)
        if name.startswith("_") or isinstance(owner, type) or callable(getattr(np, name, None)):
            continue
        ruled = [m for m in STATISTICS if TABLE.get(getattr(owner, m, None)) is not None]
        if ruled:
            methods = ", ".join(f"`{m}`" for m in ruled)
            rows.append(Row((f"scipy.stats.{name}",), "partials", methods))
    return rows


def page() -> str:
    """The text of docs/scipy.md."""
    found = sections()
    counts = Counter(kind(row) for rows in found.values() for row in rows)
    lines = [
        "# SciPy, function by function",
        "",
        f"What srcad knows of the functions of SciPy {scipy.__version__}, with the extra `scipy`",
        "installed. Made by `python -m tests.scipy_functions --write`; a test holds it to the",
        "installed SciPy. Of scipy.signal and scipy.sparse.linalg only what has a rule is listed.",
        "",
        "- `partials`, `linear`, `vjp`: a derivative by a rule (`srcad/rules/scipy/`).",
        "  An argument without a closed form (the order of a Bessel function, the shape in a",
        "  `cdf`) is refused, never taken for a constant.",
        "- `read`: differentiated as plain Python, its own or `srcad/runtime/scipy/integrals.py`.",
        "- `no derivative`: constant between jumps, or not made of the numbers that go in.",
        "- `refused`: an error where a derivative passes.",
        "- `no numbers`: types, settings, constant matrices.",
        "",
        "Beside these: the linear filters of scipy.ndimage, and `map_coordinates`; CubicSpline and",
        "PchipInterpolator;",
        "cdist and pdist for four metrics; sparse matrices are constant operators (`A @ x`,",
        "`x @ A`, `A.T @ x`, `A.dot(x)`); every search of",
        "scipy.optimize is refused where a derivative passes.",
        "",
        "`quad` is differentiated by a quadrature of the derivatives themselves, and by the",
        "integrand in its limits; `odeint` and `solve_ivp` by an explicit method of order 8 on a",
        "grid that keeps an error of 1e-9 (stiff equations take many steps): derivatives of a",
        "discrete solution, in the start, the times, `args` and what the function captures.",
        "",
        ", ".join(f"{n} {word}" for word, n in sorted(counts.items())) + ".",
    ]
    for title, rows in found.items():
        lines += ["", f"## {title}", "", "| name | how | |", "|---|---|---|"]
        for row in sorted(rows, key=lambda r: r.names):
            names = ", ".join(f"`{n}`" for n in row.names)
            lines.append(f"| {names} | {row.how} | {row.why} |")
    return "\n".join([*lines, ""])


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.scipy_functions", description=__doc__)
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
