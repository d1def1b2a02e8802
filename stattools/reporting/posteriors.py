"""The section of a posterior: prior times likelihood, exact numbers, ArviZ's summary of draws, the two densities."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from stattools.interval import Interval
from stattools.reporting import figures
from stattools.reporting.diagnostics import span
from stattools.reporting.document import Figure, Math, Paragraph, Section, Table, code
from stattools.reporting.tables import between, chance, count, decimals, facts, number, percent

if TYPE_CHECKING:
    from stattools.conjugate.beta_binomial import Beta

DRAWS, SEED, PROB = 4000, 1, 0.94


def posterior(beta: Beta) -> Section:
    """What is believed about a probability after the data."""
    prior, ones, zeros = beta.prior, beta.successes, beta.trials - beta.successes
    flat = ", flat: every $\\theta$ as likely as any other" if prior.a == prior.b == 1 else ""
    statement = (
        f"The prior is {code(prior)}{flat}. The data multiply it by $\\theta^{{{ones}}} (1 - \\theta)^{{{zeros}}}$, "
        "and the product is again a beta distribution: no sampling is needed."
    )
    if not beta.trials:
        statement = "Nothing was seen yet: this is the prior."
    sums = f"{prior.a:g} + {ones}, {prior.b:g} + {zeros}"
    shape = rf"\theta \sim \mathrm{{Beta}}({sums}) = \mathrm{{Beta}}({beta.a:.16g}, {beta.b:.16g})"
    return Section("Posterior", (Paragraph(statement), Math(shape), exact(beta), density(beta), *sampled(beta)))


def exact(beta: Beta) -> Table:
    """Numbers in closed form or by root finding."""
    places, interval = decimals(beta.sd), credible(beta)
    return facts(
        {
            "mean": number(beta.mean, places),
            "standard deviation": number(beta.sd, places),
            "median": number(beta.median, places),
            label(interval): between(interval.lower, interval.upper, places),
            "probability that $\\theta > 1/2$": chance(beta.probability(low=0.5)),
            "log evidence": number(beta.log_evidence, 4),
        },
        ("exact posterior", "value"),
    )


def sampled(beta: Beta) -> tuple[Paragraph, Table]:
    """The same by ArviZ, from independent draws."""
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
    places = decimals(beta.sd)
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
            mean=beta.mean,
            xlabel="θ",
        ),
        alt=f"Density of θ before the data, {beta.prior!r}, and after, {beta!r}, with its {label(interval)} shaded",
        caption=f"What is believed about $\\theta$ before and after the data; the shaded part holds {percent(PROB)} of "
        "the probability, the line in it is the mean.",
    )


def belief(beta: Beta) -> str:
    """One sentence to quote."""
    interval, places = credible(beta), decimals(beta.sd)
    return (
        f"With the prior {code(beta.prior)} and {count(beta.successes)} in {count(beta.trials)}, $\\theta$ lies "
        f"between {number(interval.lower, places)} and {number(interval.upper, places)} with probability "
        f"{percent(interval.level)}, and exceeds 1/2 with probability {chance(beta.probability(low=0.5))}."
    )


def credible(beta: Beta) -> Interval:
    """The interval of highest density, or the central one where the density has two peaks."""
    return beta.interval(PROB, kind="eti" if beta.a < 1.0 and beta.b < 1.0 else "hdi")


def label(interval: Interval) -> str:
    """`94 % HDI`."""
    return f"{percent(interval.level)} {interval.kind.upper()}"
