"""Ten flips of a coin: two likelihoods that differ by a constant, four intervals, one exact posterior."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from stattools.gallery import command
from stattools.reporting import sections
from stattools.reporting.diagnostics import KINDS, likelihood_curve
from stattools.reporting.document import Block, Document, Listing, Math, Paragraph, Section, Table
from stattools.reporting.posteriors import PROB, SEED, posterior
from stattools.reporting.tables import between, count, decimals, number, percent

if TYPE_CHECKING:
    from stattools.conjugate.beta_binomial import Beta
    from stattools.fitted import Fit

FLIPS = (0, 1, 0, 1, 1, 1, 0, 0, 1, 1)
MILLION = 1_000_000


def document() -> Document:
    """The report."""
    import stattools as st

    coin, tally = st.coin(FLIPS), st.binomial(sum(FLIPS), len(FLIPS))
    fit = st.fit(coin)
    beta = st.posterior(coin, prior=st.Beta(1, 1))
    return Document(
        "Is this coin fair? Ten flips and their likelihood",
        (
            sections.question(coin, (Paragraph(ASKED),)),
            sections.data(coin, Listing(" ".join(map(str, FLIPS)))),
            sections.likelihood(coin),
            sections.maximum(fit),
            Section("Intervals", (likelihood_curve(fit), Paragraph(_intervals(fit)))),
            Section("The sequence and the count", _sequence_and_count(coin, tally)),
            posterior(beta),
            sections.validation(st.validate(fit)),
            sections.conclusion(_conclusion(fit, beta)),
            sections.provenance([coin], command=command("coin"), seeds=[SEED]),
        ),
    )


ASKED = (
    "A coin was flipped ten times; 1 is heads. What do the flips say about $\\theta$, its probability of heads, and "
    "could the coin be fair?"
)


def _sequence_and_count(coin: Any, tally: Any) -> tuple[Block, ...]:
    """Two likelihoods of the same flips, and what happens with a million of them."""
    import stattools as st

    theta = np.array([0.2, 0.5, coin.successes / coin.trials])
    sequence, counted = np.exp(coin.loglik(theta)), np.exp(tally.loglik(theta))
    rows = zip(theta, sequence, counted, strict=True)
    cells = tuple((f"{t:g}", f"{s:.7g}", f"{c:.7g}", f"{c / s:.6g}") for t, s, c in rows)
    k, n = coin.successes, coin.trials
    ratio = float(np.exp(tally.loglik(0.5) - coin.loglik(0.5)))
    many = st.coin(np.arange(MILLION) < k * MILLION // n)
    return (
        Paragraph(
            f"The likelihood above is that of these flips in this order. The probability of {k} heads in {n} flips, "
            "in any order, is larger, because many orders give the same count:"
        ),
        Math(rf"\binom{{{n}}}{{{k}}} \theta^{{{k}}} (1 - \theta)^{{{n - k}}}"),
        Table(("$\\theta$", "this sequence", "this count", "count / sequence"), cells, "rrrr"),
        Paragraph(
            f"The ratio is {ratio:.0f} whatever $\\theta$ is. A factor without $\\theta$ moves neither the maximum "
            "nor an interval nor a posterior, so the two answer every question about the coin alike; only their values "
            "must not be mixed."
        ),
        Paragraph(
            f"Work with the logarithm: for {count(MILLION)} flips with the same share of heads the likelihood of the "
            f"sequence at $\\theta = 1/2$ is {np.exp(many.loglik(0.5)):g} in floating point, but its logarithm is "
            f"{number(float(many.loglik(0.5)), 2)}."
        ),
    )


def _intervals(fit: Fit) -> str:
    ends = {label: fit.interval(kind=kind) for kind, label in KINDS.items()}
    widest = max(ends, key=lambda label: ends[label].upper - ends[label].lower)
    missing = [label for label, (lower, upper) in ends.items() if not lower < 0.5 < upper]
    return (
        "The Wald interval is the estimate and as many standard errors on either side. The Wilson interval holds the "
        "$\\theta$ that a score test does not reject, and leans with the likelihood; the likelihood ratio cuts the "
        "curve at one height; Clopper and Pearson's never covers less often than it says. "
        f"The widest here is {widest}. {'All hold 1/2.' if not missing else f'1/2 is not in {missing}.'}"
    )


def _conclusion(fit: Fit, beta: Beta) -> str:
    wilson, place = fit.interval(kind="wilson"), decimals(float(fit.se[0]))
    hdi = beta.interval(PROB, kind="hdi")
    fair = wilson.lower < 0.5 < wilson.upper and hdi.lower < 0.5 < hdi.upper
    return (
        f"{fit.model.successes} heads in {fit.model.trials} flips put the probability of heads at "
        f"{number(float(fit.estimate[0]), place)} ({percent(fit.level)} Wilson interval "
        f"{between(wilson.lower, wilson.upper, place)}; from a flat prior, {percent(PROB)} of the posterior between "
        f"{number(hdi.lower, place)} and {number(hdi.upper, place)}), which "
        f"{'leaves a fair coin well within reach' if fair else 'speaks against a fair coin'}."
    )
