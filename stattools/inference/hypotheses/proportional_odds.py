"""Is the effect of a term the same at every cut? Tests of proportional odds, of each term and of all together.

    lr     twice the log-likelihood that the fit loses against effects of the term at each cut
    score  Rao's: score and information of those effects where they are equal, which needs no larger maximum
    brant  Wald's test that logistic regressions of y > j, one for each cut j, have the same coefficients; their
           covariance is (X^T W_jj X)^-1 X^T W_jl X (X^T W_ll X)^-1, W_jl = p_l (1 - p_j) for j <= l, p_j = P(y > j)

Degrees of freedom are those of the term times the number of labels less two. Brant's test is of the logit alone.
Source: Brant, Biometrics 46 (1990), 1171-1178; Peterson & Harrell, Applied Statistics 39 (1990), 205-217.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from scipy import special

from stattools.errors import DomainError, IdentificationError, IncompatibleError, StattoolsError
from stattools.inference.estimates import Estimates
from stattools.inference.existence import check_overlap, check_rank
from stattools.inference.hypotheses.terms import terms_of
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import pd
from stattools.likelihoods import Bernoulli, Cumulative
from stattools.models.model import Model
from stattools.models.predictors.linear import Linear
from stattools.numerics.columns import as_columns
from stattools.numerics.products import weighted
from stattools.solvers import Newton
from stattools.solvers.metric import Metric

ALL = "all terms"
INDEFINITE = 1e-12
"""The smallest eigenvalue of a matrix of correlations down to which it counts as singular."""


def proportional_odds(fit: Estimates) -> pd.DataFrame:
    """One row per term and test, then those of all terms together: term, test, df, statistic, p_value.

    >>> import stattools as st
    >>> pain = {"pain": [1, 2, 3, 2, 1, 3, 2, 3, 1, 2], "dose": [5, 2, 2, 4, 3, 1, 5, 4, 2, 1]}
    >>> proportional_odds(st.fit(st.ordinal("pain ~ dose", pain))).test.unique().tolist()
    ['lr', 'score', 'brant']
    """
    model = _with_all_columns(fit.model)
    family, of = _family(fit), terms_of(model)[0]
    names = [name for k, name in enumerate(of.names) if _columns(model, of.columns(k))]
    columns = {name: _columns(model, of.columns(of.names.index(name))) for name in names}
    if len(columns) > 1:
        columns[ALL] = tuple(sorted({column for each in columns.values() for column in each}))
    rows: list[dict[str, Any]] = []
    missing: list[str] = []
    binary: tuple[Floats, Floats] | None = None
    if model.rows.place == "in memory" and family == replace(family.plain, link_name="logit"):
        try:
            binary = _binary(model)
        except StattoolsError as error:
            missing.append(f"brant: {error.message}")
    for name, chosen in columns.items():
        df = len(chosen) * (family.categories - 2)
        for test, statistic in _larger(model, fit, chosen, f"{name}, ", missing):
            rows.append(_row(name, test, df, statistic))
        if binary is not None:
            try:
                rows.append(_row(name, "brant", df, _brant(model, binary, chosen)))
            except StattoolsError as error:
                missing.append(f"{name}, brant: {error.message}")
    table = pd.DataFrame(rows, columns=["term", "test", "df", "statistic", "p_value"])
    if missing:
        table.attrs["note"] = "Not made: " + " ".join(missing)
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


def _row(term: str, test: str, df: int, statistic: float) -> dict[str, Any]:
    return {
        "term": term,
        "test": test,
        "df": df,
        "statistic": statistic,
        "p_value": float(special.chdtrc(df, statistic)),
    }


def _with_all_columns(model: Model) -> Model:
    """The model with its columns as an array: the levels of a factor have effects at each cut, where they are no codes
    of one linear predictor.
    """
    rows = model.rows
    return model if as_columns(rows.X).by_levels is None else replace(model, rows=replace(rows, X=np.asarray(rows.X)))


def _larger(
    model: Model, fit: Estimates, chosen: tuple[int, ...], who: str, missing: list[str]
) -> list[tuple[str, float]]:
    """The likelihood ratio, where the larger model has a maximum, and the score test, against effects at each cut."""
    full, theta = _with_effects(model, fit.estimate, chosen)
    work, T = full.standardized()
    phi = np.linalg.solve(T, theta)
    found: list[tuple[str, float]] = []
    try:
        solution = Newton().solve(replace(work, start=phi))
        if not solution.converged:
            check_overlap(full)
            raise DomainError("no maximum was found with effects at each cut.")
        found.append(("lr", max(2.0 * (solution.loglik - fit.loglik), 0.0)))
    except StattoolsError as error:
        missing.append(f"lr of {who}{error.message}")
    at = work.evaluate(phi)
    try:
        found.append(("score", Metric(at.information).norm(at.score) ** 2))
    except IdentificationError as error:  # as of a level without rows in a label
        missing.append(f"score of {who}{error.message}")
    return found


def _with_effects(model: Model, estimate: Floats, chosen: tuple[int, ...]) -> tuple[Model, Floats]:
    """The model whose location columns `chosen` have an effect at each cut, and the estimate as its coefficients."""
    family, old = model.likelihood, model.predictor
    K = family.categories  # type: ignore[attr-defined]
    full = replace(family, partial=True)  # type: ignore[type-var]
    main = tuple(column for column in old.main or () if column not in chosen)
    before = old.own[K - 1] if family.partial else ()  # type: ignore[attr-defined]
    effects = (*before, *chosen)
    scale = old.own[-1:] if family.scaled else ()  # type: ignore[attr-defined]
    new = Linear(old.columns, full.width, (((),) * (K - 1) + (effects,) * (K - 1) + scale), main, full.taken_up)
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
        solution = Newton().solve(one)
        check_rank(one)
        check_overlap(one)
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
    variances = np.diagonal(C)
    size = np.sqrt(np.where(variances > 0.0, variances, 1.0))
    scaled = C / size / size[:, None]
    if not (np.isfinite(scaled).all() and variances.min() > 0.0 and np.linalg.eigvalsh(scaled)[0] > INDEFINITE):
        raise DomainError(
            "the covariance of the coefficients between cuts, of which each is estimated on its own, is not definite, "
            "as where one cut is nearly separated."
        )
    return float(gap / size @ np.linalg.solve(scaled, gap / size))
