"""The reference for proportions and rates, of one sample or arm by arm: statsmodels' confidence intervals, and SciPy's
log density.

Curves of survival beside statsmodels' SurvfuncRight, or counted again where rows enter late.

    log L = sum_t [d log h + (r - d) log(1 - h)],   h = 1 - S(t) / S(t-)

d of the r rows at risk have the event at t. The distance of a curve from the maximum h = d / r is in standard errors of
h. Source: Kaplan & Meier, JASA 53 (1958), 457-481.

The reference for a network: its layers written again, SciPy's distributions on top, and slopes by differences.

A network's maximum is not unique, so that no package has the same parameters. What can be checked is that the
log-likelihood at them is right, and that back-propagation gives its slope: along random directions from a point beside
the fit, where the slope is not 0, against central differences of the log-likelihood written again.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import statsmodels
from numpy.typing import NDArray
from scipy import special
from statsmodels.duration.survfunc import SurvfuncRight

from stattools.errors import IncompatibleError
from stattools.inference.fits.fit import Fit
from stattools.inference.survival.product_limit import KaplanMeier
from stattools.interface.arrays import Floats
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.when_needed import pd, stats
from stattools.likelihoods import Bernoulli, Categorical, Gaussian, Poisson
from stattools.models.samples.proportions import BinomialArms
from stattools.models.samples.rates import EventRates
from stattools.networks.network_fit import NetworkFit
from stattools.networks.network_model import NetworkModel
from stattools.networks.perceptron import Dense
from stattools.text.columns import number
from stattools.text.one_line import headline
from stattools.text.page import Faces, Grid, Page
from stattools.validation.references.densities import KERNELS, Numbers, observed
from stattools.validation.verdict import SECOND, Agreement, agreeing_digits, compared, counted, fewest

Ends = Callable[[float, str], NDArray[np.float64]]

PROPORTION = {"wald": "normal", "wilson": "wilson", "clopper-pearson": "beta"}

RATE = {"wald": "wald", "score": "score", "exact": "exact-c"}
"""Our kinds of interval, and statsmodels' names for them."""

SAME = 1e-6
"""Ends this many standard errors apart count as the same."""

SAME_LOGLIK, ROUND_OFF = 1e-9, 1e-14
"""Log-likelihoods this close, relative to their size, are the same, and SciPy's has round-off of log(y!) beside."""


def validate_arms(fit: Fit) -> Agreement:
    """The ends of the three intervals that statsmodels has, for each arm.

    Raises IncompatibleError for waiting times, whose intervals it does not have.
    """
    import statsmodels

    of_kind = REFERENCES.get(fit.model.kind)
    if of_kind is None:
        raise IncompatibleError(
            f"validate has no reference for {fit.model.title.lower()}: statsmodels has no such intervals."
        )
    methods, reference, function = of_kind(fit.model)
    names, ours, theirs = [], [], []
    for kind, method in methods.items():
        ends = np.atleast_2d(np.asarray(fit.interval(kind=kind))).T
        for side, a, b in zip(("lower", "upper"), ends, reference(1.0 - fit.level, method), strict=True):
            names += [f"{arm}, {kind} {side}" for arm in fit.names]
            ours.append(a)
            theirs.append(b)
    unit = np.tile(fit.se, 2 * len(methods))
    rows = compared({"term": names}, np.concatenate(ours), np.concatenate(theirs), unit=unit)
    worst = float(np.abs(rows["difference_in_se"].to_numpy()).max())
    name = f"statsmodels {statsmodels.__version__} {function}"
    arms = f"{len(fit.names)} arm{'s' * (len(fit.names) > 1)}"
    agrees = f"{name} agrees: the ends of {len(methods)} intervals of {arms} (digits: {fewest(rows)})."
    differs = f"{name} does not agree: the end of an interval differs by {worst:.2g} standard errors."
    seen = observed(fit.model)
    loglik, count = seen.loglik(fit.estimate), float(np.sum(seen.data[0]))
    lead = fit.loglik - loglik
    if abs(lead) > SAME_LOGLIK * (1.0 + abs(loglik)) + ROUND_OFF * count * np.log1p(count):
        differs = f"SciPy's log density does not agree: our log-likelihood differs by {lead:+.3g}."
        worst = np.inf
    ok = worst <= SAME
    return Agreement(rows, fit.loglik, loglik, name, True, 0.0, 0.0, ok, agrees if ok else differs)


def _of_proportions(model: BinomialArms) -> tuple[dict[str, str], Ends, str]:
    from statsmodels.stats.proportion import proportion_confint

    k, n = model.successes, model.trials
    return PROPORTION, lambda alpha, method: np.array(proportion_confint(k, n, alpha, method)), "proportion_confint"


def _of_rates(model: EventRates) -> tuple[dict[str, str], Ends, str]:
    from statsmodels.stats.rates import confint_poisson

    def ends(alpha: float, method: str) -> NDArray[np.float64]:
        lower, upper = confint_poisson(model.totals, model.exposures, method=method, alpha=alpha)
        lower = np.maximum(np.nan_to_num(lower), 0.0)  # its exact end for no events is NaN, or one 0 for all
        return np.array(np.broadcast_arrays(lower, upper))

    return RATE, ends, "confint_poisson"


REFERENCES: dict[str, Callable[[Any], tuple[dict[str, str], Ends, str]]] = {
    "binomial arms": _of_proportions,
    "poisson rate": _of_rates,
}
"""Names of the intervals, their ends and the function in statsmodels, for each kind of sample."""


def validate_proportion(fit: Fit) -> Agreement:
    """theta, its standard error and the ends of the three intervals that statsmodels has, at the fit's level."""
    import statsmodels
    from statsmodels.stats.proportion import proportion_confint, std_prop

    model: Any = fit.model
    k, n = int(model.successes), int(model.trials)
    theta, se = float(fit.estimate[0]), float(fit.se[0])
    reference_se = float(std_prop(k / n, n))
    own = [end for kind in PROPORTION for end in fit.interval(kind=kind)]
    of = [end for method in PROPORTION.values() for end in proportion_confint(k, n, 1.0 - fit.level, method)]
    ours, theirs = np.array([theta, *own], dtype=float), np.array([k / n, *of], dtype=float)
    terms = ["theta", *(f"{kind} {end}" for kind in PROPORTION for end in ("lower", "upper"))]
    first = np.append(1.0, np.full(len(own), np.nan))  # ends have no standard error
    unit = np.full(len(terms), se)
    rows = compared({"term": terms}, ours, theirs, unit=unit, se=se * first, reference_se=reference_se * first)
    gap = ours - theirs
    rows.loc[np.abs(gap) < 1e-15, "digits"] = 16.0  # a reference may have 1e-17 for a probability of 0
    reference_loglik = observed(model).loglik(np.array([k / n]))
    same_loglik = abs(reference_loglik - fit.loglik) <= 1e-9 * (1.0 + abs(fit.loglik))
    same_point = bool((np.abs(gap) <= 1e-9 * (se if se > 0 else 1.0))[:5].all())
    same_exact = bool((np.abs(gap) <= 1e-6 * (se if se > 0 else 1.0))[5:].all())
    name = f"statsmodels {statsmodels.__version__} proportion_confint"
    ok = same_point and same_loglik and bool(agreeing_digits(se, reference_se) >= 8)
    if ok and same_exact:
        digits = counted(min(rows["digits"]))
        sentence = f"{name} agrees: theta and the ends of {len(PROPORTION)} intervals (digits: {digits})."
    elif ok:
        ok, sentence = _judge_exact(name, k, n, fit.level, ours[5:].tolist(), theirs[5:].tolist())
    else:
        sentence = f"{name} does not agree: theta or an interval differs by {float(np.abs(gap).max()):.2g}."
    return Agreement(rows, fit.loglik, reference_loglik, name, True, 0.0, 0.0, ok, sentence)


def _judge_exact(name: str, k: int, n: int, level: float, ours: list[float], theirs: list[float]) -> tuple[bool, str]:
    """Clopper-Pearson ends differ: an end is where the binomial tail beyond k is (1 - level) / 2, so that decides."""
    from scipy import stats

    def miss(ends: list[float]) -> float:
        """Relative distance of the two tails from (1 - level) / 2; an end at 0 or 1 has none."""
        low = stats.binom.sf(k - 1, n, ends[0]) if k > 0 else 0.5 * (1.0 - level)
        high = stats.binom.cdf(k, n, ends[1]) if k < n else 0.5 * (1.0 - level)
        return float(max(abs(tail / (0.5 * (1.0 - level)) - 1.0) for tail in (low, high)))

    a, b = miss(ours), miss(theirs)
    ok = a <= 1e-6 and a < b
    whose = "ours are" if ok else "its ends are"
    return ok, (
        f"{name} agrees on theta and two intervals and differs in Clopper-Pearson's; the binomial tail decides, which "
        f"at an end is {0.5 * (1.0 - level):.4g}: {whose} right (it is off by {a:.1g} at ours, {b:.1g} at its ends)."
    )


SAME_CURVE = 1e-9
"""Survival this close counts as the same."""


def validate_curves(answer: KaplanMeier) -> Agreement:
    """Survival and Greenwood's standard error at each time of an event, group by group."""
    table: Any = answer.table()
    table = table[table["events"] > 0].reset_index(drop=True)
    groups: list[Any] = table["group"].tolist() if "group" in table else [None] * len(table)
    of_group = [np.array([group == label for group in groups]) for label in answer.groups or (None,)]
    survival, se = np.empty(len(table)), np.empty(len(table))
    late = answer.rows.entry is not None
    for k, here in enumerate(of_group):
        survival[here], se[here] = (_counted_again if late else _survfunc)(answer, k)
    ours, own_se = table["survival"].to_numpy(), table["se"].to_numpy()
    times = table["time"].to_numpy().tolist()
    terms = [
        f"{time:.10g}" if group is None else f"{group}, {time:.10g}" for group, time in zip(groups, times, strict=True)
    ]
    rows = compared({"term": terms}, ours, survival, unit=own_se, se=own_se, reference_se=se)
    d, r = table["events"].to_numpy(), table["at_risk"].to_numpy()
    loglik, apart = np.zeros(2), np.zeros(2)
    for which, curve in enumerate((ours, survival)):
        h = np.empty(len(table))
        for here in of_group:
            h[here] = _hazard(curve[here], (d / r)[here])
        loglik[which] = float((special.xlogy(d, h) + special.xlog1py(r - d, -h)).sum())
        spread = np.sqrt(np.maximum(d * (r - d), 1.0) / r**3)
        apart[which] = float(np.sqrt((((h - d / r) / spread) ** 2).sum()))
    known = np.isfinite(own_se)
    same = bool((np.abs(ours - survival) <= SAME_CURVE).all() and (np.abs(own_se - se)[known] <= SAME_CURVE).all())
    name = f"{SECOND}, one event time at a time," if late else f"statsmodels {statsmodels.__version__} SurvfuncRight"
    digits = counted(float(rows["digits"].to_numpy().min()))
    se_digits = counted(float(rows["se_digits"].to_numpy()[known].min(initial=16.0)) if known.any() else np.nan)
    sentence = (
        f"{name} agrees: the same survival at {len(rows)} times of events (digits: {digits}) and standard errors "
        f"(digits: {se_digits})."
        if same
        else f"{name} differs by up to {np.abs(ours - survival).max():.2g} in survival; ours is {apart[0]:.1e} "
        f"standard errors from the maximum, that {apart[1]:.1e}."
    )
    ok = same or bool(apart[0] <= 1e-6 < apart[1])
    (ours_loglik, their_loglik), (ours_apart, theirs_apart) = loglik.tolist(), apart.tolist()
    return Agreement(rows, ours_loglik, their_loglik, name, True, ours_apart, theirs_apart, ok, sentence)


def _hazard(survival: Floats, least: Floats) -> Floats:
    """1 - S(t) / S(t-); `least`, the maximum's, where S was 0 before and says nothing of it."""
    before = np.concatenate([[1.0], survival[:-1]])
    known = before > 0.0
    return np.where(known, np.clip(1.0 - survival / np.where(known, before, 1.0), 0.0, 1.0), least)


def _rows(answer: KaplanMeier, k: int) -> tuple[Floats, NDArray[np.bool_], Floats]:
    """time, event and entry of the rows of a group, each as often as its weight says."""
    here, rows = answer.codes == k, answer.rows
    many = np.ones(int(here.sum()), dtype=np.intp) if rows.weights is None else rows.weights[here].astype(np.intp)
    entry = np.full(rows.n, -np.inf) if rows.entry is None else rows.entry
    return np.repeat(rows.time[here], many), np.repeat(rows.event[here], many), np.repeat(entry[here], many)


def _survfunc(answer: KaplanMeier, k: int) -> tuple[Floats, Floats]:
    time, event, _ = _rows(answer, k)
    with np.errstate(invalid="ignore", divide="ignore"):  # where the last one has the event
        found: Any = SurvfuncRight(time, event.astype(int))
        survival, se = np.asarray(found.surv_prob), np.asarray(found.surv_prob_se)
    return survival, np.where(survival > 0.0, se, np.nan)


def _counted_again(answer: KaplanMeier, k: int) -> tuple[Floats, Floats]:
    time, event, entry = _rows(answer, k)
    survival, greenwood = [1.0], [0.0]
    for t in np.unique(time[event]):
        r, d = int(((entry < t) & (t <= time)).sum()), int((event & (time == t)).sum())
        survival.append(survival[-1] * (r - d) / r)
        greenwood.append(greenwood[-1] + (d / (r * (r - d)) if r > d else np.inf))
    S, V = np.array(survival[1:]), np.array(greenwood[1:])
    return S, np.where(S > 0.0, S * np.sqrt(np.where(np.isfinite(V), V, 0.0)), np.nan)


DIRECTIONS = 6

SAME_SLOPE = 1e-4
"""In lengths of the gradient: differences across the kinks of rectifiers are good for that."""

SAME_NETWORK_LOGLIK = 1e-9


@answers_guesses
@dataclass(frozen=True, eq=False, repr=False)
class NetworkAgreement(Faces):
    """The verdict of `st.validate` on a network: `rows` has direction, slope, reference and digits, one row each."""

    rows: pd.DataFrame
    loglik: float
    reference_loglik: float
    reference: str
    ok: bool
    sentence: str

    def table(self) -> pd.DataFrame:
        """The rows, as a frame of your own."""
        return self.rows.copy()

    def _headline(self) -> str:
        agree = "agrees" if self.ok else "does not agree"
        return headline(self, "", self.reference, agree, f"{len(self.rows)} directions")

    def _page(self) -> Page:
        logliks = f"log-likelihood {self.loglik:.8f}   reference {self.reference_loglik:.8f}"
        body = [
            [f"{row['direction']}", number(row["slope"], 8), number(row["reference"], 8), counted(row["digits"])]
            for row in self.rows.to_dict("records")
        ]
        return Page(self.sentence, "", Grid(list(self.rows), body, "lrrr"), "", logliks)


def validate_network(fit: NetworkFit) -> NetworkAgreement:
    """The log-likelihood at the fit, and slopes beside it, against layers written again."""
    model, theta, random = fit.model, fit.estimate, np.random.default_rng(0)
    own, theirs = float(model.loglik(theta)), loglik_again(model, theta)
    beside = theta + 0.05 * np.sqrt(np.mean(theta**2)) * random.standard_normal(len(theta))
    gradient = model.score(beside)
    step, slopes, differences = 1e-5, [], []
    for _ in range(DIRECTIONS):
        direction = random.standard_normal(len(theta))
        direction /= np.linalg.norm(direction)
        slopes.append(float(gradient @ direction))
        above, below = (loglik_again(model, beside + sign * step * direction) for sign in (1.0, -1.0))
        differences.append((above - below) / (2.0 * step))
    found, expected = np.array(slopes), np.array(differences)
    gap = np.abs(found - expected).max() / np.linalg.norm(gradient)
    apart = abs(own - theirs) / (1.0 + abs(theirs))
    ok = bool(gap <= SAME_SLOPE and apart <= SAME_NETWORK_LOGLIK)
    reference = "the layers written again, with the distributions of SciPy"
    digits = counted(float(agreeing_digits(np.array([own]), np.array([theirs]))[0]))
    sentence = (
        f"{reference[0].upper()}{reference[1:]}, {'agree' if ok else 'do not agree'}: the log-likelihood (digits: "
        f"{digits}), and the slope by back-propagation along {DIRECTIONS} random directions to {gap:.0e} of the "
        "gradient's length, where differences are good for 1e-04. That there is no better maximum cannot be checked."
    )
    rows = pd.DataFrame(
        {
            "direction": np.arange(1, DIRECTIONS + 1),
            "slope": found,
            "reference": expected,
            "digits": agreeing_digits(found, expected),
        }
    )
    return NetworkAgreement(rows, own, theirs, reference, ok, sentence)


def loglik_again(model: NetworkModel, theta: Floats) -> float:
    """The log-likelihood of a frozen network, from its definition."""
    Z = (model.rows.X[:, model.first :] - model.center) / model.scale
    rest = theta
    for layer in model.perceptron.layers:
        part, rest = rest[: layer.size], rest[layer.size :]
        Z = LAYERS[layer.title](layer, part, Z)
    y, weight = model.rows.y, model.rows.weight
    each = _density(model, Z, y)
    return float(each.sum() if weight is None else weight @ each)


def _dense(layer: Dense, part: Floats, Z: Floats) -> Floats:
    inputs = Z.shape[1]
    W = part[: inputs * layer.outputs].reshape(inputs, layer.outputs)
    return np.einsum("ij,jk->ik", Z, W, optimize=True) + part[inputs * layer.outputs :]


def _batch_norm(layer: Any, part: Floats, Z: Floats) -> Floats:
    half = len(part) // 2
    return part[:half] * (Z - layer.moments.mean) / np.sqrt(layer.moments.variance + layer.epsilon) + part[half:]


LAYERS: dict[str, Callable[[Any, Floats, Floats], Floats]] = {
    "dense": _dense,
    "batch norm": _batch_norm,
    "sigmoid": lambda layer, part, Z: 0.5 * (1.0 + np.tanh(0.5 * Z)),
    "tanh": lambda layer, part, Z: np.tanh(Z),
    "relu": lambda layer, part, Z: np.where(Z > 0.0, Z, 0.0),
}
"""What each layer makes of the numbers before it and of its part of the parameters."""


def _density(model: NetworkModel, eta: Floats, y: Floats) -> Numbers:
    reference = DENSITIES.get(type(model.likelihood))
    if reference is None:
        raise IncompatibleError(f"validate has no reference for networks under {type(model.likelihood).__name__}.")
    return reference(model, eta, y)


def _of_quantities(model: NetworkModel, eta: Floats, y: Floats) -> Floats:
    mean = model.middle + model.unit * eta[:, 0]
    weight = np.ones(len(y)) if model.rows.weight is None else model.rows.weight
    sd = np.sqrt(weight @ (y - mean) ** 2 / weight.sum())
    return stats.norm.logpdf(y, mean, sd)


DENSITIES: dict[type, Callable[[NetworkModel, Floats, Floats], Numbers]] = {
    Bernoulli: lambda model, eta, y: KERNELS["logistic"](y, *eta.T),
    Categorical: lambda model, eta, y: KERNELS["softmax"](y, *eta.T),
    Poisson: lambda model, eta, y: KERNELS["poisson"](y, *eta.T),
    Gaussian: _of_quantities,
}
"""log p(y | eta) of each likelihood that a network may have: those of regressions, and a normal at its best sd."""
