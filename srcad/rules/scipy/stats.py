"""Declare the densities and probabilities of scipy.stats, by the scores of their distributions.

One line a distribution: its shapes, its score and the slopes of its log-density in the shapes (in
`srcad.runtime.scipy.stats`); place and scale follow for all.  Probabilities have no derivative in
the shapes: they are refused there.
"""

from __future__ import annotations

import linecache
from typing import Any

import numpy as np
import scipy.stats as st

from srcad.rules.table import no_derivative, partials, vjp
from srcad.runtime.scipy import stats as helpers
from srcad.runtime.scipy.stats import (
    dirichlet_alpha,
    dirichlet_x,
    entropy_cov,
    normal_cov,
    normal_mean,
    normal_x,
    probability_share,
)

# What is declared for each, as it would be written by hand: S the score, K a slope.
CONTINUOUS = """\
partials(st.{name}.logpdf,
    lambda y, x, {P}loc=0, scale=1: where_positive(y, {S}) / scale,
    {logpdf}lambda y, x, {P}loc=0, scale=1: -where_positive(y, {S}) / scale,
    lambda y, x, {P}loc=0, scale=1: -where_positive(y, 1 + {Z} * {S}) / scale)
partials(st.{name}.pdf,
    lambda y, x, {P}loc=0, scale=1: times_density(y, {S}) / scale,
    {pdf}lambda y, x, {P}loc=0, scale=1: -times_density(y, {S}) / scale,
    lambda y, x, {P}loc=0, scale=1: -times_density(y, 1 + {Z} * {S}) / scale)
partials(st.{name}.cdf,
    lambda y, x, {P}loc=0, scale=1: st.{name}.pdf(x, {P}loc, scale),
    {none}lambda y, x, {P}loc=0, scale=1: -st.{name}.pdf(x, {P}loc, scale),
    lambda y, x, {P}loc=0, scale=1: -{Z} * st.{name}.pdf(x, {P}loc, scale))
partials(st.{name}.sf,
    lambda y, x, {P}loc=0, scale=1: -st.{name}.pdf(x, {P}loc, scale),
    {none}lambda y, x, {P}loc=0, scale=1: st.{name}.pdf(x, {P}loc, scale),
    lambda y, x, {P}loc=0, scale=1: {Z} * st.{name}.pdf(x, {P}loc, scale))
partials(st.{name}.logcdf,
    lambda y, x, {P}loc=0, scale=1: probability_share(st.{name}.logpdf(x, {P}loc, scale), y),
    {none}lambda y, x, {P}loc=0, scale=1: -probability_share(st.{name}.logpdf(x, {P}loc, scale), y),
    lambda y, x, {P}loc=0, scale=1: -{Z} * probability_share(st.{name}.logpdf(x, {P}loc, scale), y))
partials(st.{name}.logsf,
    lambda y, x, {P}loc=0, scale=1: -probability_share(st.{name}.logpdf(x, {P}loc, scale), y),
    {none}lambda y, x, {P}loc=0, scale=1: probability_share(st.{name}.logpdf(x, {P}loc, scale), y),
    lambda y, x, {P}loc=0, scale=1: {Z} * probability_share(st.{name}.logpdf(x, {P}loc, scale), y))
partials(st.{name}.ppf,
    lambda y, q, {P}loc=0, scale=1: 1 / st.{name}.pdf(y, {P}loc, scale),
    {none}lambda y, q, {P}loc=0, scale=1: 1,
    lambda y, q, {P}loc=0, scale=1: (y - loc) / scale)
partials(st.{name}.isf,
    lambda y, q, {P}loc=0, scale=1: -1 / st.{name}.pdf(y, {P}loc, scale),
    {none}lambda y, q, {P}loc=0, scale=1: 1,
    lambda y, q, {P}loc=0, scale=1: (y - loc) / scale)
"""
DISCRETE = """\
partials(st.{name}.logpmf, {none}lambda y, k, {P}loc=0: where_positive(y, {K}))
partials(st.{name}.pmf, {none}lambda y, k, {P}loc=0: times_density(y, {K}))
"""


def declare(template: str, name: str, **parts: str) -> None:
    """Write the rules of one distribution out, and run what was written."""
    text = template.format(name=name, **parts)
    file = f"<srcad rules of scipy.stats.{name}>"
    linecache.cache[file] = (len(text), None, text.splitlines(True), file)
    space: dict[str, Any] = {**vars(helpers), "st": st, "partials": partials, "__name__": __name__}
    exec(compile(text, file, "exec"), space)  # noqa: S102 - the text above


def continuous(name: str, shapes: str, score: str, *slopes: str) -> None:
    """Declare a distribution with place and scale."""
    z = "((x - loc) / scale)"
    given = f"{z}, {shapes}" if shapes else z
    head = f"{shapes}, " if shapes else ""
    lines = [f"lambda y, x, {head}loc=0, scale=1: " + f"{{how}}(y, {k}({given}))," for k in slopes]
    logs = [line.replace("{how}", "where_positive") for line in lines]
    plain = [line.replace("{how}", "times_density") for line in lines]
    declare(
        CONTINUOUS, name, P=head, Z=z, S=f"{score}({given})", none="None, " * len(slopes),
        logpdf="\n    ".join([*logs, ""]), pdf="\n    ".join([*plain, ""]),
    )  # fmt: skip


def discrete(name: str, shapes: str, slope: str) -> None:
    """Declare a distribution on whole numbers, in the last of its shapes."""
    count = shapes.count(",") + 1
    k = f"{slope}(k - loc, {shapes})"
    declare(DISCRETE, name, P=f"{shapes}, ", K=k, none="None, " * count)


# --- continuous ---
continuous("norm", "", "norm_score")
continuous("expon", "", "expon_score")
continuous("uniform", "", "uniform_score")
continuous("laplace", "", "laplace_score")
continuous("cauchy", "", "cauchy_score")
continuous("logistic", "", "logistic_score")
continuous("gumbel_r", "", "gumbel_r_score")
continuous("gumbel_l", "", "gumbel_l_score")
continuous("halfnorm", "", "norm_score")
continuous("rayleigh", "", "rayleigh_score")
continuous("t", "df", "t_score", "t_df")
continuous("chi2", "df", "chi2_score", "chi2_df")
continuous("gamma", "a", "gamma_score", "gamma_a")
continuous("invgamma", "a", "invgamma_score", "invgamma_a")
continuous("powerlaw", "a", "powerlaw_score", "powerlaw_a")
continuous("skewnorm", "a", "skewnorm_score", "skewnorm_a")
continuous("pareto", "b", "pareto_score", "pareto_b")
continuous("weibull_min", "c", "weibull_score", "weibull_c")
continuous("lognorm", "s", "lognorm_score", "lognorm_s")
continuous("beta", "a, b", "beta_score", "beta_a", "beta_b")

# --- discrete, in their probabilities ---
discrete("poisson", "mu", "poisson_mu")
discrete("bernoulli", "p", "bernoulli_p")
discrete("geom", "p", "geom_p")
discrete("binom", "n, p", "binom_p")

# fmt: off
partials(st.poisson.cdf, None, lambda y, k, mu, loc=0: -st.poisson.pmf(np.floor(k), mu, loc))
partials(st.poisson.sf,  None, lambda y, k, mu, loc=0: st.poisson.pmf(np.floor(k), mu, loc))
partials(st.poisson.logcdf, None,
    lambda y, k, mu, loc=0: -probability_share(st.poisson.logpmf(np.floor(k), mu, loc), y))
partials(st.poisson.logsf, None,
    lambda y, k, mu, loc=0: probability_share(st.poisson.logpmf(np.floor(k), mu, loc), y))

# --- several variables ---
vjp(st.multivariate_normal.logpdf,
    lambda y_bar, y, x, mean=None, cov=1, allow_singular=False:
        normal_x(y_bar, x, mean, cov, allow_singular),
    lambda y_bar, y, x, mean=None, cov=1, allow_singular=False:
        normal_mean(y_bar, x, mean, cov, allow_singular),
    lambda y_bar, y, x, mean=None, cov=1, allow_singular=False:
        normal_cov(y_bar, x, mean, cov, allow_singular))
vjp(st.multivariate_normal.pdf,
    lambda y_bar, y, x, mean=None, cov=1, allow_singular=False:
        normal_x(y_bar * y, x, mean, cov, allow_singular),
    lambda y_bar, y, x, mean=None, cov=1, allow_singular=False:
        normal_mean(y_bar * y, x, mean, cov, allow_singular),
    lambda y_bar, y, x, mean=None, cov=1, allow_singular=False:
        normal_cov(y_bar * y, x, mean, cov, allow_singular))
vjp(st.multivariate_normal.entropy,
    lambda y_bar, y, mean=None, cov=1: 0.0 * mean,
    lambda y_bar, y, mean=None, cov=1: entropy_cov(y_bar, mean, cov))
vjp(st.dirichlet.logpdf,
    lambda y_bar, y, x, alpha: dirichlet_x(y_bar, x, alpha),
    lambda y_bar, y, x, alpha: dirichlet_alpha(y_bar, x, alpha))
vjp(st.dirichlet.pdf,
    lambda y_bar, y, x, alpha: dirichlet_x(y_bar * y, x, alpha),
    lambda y_bar, y, x, alpha: dirichlet_alpha(y_bar * y, x, alpha))
no_derivative(st.rankdata)
# fmt: on
