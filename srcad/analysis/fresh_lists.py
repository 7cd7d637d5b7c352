"""Tell where a loop only puts its items into a list that nobody else can see yet.

items = []                      yes, as comprehensions are lowered: what the loop runs over
for v in data:                  cannot read `items`, and may be listed at once
    items.append(v)

seen = data.values              no: `data` sees what is put there
for v in data:
    seen.append(v)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from srcad.ir import nodes as ir

if TYPE_CHECKING:
    from srcad.analysis.infer import Inference


def only_lists(stmt: ir.For, inference: Inference) -> bool:
    """Whether the loop does no more than this."""
    match stmt.target, stmt.body:
        case str(target), (
            ir.Effect(ir.Call(ir.Attr(ir.Name(owner), "append"), (ir.Name(item),))),
        ) if target == item:
            return _unseen(owner, stmt, inference)
        case _:
            return False


def _unseen(owner: str, stmt: ir.For, inference: Inference) -> bool:
    code, program = inference.unit.code, inference.session.program
    if owner in code.captured or owner in {p.name for p in code.params}:
        return False
    lists = {program.handed.get(k) for k, u in program.units.items() if u is inference.unit}
    if owner in lists:
        return True  # the list of a function that lists is handed out at its end
    around = _around(inference.facts.body, stmt)
    return bool(around) and all(_made_before(owner, path) for path in around)


Path = list[tuple[ir.Block, int]]


def _around(block: ir.Block, stmt: ir.For) -> list[Path]:
    """The blocks around each such statement, the outermost first, and where it stands in them."""
    found: list[Path] = []
    for k, one in enumerate(block):
        if one == stmt:
            found.append([(block, k)])
            continue
        for inner in ir.blocks(one):
            found += [[(block, k), *path] for path in _around(inner, stmt)]
    return found


def _made_before(owner: str, path: Path) -> bool:
    """Whether the list was made in one of the blocks, and only put into since."""
    for block, last in reversed(path):
        for k in range(last - 1, -1, -1):
            stmt = block[k]
            if isinstance(stmt, ir.Assign) and stmt.target == owner:
                made = stmt.value == ir.Sequence("list", ())
                return made and all(_only_puts(owner, s) for s in block[k + 1 : last + 1])
            if owner in ir.bound(stmt):
                return False
    return False


def _only_puts(owner: str, stmt: ir.Stmt) -> bool:
    for one in ir.walk((stmt,)):
        if owner in ir.targets(one):
            return False
        if owner not in ir.statement_reads(one):
            continue
        match one:
            case ir.Effect(ir.Call(ir.Attr(ir.Name(name), "append"), (item,), ())):
                if name != owner or owner in ir.reads(item):
                    return False
            case _:
                return False
    return True


def put_one_by_one(item: str, taker: ir.Expr, giver: str, method: str, at: ir.Loc | None) -> ir.For:
    """`taker.extend(giver)`, where the one may be what the other reads."""
    put = ir.Effect(ir.Call(ir.Attr(taker, method), (ir.Name(item),)), at)
    return ir.For(item, ir.Name(giver), (put,), at)
