"""The sections of a trained network: data, likelihood, training, and how well it predicts."""

from __future__ import annotations

import numpy as np

from stattools.interface.when_needed import pd
from stattools.likelihoods import Bernoulli, Categorical
from stattools.networks import trained_network
from stattools.networks.network_ensemble import NetworkEnsemble
from stattools.networks.network_fit import NetworkFit
from stattools.networks.network_model import NetworkModel
from stattools.networks.perceptron import Activation, BatchNorm, Dense
from stattools.reporting.answer.asked import dependence
from stattools.reporting.diagnostics import figure
from stattools.reporting.document import Block, Figure, Math, Paragraph, Section, Table, code, literal
from stattools.reporting.provenance import data_hash
from stattools.reporting.tables import count, number
from stattools.reporting.tables import facts as table_of_facts
from stattools.text.columns import percent
from stattools.validation.checks.samples import NetworkAgreement

FUNCTIONS = {"sigmoid": r"\frac{1}{1 + e^{-z}}", "tanh": r"\tanh z", "relu": r"\max(z, 0)"}
MOST_LABELS = 12
"""A confusion table with more labels than this is too wide to read."""


def network(fit: NetworkFit | NetworkEnsemble) -> tuple[Section, ...]:
    """Everything that a report says about a network, or several, from the rows that it was trained on."""
    if not isinstance(fit, NetworkFit):
        return _ensemble(fit)
    blocks: list[Block] = [Paragraph(trained(fit)), curve(fit)]
    if fit.labels is not None:
        blocks += [Paragraph("On the rows of the fit, of which it has seen all but those held out to stop it:")]
        blocks += [confusion(fit.confusion()), reliability(fit)]
    return (data(fit.model), likelihood(fit.model), Section("Fit", tuple(blocks)))


def _ensemble(group: NetworkEnsemble) -> tuple[Section, ...]:
    """What a report says about several networks: each one's training, and their mean on the rows of the fit."""
    model, kind = group.model, {"deep": "random starts", "bootstrap": "resampled rows and random starts"}[group.kind]
    rows = tuple((str(i), number(-fit.loglik / fit.n, 3), _ended(fit)) for i, fit in enumerate(group.members, 1))
    blocks: list[Block] = [
        Paragraph(
            f"{count(len(rows))} networks, trained by {code(group.members[0].solver)} from different {kind}; their "
            f"mean predicts, with a log score of {number(group.own_log_score, 3)} on the rows of the fit. Their spread "
            "says how much the training leaves open; it is no standard error."
        ),
        Table(("member", "log score on the rows of the fit", "ended at"), rows, "lrl"),
    ]
    if group.labels is not None:
        blocks += [confusion(group.confusion()), reliability(group)]
    return (data(model), likelihood(model), Section("Fit", tuple(blocks)))


def question(model: NetworkModel) -> str:
    """What the network asks of its data."""
    return dependence(model, code(model.outcome_name))


def data(model: NetworkModel, *before: Block) -> Section:
    """Rows, inputs, outcome and hash."""
    digest = {"SHA-256": code(data_hash(model))}
    return Section("Data", (*before, table_of_facts(facts(model) | digest, ("data", "value"))))


def facts(model: NetworkModel) -> dict[str, str]:
    """Rows, inputs and outcome."""
    pairs = {"rows": count(len(model.rows.X))}
    if model.rows.weight is not None:
        pairs["observations (sum of weights)"] = count(model.n)
    pairs |= {"rows dropped for missing values": count(model.n_dropped), "inputs": count(len(model.terms))}
    flat = int((model.inputs(model.rows.X).std(axis=0) == 0).sum())
    if flat:
        pairs["inputs that do not vary, and say nothing"] = count(flat)
    if model.likelihood.outcome.has_labels:
        labels = model.labels or (0, 1)
        sizes = np.bincount(model.rows.y.astype(int), minlength=len(labels))
        if len(labels) <= MOST_LABELS:
            shown = ", ".join(
                f"{code(label)} {count(size)}" for label, size in zip(labels, sizes.tolist(), strict=True)
            )
            pairs[f"rows of each {code(model.outcome_name)}"] = shown
        else:
            pairs[f"labels of {code(model.outcome_name)}"] = count(len(labels))
    return pairs


def likelihood(model: NetworkModel) -> Section:
    """The likelihood and the network inside it."""
    layers = model.perceptron.layers
    hidden = sum(isinstance(layer, Activation) for layer in layers)
    kinds = [layer.kind for layer in layers if isinstance(layer, Activation)]
    normed = any(isinstance(layer, BatchNorm) for layer in layers)
    inner = r"\mathrm{BN}(W_l^\top h_{l-1} + b_l)" if normed else r"W_l^\top h_{l-1} + b_l"
    tex = {
        Categorical: r"P(y_i = k) = \frac{\exp \eta_{ik}}{\sum_j \exp \eta_{ij}}, \qquad \eta_{i0} = 0",
        Bernoulli: r"P(y_i = 1) = \frac{1}{1 + e^{-\eta_i}}",
    }.get(type(model.likelihood), r"y_i \sim p(y \mid \eta_i)")
    sizes = [layer.outputs for layer in layers[:-1] if isinstance(layer, Dense)]
    units = (
        f"{sizes[0]} units each" if len(sizes) > 1 and len(set(sizes)) == 1 else f"{', '.join(map(str, sizes))} units"
    )
    scaled = "$h_0$ are the inputs, centered and in units of their variance over their mean distance from the mean. "
    scaled *= bool((model.scale != 1).any())
    words = (
        f"The network has {'one hidden layer' if hidden == 1 else f'{hidden} hidden layers'} of {units}, "
        f"{count(model.perceptron.size)} parameters in all. {scaled}"
        if hidden
        else f"There is no hidden layer: $\\eta$ is linear in the inputs. {scaled}"
    )
    if normed:
        words += "BN centers and scales each unit by its mean and variance over the rows of a batch, then shifts it."
    blocks: list[Block] = [Math(tex)]
    if hidden:
        function = FUNCTIONS[kinds[0]]
        blocks.append(
            Math(
                rf"\eta_i = W_{{{hidden + 1}}}^\top h_{{{hidden}}} + b_{{{hidden + 1}}}, \qquad h_l = f({inner}), "
                rf"\qquad f(z) = {function}"
            )
        )
    return Section("Likelihood", (*blocks, Paragraph(words)))


def trained(fit: NetworkFit) -> str:
    """How training went, in a paragraph."""
    steps = "steps" if fit.solver.startswith("LBFGS") else "epochs"
    penalty = "" if fit.penalty is None else f" with the penalty {code(fit.penalty)} on its weights"
    seed = "" if fit.seed is None else f" from random weights of seed {fit.seed}"
    # How many steps lead to a stationary point depends on the rounding of the processor: it is not printed.
    # The reason "the limit of 80 steps" has their number already.
    after = (
        ""
        if fit.reason.startswith(("a stationary point", "the limit"))
        else f"after {count(len(fit.history))} {steps} "
    )
    return (
        f"Trained by {code(fit.solver)}{seed}{penalty}; it ended {after}at "
        f"{_ended(fit)}. The mean log-likelihood of a row is {number(fit.loglik / fit.n, 3)}. A network has no "
        "standard errors: its units can be exchanged, so that its maximum is not unique."
    )


def _ended(fit: NetworkFit) -> str:
    """The reason without the digits of a rounding error."""
    return "a stationary point" if fit.reason.startswith("a stationary point") else fit.reason


def validation(agreement: NetworkAgreement) -> Section:
    """What `st.validate` said of it."""
    return Section("Validation", (Paragraph(literal(agreement.sentence)),))


def conclusion(fit: NetworkFit | NetworkEnsemble) -> str:
    """One sentence to quote, which says that it is about rows that the network has seen."""
    outcome, rows = code(fit.model.outcome_name), count(len(fit.model.rows.X))
    score = number(fit.log_score(), 3)
    who = fit.model.title
    who = who if isinstance(fit, NetworkFit) else f"The mean of {len(fit.members)} networks ({who})"
    if fit.labels is None:
        return f"{who} predicts {outcome} with a log score of {score} on the {rows} rows it was trained on."
    right = percent(round(fit.accuracy(), 3))
    return (
        f"{who} gives the observed {outcome} the highest probability in {right} of the {rows} rows that it was "
        f"trained on (log score {score}); how well it predicts is a matter of rows that it has not seen."
    )


def curve(fit: NetworkFit, name: str = "training", *, first: int | None = None) -> Figure:
    """The training curve, or its `first` steps."""
    return figure(name, trained_network.training(fit, first=first))


def confusion(table: pd.DataFrame) -> Table | Paragraph:
    """Counts of observed against predicted labels, or how many are right where there are too many labels."""
    counts = table.to_numpy()
    right = percent(round(float(np.trace(counts) / counts.sum()), 4))
    if len(counts) > MOST_LABELS:
        return Paragraph(f"The most probable label is the observed one for {right} of {count(counts.sum())} rows.")
    rows = tuple(
        (code(label), *(count(value) for value in line)) for label, line in zip(table.index, counts, strict=True)
    )
    return Table(("observed, by predicted", *(code(label) for label in table.columns)), rows, "l" + "r" * len(counts))


def reliability(fit: NetworkFit | NetworkEnsemble, data: object = None, name: str = "calibration") -> Figure:
    """Observed share against predicted probability, all labels together."""
    return figure(name, trained_network.calibration(fit, data=data))
