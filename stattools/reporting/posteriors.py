"""The section of an exact posterior: prior times likelihood, exact numbers, ArviZ's summary of draws, the densities.

One probability has words of its own; every other conjugate posterior, of one parameter or several, of one arm or many,
is told through what they share: prior, update, table, density, evidence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from stattools import figures
from stattools.bayes.conjugate import plots
from stattools.bayes.conjugate.beta_binomial import Beta
from stattools.interface.interval import Interval
from stattools.reporting.diagnostics import figure
from stattools.reporting.document import Block, Figure, Math, Paragraph, Section, Table, code
from stattools.reporting.proportions import span
from stattools.reporting.tables import between, chance, count, decimals, facts, number
from stattools.text.columns import percent

if TYPE_CHECKING:
    pass


DRAWS, SEED, PROB = 4000, 1, 0.94


KERNELS = {
    "Beta": r"\theta^{k} (1 - \theta)^{n - k}",
    "Gamma": r"\lambda^{y} e^{-\lambda e}",
    "Normal": r"\exp(-\frac{1}{2} \sum_{i} (y_i - \theta)^2 / \sigma_i^2)",
    "Dirichlet": r"\prod_{k} \theta_k^{y_k}",
    "NormalInverseGamma": r"\sigma^{-n} \exp(-\frac{1}{2} \sum_{i} (y_i - \mu)^2 / \sigma^2)",
}
"""The likelihood as a function of the parameters, by the family that it leaves as it is."""
NAMES = {
    "Beta": "beta",
    "Gamma": "gamma",
    "Normal": "normal",
    "InverseGamma": "inverse gamma",
    "NormalInverseGammaRegression": "normal-inverse-gamma",
    "NormalInverseGamma": "normal-inverse-gamma",
    "NormalInverseWishart": "normal-inverse-Wishart",
}
MOST_ARMS = 30
"""So many arms are drawn, and listed."""


def posterior(belief: Any) -> Section:
    """What is believed about the parameters after the data."""
    if isinstance(belief, Beta) and np.ndim(belief.mean) == 0 and belief.prior.is_proper:
        return _of_probability(belief)
    family = NAMES.get(type(belief).__name__, type(belief).__name__)
    kernel = KERNELS.get(type(belief).__name__)
    by = f"${kernel}$" if kernel else "their likelihood"
    statement = (
        f"The prior is {code(repr(belief.prior))}. The data multiply it by {by}, up to a factor without the "
        f"parameters, and the product is again a {family} distribution: no sampling is needed."
    )
    if belief.seen is None:
        statement = "Nothing was seen yet: this is the prior."
    after = Paragraph(f"The posterior is {code(repr(belief))}.")
    return Section("Posterior", (Paragraph(statement), after, *_numbers(belief), *_picture(belief)))


def _numbers(belief: Any) -> tuple[Block, ...]:
    """The exact table, one row per arm or parameter, and the evidence."""
    kind = _kind(belief)
    table = belief.table(PROB, kind)
    names = plots.labels(table)
    shown = table.head(MOST_ARMS)
    label = f"{percent(PROB)} {kind.upper()}"
    rows = []
    for row in shown.to_dict("records"):
        places = decimals(row["sd"])
        middle = [number(row["median"], places)] if "median" in row else []
        rows.append(
            (
                *(code(row[name]) for name in names),
                number(row["mean"], places),
                number(row["sd"], places),
                *middle,
                between(row["lower"], row["upper"], places),
            )
        )
    head = (*names, "mean", "standard deviation", *(["median"] if "median" in table else []), label)
    blocks: list[Block] = [Table(head, tuple(rows), "l" * len(names) + "r" * (len(head) - len(names) - 1) + "c")]
    if len(table) > MOST_ARMS:
        blocks.append(Paragraph(f"and {len(table) - MOST_ARMS} more."))
    if belief.seen is not None and belief.prior.is_proper:
        total = float(np.sum(belief.log_evidence))
        blocks.append(Paragraph(f"The log evidence, log $p(\\mathrm{{data}})$ under the prior, is {number(total, 4)}."))
    return tuple(blocks)


def _picture(belief: Any) -> tuple[Figure, ...]:
    """The density of one parameter, or the intervals of several."""
    curve = belief._curve()
    if curve is not None and np.ndim(curve.mean) == 0:
        return (figure("posterior", plots.density(belief, prob=PROB, kind="hdi")),)
    table, named = plots.comparable(belief, PROB, _kind(belief))
    if not named or not 1 < len(table) <= MOST_ARMS:
        return ()
    return (figure("posterior", plots.coefficients(belief, prob=PROB)),)


def _kind(belief: Any) -> str:
    """Highest density, or equal tails where some density has two peaks."""
    return plots.interval_of(belief, PROB, None)[1]


def _of_probability(beta: Beta) -> Section:
    """One probability."""
    prior, ones, zeros = beta.prior, beta.successes, beta.trials - beta.successes
    flat = ", flat: every $\\theta$ as likely as any other" if prior.a == prior.b == 1 else ""
    statement = (
        f"The prior is {code(repr(prior))}{flat}. The data multiply it by $\\theta^{{{ones}}} "
        f"(1 - \\theta)^{{{zeros}}}$, and the product is again a beta distribution: no sampling is needed."
    )
    if not beta.trials:
        statement = "Nothing was seen yet: this is the prior."
    sums = f"{prior.a:g} + {ones}, {prior.b:g} + {zeros}"
    shape = rf"\theta \sim \mathrm{{Beta}}({sums}) = \mathrm{{Beta}}({beta.a:.16g}, {beta.b:.16g})"
    return Section("Posterior", (Paragraph(statement), Math(shape), exact(beta), density(beta), *sampled(beta)))


def exact(beta: Beta) -> Table:
    """Numbers in closed form or by root finding."""
    places, interval = decimals(float(beta.sd)), credible(beta)
    return facts(
        {
            "mean": number(float(beta.mean), places),
            "standard deviation": number(float(beta.sd), places),
            "median": number(float(beta.median), places),
            label(interval): between(interval.lower, interval.upper, places),
            "probability that $\\theta > 1/2$": chance(float(beta.probability(low=0.5))),
            "log evidence": number(float(beta.log_evidence), 4),
        },
        ("exact posterior", "value"),
    )


def sampled(beta: Beta) -> tuple[Paragraph, Table]:
    """What ArviZ says of the posterior, from independent draws."""
    import arviz

    interval = credible(beta)
    tree = beta.to_arviz(DRAWS, seed=SEED)
    row = arviz.summary(
        tree,
        group="posterior" if beta.trials else "prior",
        kind="stats",
        ci_kind=interval.kind,
        ci_prob=interval.level,
        round_to="none",
    )
    mean, sd, lower, upper = row.to_numpy(dtype=float)[0]
    places = decimals(float(beta.sd))
    cells = ("$\\theta$", number(mean, places), number(sd, places), between(lower, upper, places))
    error = float(beta.sd / np.sqrt(DRAWS))
    says = (
        f"ArviZ summarizes {count(DRAWS)} independent draws of it (seed {SEED}) alike, up to their sampling error "
        f"of about {number(error, decimals(error, digits=2))} in the mean:"
    )
    return Paragraph(says), Table(("ArviZ", "mean", "sd", label(interval)), (cells,), align="lrrc")


def density(beta: Beta, name: str = "posterior") -> Figure:
    """Prior and posterior density."""
    interval = credible(beta)
    theta = span(beta.a, beta.b)
    after, before = np.asarray(beta.density(theta)), np.asarray(beta.prior.density(theta))
    return Figure(
        name,
        lambda: figures.posterior(
            theta,
            after,
            before,
            interval=(interval.lower, interval.upper),
            label=label(interval),
            mean=float(beta.mean),
            xlabel="θ",
        ),
        alt=f"Density of θ before the data, {beta.prior!r}, and after, {beta!r}, with its {label(interval)} shaded",
        caption=f"What is believed about $\\theta$ before and after the data; the shaded part holds {percent(PROB)} of "
        "the probability, the line in it is the mean.",
    )


def belief(beta: Any) -> str:
    """One sentence to quote."""
    if not (isinstance(beta, Beta) and np.ndim(beta.mean) == 0):
        return _sentence(beta)
    interval, places = credible(beta), decimals(float(beta.sd))
    return (
        f"With the prior {code(repr(beta.prior))} and {count(int(beta.successes))} in {count(int(beta.trials))}, "
        f"$\\theta$ lies between {number(interval.lower, places)} and {number(interval.upper, places)} with "
        f"probability {percent(interval.level)}, and exceeds 1/2 with probability "
        f"{chance(float(beta.probability(low=0.5)))}."
    )


def _sentence(belief: Any) -> str:
    table = belief.table(PROB, _kind(belief))
    names, rows = plots.labels(table), table.to_dict("records")
    alike = [row for row in rows if row.get("parameter") == rows[0].get("parameter")]
    if names and names[0] in ("arm", "category"):
        best = max(alike, key=lambda row: row["mean"])
        what = f"{code(best[names[0]])}, the {names[0]} with the highest mean,"
    else:
        best = next((row for row in alike if row.get("term") != "Intercept"), rows[0])
        said = {"parameter": "the {}", "component": "the mean of {}", "term": "the coefficient of {}"}
        what = said[names[0]].format(code(best[names[0]])) if names else "the parameter"
    places = decimals(float(best["sd"]))
    return (
        f"With the prior {code(repr(belief.prior))} the posterior puts {what} at {number(float(best['mean']), places)} "
        f"({percent(PROB)} interval {between(float(best['lower']), float(best['upper']), places)})."
    )


def credible(beta: Any) -> Interval:
    """The interval of highest density, or the central one where the density has two peaks."""
    return beta.interval(PROB, kind=_kind(beta))


def label(interval: Interval) -> str:
    """`94 % HDI`."""
    return f"{percent(interval.level)} {interval.kind.upper()}"
