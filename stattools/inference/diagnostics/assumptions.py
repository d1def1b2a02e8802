"""Checks of what a fit assumes: do rows vary, and are they independent, as the model says? Is its form right?

    V_j = sum_i w_i (v_ij^T u~_i)^2,  v_ij = J_i B_j,   own_j = sum_i w_i v_ij^T W_i v_ij

u~ are the scores corrected for leverage (HC2), B the inverse information: V is the variance of coefficient j whatever
the rows' variances are, `own` the one that trusts the likelihood. Chance is White's information matrix test, for each
coefficient; of numbers also Glejser's, whether sizes of residuals go with the columns. Source: White, Econometrica 48
(1980), 817-838 and 50 (1982), 1-25; Glejser, JASA 64 (1969), 316-323; MacKinnon & White (1985).

    rows in an order: max_j sqrt(V_j / V0_j),   V by Newey & West with floor(4 (n / 100)^(2/9)) lags, V0 with none

of the coefficients and of the linear predictor at the mean row. Chance: scores in the linear predictor at the lags 1
... 10, r_k = sum u_t u_(t-k) / sqrt(sum (u_t u_(t-k))^2), normal under any heteroskedasticity. Source: Newey & West,
Econometrica 55 (1987), 703-708; Lobato, Nankervis & Savin, Journal of Econometrics 95 (2001), 25-45.

Is the form of the model right? Curvature, hazards, collinearity, distribution, and whether it is the maximum.

    curvature      sqrt((S - phi df) / G), S the score statistic of the square, G of the columns that are there
    hazards        beta(t) = beta + gamma g(t):   sqrt((S - df) / beta' I beta)
    collinearity   GVIF = det(A_TT) det((A^-1)_TT),   GVIF^(1 / (2 df)) a factor on standard errors
    distribution   max_u |mean_i w_i P_i(u) - u|,   P_i(u) = clip((u - F_i(y_i - 1)) / (F_i(y_i) - F_i(y_i - 1)), 0, 1)

A is the information about the coefficients with the constants free, so that neither origin nor unit nor coding changes
it; terms with the same variables are one. The chance of a gap is Kolmogorov's, for normal errors Lilliefors's. Source:
Grambsch & Therneau (1994); Fox & Monette, JASA 87 (1992), 178-183; Czado, Gneiting & Held, Biometrics 65 (2009),
1254-1261; Lilliefors, JASA 62 (1967), 399-402; Dallal & Wilkinson, American Statistician 40 (1986), 294-296; excess
zeros: van den Broek, Biometrics 51 (1995), 738-743.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial, reduce
from operator import iadd

import numpy as np
from numpy.typing import NDArray
from scipy import special

from stattools.data.files.source import AddedByName
from stattools.data.rows.rows import Block, Rows
from stattools.data.tables.columns import missing
from stattools.errors import DomainError, IncompatibleError
from stattools.inference.certificate import NEAREST, at_zero, maximum
from stattools.inference.covariance import HAC, Cluster
from stattools.inference.covariance.covariance import spread_of
from stattools.inference.covariance.kinds import kernel_weights, labels_of_rows
from stattools.inference.covariance.sandwich import Scores
from stattools.inference.diagnostics.check import CHANCE, LIMITS, Check, LookedAt, judged, verdict
from stattools.inference.estimates import Estimates
from stattools.inference.hypotheses.wald import Unit
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import pd
from stattools.likelihoods import Likelihood
from stattools.likelihoods.likelihood import require_answer
from stattools.likelihoods.links import LINKS
from stattools.likelihoods.outcomes import Outcome
from stattools.models.model import Model
from stattools.models.predictor import Linear
from stattools.numerics.arrowhead import Arrow, arrow, in_parts, times
from stattools.numerics.columns import beside, symmetric, upper_gram, weighted
from stattools.text.columns import number


def explained(squares: Arrow, cross: Floats, least: float | None = None) -> tuple[Floats, int]:
    """c' A^-1 c of each column c of `cross`, and the rank of A, which is `squares`; what is in A beside its largest
    number at most the share `least`, that of round-off, explains nothing.
    """
    least = np.finfo(float).eps * len(squares) if least is None else least
    cut = least * float(np.abs(squares.diagonal()).max(initial=0.0))
    levels, others = squares.places
    values, vectors = np.linalg.eigh(squares.D)
    root = np.divide(1.0, np.sqrt(np.maximum(values, 0.0)), out=np.zeros_like(values), where=values > cut)
    inverse = (vectors * root[:, None, :]).transpose(0, 2, 1)
    sides = (v.reshape(*values.shape, v.shape[1]) for v in (squares.B, cross[levels]))
    Q, of_levels = (times(inverse, v).reshape(len(levels), v.shape[-1]) for v in sides)
    left, Z = np.linalg.eigh(squares.C - Q.T @ Q)
    along, own = Z.T @ (cross[others] - Q.T @ of_levels), left > max(cut, least * left.max(initial=0.0))
    found = np.square(of_levels).sum(axis=0) + (np.square(along[own]) / left[own, None]).sum(axis=0)
    return found, int((values > cut).sum() + own.sum())


TOO_WIDE, WIDE = 2.0 / 3.0, 1.2
"""Standard errors that are too large by half are worth a look, being on the safe side, and no more than that."""

UNEVEN = 0.25
"""Sizes of residuals that vary more than that with the columns are worth a look in any case."""

CELLS = 2_000_000
"""Numbers that are made at a time."""

VARIES_FREELY = (Outcome.REAL, Outcome.POSITIVE, Outcome.UNIT)
"""Outcomes whose variance is a matter of its own, beside their mean."""


BY_COEFFICIENT = ("robust", "gap", "square", "own", "cross")
"""Sums over rows by coefficient: robust variance, q, squares of q and of `own`, q times scores."""


@dataclass(frozen=True, eq=False)
class OfRows:
    """The sums over the rows of a batch, small enough to be sent to where the batch is: those by coefficient, the
    squares of the `scores`, and where sizes of residuals are known the squares of [X, 1, |r|] as `sizes`.
    """

    terms: Scores
    B: Floats
    kind: str
    scale: float
    has_scale: bool
    factor: float

    def __call__(self, rows: Rows) -> AddedByName:
        size = max(256, CELLS // max(len(self.B), 1))
        parts = self.terms.parts(rows, min(size, rows.block_size))
        return reduce(iadd, (self._of(rows, *part) for part in parts))

    def _of(self, rows: Rows, part: slice, X: Floats, u: Floats, W: Floats, weight: Floats | None) -> AddedByName:
        terms, predictor, m = self.terms, self.terms.predictor, len(X)
        corrected = terms.corrected(X, u, W, self.kind, 1.0, part.start)
        times, each = np.ones(m) if weight is None else weight, u.reshape(m, -1)
        if u.ndim == 1:
            v = X @ self.B.T
            own, plain, robust = v * v * W[:, None], v * u[:, None], v * corrected[:, None]
        else:
            v = predictor.forward_many(self.B, X, None)
            own = np.einsum("jma,mab,jmb->mj", v, W, v, optimize=True)
            plain, robust = (np.einsum("jma,ma->mj", v, of) for of in (u, corrected))
        own *= self.scale**2 * self.factor
        q = plain * plain - own
        heavy, squares = q * times[:, None], weighted(each[:, :, None] * each[:, None, :], times)
        cross = [of.T @ (heavy * each[:, k, None]) for k, of in enumerate(predictor.columns_of(X))]
        scores = arrow(predictor.information(Block(X, u, None, None), squares if u.ndim > 1 else squares[:, 0, 0]))
        if self.has_scale:  # it was estimated too
            extra = (u * u / W / self.scale**2 - 1.0)[:, None]
            scores = scores.bordered(X.T @ (times[:, None] * each * extra), extra.T @ (times[:, None] * extra))
            cross.append(extra.T @ heavy)
        sums = AddedByName(robust=times @ robust**2, gap=times @ q, square=times @ q**2, own=times @ own**2)
        sums |= {"cross": np.concatenate(cross), "scores": scores}
        if (r := self._sizes(rows, part, X)) is not None:
            sums["sizes"] = arrow(symmetric(upper_gram(beside(X, np.ones(m), r), times)))
        return sums

    def _sizes(self, rows: Rows, part: slice, X: Floats) -> Floats | None:
        """Sizes of Pearson's residuals, (m,), at scale 1; None where the variance is no matter of its own, or
        unknown.
        """
        terms, y, family = self.terms, rows.y[part], self.terms.likelihood
        if family.outcome not in VARIES_FREELY:
            return None
        precision, offset = (None if v is None else v[part] for v in (rows.precision, rows.offset))
        eta = terms.predictor.forward(terms.phi, Block(X, y, None, offset))[0]
        try:
            mean = family.mean(eta)
            variance = np.ones(len(eta)) if self.has_scale else family.variance(eta, y)
        except IncompatibleError:  # a likelihood of the caller's, who gave none
            return None
        return np.abs(family.observed(y) - mean) / np.sqrt(variance if precision is None else variance / precision)


def standard_errors(of: LookedAt, name: str) -> Check:
    """The check by this name: the coefficient whose robust standard error differs most from its own."""
    of.require_errors()
    model, asked = of.model, of.asked
    factor = of.pearson.ratio if of.is_quasi and of.pearson is not None else 1.0
    try:
        sums, small = _sums(of, "HC2", factor), 1.0
    except DomainError:  # a row alone fixes a coefficient, and has no error of its own
        sums, small = _sums(of, "HC0", factor), model.n / max(model.n - len(of.theta), 1.0)
    if not (of.fit.covariance.diagonal()[asked] > 0.0).all():
        raise IncompatibleError(f"a standard error of {model.title} with cov={of.fit.cov} is 0.")
    ratio = np.sqrt(small * sums["robust"] / of.fit.covariance.diagonal()[asked])
    rest = sums["square"] - explained(sums["scores"], sums["cross"])[0]
    spread = np.maximum(rest, 2.0 * sums["own"])  # at least that of normal outcomes
    z = np.divide(sums["gap"], np.sqrt(spread), out=np.zeros_like(spread), where=spread > 0)
    p = np.minimum(len(asked) * 2.0 * special.ndtr(-np.abs(z)), 1.0)
    uneven = 0.0
    if "sizes" in sums:
        uneven, of_sizes = glejser(sums["sizes"])
        p = np.minimum(1.0, 2.0 * np.minimum(p, of_sizes))
    size = np.where(ratio < TOO_WIDE, WIDE, ratio)
    worst = int(np.argmax(np.where(p < CHANCE, size, 1e-3 * ratio)))  # of those that chance makes the largest
    value, term = float(ratio[worst]), model.names[asked[worst]]
    measure = f"robust / own standard error of {term}"
    if not of.trusts:
        return Check(name, f"{measure}, which allows for it ({of.fit.cov.split('(')[0]})", value, p_value=p[worst])
    found, cov = float(size[worst]), "HC3" if model.has_scale else "robust"
    advice = f'Standard errors are up to {number(value, 3)} times too small: st.fit(model, cov="{cov}")'
    if value < 1.0:
        wide = number(1.0 / value, 3)
        advice = f'Standard errors are up to {wide} times too large, on the safe side: cov="robust" has narrower ones.'
    elif of.likelihood.outcome in VARIES_FREELY:
        advice += ", or a model of the variance."
    else:
        advice += "; see overdispersion, link and form for why."
    if found <= LIMITS[name].look and uneven > UNEVEN:
        found = WIDE
        advice = (
            f"Residuals differ in size by {number(100.0 * uneven, 2)} % (sd) with the columns: these standard errors "
            'hardly notice, intervals of observations do. cov="HC3", or a model of the variance.'
        )
    return judged(name, measure, value, advice, size=found, p_value=float(p[worst]), term=term)


def _sums(of: LookedAt, kind: str, factor: float) -> AddedByName:
    """The sums over all rows, of some coefficients at a time where levels are kept as codes."""
    sandwich, asked = of.sandwich, of.asked
    size = max(1, CELLS // len(sandwich.work.rows.X)) if in_parts(sandwich.C) else len(asked)
    parts = []
    for start in range(0, len(asked), size):
        B = sandwich.back(asked[start : start + size])
        work = OfRows(sandwich.terms, B, kind, of.fit.scale, of.model.has_scale, factor)
        parts.append(sandwich.work.rows.gather(work))
    return parts[0] | {name: np.concatenate([part[name] for part in parts], axis=-1) for name in BY_COEFFICIENT}


def glejser(sums: Arrow) -> tuple[float, float]:
    """By how much |r| varies with the columns, its standard deviation over its mean, and how often chance makes that:
    n R^2 of |r| on the columns.
    """
    n, total, square = sums.C[-2, -2], sums.C[-2, -1], sums.C[-1, -1]
    inner, last = np.arange(len(sums) - 1), np.array([len(sums) - 1])
    of_columns, rank = explained(sums.among(inner), sums.columns(last)[inner], 1e-10)
    mean = total / n
    whole = square - n * mean * mean
    by_columns = float(np.clip(of_columns[0] - n * mean * mean, 0.0, whole))
    if rank < 2 or not whole > 0.0:
        return 0.0, 1.0
    return float(np.sqrt(by_columns / n)) / mean, float(special.chdtrc(rank - 1, n * by_columns / whole))


LAGS, FEWEST = 10, 10
"""Lags that are looked at, and rows that are needed to look at any."""


def order_of(model: Model, order: object) -> NDArray[np.intp] | None:
    """The numbers of the rows from the first to the last: of `order=`, a column's name or one value per row, or of an
    index of times; None where rows have no order.

    Raises DomainError for values that are missing or that several rows share.
    """
    if order is None:
        index = model.index
        if not isinstance(index, pd.DatetimeIndex | pd.PeriodIndex | pd.TimedeltaIndex) or not index.is_unique:
            return None
        return np.argsort(np.asarray(index), kind="stable")
    model.rows.at_hand("order= puts all rows one after the other", model.title, "Fit a sample of them in memory.")
    labels, named = labels_of_rows(order, model, "order=")
    who = f"order={named!r}" if named else "order="
    gaps, repeated = int(missing(labels).sum()), int(labels.duplicated().sum())
    if gaps:
        raise DomainError(f"{who} needs a value for every row; {gaps} have none.")
    if repeated:
        raise DomainError(
            f"{who} needs a different value for every row; {repeated:,} are repeated. Rows of several series depend on "
            "each other within each: st.fit(model, cov=st.Cluster(groups))."
        )
    try:
        return np.argsort(np.asarray(labels), kind="stable")
    except TypeError:
        raise DomainError(f"{who} needs values that can be put in order; got {labels.iloc[0]!r}.") from None


def autocorrelation(of: LookedAt) -> Check | None:
    """By how much standard errors are too small for rows that follow each other; None of rows without an order."""
    if of.order is None:
        return None
    of.require_errors()
    model, sandwich = of.model, of.sandwich
    if model.rows.weight is not None and (model.rows.weight != 1).any():
        raise IncompatibleError("weights= repeat rows, and repeated rows have no order.")
    n = len(model.rows.X)
    if n < FEWEST:
        raise IncompatibleError(f"{n} rows are too few to see whether they follow each other.")
    lags = int(np.floor(4.0 * (n / 100.0) ** (2.0 / 9.0)))
    ratio: dict[str, float] = {}
    for part, moves in sandwich.along(of.asked):
        ratio |= zip([model.names[k] for k in of.asked[part]], _ratio(moves[of.order], lags).tolist(), strict=True)
    if "Intercept" in model.names:
        ratio["the mean"] = float(_ratio(sandwich.along_mean()[of.order], lags)[0])
    worst = max(ratio, key=ratio.__getitem__)
    rows = model.rows.take(of.order)
    eta = model.predictor.forward(of.theta, rows.whole)[0]
    scores = model.likelihood.score(eta, rows.y).reshape(len(eta), -1)
    found = [of_series(u) for u in scores.T[: model.predictor.n_first]]  # of the parameter that has most
    first, p_value = min(found, key=lambda each: each[1])
    name, p_value = "autocorrelation", min(1.0, len(found) * p_value)
    measure = f"standard error of {worst} with / without autocorrelation; lag-1 correlation {number(first, 2)}"
    if isinstance(of.fit.cov_kind, HAC | Cluster) or of.fit.cov.startswith(("HAC", "Cluster")):
        measure = f"{measure}, which {of.fit.cov.split('(')[0]} allows for"
        return Check(name, measure, ratio[worst], p_value=p_value)
    advice = (
        f"Standard errors are up to {number(ratio[worst], 3)} times too small, as rows follow each other: "
        f"st.fit(model, cov=st.HAC(lags={lags})), or a model of the series."
    )
    return judged(name, measure, ratio[worst], advice, p_value=p_value, term=worst)


def _ratio(series: Floats, lags: int) -> Floats:
    """sqrt(V / V0) of sums of these series, (n, k): shape (k,)."""
    n, kernel = len(series), kernel_weights("bartlett", lags)
    sums = np.array([np.einsum("nk,nk->k", series[lag:], series[: n - lag]) for lag in range(lags + 1)])
    return np.sqrt(np.maximum(sums[0] + 2.0 * kernel[1:] @ sums[1:], 0.0) / sums[0])


def of_series(u: Floats, lags: int = LAGS) -> tuple[float, float]:
    """The lag-1 correlation of a series of mean 0, and the p-value of its first lags, at most a fifth of its length."""
    lags = min(lags, len(u) // 5)
    pairs = [u[k:] * u[:-k] for k in range(1, lags + 1)]
    z = [float(of_lag.sum()) / max(float(np.sqrt((of_lag**2).sum())), 1e-300) for of_lag in pairs]
    square = float(u @ u)
    return float(pairs[0].sum()) / square if square else 0.0, float(special.chdtrc(lags, float(np.square(z).sum())))


OVERDISPERSION = "overdispersion"

TOO_SMALL_RATIO = 0.5
"""Pearson / df below which standard errors are so much too large that it is worth a look."""

OWN_DISPERSION = {
    Outcome.COUNT: 'cov="quasi", or st.negative_binomial, which has a variance of its own',
    Outcome.TRIALS: 'cov="quasi", or st.beta_binomial, which has a variance of its own',
}
"""What to do where a family has no dispersion."""


def overdispersion(of: LookedAt) -> Check | None:
    """Pearson / df, 1 where counts vary as the model says; None where it says nothing: of 0 and 1, and of numbers."""
    if of.pearson is None:
        return None
    measure = "Pearson / df, 1 where they vary as the model says"
    ratio, p, family, has_errors = of.pearson.ratio, of.pearson.p_value, of.likelihood, bool(of.fit.kinds)
    if of.fit.cov != "information":
        measure += f"; standard errors ({of.fit.cov.split('(')[0]}) allow for it"
        return Check(OVERDISPERSION, measure, ratio, p_value=p)
    if ratio < 1.0:
        advice = "They vary less than the model says."
        if has_errors:
            wide = number(ratio**-0.5, 2)
            advice = f"Standard errors are about {wide} times too large: they are on the safe side."
    else:
        small = number(ratio**0.5, 2)
        what = (
            f"Standard errors are about {small} times too small: " if has_errors else "They vary more than the model: "
        )
        own = 'the variance is not that of the family. cov="robust" does not rest on it'
        advice = f"{what}{own if family.others else OWN_DISPERSION[family.outcome]}."
    size = 1.4 if ratio < TOO_SMALL_RATIO else ratio  # intervals that are too wide are on the safe side
    return judged(OVERDISPERSION, measure, ratio, advice, size=size, p_value=p)


def overdispersed(fit: Estimates, *, reads: bool = False) -> str:
    """A sentence where counts or groups vary so much that the standard errors of a fit are too small; "" elsewhere.

    Rows in files are read for it only where that is asked for; else it says of counts where it is found.

    >>> import stattools as st
    >>> overdispersed(st.fit(st.poisson([0, 9, 1, 6, 0, 12, 30, 1], [1, 2, 3, 4, 5, 6, 7, 8])))
    'Overdispersed: Pearson / df 10.7; standard errors about 3.3 times too small. Use cov="quasi", or ...'
    """
    if not fit.model.facts.is_regression or fit.cov != "information":
        return ""
    known, family = fit._spread, fit.model.likelihood
    if known is None and not fit.model.in_memory:
        if not reads:
            says = family.outcome in OWN_DISPERSION and not family.others
            return "Whether they vary more than the family says: fit.check() reads the rows for it." if says else ""
        if found := spread_of(fit.model, fit.estimate):
            known = found.ratio, found.p_value
    if known is None or verdict(OVERDISPERSION, *known) == "ok":
        return ""
    said = f"Overdispersed: Pearson / df {number(known[0], 3)}"
    if not fit.kinds:
        return f"{said}."
    use = 'cov="robust", which does not rest on the variance' if family.others else OWN_DISPERSION[family.outcome]
    return f"{said}; standard errors about {number(known[0] ** 0.5, 2)} times too small. Use {use}."


LARGEST = 1e6
"""Where columns explain nothing, a curve is no larger than this beside them."""


def link(of: LookedAt) -> Check | None:
    """The square of the linear predictor: Pregibon's link test, and of least squares Ramsey's with one square."""
    if not of.added.link or not of.units:
        return None
    of.require_errors()
    statistic, df = of.added.test(of.added.link)
    if not df:
        return None
    what, other = "mean", "another link, or "
    if of.model.facts.is_partial:
        what, other = f"logarithm of the {of.model.facts.exponential.split()[0]}", ""
    elif (name := next(iter(of.likelihood.parameters.values()))) not in LINKS or name == "identity":
        other = "log(y), or "
    advice = f"The {what} bends against the linear predictor: {other}curves, see form."
    measure = f"curve of the {what} that is missing / what the columns explain, in sd"
    return judged("link", measure, size_of(of, statistic, df), advice, p_value=_p_value(of, statistic, df))


def form(of: LookedAt) -> Check | None:
    """The square of each column of numbers; the worst of them."""
    of.require_errors()
    tests = {name: of.added.test(places) for name, places in of.added.curves.items()}
    found = {name: test for name, test in tests.items() if test[1]}
    if not found:
        return None
    worst = max(found, key=lambda name: (found[name][0] / found[name][1], name))
    p_value = min(1.0, len(found) * _p_value(of, *found[worst]))
    quoted = worst if worst.isidentifier() else f"({worst})"
    advice = f"{worst} has a bend that the line misses: try I({quoted}**2), log({quoted}) or bs({quoted}, df=4)."
    measure = f"curve of {worst} that is missing / what the columns explain, in sd"
    return judged("form", measure, size_of(of, *found[worst]), advice, p_value=p_value, term=worst)


def _p_value(of: LookedAt, statistic: float, df: int) -> float:
    """F of the column beside what is left when it is taken in, as is right for least squares and careful elsewhere."""
    rest = of.fit.df - df
    if rest <= 0:
        return 1.0
    scaled = statistic / of.phi
    left = max(of.fit.df - scaled, 1e-300) / rest if of.model.has_scale else 1.0
    return float(special.fdtrc(df, rest, scaled / df / left))


def size_of(of: LookedAt, statistic: float, df: int) -> float:
    """The standard deviation of what is missing in that of what the columns explain, less what chance makes."""
    beyond = max(statistic - of.phi * df, 0.0)
    return min(float(np.sqrt(beyond / of.added.explained)), LARGEST) if of.added.explained > 0 else LARGEST


def proportional(of: LookedAt) -> Check:
    """The term whose hazard ratio changes most, against time as Kaplan and Meier see it."""
    table = of.fit.proportional_hazards()  # type: ignore[attr-defined]
    rows = [row for row in table.to_dict("records") if row["term"] != "GLOBAL"]
    worst = max(rows, key=lambda row: (row["statistic"] / row["df"], row["term"]))
    term = str(worst["term"])
    advice = (
        f"The hazard ratio of {term} changes with time and is an average over the time seen: strata of it, or its "
        "product with time in rows that are cut, survival(entry, time, died)."
    )
    measure = f"change with time of the log hazard ratio of {term} / what the columns explain, in sd"
    p_value = min(1.0, len(rows) * float(worst["p_value"]))
    size = size_of(of, float(worst["statistic"]), int(worst["df"]))
    return judged("proportional hazards", measure, size, advice, p_value=p_value, term=term)


def collinearity(of: LookedAt) -> Check | None:
    """The largest factor, by the variables of the terms; None where there are no two."""
    _ = of.bread  # refused by a fit without standard errors
    factors = inflation(of)
    if len(factors) < 2:
        return None
    worst = max(factors, key=factors.__getitem__)
    value = factors[worst]
    advice = (
        f"Other columns make the standard errors of {worst} {number(value, 3)} times as wide. Intervals allow for it; "
        "effects of columns that go together cannot be told apart: leave one out, or test them together, fit.test."
    )
    measure = f"factor on the standard errors of {worst}, GVIF^(1/(2 df))"
    return judged("collinearity", measure, value, advice, term=worst)


def inflation(of: LookedAt) -> dict[str, float]:
    """GVIF^(1 / (2 df)) of each set of variables that has terms of its own, by the names of these: terms of the same
    variables together, but for products whose parts are terms too.

    >>> import stattools as st
    >>> data = {"y": [1.0, 3.0, 2.0, 5.0, 4.0], "x": [1, 2, 3, 4, 5], "z": [1, 2, 3, 4, 6]}
    >>> {name: round(value**2, 2) for name, value in inflation(LookedAt(st.fit(st.ols("y ~ x + z", data)))).items()}
    {'x': 37.0, 'z': 37.0}
    """
    n_first = 0 if of.model.facts.is_partial else of.model.predictor.n_first
    root, found = np.sqrt(np.abs(of.added.base.diagonal())), {}
    # Where a category stands for the constants, one of its columns is not needed beside each.
    alone = [int(np.argmax(np.abs(direction) * root)) for direction in of.added.constants.T[:n_first]]
    groups: dict[frozenset[str], list[Unit]] = {}
    for unit in of.units:
        groups.setdefault(unit.variables, []).append(unit)
    for variables, some in groups.items():
        if any(other < variables for other in groups):
            continue
        own = sorted(k for unit in some for k in unit.coefficients)
        beside = {k for unit in of.units if not variables < unit.variables for k in unit.coefficients}
        mine, others = [k for k in own if k not in alone], sorted(beside.difference(own, alone))
        if mine and others:
            name = " and ".join(unit.name for unit in some[:2])
            found[name] = max(of.added.inflation(mine, others), 1.0) ** (0.5 / len(mine))
    return found


LEVELS = np.linspace(0.02, 0.98, 49)


def distribution(of: LookedAt) -> Check:
    """The largest gap between the distribution of the outcomes and the predicted ones."""
    of.require_errors()
    scale = of.fit.scale if of.model.has_scale else None
    if scale is None:
        _require_cdf(of)
    total, weight = of.model.rows.gather(partial(_of_rows, of.likelihood, of.model.predictor, of.theta, scale))
    return of_shares(total, weight, "distribution", is_normal=scale is not None)


def _require_cdf(of: LookedAt) -> None:
    try:
        require_answer(of.likelihood, "cdf")
    except IncompatibleError:
        why = f"{of.model.title} does not say how probable an outcome up to a value is, only how probable it is itself."
        raise IncompatibleError(why) from None


def of_shares(total: Floats, weight: Floats, name: str, *, is_normal: bool) -> Check:
    """The check of sums of shares at each level and of weights; `is_normal` where mean and scale were estimated."""
    n = float(weight[0])
    share = total / n
    worst = int(np.argmax(np.abs(share - LEVELS)))
    gap = float(abs(share[worst] - LEVELS[worst]))
    p = lilliefors(gap, n) if is_normal else float(special.kolmogorov(np.sqrt(n) * gap))
    of_all, below = 100.0 * LEVELS[worst], 100.0 * share[worst]
    advice = (
        f"{number(below, 3)} % fall below what should be the {of_all:.0f} % quantile: do not trust intervals of single "
        "observations; estimates hardly rest on it where there are many."
    )
    measure = "largest gap of the distribution, in shares"
    return judged(name, measure, gap, advice, p_value=p, detail=(below, of_all))


def lilliefors(gap: float, n: float) -> float:
    """How often n normal outcomes whose mean and standard deviation were estimated have a gap as large; 1 where that is
    often.

    >>> round(lilliefors(0.1035, 100.0), 2)
    0.01
    """
    z = gap * np.sqrt(n + 2.78019)
    p = np.exp(-7.01256 * z * z + 2.99587 * z - 0.122119 + 0.974598 / np.sqrt(n) + 1.67997 / n)
    return float(p) if p < 0.1 else 1.0


def shares(below: Floats, upto: Floats) -> Floats:
    """P_i(u) of each row and level, from F(y - 1) and F(y)."""
    step = (upto - below)[:, None]
    whole = np.divide(LEVELS - below[:, None], step, out=(upto[:, None] <= LEVELS).astype(float), where=step > 1e-12)
    return np.clip(whole, 0.0, 1.0)


def _of_rows(likelihood: Likelihood, predictor: Linear, theta: Floats, scale: float | None, rows: Rows) -> Floats:
    found, start = np.zeros((2, len(LEVELS))), 0
    for block in rows.blocks():
        part = slice(start, start + len(block.y))
        start = part.stop
        weight = np.ones(len(block.y)) if rows.weight is None else rows.weight[part]
        eta = predictor.forward(theta, block)[0]
        if scale is not None:
            root = 1.0 if rows.precision is None else np.sqrt(rows.precision[part])
            below = upto = special.ndtr(root * (block.y - eta) / scale)
        else:
            below, upto = likelihood.facts.tails(likelihood, eta, block.y)[0]
        some = np.where(likelihood.trials_of(block.y) > 0, weight, 0.0)
        each = shares(below, upto)
        found += np.stack([some @ each, np.full(len(LEVELS), some.sum())])
    return found


def zeros(of: LookedAt) -> Check | None:
    """The share of zeros, observed less expected; None of a family that has none."""
    _require_cdf(of)
    n, part = of.model.n, partial(_zeros, of.likelihood, of.model.predictor, of.theta)
    observed, expected, variance = of.model.rows.total(part).tolist()
    if expected <= 1e-12 * n and observed == 0:
        return None
    gap, z = (observed - expected) / n, (observed - expected) / np.sqrt(max(variance, 1e-12))
    told = f"{number(100 * observed / n, 3)} % are zeros, the model expects {number(100 * expected / n, 3)} %: "
    use = 'a family with fewer zeros, or cov="robust".'
    if gap > 0:
        spread = "" if of.likelihood.others else ", or st.negative_binomial if counts are spread as a whole"
        use = f"st.zero_inflated or st.hurdle{spread}."
    measure, p = "share of zeros, observed less expected", float(2.0 * special.ndtr(-abs(z)))
    detail = observed / n, expected / n
    return judged("zeros", measure, gap, told + use, size=abs(gap), p_value=p, detail=detail)


def _zeros(likelihood: Likelihood, predictor: Linear, theta: Floats, block: Block) -> Floats:
    eta = predictor.forward(theta, block)[0]
    weight = np.ones(len(eta)) if block.weight is None else block.weight
    expected = likelihood.cdf(eta, np.zeros(len(eta)))
    if not np.isfinite(expected).all():
        raise IncompatibleError(f"{type(likelihood).__name__} says no probability of a zero in some rows.")
    return np.array([weight @ (block.y == 0), weight @ expected, weight @ (expected * (1.0 - expected))])


def certificate(of: LookedAt) -> Check:
    """Standard errors between the estimate and the maximum, at least 1e-8."""
    value, what = max(float(of.fit.solution.decrement), NEAREST), maximum(of.fit)
    if edge := at_zero(of.model, of.theta):
        what += f", where {', '.join(edge)} is 0, the edge of its range"
    advice = "The climb ended short of the maximum: change the units of columns, or leave out some that go together."
    return judged("maximum", f"standard errors from {what}, at most", value, advice)
