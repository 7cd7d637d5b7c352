"""The structure of srcad as its imports draw it, for a test and for docs/structure.md.

python -m tests.structure
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "srcad"
PAGE = ROOT / "docs" / "structure.md"

# From the top: a part may import from its own layer and from those below it.
LAYERS = (
    (
        *("__init__", "__main__", "api", "check", "numeric", "pullback", "forward", "jacobians"),
        *("compile", "dynamic", "arguments", "guards", "inspect", "pipeline", "sources"),
        *("forward_compile", "looked_at", "moving", "called", "referring", "gates"),
        *("nested", "picked", "twice", "inside", "check_rule", "outer", "gradients"),
        *("flat", "optimize", "quick", "second", "symmetric", "unseen", "by_tangents"),
        *("otherwise", "entries", "versions", "rebinding", "exact"),
    ),
    ("emit",),
    ("optimise",),
    ("tangent",),
    ("adjoint",),
    ("analysis",),
    ("frontend",),
    ("rules",),
    ("ir",),
    ("runtime",),
    ("errors",),
)
LEVEL = {part: level for level, layer in enumerate(LAYERS) for part in layer}


def files() -> list[Path]:
    """Every module of srcad."""
    return sorted(PACKAGE.rglob("*.py"))


def part_of(path: Path) -> str:
    """The package or top-level module that a file belongs to."""
    first = path.relative_to(PACKAGE).parts[0]
    return first.removesuffix(".py")


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and part of every import of srcad in a file, wherever it stands."""
    here = ("srcad", *path.relative_to(PACKAGE).with_suffix("").parts)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield from _target(node.lineno, alias.name.split("."))
        elif isinstance(node, ast.ImportFrom):
            above = list(here[: len(here) - node.level]) if node.level else []
            named = node.module.split(".") if node.module else []
            for alias in node.names:
                yield from _target(node.lineno, [*above, *named, alias.name])


def _target(line: int, dotted: list[str]) -> Iterator[tuple[int, str]]:
    """The part that a dotted name of srcad lies in; a public name lies in `__init__`."""
    if dotted[0] == "srcad":
        inner = dotted[1] if len(dotted) > 1 else "__init__"
        exists = (PACKAGE / inner).is_dir() or (PACKAGE / f"{inner}.py").exists()
        yield line, inner if exists else "__init__"


def graph() -> dict[str, set[str]]:
    """Which part imports which others."""
    arrows: dict[str, set[str]] = {part_of(path): set() for path in files()}
    for path in files():
        part = part_of(path)
        arrows[part] |= {target for _, target in imports(path) if target != part}
    return arrows


def wrong_arrows() -> list[str]:
    """Imports from a higher layer, and parts without a layer, as `file:line: what`."""
    found = []
    for path in files():
        part, name = part_of(path), path.relative_to(ROOT)
        if part not in LEVEL:
            found.append(f"{name}: {part} has no layer; name it in tests/structure.py")
            continue
        found += [
            f"{name}:{line}: {part} imports {target}, which lies above it"
            for line, target in imports(path)
            if LEVEL.get(target, -1) < LEVEL[part]
        ]
    return list(dict.fromkeys(found))


def page() -> str:
    """The layers from the top, each part with the parts it imports."""
    arrows = graph()
    lines = [
        "# The structure, drawn from the imports",
        "",
        "Made by `make docs`; do not edit. A part imports from its own layer and those below.",
        "",
        "```",
    ]
    for layer in LAYERS:
        present = [part for part in layer if part in arrows]
        for part in present:
            below = sorted(arrows[part], key=lambda p: (LEVEL.get(p, -1), p))
            lines.append(f"{part:<10} → {', '.join(below)}" if below else part)
        lines += [""] if present else []
    lines[-1] = "```"
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
    print(f"wrote {PAGE}")
