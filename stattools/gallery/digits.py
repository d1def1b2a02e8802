"""Handwritten digits three ways: one softmax likelihood, ten logistic ones, and a network."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd

import stattools as st
from stattools import figures
from stattools.gallery import command
from stattools.gallery.digit_images import TRAINED, digits
from stattools.inference.fits.fit import Fit
from stattools.inference.fits.one_vs_rest import OneVsRestFit
from stattools.interface.arrays import Floats
from stattools.networks.network_fit import NetworkFit
from stattools.reporting import networks, sections
from stattools.reporting.document import Block, Document, Figure, Math, Paragraph, Section, Table
from stattools.reporting.tables import count, number, small_said
from stattools.text.columns import percent

UNITS, SEED = 64, 1
STRENGTH = 1.0
"""Ridge on columns in units of their standard deviation: the training digits are separated, and have no maximum."""
SHOWN = 12
NULL, SOFTMAX, REST, NETWORK = "Shares alone", "Softmax", "One against the rest", "Network"


def document() -> Document:
    """The report."""
    _, softmax, rest, net = fits().values()
    return Document(
        "Reading digits: softmax, one against the rest, and a network",
        (
            sections.answer(_conclusion()),
            sections.question(net.model, (Paragraph(ASKED),)),
            networks.data(net.model, Paragraph(SOURCE)),
            Section("Likelihood", _likelihood()),
            Section("Fit", _fit(softmax, net)),
            Section("On digits that none of them has seen", _compared()),
            Section("Ten separate probabilities do not sum to 1", _sums(rest)),
            Section("What softmax looks at", _weights(softmax)),
            Section("Mistakes", _mistakes(net)),
            Section("Validation", _validation(softmax)),
            sections.provenance([net.model], command=command("digits"), seeds=[SEED]),
        ),
    )


ASKED = (
    "Which digit is in the picture? Ten categories can be told apart by one softmax likelihood, by ten logistic "
    "regressions of each digit against the rest, or by a network under the softmax likelihood. Which reads new digits "
    "best, and by how much more than chance in the choice of test digits?"
)

SOURCE = (
    "1,797 images of 8 × 8 pixels from 0 to 16, which scikit-learn ships (`sklearn.datasets.load_digits`), as in the "
    f"report on batch normalization: {count(TRAINED)} for training, the others for testing."
)


@cache
def scaled() -> tuple[Floats, Floats, tuple[str, ...]]:
    """Training and test pixels in units of their standard deviation, without the pixels that never vary."""
    pixels, _, new, _ = digits()
    center, scale = pixels.mean(axis=0), pixels.std(axis=0)
    kept = np.flatnonzero(scale > 0)
    names = tuple(f"p{place // 8 + 1}{place % 8 + 1}" for place in kept)
    return (
        ((pixels - center) / np.where(scale > 0, scale, 1.0))[:, kept],
        ((new - center) / np.where(scale > 0, scale, 1.0))[:, kept],
        names,
    )


@cache
def tables() -> tuple[pd.DataFrame, pd.DataFrame]:
    """Training and test digits as tables: the digit, and the scaled pixels by name."""
    _, label, _, new_label = digits()
    pixels, new, names = scaled()
    return (
        pd.DataFrame(pixels, columns=list(names)).assign(digit=label),
        pd.DataFrame(new, columns=list(names)).assign(digit=new_label),
    )


@cache
def fits() -> dict[str, Any]:
    """The shares of the digits alone; softmax, one against the rest and the network, with the same ridge penalty."""
    table, penalty = tables()[0], st.Ridge(STRENGTH)
    net = st.network("digit ~ .", table, hidden=[UNITS], activation="tanh")
    return {
        NULL: st.fit(st.softmax("digit ~ 1", table)),
        SOFTMAX: st.fit(st.softmax("digit ~ .", table), penalty=penalty),
        REST: st.fit(st.one_vs_rest("digit ~ .", table), penalty=penalty),
        NETWORK: st.fit(net, solver=st.LBFGS(max_steps=80), penalty=penalty, seed=SEED),
    }


@cache
def compared() -> pd.DataFrame:
    """Log score and accuracy of each on the test digits, with the standard error of differences."""
    return st.held_out(*fits().values(), data=tables()[1], names=list(fits()))


def _likelihood() -> tuple[Block, ...]:
    return (
        Math(r"P(y_i = k) = \frac{\exp \eta_{ik}}{\sum_j \exp \eta_{ij}}, \qquad \eta_{i0} = 0"),
        Paragraph(
            f"For softmax regression $\\eta_{{ik}} = x_i^\\top \\beta_k$; for the network it comes from {UNITS} tanh "
            "units. One against the rest is not this likelihood but ten of another:"
        ),
        Math(r"P(y_i = k) = \frac{1}{1 + \exp(-x_i^\top \beta_k)} \quad \text{for each } k \text{ on its own}"),
        Paragraph(
            "The training digits can be separated without error, so that none of the three has a maximum: each is "
            f"fitted with the same penalty, `st.Ridge({STRENGTH:g})` on pixels in units of their standard deviation."
        ),
    )


def _fit(softmax: Fit, net: NetworkFit) -> tuple[Block, ...]:
    return (
        Paragraph(
            f"Softmax regression has {count(len(softmax.estimate))} coefficients; Newton steps end "
            f"{small_said(softmax.solution.decrement)} standard errors from the maximum of the penalized likelihood. "
            "The network: " + networks.trained(net)[0].lower() + networks.trained(net)[1:]
        ),
        networks.curve(net),
    )


def _compared() -> tuple[Block, ...]:
    """Log score, differences with their standard errors, accuracy, confusion of the best."""
    table: Any = compared()
    best = str(table.fit[table.log_score.argmin()])
    rows = tuple(
        (
            str(row.fit),
            f"{number(row.log_score, 3)} ± {number(row.se, 3)}",
            "—" if row.fit == best else f"{number(row.difference, 3)} ± {number(row.difference_se, 3)}",
            percent(round(row.accuracy, 3)),
        )
        for row in table.itertuples()
    )
    return (
        Table(("model", "log score", "more than the best", "right"), rows, "lrrr"),
        Paragraph(
            "The log score is minus the mean log-probability of what was there, ± its standard error: the smaller, the "
            "better. Differences are taken digit by digit, so that their standard error is that of a pair: "
            "`st.held_out(null, softmax, rest, net, data=new)`. One against the rest is scored by its probabilities "
            "divided by their sum. "
            f"Counts by digit, `st.confusion(fit, new)`; {best}:"
        ),
        networks.confusion(st.confusion(fits()[best], tables()[1])),
        Paragraph(f"{REST}:"),
        networks.confusion(st.confusion(fits()[REST], tables()[1])),
    )


def _sums(rest: OneVsRestFit) -> tuple[Block, ...]:
    """The sum of the ten separate probabilities."""
    total = rest.separate_probabilities(tables()[1]).sum(axis=1).to_numpy()
    off = float((np.abs(total - 1.0) > 0.1).mean())
    return (
        Paragraph(
            "Each logistic regression gives its digit a probability and knows nothing of the others. Over the "
            f"{count(len(total))} test digits the ten of them sum to between {number(float(total.min()), 2)} and "
            f"{number(float(total.max()), 2)}; for {percent(round(off, 2))} of the digits the sum is more than 0.1 "
            "away from 1. Dividing by it makes them look like the probabilities of one model, which they are not; "
            "their log score pays for it."
        ),
    )


def _weights(softmax: Fit) -> tuple[Block, ...]:
    """Coefficients as images, centered over the digits so that the reference is one among equals."""
    pixels, *_ = digits()
    kept = np.flatnonzero(pixels.std(axis=0) > 0)
    B = np.vstack([np.zeros(len(kept)), softmax.estimate.reshape(9, -1)[:, 1:]])
    B = B - B.mean(axis=0)
    images = np.zeros((10, 64))
    images[:, kept] = B
    return (
        Figure(
            "weights",
            lambda: figures.pictures(
                [image.reshape(8, 8) for image in images], [str(k) for k in range(10)], columns=5, signed=True
            ),
            alt="Ten images of softmax coefficients, one per digit: ink where it is blue speaks for the digit, ink "
            "where it is orange against it",
            caption="Coefficients per standard deviation of a pixel, less their mean over the digits, which changes no "
            "probability: ink where it is blue speaks for the digit, ink where it is orange against it.",
        ),
    )


def _mistakes(net: NetworkFit) -> tuple[Block, ...]:
    """The test digits that the network misreads, the surest mistakes first."""
    _, _, new, label = digits()
    p = net.predict(tables()[1]).to_numpy()
    guess = p.argmax(axis=1)
    wrong = np.flatnonzero(guess != label)
    order = wrong[np.argsort(-p[wrong, guess[wrong]])][:SHOWN]
    titles = [f"{label[i]} read as {guess[i]}" for i in order]
    which = "All of them" if len(wrong) <= SHOWN else f"The {len(order)} of which it is surest"
    return (
        Paragraph(f"The network misreads {count(len(wrong))} of {count(len(label))} test digits. {which}:"),
        Figure(
            "mistakes",
            lambda: figures.pictures([new[i].reshape(8, 8) for i in order], titles, columns=6, signed=False),
            alt=f"Images of {len(order)} misread digits with what they are and what they were read as: "
            + ", ".join(titles),
            caption="What it is, and what it was read as.",
        ),
    )


def _validation(softmax: Fit) -> tuple[Block, ...]:
    """The penalized softmax against scikit-learn's; the network without hidden units against softmax."""
    from sklearn.linear_model import LogisticRegression

    pixels, new, names = scaled()
    _, label, *_ = digits()
    linear = st.network(label, pixels, hidden=[], names=list(names), standardize=False)
    flat = st.fit(linear, solver=st.LBFGS(max_steps=2000), penalty=st.Ridge(STRENGTH), seed=SEED)
    ours = softmax.predict(tables()[1]).to_numpy()
    gap = float(np.abs(flat.predict(new).to_numpy() - ours).max())
    reference = LogisticRegression(C=1.0 / STRENGTH, tol=1e-10, max_iter=5000).fit(pixels, label)
    shares: Any = reference.predict_proba(new)
    same = float((shares.argmax(axis=1) == ours.argmax(axis=1)).mean())
    verdict = "**it agrees**" if gap < 1e-3 else "**it does not agree**"
    return (
        Paragraph(
            "A network without hidden units is softmax regression, climbed by back-propagation and L-BFGS instead of "
            "Newton steps: on the test digits no probability differs by more than "
            f"{'0.001' if gap < 1e-3 else number(gap, 3)}; {verdict}. scikit-learn penalizes all ten sets of "
            "coefficients where here the reference has none, another model: its most probable digit is ours for "
            f"{percent(round(same, 2))} of the test digits."
        ),
    )


def _conclusion() -> str:
    table: Any = compared()
    right = {row.fit: percent(round(row.accuracy, 3)) for row in table.itertuples()}
    scores = {row.fit: number(row.log_score, 2) for row in table.itertuples()}
    return (
        f"Of {count(len(tables()[1]))} new digits the network reads {right[NETWORK]} right, softmax regression "
        f"{right[SOFTMAX]}, ten regressions of one against the rest {right[REST]}; their log scores are "
        f"{scores[NETWORK]}, {scores[SOFTMAX]} and {scores[REST]}, and {scores[NULL]} is that of the shares alone."
    )
