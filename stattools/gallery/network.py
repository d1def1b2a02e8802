"""A network that overflowed: five causes with evidence, and the same data as a likelihood.

A network written by hand, with the faults that make it overflow, and the rows that it is to learn from.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import statsmodels.api as sm
from numpy.typing import NDArray

import stattools as st
from stattools.gallery import command
from stattools.interface.arrays import Floats
from stattools.networks.network_fit import NetworkFit
from stattools.networks.network_model import NetworkModel
from stattools.numerics.threads import one_blas_thread
from stattools.reporting import networks, sections
from stattools.reporting.document import Block, Document, Listing, Paragraph, Section, Table
from stattools.reporting.tables import count, number, small_said
from stattools.text.columns import percent

ROWS, INPUTS, UNITS, RATE = 600, 120, 20, 0.5

LIMIT = 250
"""Epochs that the hand-written network may take."""

SEED, FRESH = 1, 2000


@dataclass(frozen=True)
class DrawnRows:
    """Rows for training and rows for testing."""

    X: Floats
    label: NDArray[np.int64]
    new_X: Floats
    new_label: NDArray[np.int64]


@cache
def sample() -> DrawnRows:
    """The simulated rows; labels are 1, 2, 3."""
    generator = np.random.default_rng(SEED)
    centers = generator.normal(size=(3, INPUTS))
    centers *= 4.5 / np.linalg.norm(centers, axis=1, keepdims=True)

    def draw(n: int) -> tuple[Floats, NDArray[np.int64]]:
        label, side = generator.integers(0, 3, n), generator.choice([-1.0, 1.0], n)
        return generator.normal(size=(n, INPUTS)) + side[:, None] * centers[label], label + 1

    return DrawnRows(*draw(ROWS), *draw(FRESH))


@dataclass(frozen=True)
class Run:
    """The hand-written network: when it broke, its largest output and bias by epoch, its accuracy on the test rows."""

    broke: int | None
    output: list[float]
    bias: list[float]
    accuracy: float


@cache
def by_hand(*, rate: float = RATE, mean: bool = False, renormalize: bool = True, classes: bool = False) -> Run:
    """The script as it was, or with one thing changed: the mean of the rows, no renormalizing, a softmax output."""
    rows, generator = sample(), np.random.default_rng(0)
    center, scale = rows.X.mean(axis=0), rows.X.std(axis=0)
    X, new_X = (rows.X - center) / scale, (rows.new_X - center) / scale
    width = 3 if classes else 1
    goal = np.eye(3)[rows.label - 1] if classes else rows.label[:, None].astype(float)
    W1, b1 = generator.normal(size=(INPUTS, UNITS)), np.zeros(UNITS)
    W2, b2 = generator.normal(size=(UNITS, width)), np.zeros(width)
    output: list[float] = []
    bias: list[float] = []
    # Overflow is what this script is about: it is let through, and seen in the next epoch's output.
    with one_blas_thread(), np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for epoch in range(LIMIT):
            A = 1.0 / (1.0 + np.exp(-(X @ W1 + b1)))
            out = A @ W2 + b2
            output.append(float(np.abs(out).max()))
            bias.append(float(np.abs(b2).max()))
            if not np.isfinite(out).all():
                return Run(epoch, output, bias, float("nan"))
            error = (_softmax(out) if classes else out) - goal
            if mean:
                error = error / len(X)
            back = error @ W2.T * A * (1.0 - A)
            W2, b2 = W2 - rate * A.T @ error, b2 - rate * error.sum(axis=0)
            W1, b1 = W1 - rate * X.T @ back, b1 - rate * back.sum(axis=0)
            if renormalize:
                W1, W2 = W1 / np.linalg.norm(W1), W2 / np.linalg.norm(W2)
        out = 1.0 / (1.0 + np.exp(-(new_X @ W1 + b1))) @ W2 + b2
    guess = out.argmax(axis=1) + 1 if classes else np.clip(np.round(out[:, 0]), 1, 3)
    return Run(None, output, bias, float((guess == rows.new_label).mean()))


def _softmax(out: Floats) -> Floats:
    weights = np.exp(out - out.max(axis=1, keepdims=True))
    return weights / weights.sum(axis=1, keepdims=True)


def largest_rate() -> str:
    """The largest stable rate of the output's weights, 2 / largest eigenvalue of A^T A at the script's start."""
    rows, generator = sample(), np.random.default_rng(0)
    X = (rows.X - rows.X.mean(axis=0)) / rows.X.std(axis=0)
    A = 1.0 / (1.0 + np.exp(-(X @ generator.normal(size=(INPUTS, UNITS)))))
    A = np.column_stack([A, np.ones(ROWS)])
    return f"{2.0 / float(np.linalg.eigvalsh(A.T @ A)[-1]):.2g}"


def document() -> Document:
    """The report."""
    fit = fixed()
    return Document(
        "Why did my network overflow? Back-propagation under a likelihood",
        (
            sections.answer(_conclusion(fit)),
            sections.question(fit.model, (Paragraph(ASKED),)),
            networks.data(fit.model, Paragraph(SOURCE)),
            Section("What went wrong", _wrong()),
            networks.likelihood(fit.model),
            Section("Fit", (Paragraph(f"{networks.trained(fit)} {SHOWN}"), networks.curve(fit, first=STEPS_SHOWN))),
            Section("On rows that it has not seen", _unseen(fit)),
            Section("Validation", _validation(fit)),
            sections.provenance([fit.model], command=command("network"), seeds=[SEED]),
        ),
    )


ASKED = (
    f"A hand-written network with {INPUTS} inputs, {UNITS} sigmoid units and one linear output is to tell three "
    f"classes apart from {ROWS} rows. Its inputs are standardized, its learning rate is {RATE}, its weights are "
    "divided by their norm after each epoch, and the labels 1, 2 and 3 are what the output is to hit. After some "
    "epochs every number is NaN. Why, and what should stand there instead?"
)

SOURCE = (
    f"The rows are simulated, since the script came without its data: {INPUTS} normal inputs, and each class has two "
    "opposite centers, so that no linear predictor can tell the classes apart but a network can. "
    f"{count(FRESH)} further rows are for testing."
)

STEPS_SHOWN = 80
"""Later steps of L-BFGS, and how many there are, depend on the processor's order of additions."""

SHOWN = f"The figure shows the first {STEPS_SHOWN} steps."


@cache
def fixed() -> NetworkFit:
    """The same network as a categorical likelihood."""
    rows = sample()
    model = st.network(rows.label, rows.X, hidden=[UNITS], activation="sigmoid")
    return st.fit(model, solver=st.LBFGS(max_steps=300), penalty=st.Ridge(2.0), seed=SEED)


def _wrong() -> tuple[Block, ...]:
    """Five causes, each with its evidence."""
    run = by_hand()
    growth = float(np.median(np.array(run.bias[11:60]) / np.array(run.bias[10:59])))
    assert run.broke is not None
    shown = [e for e in (0, 1, 2, 3, 10, 50, 100) if e < run.broke]
    rows = [(str(e), f"{run.output[e]:.2g}", f"{run.bias[e]:.2g}") for e in shown]
    rows.append((str(run.broke), "∞" if np.isinf(run.output[-1]) else "NaN", "∞ or NaN"))
    factor = abs(1.0 - RATE * ROWS)
    naive = _overflows()
    return (
        Paragraph(
            "The script was run as it is described. Its largest output and the bias of its output, by epoch, until "
            f"the first number that is not finite in epoch {run.broke}:"
        ),
        Table(("epoch", "largest output", "output bias"), tuple(rows), "rrr"),
        Paragraph(
            f"**1. A sum where a mean was meant.** The error of the output bias is summed over {ROWS} rows, so a rate "
            f"of {RATE} is in truth one of {RATE * ROWS:g}. With one number $b$ to hit a mean, a step multiplies its "
            f"error by $1 - {RATE} \\cdot {ROWS} = {1 - RATE * ROWS:g}$. Measured in the run above, the bias grows by "
            f"a factor of {number(growth, 0)} an epoch, and ${number(factor, 0)}^e$ passes the largest float, 1.8e308, "
            f"at $e = {int(np.ceil(np.log(1.797e308) / np.log(factor)))}$."
        ),
        Paragraph(
            "**2. A step beyond the stable limit.** For the weights of the output the limit is 2 divided by the "
            f"largest eigenvalue of $A^\\top A$, the hidden activations with a column of ones: {largest_rate()} at the "
            f"start. The rate is {RATE}. Only the ratio matters, so dividing by the number of rows cures the overflow, "
            "as a smaller rate does; neither makes the network learn (see the table below)."
        ),
        Paragraph(
            "**3. Renormalized weights.** Dividing each matrix by its norm hides the explosion in the weights but "
            "leaves it in the biases, which are not divided. It is no step of any method that climbs: it undoes what "
            "the step learned, whatever the likelihood says about it."
        ),
        Paragraph(
            "**4. Labels as numbers.** Hitting 1, 2 and 3 with one linear output says that class 2 lies between the "
            "other two, and the error of a wrong guess has no bound: the score of a categorical likelihood is a "
            "probability minus 0 or 1, and never larger than 1."
        ),
        Paragraph(
            "**5. Exponentials that overflow.** `1 / (1 + exp(-z))` and `exp(z) / sum(exp(z))` overflow where $|z|$ "
            f"passes {np.log(np.finfo(float).max):.1f}; then NaN spreads to every weight in one step. {naive}"
        ),
        Paragraph(
            f"One change at a time, {LIMIT} epochs each, with the share of the test rows that are classified right:"
        ),
        Table(("the script", "first number that is not finite", "right on test rows"), _changes(), "lll"),
        Paragraph(
            "The first four causes are errors of the method. Repairing the arithmetic alone turns NaN into a network "
            "that does little better than guessing, which is right for one row in three."
        ),
    )


def _overflows() -> str:
    """What the two usual lines give at 1000, and what the likelihood gives."""
    with np.errstate(over="ignore", invalid="ignore"):  # the point of the example
        usual = np.exp(1000.0) / (np.exp(1000.0) + np.exp(0.0))
    ours = float(st.Categorical(2).loglik(np.array([1000.0]), np.array([0.0]))[0])
    score = float(st.Categorical(2).score(np.array([1000.0]), np.array([0.0]))[0])
    return (
        f"At $z = 1000$ the second gives {'NaN' if np.isnan(usual) else usual}; the log-likelihood of the other class "
        f"there is {ours:g}, exactly, and its score {score:g}."
    )


def _changes() -> tuple[tuple[str, ...], ...]:
    runs = {
        "as it was": by_hand(),
        "mean over rows instead of sum": by_hand(mean=True),
        f"rate 0.0001 instead of {RATE}": by_hand(rate=1e-4),
        "weights not renormalized": by_hand(renormalize=False),
        "softmax output instead of labels as numbers": by_hand(classes=True),
        "mean over rows, weights not renormalized": by_hand(mean=True, renormalize=False),
    }
    return tuple(
        (
            what,
            "none" if run.broke is None else f"epoch {run.broke}",
            "—" if run.broke is not None else percent(round(run.accuracy, 2)),
        )
        for what, run in runs.items()
    )


def _unseen(fit: NetworkFit) -> tuple[Block, ...]:
    """Held-out scores against simpler models, the confusion table, calibration."""
    rows = sample()
    test = (rows.new_label, rows.new_X)
    null = st.fit(st.softmax(rows.label, np.ones((ROWS, 1)), names=["one"], intercept=False))
    softmax = st.fit(st.softmax(rows.label, rows.X))
    names = ["the shares of the classes alone", "softmax regression", "the network"]
    alone = st.held_out(null, data=(rows.new_label, np.ones((FRESH, 1))))
    table: Any = st.held_out(softmax, fit, data=test)
    scores = [float(alone.log_score[0]), *table.log_score]
    errors = [float(alone.se[0]), *table.se]
    right = [float(alone.accuracy[0]), *table.accuracy]
    cells = tuple(
        (name, f"{number(score, 2)} ± {number(error, 2)}", percent(round(share, 2)))
        for name, score, error, share in zip(names, scores, errors, right, strict=True)
    )
    return (
        Paragraph(
            "The log score is minus the mean log-likelihood of a row, ± its standard error: the smaller, the better."
        ),
        Table(("model", "log score", "right"), cells, "lrr"),
        Paragraph(f"By class, on the {count(FRESH)} test rows:"),
        networks.confusion(fit.confusion(test)),
        networks.reliability(fit, test),
        Paragraph(_temperature(fit)),
    )


def _temperature(fit: NetworkFit) -> str:
    """Calibrated on the first half of the test rows, judged on the second."""
    rows, half = sample(), FRESH // 2
    first, second = (rows.new_label[:half], rows.new_X[:half]), (rows.new_label[half:], rows.new_X[half:])
    cooled = fit.calibrated(first)
    before, after = fit.log_score(second), cooled.log_score(second)
    sure = (
        "less sure than it should be, since the penalty keeps its weights small"
        if cooled.temperature < 1
        else "more sure than it should be"
    )
    return (
        f"The network is {sure}. One number repairs it, a temperature that divides $\\eta$: at its maximum on the "
        f"first {count(half)} test rows it is {number(cooled.temperature, 2)}, and the log score of the other "
        f"{count(half)} goes from {number(before, 3)} to {number(after, 3)}. Which class is the most probable does not "
        "change."
    )


def _validation(fit: NetworkFit) -> tuple[Block, ...]:
    """Back-propagation against differences; the network without hidden units against statsmodels."""
    rows = sample()
    model, theta = fit.model, fit.estimate + 0.05
    apart = slope_gap(model, theta, 40)
    linear = st.fit(st.network(rows.label, rows.X, hidden=[]), solver=st.LBFGS(), seed=SEED)
    reference: Any = sm.MNLogit(rows.label, sm.add_constant(rows.X)).fit(method="newton", disp=0)
    gap = abs(linear.loglik - float(reference.llf)) / abs(float(reference.llf))
    good = apart < 1e-6 and gap < 1e-6
    verdict = "**it agrees**" if good else "**it does not agree**"
    return (
        Paragraph(
            f"Back-propagation against finite differences of the log-likelihood in 40 of its {count(len(theta))} "
            f"parameters: the largest difference is {small_said(apart)} of the largest score. Without hidden units the "
            "network is softmax regression, which statsmodels fits by Newton steps: the log-likelihoods differ by "
            f"{small_said(gap)} of their size. By both checks, {verdict}."
        ),
        Listing(
            "model = st.network(y, X, hidden=[20])\nfit = st.fit(model, penalty=st.Ridge(2.0), seed=1)\n"
            "fit.log_score((new_y, new_X)), fit.confusion((new_y, new_X))",
            "python",
        ),
    )


def slope_gap(model: NetworkModel, theta: Floats, places: int) -> float:
    """The largest difference of the score from differences of the log-likelihood, at some places drawn at random, as a
    share of the largest score.
    """
    score, apart = model.score(theta), 0.0
    for place in np.random.default_rng(SEED).choice(len(theta), places, replace=False):
        step = np.zeros(len(theta))
        step[place] = 1e-4
        ends = [model.loglik(theta + k * step) for k in (-2, -1, 1, 2)]
        slope = float(np.dot([1.0, -8.0, 8.0, -1.0], ends)) / 12e-4
        apart = max(apart, abs(slope - float(score[place])) / float(np.abs(score).max()))
    return apart


def _conclusion(fit: NetworkFit) -> str:
    rows, run = sample(), by_hand()
    right = fit.accuracy((rows.new_label, rows.new_X))
    return (
        f"The hand-written network overflows in epoch {run.broke} because its steps are {RATE * ROWS:g} times those of "
        f"a mean and its errors have no bound; the same {UNITS} units under a categorical likelihood, where nothing "
        f"can overflow, classify {percent(round(right, 2))} of {count(FRESH)} new rows right."
    )
