"""Batch normalization over the right axis: a worked example, the root of three, and what it buys a deep network."""

from __future__ import annotations

from functools import cache

import numpy as np

import stattools as st
from stattools import figures
from stattools.gallery import command
from stattools.gallery.digit_images import TRAINED, digits
from stattools.gallery.network import slope_gap
from stattools.interface.arrays import Floats
from stattools.networks.network import Network
from stattools.networks.network_fit import NetworkFit
from stattools.networks.perceptron import MOMENTUM, Activation, BatchNorm, Moments
from stattools.reporting import networks, sections
from stattools.reporting.document import Block, Document, Figure, Listing, Math, Paragraph, Section, Table
from stattools.reporting.tables import count, number, small_said
from stattools.text.columns import percent

X = np.array([[0.7, 0.1], [0.3, 0.8], [0.4, 0.6]])
W = np.array([[0.3, 0.4], [0.5, 0.1], [0.2, 0.3]])
DEPTH, UNITS, EPOCHS, SEED = 6, 32, 40, 1


def document() -> Document:
    """The report."""
    plain, normed = trained(False), trained(True)
    return Document(
        "Batch normalization: over which axis, and what for?",
        (
            sections.answer(_conclusion(plain, normed)),
            sections.question(normed.model, (Paragraph(ASKED),)),
            Section("The worked example", _example()),
            networks.data(normed.model, Paragraph(SOURCE)),
            networks.likelihood(normed.model),
            Section("At the start: what reaches each layer", _start()),
            Section("Fit", _training(plain, normed)),
            Section("Training and evaluation are two likelihoods", _modes(normed)),
            Section("Validation", _validation(normed)),
            sections.provenance([normed.model], command=command("batch_norm"), seeds=[SEED]),
        ),
    )


ASKED = (
    "Batch normalization centers and scales what enters an activation. Someone computed it for three rows by hand and "
    "got $\\sqrt 3$ in every entry. What went wrong, what is the right answer, and what does it do for a network of "
    f"{DEPTH} layers of sigmoid units?"
)

SOURCE = (
    "The network reads handwritten digits: 1,797 images of 8 × 8 pixels from 0 to 16, which scikit-learn ships "
    f"(`sklearn.datasets.load_digits`). {count(TRAINED)} of them, chosen at random, are for training, the others for "
    "testing."
)


def deep(batch_norm: bool) -> Network:
    """The deep sigmoid network on the training digits."""
    pixels, label, *_ = digits()
    return st.network(label, pixels, hidden=[UNITS] * DEPTH, activation="sigmoid", batch_norm=batch_norm)


@cache
def trained(batch_norm: bool) -> NetworkFit:
    """That network after the same number of epochs, with and without batch normalization."""
    return st.fit(deep(batch_norm), solver=st.Adam(rate=3e-3, epochs=EPOCHS, validation=0.0), seed=SEED)


def _example() -> tuple[Block, ...]:
    """The right answer, the wrong one, and why the wrong one is what it is."""
    Z = X @ W.T
    right, _ = BatchNorm(3, epsilon=0.0).forward(np.repeat([1.0, 0.0], 3), Z)
    mean = Z / 3.0
    wrong = (Z - mean) / np.sqrt((Z - mean) ** 2 / 3.0)
    entries = ", ".join(sorted({number(float(entry), 6) for entry in wrong.ravel()}))
    running = Moments.initial(3).moved(Moments.of(Z))
    return (
        Paragraph("Three rows $x_i$ of two inputs, and a layer of three units with weights $w$:"),
        Math(
            r"X = \begin{pmatrix} 0.7 & 0.1 \cr 0.3 & 0.8 \cr 0.4 & 0.6 \end{pmatrix}, \quad "
            r"w = \begin{pmatrix} 0.3 & 0.4 \cr 0.5 & 0.1 \cr 0.2 & 0.3 \end{pmatrix}, \quad Z = X w^\top"
        ),
        Paragraph(
            "Each column of $Z$ is one unit, each row one observation. The mean and the variance are those of a unit "
            "**over the rows**: down the columns. With them each unit has mean 0 and variance 1 over the batch:"
        ),
        Table(
            ("row", "$z_1$", "$z_2$", "$z_3$", "normalized 1", "normalized 2", "normalized 3"),
            tuple(
                (str(i), *(number(float(v), 2) for v in z), *(number(float(v), 4) for v in h))
                for i, (z, h) in enumerate(zip(Z, right, strict=True), 1)
            ),
            "lrrrrrr",
        ),
        Paragraph(
            "The wrong answer treats each row as a batch of its own but still divides by 3. Then the mean of the one "
            "number $z$ is $z / 3$, its variance $(z - z/3)^2 / 3 = 4 z^2 / 27$, and"
        ),
        Math(r"\frac{z - z/3}{\sqrt{4 z^2 / 27}} = \frac{2z/3}{2z / (3 \sqrt 3)} = \sqrt 3"),
        Paragraph(
            f"whatever $z > 0$ is: computed so, the nine entries are all {entries}. All information about the row is "
            "gone. A batch of one row has no variance to divide by; `stattools` refuses it in training."
        ),
        Paragraph(
            f"For evaluation the layer keeps running moments. They start at mean 0 and variance 1 and move by "
            f"{MOMENTUM:g} towards each batch's mean and unbiased variance; after this batch the running means are "
            f"{', '.join(number(float(v), 4) for v in running.mean)} and the running variances "
            f"{', '.join(number(float(v), 4) for v in running.variance)}."
        ),
    )


def _spread(model: Network) -> list[Floats]:
    """The activations of each hidden layer at the start, over the training rows."""
    layers = model.perceptron.layers
    values = [out for _, out in model.perceptron.activations(model.start, model.inputs(model.rows.X))]
    return [out for layer, out in zip(layers, values, strict=True) if isinstance(layer, Activation)]


def _start() -> tuple[Block, ...]:
    """The spread of activations by layer, with and without."""
    without, with_norm = _spread(deep(False)), _spread(deep(True))
    spread = [[float(units.std(axis=0).mean()) for units in layers] for layers in (without, with_norm)]
    rows = tuple(
        (name, *(f"{value:.2g}" for value in values))
        for name, values in zip(("without", "with batch norm"), spread, strict=True)
    )
    return (
        Paragraph(
            "Before any training, with random weights of the usual size: how much does a unit's activation vary from "
            "digit to digit? Without normalization each sigmoid layer passes on a fraction of the variation that "
            "reaches it, and the last layer hardly depends on the digit. The table has the standard deviation over "
            "the rows, the mean over units:"
        ),
        Table(("activations", *(f"layer {k}" for k in range(1, DEPTH + 1))), rows, "l" + "r" * DEPTH),
        Figure(
            "activations",
            lambda: figures.activations(
                {
                    label: [units - units.mean(axis=0) for units in layers]
                    for label, layers in {"without, %": without, "with, %": with_norm}.items()
                },
                xlabel="activation less the mean of its unit over the digits",
                bounds=(-0.5, 0.5),
            ),
            alt=f"Histograms of activations of {DEPTH} layers: without batch norm they shrink to a point in the "
            "last layers, with it they stay spread out",
            caption="Activations by their distance from the mean of their unit, layer by layer, before training.",
        ),
    )


def _training(plain: NetworkFit, normed: NetworkFit) -> tuple[Block, ...]:
    """The two curves and how they do on new rows."""
    _, _, pixels, label = digits()
    lines = {
        name: (fit.curve().epoch.to_numpy(), -fit.curve().training.to_numpy())
        for name, fit in {"without": plain, "with batch norm": normed}.items()
    }
    cells = tuple(
        (name, number(fit.log_score((label, pixels)), 1), percent(round(fit.accuracy((label, pixels)), 2)))
        for name, fit in {"without": plain, "with batch norm": normed}.items()
    )
    return (
        Paragraph(
            f"Both networks are trained alike, by Adam for {EPOCHS} epochs from the same seed. Without "
            "normalization the first layers hardly move: the score that reaches them has passed through layers of "
            "nearly constant units, and is almost zero."
        ),
        Figure(
            "training",
            lambda: figures.training(lines, ylabel="log score of the training rows"),
            alt="Log score by epoch: with batch norm it falls quickly, without it stays near its start for many epochs",
            caption="Minus the mean log-likelihood of a row, by epoch; the smaller, the better.",
        ),
        Paragraph(f"On the {count(len(label))} test digits:"),
        Table(("network", "log score", "right"), cells, "lrr"),
    )


def _modes(fit: NetworkFit) -> tuple[Block, ...]:
    """Coupled rows in training, separate rows once frozen."""
    model, theta = deep(True), fit.estimate
    try:
        model.pointwise_loglik(theta)
        message = ""
    except st.IncompatibleError as error:
        message = str(error)
    frozen = model.freeze(theta)
    pixels = model.rows.X[:50]
    one = np.concatenate([frozen.eta(theta, row[None, :]) for row in pixels])
    apart = float(np.abs(one - frozen.eta(theta, pixels)).max())
    return (
        Paragraph(
            "In training the moments come from the batch, so a row's prediction depends on the others in its batch and "
            "the likelihood is no product over rows. Asked for a log-likelihood of each row, the model says so:"
        ),
        Listing(message, "text"),
        Paragraph(
            "Frozen, with moments that are constants, rows do not depend on one another: the log-likelihoods of fifty "
            f"digits one by one and all at once differ by {small_said(apart)}. Only then are pointwise "
            "log-likelihoods, and what is built on them, offered."
        ),
    )


def _validation(fit: NetworkFit) -> tuple[Block, ...]:
    """Exact slopes, and a frozen layer folded into the dense layer before it."""
    model, theta = deep(True), fit.estimate
    apart = slope_gap(model, theta, 30)
    folded = _folded_gap(fit)
    verdict = "**it agrees**" if apart < 1e-6 and folded < 1e-9 else "**it does not agree**"
    return (
        Paragraph(
            "The pullback through the batch's own mean and variance against finite differences of the log-likelihood "
            f"in 30 parameters: the largest difference is {small_said(apart)} of the largest score. A frozen layer is "
            "an affine map that can be folded into the dense layer before it: predictions differ by "
            f"{small_said(folded)}. By both, {verdict}."
        ),
    )


def _folded_gap(fit: NetworkFit) -> float:
    """Largest difference in eta between the frozen network and one whose batch norm is folded into dense layers."""
    model = fit.model
    h = model.inputs(model.rows.X)
    layers, parts = model.perceptron.layers, model.perceptron.parts(fit.estimate)
    for place, (layer, part) in enumerate(zip(layers, parts, strict=True)):
        if isinstance(layer, BatchNorm):
            continue
        if isinstance(layer, Activation):
            h = 1.0 / (1.0 + np.exp(-h))
            continue
        weight, bias = layer.parts(part)
        after = layers[place + 1] if place + 1 < len(layers) else None
        if isinstance(after, BatchNorm) and after.moments is not None:
            gamma, beta = np.split(parts[place + 1], 2)
            factor = gamma / np.sqrt(after.moments.variance + after.epsilon)
            weight, bias = weight * factor, (bias - after.moments.mean) * factor + beta
        h = h @ weight + bias
    return float(np.abs(h - fit.model.eta(fit.estimate)).max())


def _conclusion(plain: NetworkFit, normed: NetworkFit) -> str:
    _, _, pixels, label = digits()
    shares = [percent(round(fit.accuracy((label, pixels)), 2)) for fit in (plain, normed)]
    return (
        "Batch normalization takes its mean and variance over the rows, unit by unit; over the wrong axis every entry "
        f"becomes $\\sqrt 3$. After {EPOCHS} epochs a network of {DEPTH} sigmoid layers reads {shares[1]} of new "
        f"digits right with it, and {shares[0]} without."
    )
