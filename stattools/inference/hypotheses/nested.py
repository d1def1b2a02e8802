"""Tests of a fit against a larger model that contains it, and whether two models compare and one contains the other.

    likelihood ratio:  2 (loglik_full - loglik_restricted); n log(RSS_restricted / RSS_full) where a scale is estimated
    score:             g^T I^-1 g, score and information of the larger model at the restricted estimate;
                       n (RSS_restricted - RSS_full) / RSS_restricted where a scale is estimated

Columns of the smaller model are combinations of the larger one's: triangles of batches of rows add up by QR, and with
columns of many levels z = X c + rest by their elimination, refined twice. A diffuse log-likelihood of n values and d
flat states has n - d terms, and a restricted one is the density of contrasts: with other flat states, or other fixed
effects, they are of other data. Source: Rao (1948); Wooldridge, Econometric Analysis of Cross Section and Panel Data
(2010), 13.6; Harvey (1989), 5.1; Shephard & Harvey, Journal of Time Series Analysis 11 (1990); Welham & Thompson, JRSS
B 59 (1997), 701-714.
"""

from __future__ import annotations

from dataclasses import fields
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import special

from stattools.data.rows.rows import Rows, Triangle, triangle
from stattools.errors import IdentificationError, IncompatibleError, quoted
from stattools.inference.estimates import Estimates as Fit
from stattools.inference.existence import check_size
from stattools.inference.existence.rank import check_rank
from stattools.inference.hypotheses.result import TestResult
from stattools.interface.arguments import described
from stattools.interface.arrays import Floats
from stattools.likelihoods.likelihood import label_of
from stattools.models.model import Model
from stattools.models.questions import AnyModel, without_groups
from stattools.numerics.arrowhead import in_parts
from stattools.numerics.columns import weighted, with_levels
from stattools.solvers.metric import Metric, undetermined

SAME_SPACE = 1e-9
"""A column whose part outside the larger model's columns is this small beside it lies among them."""

SAME_SPACE_OF_SEVERAL = 1e-7
"""The same where parameters have columns of their own, or thresholds take up a constant."""

CELLS = 2_000_000
"""Numbers that are made at a time."""


def require_same_likelihood(who: str, one: Any, other: Any) -> None:
    """IncompatibleError where one of two fits has a restricted likelihood and the other has another one."""
    fits = one, other
    kinds = {fit.integral.kind for fit in fits if fit.model.facts.is_mixed and not fit.model.has_scale}
    restricted = [fit.model.facts.is_mixed and fit.reml for fit in fits]
    if len(kinds) > 1:
        reason = (
            f"{who} needs two likelihoods that were made alike, and one is by {', the other by '.join(sorted(kinds))}: "
            'fit both with integral="laplace".'
        )
    elif any(restricted) and not all(restricted):
        reason = (
            f"{who} needs two likelihoods of the same data, and that of one fit is restricted (REML): fit both with "
            "reml=False."
        )
    elif any(restricted) and not np.array_equal(one.model.X, other.model.X):
        reason = (
            f"{who}: restricted likelihoods (REML) of fits with other fixed effects are densities of other contrasts, "
            "and neither they nor AIC and BIC compare. Fit both with reml=False."
        )
    else:
        return
    raise IncompatibleError(reason)


def difference_of_times(one: Any, other: Any) -> str | None:
    """Why the partial likelihoods of two models are not those of the same events; None where they are."""
    if type(one) is not type(other):
        return f"{one.title} and {other.title} have other likelihoods"
    if one.said.n != other.said.n:
        return f"one has {one.said.n:,} rows and the other {other.said.n:,}; fit both to the rows complete in both"
    if one.ties != other.ties:
        return f"one counts ties by {one.ties!r} and the other by {other.ties!r}"
    ours, theirs, none = one.arrays(), other.arrays(), np.empty(0)
    names = ("time", "event", "entry", "weights", "strata")
    unlike = (name for name in names if not np.array_equal(ours.get(name, none), theirs.get(name, none)))
    return next((f"their {name} differ" for name in unlike), None)


def _outside(small: Floats, large: Floats) -> NDArray[np.bool_]:
    """Which columns of one matrix are no combinations of the other's."""
    rest = small - large @ np.linalg.lstsq(large, small, rcond=None)[0]
    return np.linalg.norm(rest, axis=0) > SAME_SPACE * np.linalg.norm(small, axis=0)


def shift_of(ours: Rows, theirs: Rows) -> Floats:
    """The difference of the offsets, 0 where it is round-off."""
    zero = np.zeros(len(ours.y))
    one, other = (zero if v is None else v for v in (ours.offset, theirs.offset))
    return np.where(np.abs(other - one) > 1e-13 * (np.abs(one) + np.abs(other)), other - one, 0.0)


def _triangle_of_both(ours: Rows, theirs: Rows) -> tuple[Floats, Floats]:
    """The triangle of the columns of both, a column of ones and the difference of the offsets, in units of their root
    mean squares in the rows in memory, which are 1 where that is 0; and these units.
    """
    offsets = [rows.sampled.offset for rows in (ours, theirs) if rows.sampled.offset is not None]
    columns = [ours.sampled.X, theirs.sampled.X, np.ones((1, 1)), np.concatenate([np.zeros(1), *offsets])[:, None]]
    size = np.concatenate([np.sqrt(np.mean(np.square(values), axis=0)) for values in columns])
    size = np.where(size > 0, size, 1.0)
    return ours.gather(partial(_of_batch, size), others=(theirs,)).R, size


def _of_batch(size: Floats, ours: Rows, theirs: Rows) -> Triangle:
    columns = np.column_stack([ours.X, theirs.X, np.ones(len(ours.y)), shift_of(ours, theirs)]) / size
    return Triangle(triangle(Rows(columns, np.zeros(len(columns)), ours.weight)))


def difference_in_outcome(one: Any, other: Any) -> str | None:
    """Why the likelihoods of two models are not those of the same data; None where they are."""
    for model in (one, other):
        if not isinstance(model, AnyModel):
            return f"{described(model)} is no model"
    if one.facts.is_series or other.facts.is_series:
        return difference_of_series(one, other)
    if one.facts.is_partial or other.facts.is_partial:
        return difference_of_times(one, other)
    one, other = without_groups(one), without_groups(other)
    for model in (one, other):
        if not model.facts.is_regression:
            return f"{described(model)} has no rows"
    a, b, in_files = one.rows, other.rows, not (one.in_memory and other.in_memory)
    if a.place != b.place:
        return f"one has its rows {a.place} and the other {b.place}; make both from one table"
    if in_files and one.source is not other.source and a.source != b.source:
        return "their rows are those of different tables"
    counts, nested = f"one has {len(a.X):,} rows and the other {len(b.X):,}", set(one.dropped) <= set(other.dropped)
    if in_files and (len(a.X) != len(b.X) or not (nested or set(other.dropped) <= set(one.dropped))):
        each = ([f"{name!r} misses {count:,}" for name, count in model.dropped.items()] for model in (one, other))
        missing = "; ".join(", ".join(some) or "none misses any" for some in each)
        return f"{counts}, complete in other columns ({missing}); keep the rows complete in both in files of their own"
    if len(a.X) != len(b.X):
        dropped = f" ({one.n_dropped:,} and {other.n_dropped:,} were dropped)" * bool(one.n_dropped or other.n_dropped)
        return f"{counts}{dropped}; fit both to the rows complete in both"
    if one.likelihood.outcome.is_whole != other.likelihood.outcome.is_whole:
        dense, discrete = (other, one) if one.likelihood.outcome.is_whole else (one, other)
        return f"{dense.title} has a density and {discrete.title} probabilities, which do not compare"
    if in_files:  # those of one scan, complete in columns that miss values in the same rows
        texts = [rows.coding.formula.outcome.text for rows in (a, b)]
        if texts[0] != texts[1] or set(one.labels or ()) != set(other.labels or ()):
            return f"the outcomes {one.outcome_name!r} and {other.outcome_name!r} may differ in their values"
        return "their weights differ" if a.coding.extras.get("weights") != b.coding.extras.get("weights") else None
    if not np.array_equal(_outcomes(one), _outcomes(other)):
        return f"the outcomes {one.outcome_name!r} and {other.outcome_name!r} differ in their values"
    ones = np.ones(len(a.y))
    for what, v, w in (("weights", a.weight, b.weight), ("precisions", a.precision, b.precision)):
        if not np.array_equal(ones if v is None else v, ones if w is None else w):
            return f"their {what} differ"
    return None


def _outcomes(model: Model) -> NDArray[np.generic]:
    """The outcome with its own labels, so that the choice of a reference does not matter."""
    if model.labels is None or not model.likelihood.outcome.has_labels:
        return model.rows.y
    return np.array(model.labels, dtype=object)[model.rows.y.astype(int)]


def embedding(full: Model, restricted: Model, estimate: Floats) -> Floats:
    """The coefficients of the larger model that give the linear predictors of the smaller one.

    IncompatibleError unless every column of the smaller model, and the difference of the offsets, is a combination of
    the larger model's columns for the same parameter, and the larger model is larger. A constant is a column of ones;
    of thresholds it is that of the location, with the sign changed.
    """
    ours, theirs = full.predictor, restricted.predictor
    if ours.size <= theirs.size:
        raise IncompatibleError(
            f"the larger model comes with more coefficients; got {ours.size} in {describe(full)} and "
            f"{theirs.size} in {describe(restricted)}. Exchange them, or compare by AIC."
        )
    if ours.taken_up and (full.labels != restricted.labels or not theirs.taken_up):
        raise IncompatibleError(
            f"the models are not nested: {describe(full)} and {describe(restricted)} have other labels, or another "
            "order of them. Compare them by AIC or BIC (st.compare)."
        )
    several = bool(ours.taken_up) or any(ours.own) or any(theirs.own)
    if with_levels(full.rows.X) is not None and not several:
        made_of = partial(_of_levels, full, restricted)
    else:
        made_of = partial(_of_columns, full, restricted, several, *_triangle_of_both(full.rows, restricted.rows))
    places = {name: k for k, (name, _) in enumerate(full.likelihood.others, ours.n_first)}
    numbers = [*range(theirs.n_first), *(places.get(name, -1) for name, _ in restricted.likelihood.others)]  # -1: none
    taken = dict(ours.taken_up)
    effects = {to[0]: k for k, to in taken.items() if k and to}  # by the threshold
    theta = np.zeros(ours.size)  # a parameter that the smaller one holds at 0
    for k, (number, use, part) in enumerate(zip(numbers, theirs.uses, theirs.parts, strict=True)):
        is_first, alone = k < theirs.n_first, theirs.constant[k]
        if not is_first and part.start == part.stop:
            continue
        if number >= 0 and alone and ours.constant[number]:
            theta[ours.parts[number]] += estimate[part]
            continue
        before, own, apart = [0] * bool(taken.get(number)), () if number < 0 else ours.uses[number], ()
        if is_first and effects:
            apart = ours.uses[effects[1]] or ()
        at = [*before, *(range(ours.columns) if own is None else own), *apart]
        to, given = [theirs.columns] if alone else list(range(theirs.columns) if use is None else use), estimate[part]
        if is_first:  # and the difference of the offsets
            to, given = [*to, theirs.columns + 1], np.append(given, 1.0)
        moved = made_of(at, to, given)
        constant, own_columns, of_cuts = np.split(moved, [len(before), len(moved) - len(apart)])
        if number >= 0:
            theta[ours.parts[number]] += own_columns
        for cut in taken.get(number, ()):
            theta[ours.parts[cut]] -= constant
            if is_first and effects:
                theta[ours.parts[effects[cut]]] += of_cuts
    return theta


def _of_columns(
    full: Model, restricted: Model, several: bool, R: Floats, size: Floats, at: list[int], to: list[int], given: Floats
) -> Floats:
    """What the larger model's columns `at` are multiplied by where the smaller one's `to` are by `given`, its column of
    ones and the difference of the offsets among these; R and size are those of `_triangle_of_both`.
    """
    to = [full.predictor.columns + k for k in to]
    Q, S = np.linalg.qr(R[:, at])
    inside = Q.T @ R[:, to]
    rest, whole = np.linalg.norm(R[:, to] - Q @ inside, axis=0), np.linalg.norm(R[:, to], axis=0)
    _require_inside(full, restricted, rest, whole, None if several else 0)
    return (np.linalg.solve(S, inside) * size[to] / size[at][:, None]) @ given


def _of_levels(full: Model, restricted: Model, at: list[int], to: list[int], given: Floats) -> Floats:
    """The same for columns of many levels, all of which the first parameter has."""
    rows, units = full.rows.standardized()
    X: Any = rows.X
    metric, weight = Metric(X.gram(rows.weight)), rows.weight
    n, r = restricted.rows.X.shape
    phi, step = np.zeros(X.shape[1]), max(1, CELLS // n)
    for start in range(0, r + 1, step):
        part = range(start, min(start + step, r))
        columns = np.column_stack([np.empty((n, 0)), *(restricted.rows.X[:, k] for k in part)])
        if start + step > r:
            columns = np.column_stack([columns, shift_of(full.rows, restricted.rows)])
        found, rest = np.zeros((X.shape[1], columns.shape[1])), columns
        for _ in range(3):  # projected again, what is left brings back the digits that the normal equations lose
            found = found + metric.solve(X.pulled(weighted(rest, weight)))
            rest = columns - X.product(found)
        left, whole = (np.sqrt((weighted(of, weight) * of).sum(axis=0)) for of in (rest, columns))
        _require_inside(full, restricted, left, whole, start)
        phi = phi + found @ given[start : start + columns.shape[1]]
    return units @ phi


def _require_inside(full: Model, restricted: Model, rest: Floats, whole: Floats, first: int | None) -> None:
    """IncompatibleError where the length of what is left of a column is not small beside the whole; the columns are
    those of the smaller model from number `first` on, or None where parameters have columns of their own.
    """
    lost = rest > (SAME_SPACE_OF_SEVERAL if first is None else SAME_SPACE) * np.maximum(whole, 1e-300)
    if lost.any():
        what, among = "a column", f"the columns that {describe(full)} has for the same parameter"
        if first is not None:
            name = [*restricted.terms, "offset"][first + int(np.argmax(lost))]
            what, among = repr(name), f"the columns of {describe(full)}"
        raise IncompatibleError(
            f"the models are not nested: {what} of {describe(restricted)} is no combination of {among}. Compare them "
            "by AIC or BIC (st.compare)."
        )


def describe(model: Any) -> str:
    """The formulas, or the title and the terms."""
    if model.formula or not model.terms:
        return ", ".join(model.formulas) or model.title
    return f"{model.outcome_name} ~ {' + '.join(model.terms[:4])}{' + ...' if len(model.terms) > 4 else ''}"


def difference_of_series(one: Any, other: Any) -> str | None:
    """Why the likelihoods of two models of which one is of a series are not those of the same data."""
    for a, b in ((one, other), (other, one)):
        if a.facts.has_states and not b.facts.has_states:
            return f"the log-likelihood of {a.title} is diffuse, and that of {b.title} is not"
        if not b.facts.is_series:
            return f"{b.title} is not of a series"
    if not np.array_equal(one.arrays()["y"], other.arrays()["y"], equal_nan=True):
        return f"the series {one.outcome_name!r} and {other.outcome_name!r} differ in their values"
    if one.facts.has_states and one.diffuse != other.diffuse:
        return (
            f"their diffuse log-likelihoods have {one.n - one.diffuse:.0f} and {other.n - other.diffuse:.0f} terms "
            f"for {one.diffuse} and {other.diffuse} flat states, and what lies between depends on the units of y; "
            "compare their one-step errors (fit.innovations(), fit.diagnostics()), or models with as many states"
        )
    if not one.facts.has_states and one.used.sum() != other.used.sum():
        return "one counts the first value as an error and the other takes it for its level (initial=)"
    return None


def require_nested(full: Any, restricted: Any) -> None:
    """IncompatibleError unless the smaller of two models that are no sums over rows lies within the larger one, and
    the likelihood ratio is chi-squared.
    """
    if full.facts.is_partial:
        outside = _outside(restricted.Z.T, full.Z.T)
        if not outside.any() and len(restricted.names) < len(full.names):
            return
        why = "the models have as many coefficients; the larger one comes first."
        if outside.any():
            why = (
                f"the models are not nested: {restricted.names[int(np.argmax(outside))]!r} of {restricted.formula!r} "
                f"is no combination of the columns of {full.formula!r}. The larger model comes first."
            )
        raise IncompatibleError(why)
    if full.facts.has_states:
        if set(full.positive) == set(restricted.positive) and set(restricted.regressors) < set(full.regressors):
            return
        why = (
            "the smaller model has a variance of 0, the edge of its range, where the likelihood ratio is not "
            "chi-squared, or is not nested."
        )
    elif full.Z is None or restricted.Z is None or full.free != restricted.free:
        why = "the weight or the level is held in one of them."
    elif full.Z.shape[1] <= restricted.Z.shape[1] or _outside(restricted.Z, full.Z).any():
        why = "their covariates are not nested."
    else:
        return
    raise IncompatibleError(f"{why} Compare them by AIC or BIC.")


def likelihood_ratio(full: Fit, restricted: Fit) -> TestResult:
    """The likelihood-ratio test of a fit against a larger one that contains it, chi2 on the difference in size.

    Twice the difference of the log-likelihoods; for `st.ols` with the scale at its maximum in each, that is
    n log(RSS_restricted / RSS_full). Raises IncompatibleError, with the reason, where the fits are of different rows,
    outcomes or likelihoods, where they are not nested, and where `cov=` says that the likelihood is not to be trusted.

    >>> import stattools as st
    >>> data = {"y": [1.0, 3.0, 5.0, 8.0, 8.0], "x": [0, 1, 2, 3, 4]}
    >>> test = likelihood_ratio(st.fit(st.ols("y ~ x", data)), st.fit(st.ols("y ~ 1", data)))
    >>> round(test.statistic, 4), test.df
    (14.9787, 1)
    """
    require_information("likelihood ratio", full, restricted)
    if full.model.facts.is_mixed or restricted.model.facts.is_mixed:
        ours, theirs = (
            {(term.group, term.columns) for term in (each.model.random if each.model.facts.is_mixed else ())}
            for each in (full, restricted)
        )
        if ours != theirs:
            raise IncompatibleError(
                f"the likelihood ratio of {full.model.formula!r} and {restricted.model.formula!r}, whose random parts "
                "differ, is not chi-squared where a variance of 0 is the edge of its range. Test one by "
                "fit.variance_test, or compare them by AIC (st.compare)."
            )
        require_same_likelihood("likelihood ratio", full, restricted)
    require_same_outcome("likelihood ratio", without_groups(full.model), without_groups(restricted.model))
    series = full.model.facts.is_series
    if series or full.model.facts.is_partial:
        require_nested(full.model, restricted.model)
    else:
        embedding(without_groups(full.model), without_groups(restricted.model), restricted.estimate)
    statistic = max(2.0 * (full.loglik - restricted.loglik), 0.0)
    df = len(full.estimate) - len(restricted.estimate)
    p_value = float(special.chdtrc(df, statistic))
    distribution, note = "chi2", ""
    if full.model.facts.is_regression and full.model.has_scale:
        note = "n log(RSS restricted / RSS full): the scale at its maximum in each."
    elif not series and not full.model.facts.is_mixed and not _alike(full.model, restricted.model):
        name, said = edge_at(full.model, restricted.model)
        number = list(full.model.likelihood.parameters).index(name)
        if full.model.predictor.uses[number]:
            name = label_of(full.model.likelihood, name)
            raise IncompatibleError(
                f"{restricted.model.title} lies at infinite coefficients of {name}, where no "
                "distribution of the likelihood ratio is known. Compare AIC or BIC (st.compare)."
            )
        below = float(special.chdtrc(df - 1, statistic)) if df > 1 else float(statistic == 0)
        distribution, p_value = "chibar2", 0.5 * (p_value + below)
        note = f"{said} is at the edge of its range: half chi2({df - 1}), half chi2({df}) (Self & Liang 1987)."
    return TestResult(
        "likelihood ratio", statistic, df, p_value, _between(restricted, full.model), distribution, note=note
    )


def score_test(restricted: Fit, fuller: Model | Fit) -> TestResult:
    """Rao's score test of a fit against a larger model that contains it; the larger model need not be fitted.

    So it also answers where the larger model has no maximum (separated outcomes). g^T I^-1 g with score and information
    of the larger model at the restricted estimate; for `st.ols` with the scale at its maximum in the restricted model,
    n (RSS_restricted - RSS_full) / RSS_restricted. Raises IncompatibleError as `likelihood_ratio`, and where the
    observed information at the smaller fit is not positive; IdentificationError where the larger model has aliased
    columns.

    >>> import stattools as st
    >>> data = {"y": [1.0, 3.0, 5.0, 8.0, 8.0], "x": [0, 1, 2, 3, 4]}
    >>> test = score_test(st.fit(st.ols("y ~ 1", data)), st.ols("y ~ x", data))
    >>> round(test.statistic, 4), test.df
    (4.75, 1)
    """
    full: Any = fuller.model if isinstance(fuller, Fit) else fuller
    require_information("score", restricted)
    if not isinstance(full, Model):
        raise IncompatibleError(
            f"the score test is against a larger model, such as st.ols(...), or a fit of one; got {quoted(fuller)}. "
            'For a hypothesis about the coefficients of the fit itself, such as "x = 0", use fit.test(...).'
        )
    require_same_outcome("score", full, restricted.model)
    if not _alike(full, restricted.model):
        raise IncompatibleError(
            f"the score of {full.title} is not defined at {restricted.model.title}, the edge of its range. Use "
            "st.likelihood_ratio."
        )
    if full.categories is not None and full.labels != restricted.model.labels:
        raise IncompatibleError("score needs two models with the same reference category; give both one reference=.")
    check_size(full)
    check_rank(full)
    theta = embedding(full, restricted.model, restricted.estimate)
    work, T = full.standardized()
    at = work.evaluate(T.solve(theta))
    try:
        if not in_parts(at.information) and undetermined(at.information) is not None:
            raise IdentificationError(f"{full.title} is not determined.")
        statistic = Metric(at.information).norm(at.score) ** 2
    except IdentificationError:  # not for want of rank
        raise IncompatibleError(
            f"the score test of {_within(full.title)} is made with the observed information at the smaller fit, where "
            "the log-likelihood does not bend down in every direction. Use st.likelihood_ratio."
        ) from None
    note = ""
    if full.has_scale:
        statistic /= restricted.model.residual_sums(restricted.estimate)[0] / full.n
        note = "n times the share of the residual sum of squares that the fuller model explains."
    df = len(theta) - len(restricted.estimate)
    between = _between(restricted, full)
    return TestResult("score", statistic, df, float(special.chdtrc(df, statistic)), between, note=note)


def _between(restricted: Fit, full: Model) -> tuple[str, str]:
    small = restricted.model
    if small.kind == full.kind and small.title == full.title:
        return describe(small), f"against {describe(full)}"
    return f"{small.title}, {describe(small)}", f"against {_within(full.title)}, {describe(full)}"


def _within(title: str) -> str:
    """A title within a sentence: Poisson and Weibull keep their capitals."""
    return title if title.startswith(("Poisson", "Weibull")) else title[0].lower() + title[1:]


def _same(one: Any, other: Any) -> bool:
    """Whether two likelihoods are one, up to parameters that formulas add; those of grouped counts hold arrays and do
    not compare themselves. Models that are no sum over rows have none.
    """
    if one is None or other is None:
        return one is other
    return type(one) is type(other) and all(
        np.array_equal(getattr(one, part.name), getattr(other, part.name))
        for part in fields(one)
        if part.name not in ("partial", "scaled")
    )


def edge_at(full: Model, restricted: Model) -> tuple[str, str]:
    """The parameter at an end of whose range the larger likelihood is the smaller, and where that is, empty where there
    is none: Poisson is the negative binomial with alpha = 0, and a zero-inflated count without extra zeros.
    """
    other = restricted.likelihood
    for name, (limit, said) in full.likelihood.facts.limits.items():
        if limit is type(other) or (not isinstance(limit, type) and _same(limit, other)):
            return name, said
    return "", ""


def _alike(full: Model, restricted: Model) -> bool:
    """Whether the smaller likelihood is the larger one, or that with a parameter held within its range."""
    one, other = full.likelihood, restricted.likelihood
    return _same(one, other) or any(_same(held, other) for held in one.facts.holds.values())


def require_information(who: str, *fits: Fit) -> None:
    """IncompatibleError for fits that are no maxima of the likelihood, or whose covariance says not to trust it."""
    for fit in fits:
        if not all(hasattr(fit, part) for part in ("estimate", "penalty", "cov")):
            order = "st.score_test(smaller, fit)" if who == "score" else "st.likelihood_ratio(fit, smaller)"
            raise IncompatibleError(f"the {who} test is of fits, st.fit(model), {order}; got {type(fit).__name__}.")
        if fit.penalty is not None:
            raise IncompatibleError(
                f"the {who} test compares maxima of the log-likelihood, and {describe(fit.model)} was fitted with "
                f"{fit.penalty!r}. Use fit.test(...) or profile intervals, or fit without penalty=."
            )
        if fit.cov != "information":
            raise IncompatibleError(
                f"the {who} test trusts the likelihood, and the fit has cov={fit.cov}. Use fit.test(...), which uses "
                "that covariance, or fit without cov=."
            )


def require_same_outcome(who: str, one: Any, other: Any) -> None:
    """IncompatibleError, with the reason, unless both are regressions of the same outcome on the same rows."""
    reason = difference_in_outcome(one, other)
    if reason is None and not one.facts.is_series and not _alike(one, other) and not edge_at(one, other)[0]:
        reason = f"{one.title} and {other.title} have different likelihoods"
    if reason is not None:
        raise IncompatibleError(f"{who} needs models of one likelihood for one outcome on the same rows: {reason}.")
