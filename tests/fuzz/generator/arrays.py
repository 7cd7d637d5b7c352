"""NumPy expressions, as templates: `{v}` stands for an expression of the kind `v`.

The kind of a template's value is found by evaluating it once, with numbers.
"""

from __future__ import annotations

import re

import numpy as np

from tests.fuzz.generator.core import LETTERS, SHAPES, ZERO_DIMENSIONAL

UNARY = """
np.tanh({0}) | np.sin({0}) | np.cos({0}) | np.arctan({0}) | -{0} | 0.7 * {0} | +{0}
np.exp(-{0} ** 2) | np.sqrt(1 + {0} ** 2) | np.log(2.5 + np.sin({0})) | ({0} + 0.3) / 2
1 / (1.5 + {0} ** 2) | np.tanh({0}) ** 3 | abs({0}) | np.square({0}) * 0.5 | np.expm1(0.3 * {0})
np.log1p({0} ** 2) | np.arcsinh({0}) | 0.4 * np.sinh(np.tanh({0})) | np.power(1.2 + {0} ** 2, 0.7)
np.clip({0}, -0.9, 0.8) | np.abs({0}) | np.sign({0}) * {0} | np.reciprocal(1.6 + np.cos({0}))
np.exp2(-abs({0})) | np.negative({0}) | np.cbrt(2 + {0}) | np.arccos(0.4 * np.sin({0}))
np.where({0} > 0.1, {0}, 0.2 * {0}) | np.maximum({0}, -0.35) | np.minimum(0.4, {0}) | (1 + {0} ** 2) ** -0.5
np.nan_to_num({0}) | np.float_power(1.1 + abs({0}), 1.5) | np.deg2rad(30 * {0}) | np.cosh(np.sin({0})) - 1
2.0 ** np.sin({0}) | np.log10(2 + abs({0})) | np.logaddexp({0}, 0.2) | np.tan(0.5 * np.tanh({0}))
np.sinc({0}) | np.round({0}, 1) + {0} | np.floor({0}) * 0.1 - {0} | np.where({0} < 0.3, np.sin({0}), {0} ** 2)
np.nan_to_num(np.log(2 + np.tanh({0}))) | 0.3 - {0} | {0} - 0.1 | {0} * 1.0 | 1.0 * {0} + 0 | 0.5 / (1.4 + np.cos({0}))
"""

BINARY = """
(0.6 * {0} + 0.5 * {1}) | np.sin({0}) * {1} | {0} * np.cos({1}) | {0} / (1.3 + {1} ** 2)
np.tanh({0} - {1}) | 0.5 * ({0} - {1}) | np.maximum({0}, {1} + 0.05) | ({0} + {1}) * 0.5
np.hypot({0}, 1.0 + {1} ** 2) | np.arctan2({0}, 1.5 + {1} ** 2) | np.logaddexp({0}, {1}) * 0.5
np.minimum({0}, {1} - 0.05) | np.fmax({0} + 0.02, {1}) | np.add({0}, {1}) / 2 | np.multiply({0}, {1})
np.subtract({0}, {1}) * 0.4 | np.divide({0}, 2 + np.sin({1})) | (1.2 + {0} ** 2) ** np.tanh({1})
np.power(1.3 + {0} ** 2, 0.5 * np.sin({1})) | np.where({0} > {1}, {0}, 0.5 * {1})
np.where({1} > 0, {0}, {0} * {1}) | np.clip({0}, -0.8, 1 + {1} ** 2) | np.clip({0}, {1} - 0.6, {1} + 0.5)
abs({0} - {1} + 0.013) | np.copysign({0}, {1}) | 0.3 * ({0} * {1} + {0}) | np.logaddexp2({0}, {1}) * 0.4
np.fmod({0}, 1.7 + {1} ** 2) | np.true_divide({0}, 1.5 + abs({1})) | ({0}, {1})[0] * 0.7 + {1} * 0.1
np.where(({0} > -0.3) & ({1} < 0.6), {0}, {1}) | 0.5 * ({0} > {1}) * {0} + {1} * 0.2 | np.float_power(1.2 + abs({0}), {1})
"""

_MADE = """
np.mean({A}) | 0.4 * np.sum({v}) | 0.4 * {v} @ {v} | {r}.sum() | {v}.mean() * {s} | np.max({v}) | {A}.min()
np.linalg.norm(1.1 + {v} ** 2) * 0.5 | np.std({v} + np.arange(1.0, 4.0)) | np.var({A}) | np.median({v}) | np.prod(np.cos({v})) | {T}.sum() / 6
{v}[-1] | {v}[0] | {A}[1, -1] | {A}[0][2] | {c}[-2, 0] | {q}[0, 1] | {T}[1, 0, 2] | {R}[0, 1] | {B}[1, 0] | {v}[1:][0]
np.trace({q}) / 3 | np.dot({v}, {v}) / 3 | np.vdot({v}, {v}) * 0.3 | np.inner({r}, {r}) / 2 | np.einsum('i,i->', {v}, {v}) / 3
np.einsum('ij,ij', {A}, {A}) / 6 | np.einsum('ii', {q}) / 3 | ({R} @ {c})[0, 0] / 3 | ({v} @ {q} @ {v}) / 5 | np.sum({e})
np.sum({e}) + {s} | np.prod({e}) * {s} | np.mean({v}[{v} > -5]) | np.sum({A}[{A} > 0.15]) * 0.3 | np.sum({v}, where={v} > 0) * 0.4
np.mean({v}, where=np.array([True, False, True])) | np.amax({A}, initial=0.1) | np.ptp({v}) * 0.6 | np.average({v}, weights=1.5 + np.sin({v}))
np.float64({s}) | float({v}[1]) | {v}.max() * {s} | np.linalg.det({q} * 0.3 + np.eye(3)) | np.log(np.sum(np.exp({v})))
np.array({s}) * 0.9 | float({z}) | {z} * 0.8 | np.sin({z}) | {z} + {s} | {z}.item() | {z}[()] * 0.5 | np.sum({z}) | {z}.reshape(1)[0]
np.sum({A} * {B}) / 6 | len({v}) * {s} / 3 | {A}.shape[0] * {s} / 2 | {v}.size * 0.2 * {s} | {A}.ndim * 0.3 * {s} | {v}.dot({v}) / 3
np.linalg.norm({A} + 3.0) / 4 | np.nansum({v}) / 3 | np.nanmean({A}) | np.trapezoid({v}) / 2 | np.sort({v})[1] | {v}[np.argmax({v})]
{A}[np.argmin({A}[:, 0]), 1] | np.interp({s}, np.array([-2.0, 0.1, 2.0]), {v}) | np.sum(np.diff({v})) | np.squeeze({v}[:1])[()]
np.array([{s}, {s}, {s}]) | {A}[1] | {A}[-1] | {c}[:, 0] | {v}[::-1] | {v}[[0, 2, 0]] | np.mean({A}, axis=0) | 0.5 * {r} @ {A}
np.concatenate([{r}, {v}[1:2]]) | np.where({v} > 0.13, {v}, 0.2) | np.cumsum({v}) * 0.4 | {c}.reshape(3) | np.cumprod(np.cos({v}))
{v}[np.array([2, -1, 0])] | {A}[[1, 0, 1], [0, 2, 2]] | {A}[..., :].sum(axis=0) / 2 | {q}[:, -1] | {q}[1, ...] | {T}[0, 0] | {T}[-1, 0, ::-1]
np.sum({T}, axis=(0, 1)) / 2 | {T}.mean(axis=(0, 1)) | np.sum({T} * {c}, axis=(0, 2)) / 6 | {A}.max(axis=0) | np.min({A}, axis=0)
np.diag({q}) | np.sort({v}) | {v}[np.argsort({v})] | np.roll({v}, 1) | np.flip({v}) | np.squeeze({R}) | {R}.ravel() | {c}.flatten()
np.tile({s}, 3) | np.repeat({r}, [1, 2]) | np.full(3, {s}) | np.append({r}, {s}) | np.hstack([{s}, {r}]) | np.linspace({s}, {s}, 3)
np.einsum('ij,i->j', {A}, {r}) / 2 | np.einsum('ij,kj->j', {A}, {q}) / 4 | np.matmul({v}, {q}) / 3 | np.dot({q}, {v}) / 3 | {v} @ {q} / 3
np.prod({A}, axis=0) | np.zeros(3) + {s} | np.ones(3) * {s} | np.ones_like({v}) * {s} | np.zeros_like({v}) + {v} | {v} + np.arange(3.0) * {s}
np.split({A}, 2)[1].reshape(3) | np.array_split({v}, 2)[0].repeat(2)[:3] | np.broadcast_to({s}, (3,)) * 0.8 | np.asarray({v}) * 0.5 | {v}.copy()
np.linalg.solve(np.eye(3) * 3 + 0.3 * np.tanh({q}), {v}) | np.concatenate([{e}, {v}]) | {E}.sum(axis=0) + {s} | np.diff({v}, prepend=0.2)
np.array([{v}[0], {s}, {r}[-1]]) | {q}.sum(1) / 3 | np.mean({q}, axis=-1) | {q}.std(axis=0) | np.var({q}, 1) | np.cumsum({A}, axis=1)[0] / 2
np.where([True, False, True], {v}, {s}) | np.choose([0, 1, 0], [{v}, 0.5 * {v}]) | np.take({v}, [2, 0, 1]) | {v}.take([1, 1, 0])
np.cross({v}, {v} + 0.3) * 0.4 | np.outer({v}, {r})[:, 1] | np.maximum.reduce([{v}, 0.8 * {v} + 0.1]) | np.linalg.norm({q} + 2, axis=1) / 3
np.matmul({q}, {c})[:, 0] / 3 | np.convolve({v}, {r}, 'same') * 0.5 | np.gradient({v}) | np.select([{v} > 0.4, {v} < -0.4], [{v}, -{v}], 0.1)
np.stack([{v}, {v}]).mean(0) | {A}[:, [0, 1, 1]][0] | {v}[:, None][:, 0] | {v}[np.newaxis].squeeze() | np.delete({A}[0], []) | np.moveaxis({T}, 0, 1)[0, 1]
np.array([{s}, {s}]) | 0.4 * {A} @ {v} | {A}[:, -1] | {A}[:, 0] | {v}[1:] | {v}[:2] | {v}[::2] | np.mean({A}, axis=1) | {B}.ravel() | {B}[:, 0]
np.diff({v}) | {A}.sum(axis=-1) / 3 | np.sum({T}, axis=(1, 2)) / 3 | np.max({A}, axis=1) | np.logaddexp.reduce({A}, axis=1) / 2 | {T}[:, 0, 1]
np.einsum('ij,j->i', {A}, {v}) / 3 | np.stack([{s}, {s}]) | {v}[[-1, 0]] | {v}[np.array([True, False, True])] | np.delete({v}, 1) | np.ravel({B})
np.tensordot({A}, {v}, axes=1) / 3 | np.dot({A}, {v}) / 3 | np.inner({A}, {v}) / 3 | np.concatenate(({v}[:1], {v}[2:])) | {q}[0, 1:] | {q}[[0, 2], [1, 0]]
np.stack([{v}, {v}]) | np.outer({r}, {v}) | {r}[:, None] * {v} | np.tanh({A} + {c}.T) | {q}[:2] | {q}[1:, :] | {T}[:, 0] | {T}.reshape(2, 3) | {T}.squeeze()
np.array([{v}, {v}]) | np.vstack([{v}, {v}]) | {A}[::-1] | {A}[[1, 0]] | {A}[:, ::-1] | {A}[:, [2, 0, 1]] | np.cumsum({A}, axis=0) / 2 | np.cumprod(np.cos({A}), 1)
np.sort({A}, axis=1) | {A} @ {q} / 3 | np.einsum('ij,jk->ik', {A}, {q}) / 3 | np.broadcast_to({v}, (2, 3)) * 0.7 | np.repeat({R}, 2, axis=0) | np.tile({v}, (2, 1))
np.concatenate([{R}, {R}]) | np.concatenate([{B}, {B}, {B}], axis=1) | {A} - {A}.mean(axis=1, keepdims=True) | {A} / np.sum(np.exp({A}), axis=1, keepdims=True)
np.exp({A} - {A}.max(axis=0, keepdims=True)) * 0.5 | np.where({A} > 0.1, {A}, {B}) | np.roll({A}, 1, axis=1) | np.flip({A}, 0) | np.atleast_2d({A}) * 0.9
np.concatenate([{E}, {A}]) | np.full((2, 3), {s}) | np.swapaxes({T}, 0, 1)[0] | np.delete({q}, 1, axis=0) | np.reshape({T}, (2, -1)) | np.column_stack([{r}, {r}, {r}])
{A}[[[0], [1]], [0, 1, 2]] | {A}[np.ix_([1, 0], [0, 2, 1])] | np.pad({B}, ((0, 0), (1, 1))) | np.concatenate([{B}, {A}[:, 1:]], axis=-1) | np.take({q}, [0, 0], axis=0)
np.split({q}, [1, 2])[2].repeat(2, axis=0) | {A}.copy() * 0.9 | np.triu({A}) | np.tril({A}, 1) | {A}.astype(float) | np.apply_along_axis(np.cumsum, 1, {A}) / 2
{v}[:, None] | {v}.reshape(3, 1) | {A}.T[:, :1] | {R}.T | np.mean({q}, axis=1, keepdims=True) | {q}[:, 1:2] | np.expand_dims({v}, 1) | {q} @ {c} / 3 | {v}[:, np.newaxis]
np.sum({q}, axis=-1, keepdims=True) / 3 | np.transpose({R}) | np.max({q}, axis=1, keepdims=True) | np.linalg.solve(np.eye(3) * 4 + {q}, {c}) | np.vstack([{s}, {s}, {s}])
{r}[:, None] | np.sum({A}, axis=1, keepdims=True) / 3 | {A}[:, :1] | {A} @ {c} / 3 | {r}.reshape(-1, 1) | {A}.mean(1, keepdims=True) | np.stack([{s}, {s}])[:, None]
{v}[None] | {v}[None, :] | {A}[:1] | np.sum({A}, axis=0, keepdims=True) / 2 | {c}.T | {A}[1:] | np.expand_dims({v}, 0) | {v}.reshape(1, -1) | np.atleast_2d({v}) | {v} * np.ones((1, 1))
np.outer({v}, {v}) | {c} * {v} | {c} * {R} | {c} @ {R} | {q}.T | np.diag({v}) | {A}.T @ {A} / 2 | np.stack([{v}, {v}, {v}], axis=1) | np.linalg.inv(np.eye(3) * 3 + 0.4 * {q})
np.tril({q}) | np.triu({q}, 1) | np.eye(3) * {s} | np.vstack([{A}, {R}]) | np.concatenate([{A}, {v}[None]]) | {q} @ {q} / 3 | np.kron({v}, {c}) | np.einsum('i,j->ij', {v}, {v})
np.hstack([{c}, {c}, {c}]) | np.concatenate([{c}, {q}[:, :2]], axis=1) | np.swapaxes({q}, 0, 1) | {v}[:, None] - {v} | {q} - np.diag(np.diag({q})) | np.einsum('ij->ji', {q})
{q}[::-1, ::-1] | np.tensordot({A}, {A}, axes=([0], [0])) / 2 | np.fliplr({q}) | np.rot90({q}) | np.where(np.eye(3) > 0, {q}, {s}) | np.linalg.cholesky(np.eye(3) * 3 + 0.2 * ({q} + {q}.T))
{A}[:, None] | {A}[:, None, :] | {A}.reshape(2, 1, 3) | np.stack([{R}, {R}]) | np.expand_dims({A}, 1) | {T}[::-1] | {A}[:, np.newaxis] * {R} | np.cumsum({T}, axis=0) / 2 | {B}[:, None] * {v}
{T} @ {q} / 3 | np.matmul({R}, {q})[None] * np.ones((2, 1, 1)) / 3 | np.einsum('ij,jk->ik', {A}, {q})[:, None] / 3 | np.transpose({T}, (0, 1, 2)) | np.mean({T}, axis=2, keepdims=True) * {v}
{v}[:0] | {v}[3:] | {v}[{v} > 50] | np.array([]) * {s} | {E}.ravel() | np.sin({e}) * {s} | {E}[:, 1] | np.concatenate([{e}, {e}]) | {A}[:0] | {E} * {v} | {q}[5:] | np.zeros((0, 3)) + {v} | {e}.reshape(0, 3)
"""


def forms(table: str) -> list[str]:
    """The entries of a table."""
    return [form.strip() for line in table.strip().splitlines() for form in line.split("|")]


def operands(template: str) -> list[str]:
    """The kinds that a template asks for, in order."""
    return re.findall(r"\{(\w)\}", template)


def filled(template: str, texts: list[str]) -> str:
    """The template with its operands put in."""
    given = iter(texts)
    return re.sub(r"\{\w\}", lambda match: next(given), template)


def value_of(template: str) -> np.ndarray:
    """The template evaluated with some numbers."""
    numbers = np.random.default_rng(1)
    names: dict[str, object] = {"np": np}
    texts = []
    for k, kind in enumerate(operands(template)):
        shape = SHAPES.get(kind, ())
        value = numbers.uniform(0.1, 0.9, size=shape)
        names[f"x{k}"] = np.array(value) if kind == ZERO_DIMENSIONAL else value
        texts.append(f"x{k}")
    with np.errstate(all="ignore"):
        return np.asarray(eval(filled(template, texts), names))


def by_kind(templates: list[str]) -> dict[str, list[str]]:
    """Templates by the kind of their values."""
    table: dict[str, list[str]] = {letter: [] for letter in SHAPES}
    for template in templates:
        table[LETTERS[value_of(template).shape]].append(template)
    return table


def broadcasts() -> dict[str, list[tuple[str, str]]]:
    """For each kind, every pair of kinds that is broadcast to it."""
    table: dict[str, list[tuple[str, str]]] = {letter: [] for letter in SHAPES}
    for a, left in SHAPES.items():
        for b, right in SHAPES.items():
            try:
                letter = LETTERS.get(np.broadcast_shapes(left, right))
            except ValueError:
                continue
            if letter:
                table[letter].append((a, b))
    return table


UNARY_FORMS, BINARY_FORMS = forms(UNARY), forms(BINARY)
MADE = by_kind(forms(_MADE))
PAIRS = broadcasts()
