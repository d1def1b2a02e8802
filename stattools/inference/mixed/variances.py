"""What varies between groups, whether a variance is 0, how much is explained, and averages over groups.

    V_f = variance of x'beta_hat over the rows,   V_k = mean of z'Sigma_k z,   V_e = that of the rows
    marginal R^2 = V_f / (V_f + sum V_k + V_e),   conditional R^2 = (V_f + sum V_k) / (the same)
    intraclass correlation = V_k / (sum V_k + V_e)

V_e is the mean of sigma^2 / precision of a normal outcome; of others, on the scale of the linear predictor, pi^2 / 3 of
the logit, 1 of the probit, pi^2 / 6 of the (complementary) log-log, log(1 + Var(y) / mu^2) behind a log link, Var(y) (d
eta / d mu)^2 behind others. Source: Nakagawa & Schielzeth, Methods Ecol. Evol. 4 (2013), 133-142; Johnson, the same 5
(2014), 944-946, for slopes; Nakagawa, Johnson & Schielzeth, J. R. Soc. Interface 14 (2017).

    gamma = (X'WX)^-1 X'W g(mu),   mu_i = E mean(x_i'beta + z_i'u) over the effects, g the link, W the frequencies

for a probit model with (1 | g) beta / sqrt(1 + sigma^2); standard errors by the delta method. Source: Hedeker, du Toit,
Demirtas & Gibbons, Biometrics 74 (2018), 354-361.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from scipy import special

from stattools.errors import ConvergenceError, DomainError, IncompatibleError, quoted
from stattools.inference.estimates import Estimates, against_zero, level_of, quantile_of
from stattools.inference.hypotheses.result import TestResult
from stattools.inference.intervals.coefficients import factors, require_ratios
from stattools.inference.mixed.modes import wiggles
from stattools.inference.mixed.replicates import drawn_outcomes
from stattools.inference.mixed.views import view_of
from stattools.interface.arguments import require_truth, whole_number
from stattools.interface.arrays import Floats
from stattools.interface.names.answers import is_one_of, one_of
from stattools.interface.seeds import generator
from stattools.interface.when_needed import optimize, pd
from stattools.likelihoods.likelihood import require_answer
from stattools.models.mixed.mixed_model import MixedModel, MixedRegression
from stattools.numerics.threads import one_blas_thread
from stattools.solvers.mixed.marginal_maximum import MarginalMaximum
from stattools.solvers.mixed.maximum import MixedMaximum
from stattools.solvers.mixed.null import (
    bootstrapped_ratios,
    drawn_ratios,
    mixture_tail,
    simulated_ratios,
    without,
    without_marginal,
)
from stattools.solvers.mixed.variance_profile import HigherLikelihood, VarianceParameter, parameters, profile_ends


def variance_components(fit: Any, level: float | None = None, interval: str | None = "profile") -> pd.DataFrame:
    """group, term, with, what, estimate, lower, upper: see `Fit.variance_components`."""
    found = fit.found
    at_level = level_of(fit, level)
    rows = [_row(found.model, of) for of in parameters(found)]
    if interval is not None:
        one_of(interval, ("profile",), "fit.variance_components needs interval to be one of {}")
        cut = float(special.ndtri(0.5 * (1.0 - at_level)) ** 2)
        with one_blas_thread():
            for (lower, upper), note, made in zip(*_ends(found, cut), rows, strict=True):
                made |= {"lower": _missing(lower), "upper": _missing(upper), "note": note}
    made = pd.DataFrame(rows)
    if "note" in made and not any(made["note"]):
        made = made.drop(columns="note")
    made.attrs |= {"level": at_level, "interval": interval}
    return made


def _ends(found: object, cut: float) -> tuple[list[tuple[float, float]], list[str]]:
    """The intervals of all parameters, NaN where one was not found, and why it was not."""
    ends, notes = [], []
    for of in parameters(found):
        note, both = "", (np.nan, np.nan)
        try:
            both = profile_ends(found, of, cut)
        except HigherLikelihood as error:
            return [both] * len(parameters(found)), [str(error)] * len(parameters(found))
        except ConvergenceError as error:  # the others stand
            note = str(error)
        ends.append(both)
        notes.append(note)
    return ends, notes


def _row(model: MixedModel, of: VarianceParameter) -> dict[str, object]:
    if of.k < 0:
        return {"group": "Residual", "term": "", "with": "", "what": "sd", "estimate": of.estimate}
    term = model.varying[of.k]
    if of.i == of.j:
        return {"group": term.group, "term": term.effect_names[of.i], "with": "", "what": "sd", "estimate": of.estimate}
    return {
        "group": term.group, "term": term.effect_names[of.j], "with": term.effect_names[of.i], "what": "correlation",
        "estimate": _missing(of.estimate),
    }  # fmt: skip


def _missing(value: float) -> float | None:
    """A correlation with an effect that does not vary is missing, and so is its interval."""
    return None if np.isnan(value) else value


WHO = "fit.variance_test"

DRAWS = {"mixture": None, "exact": 9999, "bootstrap": 999}
"""How the p-value is made: by a mixture of two chi-squared, which is exact with many groups; by so many draws of the
exact distribution, known of the only variance of a normal outcome; or by so many fits to outcomes drawn without it.
"""


def variance_test(fit: Any, term: str, effect: str | None, method: str, draws: int | None, seed: object) -> TestResult:
    """See `Fit.variance_test`."""
    method = one_of(method, tuple(DRAWS), f"{WHO} needs method to be one of {{}}")
    fit.model.require_groups_alone(WHO)
    k, i = _place(fit, term, effect)
    model, found = fit.model, fit.found
    if model.summed is not None:
        raise IncompatibleError(
            f"{WHO} fits the model without the variance, for which rows in files are not read again."
        )
    tested, count = model.random[k], _draws(fit, k, i, method, draws, seed)
    with one_blas_thread():
        null = (without if model.has_scale else without_marginal)(found, k, i)
        statistic = max(null.deviance - fit.deviance, 0.0)
        if count is None:
            p_value = mixture_tail(statistic, null.lost)
            note = (
                f"chibar2: half chi2({null.lost}), half chi2({null.lost + 1}), since 0 is the edge of the range; of "
                "few groups its p-values are too large."
            )
        else:
            ratios = np.fromiter(_ratios(found, null, method, count, generator(seed)), float, count)
            p_value = (1.0 + float((ratios >= statistic - 1e-8).sum())) / (1.0 + count)
            note = f"p-value by {count:,} {NOTES[method]}"
    names = [tested.columns[i]] if i is not None and len(tested.columns) > 1 else []
    hypothesis = " ".join(["variance of", *names, *(["in"] if names else []), tested.name, "= 0"])
    kind, law = "restricted likelihood ratio" if fit.reml else "likelihood ratio", "draws" if count else "chibar2"
    return TestResult(kind, statistic, null.lost + 1, p_value, (hypothesis,), distribution=law, note=note)


NOTES = {
    "exact": "draws of the exact distribution (Crainiceanu and Ruppert).",
    "bootstrap": "outcomes drawn from the model without it, both models fitted to each.",
}


def _draws(fit: Any, k: int, i: int | None, method: str, draws: int | None, seed: object) -> int | None:
    """How many ratios are drawn, None for a mixture; IncompatibleError where the method does not know the distribution,
    DomainError without a seed, or for a number below 1.
    """
    term = fit.model.random[k]
    if method == "mixture" and i is None:
        raise IncompatibleError(
            f"{WHO}: without all {len(term.columns)} effects of {term.name} the likelihood ratio is no mixture of two "
            f"chi-squared. Test one by effect={quoted(term.columns[-1])}, or use "
            'method="bootstrap".'
        )
    if method == "mixture":
        if not (draws is None and seed is None):
            raise IncompatibleError(f'{WHO}: method="mixture" draws nothing; leave draws= and seed= out.')
        return None
    if method == "exact" and not fit.model.has_scale:
        raise IncompatibleError(
            f'{WHO}: the exact distribution is known of a normal outcome. Use method="mixture" or method="bootstrap".'
        )
    if method == "exact" and fit.found.structure.widths != (1,):
        raise IncompatibleError(
            f"{WHO}: the exact distribution is known of the only variance of a model; {fit.model.formula} has more. "
            'Use method="bootstrap".'
        )
    if seed is None:
        raise DomainError(f"{WHO}: method={quoted(method)} draws at random and needs seed=, such as seed=1.")
    return DRAWS[method] if draws is None else whole_number(draws, "draws", at_least=1)


def _ratios(found: Any, null: Any, method: str, count: int, random: np.random.Generator) -> Iterable[float]:
    """Likelihood ratios of outcomes without the variance."""
    if method == "exact":
        return simulated_ratios(found.deviance, count, random)
    if found.model.has_scale:
        return bootstrapped_ratios(found, null, count, random)
    roots = null.found.roots if null.model.random else ()
    return drawn_ratios(found, null, drawn_outcomes(null.model, null.found.estimate, roots, count, random))


def _place(fit: Estimates, term: str, effect: str | None) -> tuple[int, int | None]:
    """The numbers of a term, by its name or that of its group, and of its effect."""
    terms = fit.model.random
    found = [k for k, one in enumerate(terms) if is_one_of(term, (one.name,))] or [
        k for k, one in enumerate(terms) if is_one_of(term, (one.group,))
    ]
    if len(found) != 1:
        raise DomainError(
            f"fit.variance_test needs the name of a random term, {', '.join(repr(one.name) for one in terms)}; got "
            f"{quoted(term)}."
        )
    columns = terms[found[0]].columns
    if effect is None:
        return found[0], 0 if len(columns) == 1 else None
    if not is_one_of(effect, columns):
        raise DomainError(
            f"fit.variance_test: the effects of {terms[found[0]].name} are {', '.join(map(repr, columns))}; got "
            f"effect={quoted(effect)}."
        )
    return found[0], columns.index(effect)


LATENT = {"logit": np.pi**2 / 3.0, "probit": 1.0, "cloglog": np.pi**2 / 6.0, "loglog": np.pi**2 / 6.0}
"""The variance of what is behind a yes or no, or labels in order, by the link."""


def variances_of_groups(found: MixedMaximum | MarginalMaximum) -> dict[str, float]:
    """The mean variance of what each grouping adds to a row."""
    sizes: dict[str, float] = {}
    for term, root in zip(found.model.random, found.roots, strict=False):  # curves come last, and are no groups
        sizes[term.group] = sizes.get(term.group, 0.0) + _mean(((term.z @ root) ** 2).sum(axis=1), found.model)
    return sizes


def _mean(values: Floats, model: MixedModel) -> float:
    weight = model.fixed.rows.weight
    return float(np.average(values, weights=weight))


def variance_of_rows(fit: Any) -> float:
    """The mean variance of the residual of a normal outcome; of others the variance of rows on the scale of the linear
    predictor. IncompatibleError where the link, or the family, has none.
    """
    model, fixed, family = fit.model, fit.model.fixed, fit.model.fixed.likelihood
    if model.has_scale:
        return fit.found.s2 * (1.0 if model.precision is None else float(np.mean(1.0 / model.precision)))
    if fixed.predictor.n_first > 1:
        raise IncompatibleError(
            f"R squared is on the scale of one linear predictor, and {model.title} has one for each category: "
            'fit.calibration() and fit.plot("calibration") compare its probabilities with what happened.'
        )
    link = next(iter(family.parameters.values()))
    if family.facts.is_event or family.outcome.has_several:
        if link not in LATENT or family.facts.added:
            raise IncompatibleError(
                f"R squared and the intraclass correlation of {model.title} are on the scale of the linear predictor, "
                f"on which the variance of a row is known behind the links {', '.join(LATENT)}, the same in all rows."
            )
        return LATENT[link]
    averaged = fit._population
    mean = np.array([_mean(averaged.model.likelihood.mean(averaged.model.eta(averaged.estimate)), model)])
    eta = fixed.eta(fit.estimate).reshape(len(fixed.rows.X), -1)
    eta = at_mean(model, mean, np.average(eta, axis=0, weights=fixed.rows.weight)[None, 1:])
    variance = float(family.variance(eta, fixed.rows.y[:1])[0])
    if link == "log":
        return float(np.log1p(variance / mean[0] ** 2))
    return variance / float(family.slope(eta)[0, 0, 0]) ** 2


def at_mean(model: MixedRegression, mean: Floats, others: Floats) -> Floats:
    """The linear predictors that have a mean (m,), beside the `others` (m, width - 1); IncompatibleError where the
    first does not decide the mean, as where there are extra zeros.
    """
    family = model.fixed.likelihood
    first = np.asarray(family.link(mean), dtype=float)
    eta = first if family.width == 1 else np.column_stack([first, others])
    if not np.allclose(family.mean(eta), mean, rtol=1e-8, atol=0.0):
        raise IncompatibleError(
            f"the mean of {model.title} moves with other parameters too, and has no linear predictor of its own: see "
            "fit.marginal_effects(), fit.means(...) and fit.variance_components()."
        )
    return eta


def goodness(fit: Any) -> pd.DataFrame:
    """One row: r2_marginal, r2_conditional, icc, deviance: see `MixedFit.goodness`."""
    found, model, rows = fit.found, fit.found.model, variance_of_rows(fit)
    predictor, X, weight = model.fixed.predictor, np.asarray(model.fixed.rows.X), model.fixed.rows.weight
    eta = X[:, predictor.first] @ fit.estimate[predictor.parts[0]] + wiggles(found, model.smooths)
    n = model.n
    explained = float(np.average((eta - np.average(eta, weights=weight)) ** 2, weights=weight) * n / (n - 1.0))
    groups = sum(variances_of_groups(found).values())
    whole = explained + groups + rows
    made = {"sigma": float(np.sqrt(found.s2))} if model.has_scale else {}
    made |= {"r2_marginal": explained / whole, "r2_conditional": (explained + groups) / whole}
    made |= {"icc": groups / (groups + rows), "deviance": -2.0 * found.loglik}
    return pd.DataFrame([made | (deviance_explained(fit) if model.smooths and not model.has_scale else {})])


def intraclass(fit: Any) -> pd.DataFrame:
    """One row for each grouping and the rows: group, variance, share."""
    sizes = variances_of_groups(fit.found) | {"Residual" if fit.model.has_scale else "Rows": variance_of_rows(fit)}
    variance = np.array(list(sizes.values()))
    return pd.DataFrame({"group": list(sizes), "variance": variance, "share": variance / variance.sum()})


def averaged_coefficients(fit: Any, level: float | None, exponentiate: bool) -> pd.DataFrame:
    """term, estimate, se, statistic, p_value, lower, upper: see `MixedFit.averaged_coefficients`."""
    require_truth(exponentiate, "exponentiate= of averaged_coefficients")
    at = level_of(fit, level)
    fit.model.require_groups_alone("averaged_coefficients")
    model, averaged = fit.model.fixed, fit._population
    family = model.likelihood
    if family.outcome.has_several:
        raise IncompatibleError(
            f"{fit.model.title} has a probability for each label, whose averages have no straight line in common: see "
            "fit.means(...) and fit.marginal_effects()."
        )
    if exponentiate:
        require_ratios(model)
    of, offset = averaged.model, model.rows.offset
    block = of.rows.whole
    eta, _ = of.predictor.forward(averaged.estimate, block)
    mean, slope = of.likelihood.mean(eta), of.likelihood.slope(eta)[:, 0]
    wide = at_mean(fit.model, mean, eta[:, 1 : family.width])
    own = wide if family.width == 1 else wide[:, 0]
    change = of.predictor.row_scores(np.asarray(of.rows.X), slope) / family.slope(wide)[:, 0, :1]
    X = np.asarray(model.rows.X)[:, model.predictor.first]
    root = np.ones(len(X)) if model.rows.weight is None else np.sqrt(model.rows.weight)
    both = np.column_stack([own if offset is None else own - offset, change]) * root[:, None]
    size = np.abs(X).max(axis=0)
    size = np.where(size > 0.0, size, 1.0)  # least squares drop what is small beside other columns
    solved = np.linalg.lstsq(X / size * root[:, None], both, rcond=None)[0] / size[:, None]
    estimate, gradient = solved[:, 0], solved[:, 1:]
    se = np.sqrt(np.maximum(((gradient @ averaged.covariance) * gradient).sum(axis=1), 0.0))
    statistic, p_value = against_zero(estimate, se, np.inf)
    half = quantile_of(np.inf, at) * se
    names = list(model.first_terms)
    value, lower, upper = (
        factors(one, names) if exponentiate else one for one in (estimate, estimate - half, estimate + half)
    )
    columns = {"term": names, "estimate": value, "se_log" if exponentiate else "se": se, "statistic": statistic}
    made = pd.DataFrame(columns | {"p_value": p_value, "lower": lower, "upper": upper})
    made.attrs["note"] = "Averages over groups; the coefficients of fit.table() are those within a group."
    return made


def deviance_explained(fit: Any) -> dict[str, float]:
    """The share of the deviance that is explained, 0 where a constant mean is exact too; none where rows have no
    deviance, as labels in order.
    """
    try:
        require_answer(fit.model.likelihood, "deviance")
    except IncompatibleError:
        return {}
    model = fit.model.fixed
    of = view_of(fit, fit._of_rows, "known", fit.model.random, fit.model.smooths)
    eta = of.model.eta(of.estimate).reshape(len(model.rows.y), -1)
    start = 0.0 if model.rows.offset is None else model.rows.offset

    def deviance(moved: Floats) -> float:
        found = model.likelihood.deviance(moved[:, 0] if moved.shape[1] == 1 else moved, model.rows.y)
        return float(found.sum() if model.rows.importance is None else found @ model.rows.importance)

    def constant(c: float) -> float:
        moved = eta.copy()
        moved[:, 0] = c + start
        return deviance(moved)

    low, high = float((eta[:, 0] - start).min()), float((eta[:, 0] - start).max())
    found: Any = optimize.minimize_scalar(constant, (low, high + 1e-3 * (1.0 + abs(high))))
    is_known = np.isfinite(found.fun) and found.fun > 0.0
    return {"deviance_explained": 1.0 - deviance(eta) / found.fun if is_known else 0.0}
