"""Does aspirin prevent heart attacks? A decision between two arms: P(better), expected loss, equivalence, in time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import comb
from typing import Any

import numpy as np
from scipy import stats

import stattools as st
from stattools import figures
from stattools.bayes.conjugate.beta_binomial import Beta
from stattools.bayes.decisions.contrasts import Contrast
from stattools.figures.house_style import Numbers
from stattools.gallery import command
from stattools.interface.arrays import Floats
from stattools.models.samples.arms import Ints
from stattools.reporting import sections
from stattools.reporting.beliefs import ledger
from stattools.reporting.document import Block, Document, Figure, Math, Paragraph, Section, Table, code
from stattools.reporting.posteriors import PROB, posterior
from stattools.reporting.tables import between, chance, count, decimals, facts, number
from stattools.text.columns import percent

ATTACKS = {"aspirin": 104, "placebo": 189}
PEOPLE = {"aspirin": 11_037, "placebo": 11_034}
STROKES = {"aspirin": 119, "placebo": 98}
"""Of all kinds, in the same people."""
PER = 10_000
SAME = 10.0
"""A difference of so many heart attacks among 10,000 people is too small to matter."""
BATCHES, SEED, ORDERS, SURE = 25, 1, 101, 0.99


def document() -> Document:
    """The report."""
    model = st.binomial(list(ATTACKS.values()), list(PEOPLE.values()), by=list(ATTACKS))
    fit = st.fit(model)
    trial = Trial(*(st.Beta(1, 1).update(st.binomial(ATTACKS[arm], PEOPLE[arm])) for arm in ATTACKS))
    return Document(
        "Does aspirin prevent heart attacks? A decision between two arms",
        (
            sections.answer(_conclusion(trial)),
            sections.question(model, (Paragraph(ASKED),)),
            sections.data(model, Paragraph(SOURCE)),
            sections.likelihood(model),
            sections.maximum(fit),
            posterior(st.posterior(model, prior=st.Beta(1, 1))),
            Section("Which arm, how surely, at what price", _decision(trial)),
            Section("How much of this is the prior's?", _prior(trial)),
            Section("As the data accumulate", _accumulating(trial)),
            Section("A heart attack is not all", _strokes()),
            Section("Validation", (*sections.validation(st.validate(fit)).blocks, *_twin(trial))),
            sections.provenance([model], command=command("ab_test"), seeds=[SEED]),
        ),
    )


ASKED = (
    "Of 22,071 physicians half took an aspirin every other day for five years and half a placebo, by lot. Fewer of "
    "those on aspirin had a heart attack. How sure is it that aspirin is the better arm, how much better is it, and "
    "what would it cost to choose wrongly?"
)

SOURCE = (
    "The counts are those of the preliminary report on the aspirin component of the Physicians' Health Study, New "
    "England Journal of Medicine 318 (1988), 262-264, as Agresti, Categorical Data Analysis, has them: 104 heart "
    "attacks among 11,037 on aspirin, 189 among 11,034 on placebo. The final report, 321 (1989), 129-135, has more "
    "heart attacks in both arms, and again fewer on aspirin."
)


@dataclass(frozen=True)
class Trial:
    """The posteriors of both arms; theta is the probability of a heart attack, and less is better."""

    aspirin: Beta
    placebo: Beta

    @cached_property
    def worse(self) -> float:
        """P(placebo has the smaller theta): a tail with digits of its own, not one minus that aspirin has."""
        return float(st.probability_greater(self.aspirin, self.placebo))

    @cached_property
    def losses(self) -> tuple[float, float]:
        """E[heart attacks too many] of choosing aspirin, of choosing placebo: less is better, so the roles change."""
        aspirin, placebo = self.aspirin, self.placebo
        return float(st.expected_loss(placebo, aspirin)), float(st.expected_loss(aspirin, placebo))


def _decision(trial: Trial) -> tuple[Block, ...]:
    difference, ratio = st.difference(trial.placebo, trial.aspirin), st.ratio(trial.aspirin, trial.placebo)
    rope = float(st.rope_probability(trial.placebo, trial.aspirin, low=-SAME / PER, high=SAME / PER))
    share, places = ratio.interval(PROB), decimals(PER * float(difference.sd))
    mine, other = trial.losses
    spared, hdi = _told(difference)
    return (
        Paragraph(
            "Both arms start from a flat prior, and their posteriors are independent betas. What follows are integrals "
            "over two betas, each solved to ten digits or more; nothing is drawn. Less is better, so aspirin is better "
            "where its $\\theta$ is the smaller:"
        ),
        Math(
            r"P(\theta_{\mathrm{aspirin}} < \theta_{\mathrm{placebo}}) = 1 - "
            rf"{_power(trial.worse)}, \qquad P(\theta_{{\mathrm{{aspirin}}}} > \theta_{{\mathrm{{placebo}}}}) = "
            rf"{_power(trial.worse)}"
        ),
        facts(
            {
                f"heart attacks spared among {count(PER)}: mean": spared,
                f"{percent(PROB)} HDI": hdi,
                "risk on aspirin over risk on placebo: mean": number(float(ratio.mean), 3),
                f"{percent(PROB)} HDI of the ratio": between(float(share.lower), float(share.upper), 3),
                f"probability that it spares {SAME:g} among {count(PER)} or more": chance(
                    float(difference.sf(SAME / PER))
                ),
                f"probability that the arms are equivalent, within {SAME:g} of each other": _small(rope),
                f"expected loss of choosing aspirin, among {count(PER)}": _small(PER * mine),
                f"expected loss of choosing placebo, among {count(PER)}": number(PER * other, places),
            },
            ("decision", "value"),
        ),
        Paragraph(
            "The expected loss of a choice is what it costs on average against the better arm, "
            "$E[\\max(\\theta_{\\mathrm{chosen}} - \\theta_{\\mathrm{other}}, 0)]$: it counts how wrong, not only how "
            "often. The two differ by the difference of the means, to the last digit: "
            f"{number(PER * (other - mine), places)} among {count(PER)}. Aspirin is the choice by any of these rules."
        ),
    )


def _prior(trial: Trial) -> tuple[Block, ...]:
    """The same prior in both arms, of the mean of all people: how strong must it be to leave a doubt?"""
    pooled = sum(ATTACKS.values()) / sum(PEOPLE.values())
    rows = []
    for size in (2.0, 1000.0, 11_000.0, 100_000.0, 1_000_000.0):
        arms = [
            st.Beta(size * pooled, size * (1.0 - pooled)).update(st.binomial(ATTACKS[arm], PEOPLE[arm]))
            for arm in ATTACKS
        ]
        under = Trial(arms[0], arms[1])
        rows.append((count(size), _small(under.worse), *_told(st.difference(under.placebo, under.aspirin))))
    return (
        Paragraph(
            f"A skeptic holds that both arms have the risk of all, {number(100 * pooled, 2)} %, and is as sure of it "
            "as if so many people had been seen before in each arm:"
        ),
        Table(
            ("worth of the prior, people", "P(aspirin worse)", f"spared among {count(PER)}", f"{percent(PROB)} HDI"),
            tuple(rows),
            "rrrc",
        ),
        Paragraph(
            "A prior that is worth as many people as an arm halves the difference and leaves its sign sure. A prior "
            "that is the same in both arms cannot turn the choice around, however strong: it makes the difference "
            "smaller and the choice less sure."
        ),
    )


def _accumulating(trial: Trial) -> tuple[Block, ...]:
    """P(better) after each of equal batches; the order of the people is unknown, so it is drawn."""
    order = np.random.default_rng(SEED)
    dealt = np.array([[_batches(order, arm) for arm in ATTACKS] for _ in range(ORDERS)])  # orders, arms, batches
    sizes = np.array([_sizes(arm) for arm in ATTACKS])
    hits, people = dealt.cumsum(axis=-1), sizes.cumsum(axis=-1)
    arms = [st.Beta(1.0 + hits[:, j], 1.0 + people[j] - hits[:, j]) for j in range(2)]
    better = np.asarray(st.probability_greater(arms[1], arms[0]))
    seen = people.sum(axis=0)
    unsure = better <= SURE
    stays = np.where(unsure.any(axis=1), BATCHES - np.argmax(unsure[:, ::-1], axis=1), 0)
    typical = int(np.argsort(stays, kind="stable")[ORDERS // 2])
    one = [st.Beta(arm.a[typical], arm.b[typical]) for arm in arms]
    loss = tuple(PER * np.asarray(st.expected_loss(one[1 - j], one[j])) for j in range(2))
    quarter = BATCHES // 4 - 1
    sure_by = float(np.mean(~unsure[:, quarter]))
    ever_wrong = int((better < 1.0 - SURE).any(axis=1).sum())
    book = st.ledger(st.Beta(1, 1))
    for i in (slice(0, 5), slice(5, 10), slice(10, 15), slice(15, 20), slice(20, 25)):
        batch = st.binomial(int(dealt[typical, 0, i].sum()), int(sizes[0, i].sum()))
        book = book.add(batch, name=f"batches {i.start + 1} to {i.stop}")
    same = book.posterior == trial.aspirin
    return (
        Paragraph(
            "The study published totals, not the order in which people had their heart attacks. So the order here is "
            f"made up: the people of each arm are dealt at random into {BATCHES} equal batches, in {ORDERS} orders "
            f"(seed {SEED}). The figure has the typical one: half of the orders are sure for good earlier, half later. "
            "Its last point is the real trial."
        ),
        _accumulation(seen, better[typical], loss),
        Paragraph(
            f"In this order P(aspirin better) stays above {SURE:g} from {count(int(seen[stays[typical]]))} people on. "
            f"Of all orders {percent(round(sure_by, 2))} are above it after {count(int(seen[quarter]))} people, some "
            f"of them to fall below it again. {'None' if ever_wrong == 0 else count(ever_wrong)} of the {ORDERS} "
            f"was ever below {1.0 - SURE:.2g}, where one would have stopped for the wrong arm. A rule that stops at a "
            "limit stops by chance more often the more often one looks, so the expected loss should be looked at too."
        ),
        Paragraph(
            "The ledger of the aspirin arm, five batches a line; the last column is the probability of a batch as "
            "improbable as that one or more. Its posterior is "
            f"{'the same as' if same else 'not that'} of all at once, {code(repr(trial.aspirin))}:"
        ),
        ledger(book),
    )


def _accumulation(seen: Any, better: Floats, loss: Sequence[Numbers]) -> Figure:
    return Figure(
        "accumulation",
        lambda: figures.accumulation(
            seen,
            better,
            loss,
            labels=("choosing aspirin", "choosing placebo"),
            limits=(1.0 - SURE, SURE),
            xlabel="people seen, in both arms",
            ylabel="P(aspirin is better)",
            loss_label=f"expected loss per {count(PER)}",
        ),
        alt=f"P(aspirin is better) after each of {BATCHES} batches, {better[0]:.2f} after the first and "
        f"{better[-1]:.6f} at last, and the expected loss of either choice",
        caption=f"Top: dashed are {1.0 - SURE:.2g} and {SURE:g}. Bottom: what a choice made at that point would cost "
        "on average against the better arm.",
    )


def _strokes() -> tuple[Block, ...]:
    aspirin, placebo = (st.Beta(1, 1).update(st.binomial(STROKES[arm], PEOPLE[arm])) for arm in STROKES)
    more, hdi = _told(st.difference(aspirin, placebo))
    return (
        Paragraph(
            f"The final report counts {STROKES['aspirin']} strokes on aspirin and {STROKES['placebo']} on placebo. "
            f"With probability {chance(float(st.probability_greater(aspirin, placebo)))} aspirin has more of them, by "
            f"{more} among {count(PER)} ({percent(PROB)} HDI {hdi}). A decision about taking "
            "aspirin weighs both; the numbers above decide about heart attacks alone."
        ),
    )


def _twin(trial: Trial) -> tuple[Block, ...]:
    """P(better) by another road: a sum of exact fractions, which needs whole parameters."""
    gap = abs(trial.worse / _rational(trial) - 1.0)
    table = [[ATTACKS[arm], PEOPLE[arm] - ATTACKS[arm]] for arm in ATTACKS]
    one: Any = stats.fisher_exact(table, alternative="less")
    return (
        Paragraph(
            "P(aspirin worse) can be computed in a second way, since the parameters are whole: it is the chance that "
            "a hypergeometric count is small, a finite sum that Python's fractions add without rounding. The sum "
            f"{'**agrees** to within 1e-11 of its value' if gap < 1e-11 else f'differs by {gap:.1e} of its value'}."
        ),
        Paragraph(
            f"It is near the one-sided p-value of Fisher's exact test, {_small(float(one.pvalue))} by SciPy, as "
            "Altham (1969) explains: that is the same sum with one more heart attack in one arm than in the other."
        ),
    )


def _rational(trial: Trial) -> float:
    """P(X > Y) for X ~ Beta(a, b), Y ~ Beta(c, d) with whole parameters: the sum over i < a of
    B(c + i, d + b) / ((b + i) B(1 + i, b) B(c, d)), each term from the one before by a fraction.
    """
    (a, b), (c, d) = ((int(arm.a), int(arm.b)) for arm in (trial.aspirin, trial.placebo))
    term, total = Fraction(comb(c + d - 1, c), comb(c + d + b - 1, c)), Fraction(0)
    for i in range(a):
        total += term
        term = term * Fraction((c + i) * (b + i), (c + i + d + b) * (i + 1))
    return float(total)


def _sizes(arm: str) -> Ints:
    return np.diff(np.linspace(0, PEOPLE[arm], BATCHES + 1).round().astype(np.int64))


def _batches(order: np.random.Generator, arm: str) -> Ints:
    """Heart attacks in each batch, when the people of an arm are dealt at random."""
    return order.multivariate_hypergeometric(_sizes(arm), ATTACKS[arm])


def _power(p: float) -> str:
    mantissa, exponent = f"{p:.3e}".split("e")
    return rf"{mantissa} \cdot 10^{{{int(exponent)}}}"


def _told(difference: Contrast) -> tuple[str, str]:
    """The mean of a difference among so many people, and its interval."""
    interval, places = difference.interval(PROB), decimals(PER * float(difference.sd))
    ends = between(PER * float(interval.lower), PER * float(interval.upper), places)
    return number(PER * float(difference.mean), places), ends


def _small(p: float) -> str:
    return f"{p:.3g}" if p >= 1e-3 else f"{p:.2e}"


def _conclusion(trial: Trial) -> str:
    difference = st.difference(trial.placebo, trial.aspirin)
    spared, hdi = _told(difference)
    mine, other = _small(PER * trial.losses[0]), number(PER * trial.losses[1], decimals(PER * float(difference.sd)))
    return (
        f"Aspirin spares {spared} heart attacks among {count(PER)} people in five years ({percent(PROB)} HDI {hdi}); "
        f"that it is the worse arm has probability {_small(trial.worse)}. Choosing aspirin has an expected loss of "
        f"{mine} heart attacks among {count(PER)} people, choosing placebo one of {other}."
    )
