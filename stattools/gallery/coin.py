"""Ten flips of a coin: two likelihoods that differ by a constant, four intervals, one exact posterior and its prior."""

from __future__ import annotations

from typing import Any

import numpy as np

import stattools as st
from stattools.bayes.conjugate.beta_binomial import Beta
from stattools.gallery import command
from stattools.inference.fits.fit import Fit
from stattools.inference.plots.coefficients import KINDS
from stattools.models.samples.proportions import Trials
from stattools.reporting import sections
from stattools.reporting.beliefs import ledger, sensitivity, surprise_sentence
from stattools.reporting.document import Block, Document, Listing, Math, Paragraph, Section, Table, code
from stattools.reporting.posteriors import PROB, SEED, posterior
from stattools.reporting.proportions import likelihood_curve
from stattools.reporting.tables import between, chance, count, decimals, number
from stattools.text.columns import percent

FLIPS = (0, 1, 0, 1, 1, 1, 0, 0, 1, 1)
MILLION = 1_000_000
LOW, HIGH = 0.45, 0.55
"""A coin in between is fair enough."""


def document() -> Document:
    """The report."""
    coin, heads = st.coin(FLIPS), st.binomial(sum(FLIPS), len(FLIPS))
    fit = st.fit(coin)
    beta = st.posterior(coin, prior=st.Beta(1, 1))
    return Document(
        "Is this coin fair? Ten flips and their likelihood",
        (
            sections.answer(_conclusion(fit, beta)),
            sections.question(coin, (Paragraph(ASKED),)),
            sections.data(coin, Listing(" ".join(map(str, FLIPS)))),
            sections.likelihood(coin),
            sections.maximum(fit),
            Section("Intervals", (likelihood_curve(fit), Paragraph(_intervals(fit)))),
            Section("The sequence and the count", _sequence_and_count(coin, heads)),
            posterior(beta),
            Section("How much of this is the prior's?", _sensitivity(beta)),
            Section("Flip by flip", _ledger()),
            sections.validation(st.validate(fit)),
            sections.provenance([coin], command=command("coin"), seeds=[SEED]),
        ),
    )


ASKED = (
    "A coin was flipped ten times; 1 is heads. What do the flips say about $\\theta$, its probability of heads, and "
    "could the coin be fair?"
)


def _sequence_and_count(coin: Trials, heads: Trials) -> tuple[Block, ...]:
    """Two likelihoods of the same flips, and what happens with a million of them."""
    theta = np.array([0.2, 0.5, coin.successes / coin.trials])
    sequence, counted = np.exp(coin.loglik(theta)), np.exp(heads.loglik(theta))
    rows = zip(theta, sequence, counted, strict=True)
    cells = tuple((f"{t:g}", f"{s:.7g}", f"{c:.7g}", f"{c / s:.6g}") for t, s, c in rows)
    k, n = coin.successes, coin.trials
    ratio = float(np.exp(heads.loglik(0.5) - coin.loglik(0.5)))
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


def _sensitivity(beta: Beta) -> tuple[Block, ...]:
    """The map over priors, the priors that would turn the verdict, and whether prior and data disagree."""

    def fair(belief: st.Beta) -> float:
        return float(belief.probability(low=LOW, high=HIGH))

    def biased(belief: st.Beta) -> float:
        return float(belief.probability(low=0.5))

    found = st.prior_sensitivity(beta, conclusion=biased, label="P(θ > 1/2)")
    tipping = st.tipping_prior(beta, conclusion=biased, cutoff=0.5, mean=0.4, label="P(θ > 1/2)")
    skeptic = st.tipping_prior(beta, conclusion=biased, cutoff=0.5, mean=0.5, label="P(θ > 1/2)")
    sure = st.tipping_prior(beta, conclusion=fair, cutoff=0.95, mean=0.5, label="P(0.45 < θ < 0.55)")
    rivals = {name: prior.update(list(FLIPS)) for name, prior in priors().items()}
    rows = tuple(
        (name, code(repr(after)), number(after.mean, 3), chance(biased(after)), chance(fair(after)))
        for name, after in rivals.items()
    )
    spread = max(biased(after) for after in rivals.values()) - min(biased(after) for after in rivals.values())
    against = (
        "No prior with mean 1/2 does, however strong: it pulls the probability towards 1/2 and never across."
        if not skeptic.exists
        else f"With mean 1/2 it takes {skeptic.strength:.3g} flips."
    )
    return (
        Paragraph(
            "The flat prior is a choice. Here are four that people make: Haldane's, which is worth no flips at all and "
            "is no distribution by itself; Jeffreys', which gives the same answer for $\\theta$ as for any function "
            "of it; the flat one; and one that is worth 100 flips of a coin that is nearly fair."
        ),
        Table(("prior", "posterior", "mean", "$P(\\theta > 1/2)$", f"$P({LOW} < \\theta < {HIGH})$"), rows, "llrrr"),
        Paragraph(
            f"Between them $P(\\theta > 1/2)$ moves by {number(spread, 2)}. All priors at once, by their mean and by "
            "the number of flips that they are worth:"
        ),
        sensitivity(found, tipping),
        Paragraph(
            f"On balance the flips favor heads, $P(\\theta > 1/2) = {number(biased(beta), 3)}$. The weakest prior with "
            f"mean 0.4 that would turn this round is worth {number(tipping.strength, 1)} flips, against the "
            f"{beta.trials} that were made: a beta distribution with $a = {number(tipping.prior.a, 2)}$, "
            f"$b = {number(tipping.prior.b, 2)}$. {against}"
        ),
        Paragraph(
            f"Ten flips alone cannot make anybody 95 % sure that the coin is fair to within 0.05: they leave "
            f"$P({LOW} < \\theta < {HIGH})$ at {number(fair(beta), 3)}, and it takes a prior of mean 1/2 worth "
            f"{count(round(sure.strength))} flips to lift it to 0.95."
        ),
        Paragraph(
            "Do the nearly fair prior and the data disagree? "
            f"{surprise_sentence(st.surprise(rivals['nearly fair, 100 flips']))}"
        ),
    )


def priors() -> dict[str, Any]:
    """Priors that people use for a coin."""
    return {
        "Haldane": st.Beta.haldane(),
        "Jeffreys": st.Beta.jeffreys(),
        "flat": st.Beta(1, 1),
        "nearly fair, 100 flips": st.Beta(50, 50),
    }


def _ledger() -> tuple[Block, ...]:
    """The flips in three batches, one of them undone, and the order that does not matter."""
    cuts = {"first": FLIPS[:4], "second": FLIPS[4:7], "third": FLIPS[7:]}
    book = st.ledger(st.Beta(1, 1))
    for name, flips in cuts.items():
        book = book.add(list(flips), name=name)
    back = st.ledger(st.Beta(1, 1))
    for name in reversed(cuts):
        back = back.add(list(cuts[name]), name=name)
    same = back.posterior == book.posterior
    without = book.undo("second")
    total = float(book.table()["total_log_evidence"].iloc[-1])
    whole = st.posterior(st.coin(FLIPS), prior=st.Beta(1, 1)).log_evidence
    return (
        Paragraph(
            "The flips need not come at once. A ledger keeps them by batch. Each line has what is believed after the "
            "batch, the logarithm of the probability that the ones before gave to it (its evidence), and the "
            "probability of a batch as improbable as it or more, which is small for a surprise:"
        ),
        ledger(book),
        Paragraph(
            f"The evidences add up to {number(total, 4)}, that of all ten flips at once"
            f"{'' if abs(total - whole) < 1e-9 else ' (it does not)'}, and the batches in reverse order give "
            f"{'the same posterior to the last bit' if same else 'another posterior'}, {code(repr(back.posterior))}. "
            f"A batch can be taken back: without the second it is {code(repr(without.posterior))}."
        ),
    )


def _intervals(fit: Fit) -> str:
    ends = {label: fit.interval(kind=kind) for kind, label in KINDS.items() if kind in fit.kinds}
    widest = max(ends, key=lambda label: ends[label].upper - ends[label].lower)
    missing = [label for label, (lower, upper) in ends.items() if not lower < 0.5 < upper]
    return (
        "The Wald interval reaches 1.96 standard errors to either side of the estimate. The Wilson interval has the "
        "$\\theta$ that a score test does not reject, and the likelihood ratio those whose likelihood is above one "
        "height of the curve; neither is symmetric. Clopper and Pearson's contains the true $\\theta$ at least as "
        f"often as it says. The widest here is {widest}. "
        f"{'All four contain 1/2.' if not missing else f'1/2 is not in {missing}.'}"
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
