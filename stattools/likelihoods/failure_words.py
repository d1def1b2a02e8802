"""What times to an event say of themselves: words, the formula written out, the ends of the scale."""

from __future__ import annotations

import numpy as np

from stattools.likelihoods.words import Edge, Equation, Words

EDGE = Edge(
    lower=float(np.log(1e-10)),
    upper=float(np.log(1e4)),
    below="the columns fit the times of all events to round-off, and the scale has its maximum at 0. Drop columns, "
    "or collect more events.",
    above="the censored times do not rise with what is known of them, and the scale has its maximum at infinity. "
    "Collect times that were seen.",
)
"""The ends of the scale."""

WORDS = Words(
    "the log time",
    "time ratio",
    asked="the time to the event ({y})",
    effect="the time to the event ({y})",
    beside=" and the times of the events differ from what the columns say",
)


def equation_of(said: str, scale: bool, late: bool = False) -> Equation:
    """The family written out, of errors as they are said, where rows are there from a time on or from 0."""
    return Equation(
        "Row $i$ has a time $y_i$, {y}, that was seen, or is known to lie between two ends. Its log is a linear "
        "predictor and an error:",
        r"\log y_i = \eta_i + " + r"{phi} " * scale + rf"W_i, \qquad {said}",
        r"\sum_{i} {w}\log P(y_i)",
        of=r"\beta, \sigma" if scale else r"\beta",
        sum="With $P$ the density of a time that was seen, or the probability of its range,"
        + " given that it is after the entry of its row," * late
        + " the log-likelihood is",
        beside="$\\log \\sigma$ is estimated together with $\\beta$, as the last coefficient." * scale,
        phi=r"\sigma",
    )
