"""Sections about priors and groups: sensitivity, tipping prior, surprise, ledger, shrinkage; each from its result."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from stattools import figures
from stattools.bayes.conjugate.beta_binomial import Beta
from stattools.bayes.conjugate.gamma_poisson import Gamma
from stattools.bayes.empirical_bayes import EmpiricalBayes
from stattools.bayes.prior_checks.ledger import Ledger
from stattools.bayes.prior_checks.sensitivity import PriorSensitivity, TippingPrior
from stattools.bayes.prior_checks.surprise import Surprise
from stattools.interface.arrays import Floats
from stattools.reporting.document import Block, Figure, Paragraph, Section, Table, code, literal
from stattools.reporting.tables import between, count, decimals, frame, number
from stattools.text.columns import percent

PROB = 0.94
LEVEL = 0.95
MOST_ROWS = 10


def section_of(part: object) -> Section | None:
    """The section of a result about beliefs; None for everything else."""
    told = SECTIONS.get(type(part).__name__)
    return None if told is None else told(part)


def sensitivity(found: PriorSensitivity, tipping: TippingPrior | None = None, name: str = "sensitivity") -> Figure:
    """The map of a conclusion over prior mean and strength, with the edge of the decision and the tipping prior."""
    own = found.posterior.prior
    marks: dict[str, tuple[float, float]] = {}
    if isinstance(own, Beta):
        marks[repr(own)] = (float(own.mean), float(own.a + own.b))
    if tipping is not None and tipping.exists:
        marks["tipping prior"] = (tipping.mean, tipping.strength)
    low, high = found.range
    return Figure(
        name,
        lambda: figures.sensitivity(
            found.means,
            found.strengths,
            found.values,
            size=found.size,
            label=found.label,
            xlabel="mean of the prior",
            ylabel=f"strength of the prior ({found.unit})",
            cutoff=None if tipping is None else tipping.cutoff,
            marks=marks,
        ),
        alt=f"{found.label} over the mean and the strength of the prior, from {low:.3g} to {high:.3g}",
        caption=f"Each point is a prior, and the lines say what {literal(found.label)} is under it: at the bottom weak "
        "priors, which leave the conclusion to the data; at the top strong ones, which do not.",
    )


def surprise_sentence(found: Surprise) -> str:
    """How far the data lie from what the prior expects, in a sentence."""
    p = float(found.probability)
    says = "the two disagree" if p < 0.01 else "that is some tension" if p < 0.05 else "the two do not disagree"
    rule = "data as improbable as these" if found.kind == "density" else "data as far out in a tail as these"
    return (
        f"Before the data, the prior expects {number(float(found.expected), 2)} {found.statistic}; there were "
        f"{number(float(found.observed), 2).removesuffix('.00')}. Under the prior predictive distribution {rule} have "
        f"probability {number(p, 3) if p >= 0.001 else f'{p:.1e}'}: {says}."
    )


def ledger(book: Ledger) -> Table:
    """The ledger, one row per batch (and arm)."""
    rows = book.table(PROB).to_dict("records")
    arms, shocks = "arm" in rows[0], "surprise" in rows[0]
    cells = []
    for row in rows:
        places = decimals(row["sd"])
        line = [code(row["batch"]), *([code(row["arm"])] if arms else []), number(row["mean"], places)]
        line += [between(row["lower"], row["upper"], places)]
        line += [number(row["log_evidence"], 3), number(row["total_log_evidence"], 3)]
        line += [number(row["surprise"], 3)] if shocks else []
        cells.append(tuple(line))
    head = ("batch", *(["arm"] if arms else []), "mean", f"{percent(PROB)} ETI", "log evidence", "in total")
    head = (*head, "p of surprise") if shocks else head
    return Table(head, tuple(cells), "l" * (1 + arms) + "rcrr" + "r" * shocks)


def funnel(found: EmpiricalBayes, *, xlabel: str, ylabel: str, name: str = "funnel") -> Figure:
    """Each group's own share against its size, and the limits of chance alone and of the fitted prior."""
    center = _center(found)
    chance, fitted = limits(found)
    outside = len(found.size) - int(within(found, 1.0).sum())
    return Figure(
        name,
        lambda: figures.funnel(
            found.size,
            found.observed,
            center=center,
            limits={f"{percent(LEVEL)} by chance alone": chance, f"{percent(LEVEL)} by the fitted model": fitted},
            xlabel=xlabel,
            ylabel=ylabel,
        ),
        alt=f"Share of {len(found.size)} groups against their size; {outside} lie outside the limits of chance alone",
        caption=f"The line is the mean of the prior. Were all groups alike, {percent(LEVEL)} of them would lie between "
        "the dashed lines.",
    )


def shrinkage(found: EmpiricalBayes, *, xlabel: str, ylabel: str, name: str = "shrinkage") -> Figure:
    """Each group's estimate after shrinkage against its own."""
    same = np.ptp(found.prior.mean) < 1e-12
    center = _center(found) if same else None
    w = found.shrinkage
    return Figure(
        name,
        lambda: figures.shrinkage(found.observed, found.posterior.mean, w, center=center, xlabel=xlabel, ylabel=ylabel),
        alt=f"Shrunken against observed estimates of {len(w)} groups; the weight of the prior goes from {w.min():.2f} "
        f"to {w.max():.2f}",
        caption="On the dashed line nothing is shrunken. The smaller a group, the closer it is drawn to the mean of "
        "its prior.",
    )


type Limits = tuple[Floats, Floats, Floats]
"""Sizes of groups, and the lower and the upper limit of their shares."""


def limits(found: EmpiricalBayes, points: int = 80) -> tuple[Limits, ...]:
    """(sizes, lower, upper) that hold a group's share with probability 0.95: by chance alone, and under the prior."""
    of, tail = OF_GROUPS[type(found.prior)], 0.5 * (1.0 - LEVEL)
    n = np.geomspace(found.size.min(), found.size.max(), points)
    n = np.unique(n.astype(int)) if of.are_whole else n
    laws = of.laws(n, _center(found), float(np.median(of.strength(found.prior))))
    return tuple((n, law.ppf(tail) / n, law.ppf(1.0 - tail) / n) for law in laws)


def within(found: EmpiricalBayes, spread: float) -> NDArray[np.bool_]:
    """Which groups lie between the limits at their own size: spread 1 by chance alone, 0 under the prior."""
    of, tail = OF_GROUPS[type(found.prior)], 0.5 * (1.0 - LEVEL)
    chance, fitted = of.laws(found.size, found.prior.mean, of.strength(found.prior))
    law = chance if spread else fitted
    return (law.ppf(tail) <= found.counts) & (found.counts <= law.ppf(1.0 - tail))


def extremes(found: EmpiricalBayes, by: str, most: int = 5) -> Table:
    """The groups at both ends of a column of the table."""
    table = found.table(PROB).sort_values(by, ascending=False)
    rows = []
    for row in [*table.head(most).to_dict("records"), *table.tail(most).to_dict("records")]:
        places = decimals(row["sd"])
        k, n = (row[name] for name in ("successes", "trials")) if "trials" in row else (row["events"], row["exposure"])
        rows.append(
            (
                code(row["group"]),
                count(k),
                count(n),
                number(row["observed"], places),
                number(row["mean"], places),
                between(row["lower"], row["upper"], places),
                number(row["shrinkage"], 2),
            )
        )
    head = ("group", "count", "out of", "observed", "shrunken", f"{percent(PROB)} ETI", "weight of the prior")
    return Table(head, tuple(rows), "lrrrrcr")


def _center(found: EmpiricalBayes) -> float:
    return float(np.average(found.prior.mean, weights=found.size))


def _shares(n: Floats, mean: Floats, strength: Any) -> tuple[Any, Any]:
    from scipy import stats

    return stats.binom(n, mean), stats.betabinom(n, mean * strength, (1.0 - mean) * strength)


def _rates(n: Any, mean: Any, strength: Any) -> tuple[Any, Any]:
    from scipy import stats

    return stats.poisson(n * mean), stats.nbinom(mean * strength, strength / (strength + n))


class OfGroups(NamedTuple):
    """What groups are counted out of, and in; the strength of a prior; counts of n by chance alone and under it."""

    size: str
    share: str
    are_whole: bool
    strength: Callable[[Any], Any]
    laws: Callable[[Any, Any, Any], tuple[Any, Any]]


OF_GROUPS = {
    Beta: OfGroups("trials", "share of successes", True, lambda prior: prior.a + prior.b, _shares),
    Gamma: OfGroups("exposure", "rate", False, lambda prior: prior.rate, _rates),
}
"""By the family of the prior that `st.empirical_bayes` fits."""


def _sensitivity(found: PriorSensitivity) -> Section:
    return Section("Sensitivity to the prior", (Paragraph(literal(found.sentence)), sensitivity(found)))


def _tipping(found: TippingPrior) -> Section:
    return Section("Tipping prior", (Paragraph(literal(found.reason)),))


def _surprise(found: Surprise) -> Section:
    several = np.ndim(found.probability) > 0
    block: Block = frame(found.table()) if several else Paragraph(surprise_sentence(found))
    return Section("Prior and data", (block,))


def _ledger(book: Ledger) -> Section:
    before, now = code(repr(book.prior)), code(repr(book.posterior))
    words = f"From the prior {before}, batch after batch; the posterior is now {now}."
    return Section("Ledger", (Paragraph(words), ledger(book)))


def _shrinkage(found: EmpiricalBayes) -> Section:
    of = OF_GROUPS[type(found.prior)]
    blocks: list[Block] = [Paragraph(literal(found.sentence))]
    if np.ptp(found.prior.mean) < 1e-12:
        blocks.append(funnel(found, xlabel=of.size, ylabel=of.share))
    blocks.append(shrinkage(found, xlabel=f"observed {of.share}", ylabel=f"shrunken {of.share}"))
    blocks.append(extremes(found, "mean"))
    return Section("Empirical Bayes", tuple(blocks))


SECTIONS: dict[str, Callable[[Any], Section]] = {
    "PriorSensitivity": _sensitivity,
    "TippingPrior": _tipping,
    "Surprise": _surprise,
    "Ledger": _ledger,
    "EmpiricalBayes": _shrinkage,
}
"""One section per kind of result, by the name of its class."""
