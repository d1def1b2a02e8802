"""Is the form of the model right? Curvature, hazards, collinearity, distribution, and whether it is the maximum.

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

from functools import partial

import numpy as np
from scipy import special

from stattools.data.rows.rows import Block, Rows
from stattools.errors import IncompatibleError
from stattools.inference.certificate import NEAREST, at_zero, maximum
from stattools.inference.diagnostics.check import Check, LookedAt, judged
from stattools.inference.hypotheses.wald import Unit
from stattools.interface.arrays import Floats
from stattools.likelihoods import Likelihood
from stattools.likelihoods.likelihood import require_answer
from stattools.likelihoods.links import LINKS
from stattools.models.predictor import Linear
from stattools.text.columns import number

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
