"""The derivative rules, one table a topic; importing this package fills `table.TABLE`."""

from srcad.rules import table

__all__ = ["load", "table"]


def load() -> None:
    """Fill the table."""
    import importlib

    for topic in (
        "operators", "elementwise", "reductions", "scans", "shapes", "joining", "indexing",
        "products", "linalg", "fft", "padding", "polynomials",
        "creation", "methods", "containers", "draws", "statistics", "pushes", "cotangents",
        "implicit", "again",
    ):  # fmt: skip
        importlib.import_module(f"srcad.rules.{topic}")
    table.TABLE.complete = True
