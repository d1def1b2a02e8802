"""Small data in groups for every likelihood that the mixed regressions are tested with: pairs, one factor with several
effects, crossed and nested factors. Each is made by a seed and is the same on every machine.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy import special

import stattools as st
from stattools.likelihoods import Cumulative
from stattools.likelihoods.linked import Linked
from stattools.likelihoods.links import LINKS
from tests.latent import exact_integrals as exact
from tests.latent.exact_integrals import Floats


@dataclass(frozen=True)
class Family:
    """A likelihood of the package, its density by SciPy, the linear predictors `beside` the first, and how an outcome
    is drawn from the first ones. `outcome` writes it in a formula, `call` makes the regression of it.
    """

    name: str
    likelihood: object
    law: Callable[[Floats, Floats, Floats], Floats]
    beside: tuple[float, ...]
    draw: Callable[[np.random.Generator, Floats], Floats]
    call: Callable[..., object]
    concave: bool = True

    def eta(self, first: Floats) -> Floats:
        """All linear predictors, (n, width), or (n,) of one."""
        first = np.asarray(first, dtype=float)
        return np.column_stack([first, np.tile(self.beside, (len(first), 1))]) if self.beside else first

    def columns(self, y: Floats) -> dict[str, Floats]:
        """The outcome as columns of a table: "y", and "trials" where it has them."""
        return {"y": y} if y.ndim == 1 else {"y": y[:, 0], "trials": y[:, 1]}

    def __str__(self) -> str:
        return self.name


def _trials(g: np.random.Generator, eta: Floats) -> Floats:
    n = g.integers(2, 9, len(eta)).astype(float)
    return np.column_stack([g.binomial(n.astype(int), special.expit(eta)).astype(float), n])


CUTS = (-1.0, 0.4, 1.7)
FAMILIES = {
    one.name: one
    for one in (
        Family("logistic", st.Bernoulli(), exact.bernoulli, (),
               lambda g, eta: (g.random(len(eta)) < special.expit(eta)).astype(float), st.logistic),
        Family("probit", st.Probit(), exact.probit, (),
               lambda g, eta: (g.random(len(eta)) < special.ndtr(eta)).astype(float), st.probit),
        Family("binomial", st.Binomial(), exact.binomial, (), _trials,
               lambda formula, table: st.logistic(formula, table, trials="trials")),
        Family("poisson", st.Poisson(), exact.poisson, (),
               lambda g, eta: g.poisson(np.exp(eta)).astype(float), st.poisson),
        Family("negative binomial", st.NegativeBinomial(), exact.negative_binomial, (-0.7,),
               lambda g, eta: g.poisson(np.exp(eta) * g.gamma(2.0, 0.5, len(eta))).astype(float),
               st.negative_binomial, concave=False),
        Family("gamma", st.GammaFamily(), exact.gamma, (-1.0,),
               lambda g, eta: np.exp(eta) * g.gamma(np.e, 1.0 / np.e, len(eta)),
               lambda formula, table: st.glm(formula, table, family="gamma", link="log"), concave=False),
        Family("ordinal", Cumulative(4), exact.ordinal, CUTS,
               lambda g, eta: (eta[:, None] + g.logistic(size=(len(eta), 1)) > np.array(CUTS)).sum(axis=1) * 1.0,
               st.ordinal),
        Family("ordinal probit", Cumulative(4, "probit"), exact.ordinal_probit, CUTS,
               lambda g, eta: (eta[:, None] + g.standard_normal((len(eta), 1)) > np.array(CUTS)).sum(axis=1) * 1.0,
               lambda formula, table: st.ordinal(formula, table, link="probit")),
        Family("cloglog", Linked(st.Bernoulli(), LINKS["cloglog"]),
               lambda eta, y, others: np.where(y > 0, np.log(-np.expm1(-np.exp(eta))), -np.exp(eta)), (),
               lambda g, eta: (g.random(len(eta)) < -np.expm1(-np.exp(eta))).astype(float),
               lambda formula, table: st.glm(formula, table, family="binomial", link="cloglog")),
    )
}  # fmt: skip


@dataclass(frozen=True)
class Grouped:
    """A made data set: columns x of the fixed effects, the linear predictor without effects, outcomes, terms."""

    family: Family
    X: Floats
    first: Floats
    y: Floats
    terms: tuple[exact.Term, ...]
    weight: Floats | None = None

    @property
    def rows(self) -> exact.Rows:
        return exact.rows(self.family.law, self.family.eta(self.first), self.y, self.weight)

    def table(self) -> dict[str, Floats]:
        """Columns y (and trials), x, and a grouping column g, h of text for each term."""
        groups = {name: np.array([f"{name}{j:02d}" for j in term.codes])
                  for name, term in zip("gh", self.terms, strict=False)}  # fmt: skip
        return self.family.columns(self.y) | {"x": self.X[:, 1]} | groups

    def loglik(self, beta: Floats, beside: Floats, roots: tuple[Floats, ...]) -> float:
        """The marginal log-likelihood at fixed effects (intercept 0 where thresholds stand for it) and roots T."""
        first = self.X @ beta
        eta = np.column_stack([first, np.tile(beside, (len(first), 1))]) if len(beside) else first
        rows = exact.rows(self.family.law, eta, self.y, self.weight)
        terms = [exact.Term(one.codes, one.z, T) for one, T in zip(self.terms, roots, strict=True)]
        if len(terms) == 1:
            return exact.one_factor(rows, terms[0])
        few = terms[1]
        inside = all(len(np.unique(few.codes[terms[0].codes == j])) == 1 for j in np.unique(terms[0].codes))
        return (exact.nested if inside else exact.crossed)(rows, terms[0], few)


def _made(family: str, seed: int, codes: tuple[np.ndarray, ...], roots: tuple[Floats, ...], slopes: int = 0) -> Grouped:
    g, one = np.random.default_rng(seed), FAMILIES[family]
    n = len(codes[0])
    X = np.column_stack([np.ones(n), g.standard_normal(n)])
    first = 0.3 + 0.5 * X[:, 1]
    z = [np.column_stack([np.ones(n), X[:, 1], g.uniform(-1.0, 1.0, n)])[:, : len(T)] for T in roots]
    effects = [
        (zk * (g.standard_normal((code.max() + 1, len(T))) @ T.T)[code]).sum(axis=1)
        for code, zk, T in zip(codes, z, roots, strict=True)
    ]
    y = one.draw(g, first + sum(effects))
    return Grouped(one, X, first, y, tuple(exact.Term(*each) for each in zip(codes, z, roots, strict=True)))


def pairs(family: str, *, groups: int = 12, seed: int = 1, sigma: float = 1.2) -> Grouped:
    """Two rows in each group, one effect."""
    return _made(family, seed, (np.repeat(np.arange(groups), 2),), (np.array([[sigma]]),))


def one_factor(family: str, *, effects: int = 2, groups: int = 5, seed: int = 2) -> Grouped:
    """Groups of 3 to 6 rows with one to three correlated effects: a level, the slope of x, and of another column."""
    T = np.array([[0.8, 0.0, 0.0], [0.3, 0.5, 0.0], [-0.2, 0.1, 0.4]])[:effects, :effects]
    sizes = np.random.default_rng(seed).integers(3, 7, groups)
    return _made(family, seed + 100, (np.repeat(np.arange(groups), sizes),), (T,))


def crossed(family: str, *, seed: int = 3, groups: int = 5) -> Grouped:
    """Groups g, each seen three times with each of two groups h."""
    first, second = np.divmod(np.arange(groups * 2).repeat(3), 2)
    return _made(family, seed, (first, second), (np.array([[0.9]]), np.array([[0.6]])))


def nested(family: str, *, seed: int = 4, groups: int = 4) -> Grouped:
    """Three groups g of three rows within each of four groups h."""
    inner = np.arange(groups * 3).repeat(3)
    return _made(family, seed, (inner, inner // 3), (np.array([[0.7]]), np.array([[0.8]])))
