"""The likelihood of a regression written out: the statement of the model, and its log-likelihood, in TeX of GitHub.

What is written stands in the `words` of the likelihood (`likelihoods/words.py`); names in braces are filled in here.
No formula needs a backslash before punctuation, and every subscript follows a letter or digit, so Markdown leaves all
of them alone (see `Math`).
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from stattools.likelihoods.likelihood import unlinked
from stattools.likelihoods.links import LINKS
from stattools.likelihoods.words import Equation
from stattools.models.model import Model
from stattools.reporting.document import Block, Math, Paragraph, code, literal
from stattools.reporting.stories import event, label

INDEXED = 6
"""Up to so many coefficients are written out by name; more become a sum, which stays on one line."""

LINK = {
    "identity": "{m}",
    "log": r"\log {m}",
    "logit": r"\log \frac{{{m}}}{{1 - {m}}}",
    "probit": r"\Phi^{{-1}}({m})",
    "cloglog": r"\log(- \log(1 - {m}))",
    "loglog": r"- \log(- \log {m})",
    "cauchit": r"\tan(\pi ({m} - 1 / 2))",
    "inverse": r"\frac{{1}}{{{m}}}",
    "inverse-squared": r"\frac{{1}}{{{m}^2}}",
    "sqrt": r"\sqrt{{{m}}}",
}
"""The linear predictor as a function of the mean m."""


def likelihood(model: Model) -> tuple[Block, ...]:
    """Paragraphs and formulas that say what one observation is given its parameters, and the log-likelihood of all."""
    written = equation(model)
    if written is None:
        return _of_likelihood(model)

    def filled(text: str) -> str:
        return re.sub(rf"\{{({'|'.join(FILLED)})\}}", lambda found: FILLED[found[1]](model, written), text)

    has_predictor = "{predictor}" in written.distribution or model.likelihood.facts.by_category
    return (
        Paragraph(filled(written.each)),
        Math(filled(written.distribution)),
        *([] if has_predictor else [Math(_predictor(model))]),
        *_summed(model, written.of, filled(written.loglik), written.sum),
        *([Paragraph(filled(written.beside))] if written.beside else []),
    )


def equation(model: Model) -> Equation | None:
    """The formulas of the family's own link, or at the mean, for other links and where other parameters have columns;
    None where the likelihood has none.
    """
    family, moves = model.likelihood, any(model.predictor.own)
    own = family.facts.words.equation if model.rows.precision is None else family.facts.words.with_precision
    if own is not None and (own.others or not moves):
        return own
    at_mean = unlinked(family).facts.words.at_mean
    return at_mean and _with_link(at_mean, next(iter(family.parameters.values())))


def _with_link(written: Equation, link: str) -> Equation:
    """What is written at the mean, with the link of the mean."""
    word, symbol = written.mean or ("mean", "")
    what, verb = "The" if link == "identity" else f"The {LINKS[link].words} of the", "are" if link == "logit" else "is"
    return replace(
        written,
        each=f"{written.each} {what} {word} {verb} a linear predictor:",
        distribution=rf"{written.distribution}, \qquad {LINK[link].format(m=symbol)} = \eta_i",
        beside=f"$\\log {{phi}}$ {{last}}. {written.beside}".strip() if written.phi else "",
    )


def _of_likelihood(model: Model) -> tuple[Block, ...]:
    """Of a regression that has no formulas of its own: its density by name."""
    what = "the probability" if model.likelihood.outcome.is_whole else "a distribution of density"
    own = model.predictor.own
    tau = r", \tau" * (len(own) > 0) + "_i" * any(own)
    shared = [called for called, columns in zip(model.others, own, strict=True) if not columns]
    words = [f"{code(called)} is a constant, $\\tau$, that all rows share." for called in shared]
    if any(own):
        each = ", ".join(map(code, (*model.formulas[1:], *shared)))
        words = [f"$\\tau_i$ are the other parameters of row $i$, {each}: coefficients of their own, or constants."]
    return (
        Paragraph(
            f"{literal(model.title)}: each value of {code(model.outcome_name)} has {what} $p$, in which "
            f"{model.likelihood.facts.words.predictor} is a linear predictor:"
        ),
        Math(rf"y_i \sim p(y_i \mid \eta_i{tau}), \qquad " + _predictor(model)),
        *_summed(model, rf"\beta{tau}", rf"\sum_{{i}} {_weight(model)}\log p(y_i \mid \eta_i{tau})"),
        *map(Paragraph, words),
    )


def _predictor(model: Model) -> str:
    """eta written out by column names where they are few and plain words, as a sum otherwise."""
    offset = "" if model.rows.offset is None else " + o_i"
    terms = model.first_terms
    plain = len(terms) <= INDEXED and all(re.fullmatch(r"[A-Za-z][A-Za-z0-9.]*", name) for name in terms)
    if not plain:
        first, start = (r"\beta_0 + ", 1) if terms[0] == "Intercept" else ("", 0)
        return rf"\eta_i = {first}\sum_{{j={start}}}^{{{len(terms) - 1}}} \beta_j x_{{ij}}{offset}"
    shift = 0 if "Intercept" in terms else 1
    parts = [
        rf"\beta_{j + shift}" + ("" if name == "Intercept" else rf" \cdot \mathrm{{{name}}}")
        for j, name in enumerate(terms)
    ]
    return r"\eta_i = " + " + ".join(parts) + offset


def _offset(model: Model) -> tuple[Block, ...]:
    """What o_i is, where there is one."""
    if model.rows.offset is None:
        return ()
    offset, exposure = model.extras.get("offset"), model.extras.get("exposure")
    parts = [f"{code(offset)}"] * bool(offset) + [f"the logarithm of the exposure {code(exposure)}"] * bool(exposure)
    what = " plus ".join(parts) or "the given offset of the row (of an exposure, its logarithm)"
    return (Paragraph(f"Here $o_i$ is {what}, whose coefficient is held at 1."),)


def _summed(model: Model, of: str, loglik: str, said: str = Equation.sum) -> tuple[Block, ...]:
    """What o_i is, and the log-likelihood as a function of `of`."""
    weighted = "" if model.rows.weight is None else ", with the frequency $w_i$ of each row"
    return (*_offset(model), Paragraph(f"{said}{weighted}:"), Math(rf"\ell({of}) = {loglik}"))


def _weight(model: Model) -> str:
    return "" if model.rows.weight is None else "w_i "


def _last(model: Model, _: Equation) -> str:
    """How the parameter beside the mean is made."""
    called = model.others[0]
    if any(model.predictor.own):
        return f"has a linear predictor too, {code(model.formulas[1] if len(model.formulas) > 1 else called)}"
    return f"is {code(called)}, a coefficient too, the last one"


def _others(model: Model, written: Equation) -> str:
    """How each of several parameters is made."""
    texts, said = iter(model.formulas[1:]), []
    for symbol, columns, called in zip(written.others, model.predictor.own, model.others, strict=True):
        moves = columns and f"has the linear predictor {code(next(texts, called))}"
        said.append(f"${symbol}$ {moves or f'is {code(called)}, a coefficient'}")
    return ", and ".join(said).replace("{phi}", _phi(model, written))


def _phi(model: Model, written: Equation) -> str:
    """The symbol of the last parameter, with the number of the row where it has columns."""
    return written.phi + "_i" * any(model.predictor.own[-1:])


FILLED: dict[str, Callable[[Any, Equation], str]] = {
    "y": lambda model, _: code(model.outcome_name),
    "one": lambda model, _: code(label(model)),
    "event": lambda model, _: event(model),
    "reference": lambda model, _: code(model.labels[0]),
    "predictor": lambda model, _: _predictor(model),
    "w": lambda model, _: _weight(model),
    "phi": _phi,
    "last": _last,
    "others": _others,
}
"""What stands in braces in the words of a likelihood, and what is written for it."""
