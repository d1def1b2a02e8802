"""Tests of the terms of a regression: the analysis of variance or of deviance, and whether odds are proportional.

    I     each term beside those before it in the formula
    II    each term beside all that do not contain it: g beside x, and not beside g:x
    III   each term beside all others, categories coded by contrasts that sum to zero

so that type III is the main effect averaged over the other's levels, of whatever coding the formula is; numbers stay as
they are. Wald's tests need the covariance alone; likelihood ratios climb once for each term under R theta = 0, from the
nearest point in standard errors along the directions that R leaves free (`HeldMetric`). Source: Fox, Applied Regression
Analysis and Generalized Linear Models (2016), 8.2 and 15.3; type II with any covariance as in car's Anova, Fox &
Weisberg (2019), by W(term and what contains it) - W(what contains it).

Is the effect of a term the same at every cut? Tests of proportional odds, of each term and of all together.

    lr     twice the log-likelihood that the fit loses against effects of the term at each cut
    score  Rao's: score and information of those effects where they are equal, which needs no larger maximum
    brant  Wald's test that logistic regressions of y > j, one for each cut j, have the same coefficients; their
           covariance is (X^T W_jj X)^-1 X^T W_jl X (X^T W_ll X)^-1, W_jl = p_l (1 - p_j) for j <= l, p_j = P(y > j)

Degrees of freedom are those of the term times the number of labels less two. Brant's test is of the logit alone.
Source: Brant, Biometrics 46 (1990), 1171-1178; Peterson & Harrell, Applied Statistics 39 (1990), 205-217.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cache, partial
from typing import Any

import numpy as np
from scipy import special

from stattools.errors import ConvergenceError, DomainError, IdentificationError, IncompatibleError
from stattools.inference.covariance.covariance import quasi_dispersion
from stattools.inference.estimates import Estimates, lacks_rows
from stattools.inference.existence.rank import check_rank
from stattools.inference.existence.separation import check_overlap, check_solution
from stattools.inference.hypotheses.result import not_made, several
from stattools.inference.hypotheses.wald import TermsOfParameter, involved_in, metric_of, spread_of, terms_of, wald
from stattools.inference.restricted import beside_held
from stattools.interface.arrays import Floats
from stattools.interface.names.answers import one_of
from stattools.interface.when_needed import pd
from stattools.likelihoods import Bernoulli
from stattools.models.evaluation import Evaluation
from stattools.models.model import Model
from stattools.models.predictor import Linear
from stattools.numerics.arrowhead import in_parts
from stattools.numerics.columns import picked, weighted
from stattools.solvers import Newton
from stattools.solvers.climb import Standing, climb, footing, newton_ascent, rising
from stattools.solvers.metric import HeldMetric, Metric, undetermined
from stattools.solvers.solution import Solution


@dataclass(frozen=True, eq=False)
class RestrictedMaximum:
    """The maximum of a fit, and what is lost where hypotheses hold."""

    fit: Estimates
    work: Any
    T: Any
    peak: Floats
    information: Any
    top: float

    @staticmethod
    def of(fit: Estimates) -> RestrictedMaximum:
        """At the estimate; of a penalized fit the log-likelihood with its penalty."""
        work, T, peak = fit._likelihood()
        now = work.evaluate(peak)
        return RestrictedMaximum(fit, work, T, peak, now.information, now.loglik)

    def fall(self, R: Floats) -> float:
        """Twice the log-likelihood that is lost where R theta = 0; n log(RSS restricted / RSS) where a scale is
        estimated. ConvergenceError where the maximum under the hypotheses is not found.
        """
        lost = max(self.top - self.where(R, np.zeros(len(R)))[1], 0.0) if len(R) else 0.0
        if not self.fit.model.has_scale:
            return 2.0 * lost
        return float(self.fit.n * np.log1p(2.0 * lost / self.fit.model.residual_sums(self.fit.estimate)[0]))

    def where(self, R: Floats, q: Floats) -> tuple[Floats, float]:
        """theta at the maximum where R theta = q, and its log-likelihood; ConvergenceError where it is not found."""
        found = self._held(R, q)
        lost = np.nan if found is None or not found.converged else self.top - found.loglik
        if found is None or not np.isfinite(lost) or lost < -1e-7 * (1.0 + 1e-4 * abs(self.top)):
            raise ConvergenceError(
                f"The maximum of {self.fit.model.title} without a term was not reached, so there is no likelihood "
                'ratio. Use test="wald".'
            )
        return found.estimate, found.loglik

    def _held(self, R: Floats, q: Floats) -> Solution | None:
        """The end of a climb under the hypotheses, at theta; None where the log-likelihood is not finite at once."""
        (held, those), model = involved_in(R), self.fit.model
        alone = picked(those) if self.fit.penalty is None else None
        first = model.predictor.size_first if in_parts(self.information) and not model.facts.is_partial else 0
        if alone is not None and len(held) < first and held.max() < first:
            values, gone = np.zeros(first), np.isin(np.arange(first), held).reshape(model.predictor.n_first, -1)
            values[held] = q / alone[1]
            if (gone == gone[0]).all() and np.ptp(values.reshape(gone.shape), axis=0).max() == 0.0:
                work, T, now, metric = footing(beside_held(model, held, values))  # a model of the other columns
                found = newton_ascent(work, work.start, 1e-8, 100, "Newton", now, metric).mapped(T)
                theta = np.zeros(model.predictor.size)
                theta[np.delete(np.arange(len(theta)), held)], theta[held] = found.estimate, values[held]
                return replace(found, estimate=theta)
        along = self.T.pulled(np.asarray(R).T).T
        start = self.peak + HeldMetric(along, self.information).toward(q - R @ self.fit.estimate)
        work, n = self.work, model.n

        def stand(phi: Floats, now: Evaluation) -> Standing:
            metric = HeldMetric(along, now.information)
            return Standing(phi, now, metric, metric.norm(now.score) / np.sqrt(work.dispersion(phi)))

        now = work.evaluate(start)
        if not now.is_finite:
            return None
        end = climb(stand(start, now), partial(rising, work.evaluate, stand, n), tolerance=1e-8, max_steps=100, n=n)
        found = end.solution(np.empty(0), "Newton")
        return replace(found, estimate=self.T @ found.estimate)


TESTS, TYPES = ("lr", "wald", "F"), ("I", "II", "III")
"""By what terms are tested, and what each of them is compared with."""


def anova(fit: Estimates, kind: str = "II", test: str | None = None) -> pd.DataFrame:
    """term, df, statistic, p_value, one row per term: see `Fit.anova`.

    >>> import stattools as st
    >>> data = {"y": [1.0, 3.0, 5.0, 8.0, 9.0, 7.0], "x": [0, 1, 2, 3, 4, 5], "g": ["a", "b", "c", "a", "b", "c"]}
    >>> found = anova(st.fit(st.ols("y ~ x + g", data)))
    >>> found.round(3).to_numpy().tolist(), found.attrs["distribution"]
    ([['x', 1, 10.714, 0.082], ['g', 2, 0.478, 0.677]], 'F(df, 2)')
    """
    asked = dict(enumerate(TYPES, 1)).get(kind, kind) if isinstance(kind, int) else kind
    kind = one_of(asked, TYPES, 'anova has kind="I", "II" and "III"', got="kind=")
    # F where a scale is estimated; the likelihood ratio where it is to be trusted and has rows; else Wald's test.
    trusted = fit.degrees is None and fit.cov == "information" and not lacks_rows(fit.model)
    usual = "F" if fit.degrees is None and np.isfinite(fit.t_df) else "lr" if trusted else "wald"
    chosen = usual if test is None else one_of(test, TESTS, 'anova has test="lr", "wald" and "F"', got="test=")
    if fit.degrees is not None and chosen == "wald":
        how, law = f"{fit.degrees.by}, with covariance {fit.cov}", "F(df, df_residual)"
        row, columns, residual = partial(_by_few_clusters, fit), ["df_residual"], {}
    else:
        measure, df_residual, how = _measure(fit, chosen)
        law = f"F(df, {df_residual:,.0f})" if np.isfinite(df_residual) else "chi2(df)"
        columns, residual = [], {"df_residual": df_residual}

        def row(smaller: Floats, larger: Floats) -> tuple[object, ...]:
            df = len(smaller) - len(larger)
            chi2 = measure(smaller, larger)
            if not np.isfinite(df_residual):
                return df, chi2, float(special.chdtrc(df, chi2))
            return df, chi2 / df, float(special.fdtrc(df, df_residual, chi2 / df))

    tests = {
        name: partial(_of_term, fit, kind, of, k, row) for of in terms_of(fit.model) for k, name in enumerate(of.names)
    }
    rows, unmade = several(tests)
    made = pd.DataFrame(list(rows.values()), columns=["term", "df", *columns, "statistic", "p_value"])
    note = f"Type {kind} tests of terms, {how}; statistic is {law}. {not_made(unmade)}".strip()
    made.attrs |= {"unmade": unmade, "kind": kind, "test": chosen, "distribution": law} | residual
    made.attrs |= {"cov": fit.cov, "note": note}
    return made


def _of_term(
    fit: Estimates, kind: str, of: TermsOfParameter, k: int, row: Callable[[Floats, Floats], tuple[object, ...]]
) -> tuple[object, ...]:
    """The name of a term and the row of its test: of the hypotheses of the smaller model and of the larger one that
    differ by the term, R theta = 0 each.
    """
    terms = of.spaces.terms
    left_out = list(range(k + 1, len(terms)))
    if kind == "II":
        left_out = [j for j, term in enumerate(terms) if term.factors > terms[k].factors]
    larger = of.spaces.without([] if kind == "III" else left_out)
    smaller = of.spaces.of_sums(k) if kind == "III" else of.spaces.without([k, *left_out])
    if len(smaller) == len(larger):
        raise IncompatibleError(
            f"{of.names[k]!r} has no columns of its own in {fit.model.formula or fit.model.title}: the other terms "
            "span all of them."
        )
    return (of.names[k], *row(of.lifted(smaller), of.lifted(larger)))


def _by_few_clusters(fit: Estimates, smaller: Floats, larger: Floats) -> tuple[int, float, float, float]:
    """Wald's test with degrees of freedom of its own: of what the smaller hypothesis says beyond the larger one, which
    is W(smaller) - W(larger).
    """
    beyond = smaller
    if len(larger):
        V, k = fit.covariance, len(smaller) - len(larger)
        metric, unit = _beside(fit, larger)
        rest = smaller - metric.solve(unit[:, None] * (larger @ V @ smaller.T)).T @ (unit[:, None] * larger)
        size = np.where(V.diagonal() > 0, np.sqrt(V.diagonal()), 1.0)
        beyond = np.linalg.svd(rest * size)[2][:k] / size
    found = wald(fit, beyond)
    return found.df, found.df_residual, found.statistic, found.p_value


def _beside(fit: Estimates, larger: Floats) -> tuple[Metric, Floats]:
    """The metric of the hypotheses of the larger model, each in units of its standard error, and these units."""
    unit = 1.0 / np.sqrt(spread_of(larger, fit.covariance).diagonal())
    spread = spread_of(larger * unit[:, None], fit.covariance)
    return metric_of(fit, spread, "the terms that contain this one"), unit


def _measure(fit: Estimates, test: str) -> tuple[Callable[[Floats, Floats], float], float, str]:
    """How far two hypotheses are apart, in chi-squared, the degrees of freedom of the scale, and in words how."""
    quasi, t_df = fit.cov.startswith("quasi("), float(fit.t_df) if fit.degrees is None else np.inf
    if test == "lr":
        if fit.cov != "information":
            raise IncompatibleError(
                f'the likelihood ratio trusts the likelihood, and the fit has cov={fit.cov}. Use test="wald", which '
                f"uses that covariance{', or F, which divides by the dispersion' if quasi else ''}."
            )
        return _by_likelihood(fit, 1.0), np.inf, "by likelihood ratio"
    if fit.degrees is not None:
        raise IncompatibleError(
            f'F has the degrees of freedom of the rows, and the fit has cov={fit.cov}. Use test="wald", which has '
            "those of its clusters."
        )
    if test == "F" and not np.isfinite(fit.t_df):
        raise IncompatibleError(
            f'F compares with an estimated scale, and {fit.model.title} with cov={fit.cov} has none. Use test="lr" or '
            'test="wald"; counts and groups that vary more than their family have a scale under cov="quasi".'
        )
    if test == "F" and quasi:
        phi = quasi_dispersion(fit.model, fit.estimate)
        return _by_likelihood(fit, phi), t_df, "by the fall of the deviance over the dispersion"
    return lambda smaller, larger: _apart(fit, smaller, larger), t_df, f"Wald's, with covariance {fit.cov}"


def _by_likelihood(fit: Estimates, phi: float) -> Callable[[Floats, Floats], float]:
    summit, known = RestrictedMaximum.of(fit), {b"": 0.0}

    def fall(R: Floats) -> float:
        key = np.asarray(R).tobytes()
        if key not in known:
            known[key] = summit.fall(np.asarray(R))
        return known[key]

    return lambda smaller, larger: max(fall(smaller) - fall(larger), 0.0) / phi


def _apart(fit: Estimates, smaller: Floats, larger: Floats) -> float:
    """W(smaller) - W(larger), without cancellation: Wald's statistic of the smaller model at the point of the larger
    one that is nearest to the estimate.
    """
    if len(larger):
        metric, unit = _beside(fit, larger)
        with np.errstate(over="ignore", invalid="ignore"):  # told below
            pull = metric.solve(unit * (larger @ fit.estimate)) * unit
        if not np.isfinite(pull).all():
            raise DomainError(
                f"anova: terms of {fit.model.title} are so many standard errors from 0 that their squares are beyond "
                "float64: the fit is exact, or nearly so. Look whether the outcome is among the columns."
            )
        fit = replace(fit, estimate=fit.estimate - fit.covariance @ (pull @ larger))
    return wald(fit, smaller, df=np.inf).statistic


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

    def row(term: str, test: str, df: int, measure: Callable[[], float]) -> tuple[object, ...]:
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
