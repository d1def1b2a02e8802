"""Is the effect of a term the same at every cut? Tests of proportional odds, of each term and of all together.

    lr     twice the log-likelihood that the fit loses against effects of the term at each cut
    score  Rao's: score and information of those effects where they are equal, which needs no larger maximum
    brant  Wald's test that logistic regressions of y > j, one for each cut j, have the same coefficients; their
           covariance is (X^T W_jj X)^-1 X^T W_jl X (X^T W_ll X)^-1, W_jl = p_l (1 - p_j) for j <= l, p_j = P(y > j)

Degrees of freedom are those of the term times the number of labels less two. Brant's test is of the logit alone.
Source: Brant, Biometrics 46 (1990), 1171-1178; Peterson & Harrell, Applied Statistics 39 (1990), 205-217.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache, cached_property, partial
from typing import Any

import numpy as np
from scipy import special

from stattools.errors import DomainError, IdentificationError, IncompatibleError
from stattools.inference.estimates import Estimates
from stattools.inference.existence.overlap import check_overlap, check_solution
from stattools.inference.existence.rank import check_rank
from stattools.inference.hypotheses.result import not_made, several
from stattools.inference.hypotheses.wald import terms_of
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import pd
from stattools.likelihoods import Bernoulli, Cumulative
from stattools.models.evaluation import Evaluation
from stattools.models.model import Model
from stattools.models.predictor import Linear
from stattools.numerics.columns import weighted
from stattools.solvers import Newton
from stattools.solvers.metric import Metric, undetermined

ALL = "all terms"


def proportional_odds(fit: Estimates) -> pd.DataFrame:
    """One row per term and test, then those of all terms together: term, test, df, statistic, p_value.

    >>> import stattools as st
    >>> pain = {"pain": [1, 2, 3, 2, 1, 3, 2, 3, 1, 2], "dose": [5, 2, 2, 4, 3, 1, 5, 4, 2, 1]}
    >>> proportional_odds(st.fit(st.ordinal("pain ~ dose", pain))).test.unique().tolist()
    ['lr', 'score', 'brant']
    """
    model = replace(fit.model, rows=replace(fit.model.rows, X=np.asarray(fit.model.rows.X)))  # an effect at each cut
    family, of = _family(fit), terms_of(model)[0]
    names = [name for k, name in enumerate(of.names) if _columns(model, of.columns(k))]
    binary = cache(lambda: _binary(model))  # of all cuts, for all terms
    columns = {name: _columns(model, of.columns(of.names.index(name))) for name in names}
    if len(columns) > 1:
        columns[ALL] = tuple(sorted({column for each in columns.values() for column in each}))
    answers: dict[str, Callable[[], dict[str, Any]]] = {}
    for name, chosen in columns.items():
        df = len(chosen) * (family.categories - 2)
        larger = _Larger(model, fit, chosen)
        tests = {"lr": larger.ratio, "score": larger.score}
        plain = family.link_name == "logit" and not family.facts.added
        if model.rows.place == "in memory" and plain:
            tests["brant"] = partial(lambda chosen: _brant(model, binary(), chosen), chosen)
        for test, statistic in tests.items():
            answers[f"{test} of {name}"] = partial(_row, name, test, df, statistic)
    rows, unmade = several(answers)
    table = pd.DataFrame(list(rows.values()), columns=["term", "test", "df", "statistic", "p_value"])
    if unmade:
        table.attrs["note"] = not_made(unmade)
    return table


def _family(fit: Estimates) -> Cumulative:
    """The family, where the question can be asked; IncompatibleError or DomainError with the reason."""
    model, family = fit.model, fit.model.likelihood
    if fit.penalty is not None or fit.cov != "information":
        raise IncompatibleError(
            "proportional_odds() compares maxima of the likelihood: fit without penalty= and without cov=."
        )
    if family.categories < 3:
        raise DomainError(f"{model.title} has two labels and one cut: there is nothing to be proportional.")
    if not model.predictor.parts[0].stop:
        raise DomainError(f"{model.title} has no term whose effect is the same at every cut.")
    return family


def _columns(model: Model, coefficients: Sequence[int]) -> tuple[int, ...]:
    """The columns of a term that are in the location."""
    part = model.predictor.parts[0]
    return tuple(int(model.predictor.column[k]) for k in coefficients if part.start <= k < part.stop)


def _row(term: str, test: str, df: int, measure: Callable[[], float]) -> dict[str, Any]:
    statistic = measure()
    p_value = float(special.chdtrc(df, statistic))
    return {"term": term, "test": test, "df": df, "statistic": statistic, "p_value": p_value}


class _Larger:
    """The model with effects of the columns `chosen` at each cut, looked at where these are equal."""

    def __init__(self, model: Model, fit: Estimates, chosen: tuple[int, ...]) -> None:
        self.fit = fit
        self.full, theta = _with_effects(model, fit.estimate, chosen)
        self.work, T = self.full.standardized()
        self.phi = np.linalg.solve(T, theta)

    @cached_property
    def at(self) -> Evaluation:
        """The evaluation where the effects are equal; IdentificationError where it does not determine them all."""
        at = self.work.evaluate(self.phi)
        if (number := undetermined(at.information)) is not None:  # as of a level without rows in a label
            raise IdentificationError(
                f"the data do not determine {self.full.names[number]} beside the other effects at cuts."
            )
        return at

    def score(self) -> float:
        """Rao's statistic."""
        return Metric(self.at.information).norm(self.at.score) ** 2

    def ratio(self) -> float:
        """The likelihood ratio; StattoolsError where there is no maximum with effects at each cut."""
        assert self.at is not None
        check_rank(self.full)
        solution = Newton().solve(replace(self.work, start=self.phi))
        check_solution(self.work, solution)
        if not solution.converged:
            raise DomainError("no maximum was found with effects at each cut.")
        return max(2.0 * (solution.loglik - self.fit.loglik), 0.0)


def _with_effects(model: Model, estimate: Floats, chosen: tuple[int, ...]) -> tuple[Model, Floats]:
    """The model whose location columns `chosen` have an effect at each cut, and the estimate as its coefficients."""
    family, old = model.likelihood, model.predictor
    K = family.categories  # type: ignore[attr-defined]
    full = replace(family, partial=True)  # type: ignore[type-var]
    main = tuple(column for column in old.main or () if column not in chosen)
    before = old.own[K - 1] if family.partial else ()  # type: ignore[attr-defined]
    effects = (*before, *chosen)
    scale = old.own[-1:] if family.scaled else ()  # type: ignore[attr-defined]
    new = Linear(old.columns, full.width, (((),) * (K - 1) + (effects,) * (K - 1) + scale), main, full.facts.taken_up)
    theta = np.zeros(new.size)
    theta[new.parts[0]] = estimate[[old.parts[0].start + (old.main or ()).index(column) for column in main]]
    own = estimate[[old.parts[0].start + (old.main or ()).index(column) for column in chosen]]
    for cut in range(1, K):
        theta[new.parts[cut]] = estimate[old.parts[cut]]
        there = estimate[old.parts[cut + K - 1]] if before else np.zeros(0)
        theta[new.parts[cut + K - 1]] = np.concatenate([there, own])
    if scale:
        theta[new.parts[-1]] = estimate[old.parts[-1]]
    return replace(model, likelihood=full, predictor=new, start=theta), theta


def _binary(model: Model) -> tuple[Floats, Floats]:
    """Coefficients (K - 1, p + 1) of logistic regressions of y > j, and the covariance of all of them."""
    columns, K = [0, *(model.predictor.main or ())], model.likelihood.categories  # type: ignore[attr-defined]
    X, T = model.standardized_rows()
    X = np.concatenate([block.X for block in X.blocks()])[:, columns]
    U = T[np.ix_(columns, columns)]
    rows, betas, shares = model.rows, [], []
    for cut in range(K - 1):
        over = replace(rows, X=X, y=(rows.y > cut).astype(float), center=None, scale=None, low=None)
        design = replace(model.design, names=tuple(np.array(model.terms)[columns].tolist()))
        one = replace(
            model, likelihood=Bernoulli(), predictor=Linear(len(columns)), rows=over, design=design,
            start=np.zeros(len(columns)), labels=None,
            title=f"logistic regression beyond {(model.labels or ())[cut]!r}",
        )  # fmt: skip
        check_rank(one)
        check_overlap(one)
        solution = Newton().solve(one)
        betas.append(solution.estimate)
        shares.append(special.expit(one.eta(solution.estimate)))
    p = np.array(shares)
    inverse = [np.linalg.inv(X.T @ weighted(X, _times(rows, p[j] * (1.0 - p[j])))) for j in range(K - 1)]
    q = len(columns)
    V = np.empty((K - 1, q, K - 1, q))
    for j in range(K - 1):
        for m in range(j, K - 1):
            between = inverse[j] @ (X.T @ weighted(X, _times(rows, p[m] * (1.0 - p[j])))) @ inverse[m]
            V[j, :, m], V[m, :, j] = U @ between @ U.T, U @ between.T @ U.T
    return np.array(betas) @ U.T, V.reshape((K - 1) * q, -1)


def _times(rows: Any, w: Floats) -> Floats:
    return w if rows.weight is None else w * rows.weight


def _brant(model: Model, binary: tuple[Floats, Floats], chosen: tuple[int, ...]) -> float:
    """Wald's statistic of equal coefficients of some columns at all cuts; DomainError where their covariance, which is
    put together from regressions of each cut, is not definite.
    """
    betas, V = binary
    cuts, q = betas.shape
    among = [0, *(model.predictor.main or ())]
    difference = np.column_stack([-np.ones(cuts - 1), np.eye(cuts - 1)])
    R = np.kron(difference, np.eye(q)[[among.index(column) for column in chosen]])
    gap = R @ betas.ravel()
    C = R @ V @ R.T
    if not np.isfinite(C).all() or undetermined(C) is not None:
        raise DomainError(
            "the covariance of the coefficients between cuts, of which each is estimated on its own, is not definite, "
            "as where one cut is nearly separated."
        )
    return Metric(C).norm(gap) ** 2
