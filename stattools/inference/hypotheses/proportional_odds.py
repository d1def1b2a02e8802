"""Is the effect of a term the same at every cut? Tests of proportional odds, of each term and of all together.

    lr     twice the log-likelihood that the fit loses against effects of the term at each cut
    score  Rao's: score and information of those effects where they are equal, which needs no larger maximum
    brant  Wald's test that logistic regressions of y > j, one for each cut j, have the same coefficients; their
           covariance is (X^T W_jj X)^-1 X^T W_jl X (X^T W_ll X)^-1, W_jl = p_l (1 - p_j) for j <= l, p_j = P(y > j)

Degrees of freedom are those of the term times the number of labels less two. Brant's test is of the logit alone.
Source: Brant, Biometrics 46 (1990), 1171-1178; Peterson & Harrell, Applied Statistics 39 (1990), 205-217.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import cache, partial
from typing import Any

import numpy as np
from scipy import special

from stattools.errors import DomainError, IdentificationError, IncompatibleError
from stattools.inference.estimates import Estimates
from stattools.inference.existence.rank import check_rank
from stattools.inference.existence.separation import check_overlap, check_solution
from stattools.inference.hypotheses.result import not_made, several
from stattools.inference.hypotheses.wald import terms_of
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import pd
from stattools.likelihoods import Bernoulli
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
    family = model.likelihood
    if fit.penalty is not None or fit.cov != "information":
        raise IncompatibleError(
            "proportional_odds() compares maxima of the likelihood: fit without penalty= and without cov=."
        )
    if family.categories < 3:
        raise DomainError(f"{model.title} has two labels and one cut: there is nothing to be proportional.")
    part, column = model.predictor.parts[0], model.predictor.column  # the columns of a term that are in the location
    if not part.stop:
        raise DomainError(f"{model.title} has no term whose effect is the same at every cut.")
    of = terms_of(model)[0]
    columns = {
        name: tuple(int(column[at]) for at in of.columns(k) if part.start <= at < part.stop)
        for k, name in enumerate(of.names)
    }
    columns = {name: chosen for name, chosen in columns.items() if chosen}
    if len(columns) > 1:
        columns[ALL] = tuple(sorted({column for each in columns.values() for column in each}))
    binary = cache(partial(_binary, model))  # of all cuts, for all terms
    plain = model.rows.place == "in memory" and family.link_name == "logit" and not family.facts.added
    answers: dict[str, Callable[[], tuple[Any, ...]]] = {}

    def row(term: str, test: str, df: int, measure: Callable[[], float]) -> tuple[Any, ...]:
        statistic = measure()
        return term, test, df, statistic, float(special.chdtrc(df, statistic))

    for name, chosen in columns.items():
        larger = cache(partial(_larger, model, fit.estimate, chosen))
        tests: dict[str, Callable[[], float]] = {"lr": partial(_ratio, larger, fit.loglik)}
        tests["score"] = partial(lambda at: Metric(at()[2].information).norm(at()[2].score) ** 2, larger)  # Rao's
        tests |= {"brant": partial(lambda chosen: _brant(model, binary(), chosen), chosen)} if plain else {}
        for test, statistic in tests.items():
            answers[f"{test} of {name}"] = partial(row, name, test, len(chosen) * (family.categories - 2), statistic)
    rows, unmade = several(answers)
    table = pd.DataFrame(list(rows.values()), columns=["term", "test", "df", "statistic", "p_value"])
    if unmade:
        table.attrs["note"] = not_made(unmade)
    return table


def _larger(model: Model, estimate: Floats, chosen: tuple[int, ...]) -> tuple[Model, Model, Evaluation]:
    """The model whose location columns `chosen` have an effect at each cut, its standardized form, which starts where
    these are equal, and the evaluation there; IdentificationError where that does not determine them all.
    """
    family, old = model.likelihood, model.predictor
    K = family.categories  # type: ignore[attr-defined]
    likelihood = replace(family, partial=True)  # type: ignore[type-var]
    location = dict(zip(old.main or (), estimate[old.parts[0]].tolist(), strict=True))
    main = tuple(column for column in location if column not in chosen)
    before = old.own[K - 1] if family.partial else ()  # type: ignore[attr-defined]
    effects = ((*before, *chosen),) * (K - 1)
    scale = old.own[-1:] if family.scaled else ()  # type: ignore[attr-defined]
    new = Linear(old.columns, likelihood.width, ((),) * (K - 1) + effects + scale, main, likelihood.facts.taken_up)
    theta = np.zeros(new.size)
    theta[new.parts[0]] = [location[column] for column in main]
    for cut in range(1, K):
        theta[new.parts[cut]] = estimate[old.parts[cut]]
        there = estimate[old.parts[cut + K - 1]] if before else ()
        theta[new.parts[cut + K - 1]] = [*there, *(location[column] for column in chosen)]
    if scale:
        theta[new.parts[-1]] = estimate[old.parts[-1]]
    full = replace(model, likelihood=likelihood, predictor=new, start=theta)
    work, T = full.standardized()
    work = replace(work, start=np.linalg.solve(T, theta))
    at = work.evaluate(work.start)
    if (number := undetermined(at.information)) is not None:  # as of a level without rows in a label
        raise IdentificationError(f"the data do not determine {full.names[number]} beside the other effects at cuts.")
    return full, work, at


def _ratio(larger: Callable[[], tuple[Model, Model, Evaluation]], loglik: float) -> float:
    """The likelihood ratio; StattoolsError where there is no maximum with effects at each cut."""
    full, work, _ = larger()
    check_rank(full)
    solution = Newton().solve(work)
    check_solution(work, solution)
    if not solution.converged:
        raise DomainError("no maximum was found with effects at each cut.")
    return max(2.0 * (solution.loglik - loglik), 0.0)


def _binary(model: Model) -> tuple[Floats, Floats]:
    """Coefficients (K - 1, p + 1) of logistic regressions of y > j, and the covariance of all of them."""
    columns, K = [0, *(model.predictor.main or ())], model.likelihood.categories  # type: ignore[attr-defined]
    X, T = model.standardized_rows()
    X = np.concatenate([block.X for block in X.blocks()])[:, columns]
    U = T[np.ix_(columns, columns)]
    rows, betas, shares = model.rows, [], []
    design = replace(model.design, names=tuple(model.terms[k] for k in columns))
    for cut in range(K - 1):
        over = replace(rows, X=X, y=(rows.y > cut).astype(float), center=None, scale=None, low=None)
        title = f"logistic regression beyond {(model.labels or ())[cut]!r}"
        one = replace(model, likelihood=Bernoulli(), predictor=Linear(len(columns)), rows=over, design=design)
        one = replace(one, start=np.zeros(len(columns)), labels=None, title=title)
        check_rank(one)
        check_overlap(one)
        solution = Newton().solve(one)
        betas.append(solution.estimate)
        shares.append(special.expit(one.eta(solution.estimate)))

    def between(j: int, m: int) -> Floats:
        return X.T @ weighted(X, weighted(shares[m] * (1.0 - shares[j]), rows.weight))

    inverse = [np.linalg.inv(between(j, j)) for j in range(K - 1)]
    V = np.empty((K - 1, len(columns), K - 1, len(columns)))
    for j in range(K - 1):
        for m in range(j, K - 1):
            V[j, :, m] = U @ inverse[j] @ between(j, m) @ inverse[m] @ U.T
            V[m, :, j] = V[j, :, m].T
    return np.array(betas) @ U.T, V.reshape((K - 1) * len(columns), -1)


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
