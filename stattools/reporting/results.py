"""What a report says of results that are no fit: what was asked, what was found, and the tables and figures of it.

Comparisons, a bootstrap, an audit, a separation, an explanation and a cross-validation have words of their own; every
other result with a page is shown as its page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from stattools import figures
from stattools.inference.comparison.compare import Comparison, CrossValidation
from stattools.inference.existence.separation import Separation
from stattools.inference.fits.fit import Fit
from stattools.inference.resampling.bootstrap import Bootstrap
from stattools.interface.record import nearest
from stattools.models.questions import AnyModel
from stattools.models.regressions.times import ConditionalLogit
from stattools.models.survival.cox import CoxRegression
from stattools.reporting import matched_sets, survival
from stattools.reporting.accounts import account
from stattools.reporting.answer.asked import asked_of
from stattools.reporting.answer.ratios import RatioWords
from stattools.reporting.answer.without_maximum import limits, separated
from stattools.reporting.document import Block, Bullets, Figure, Paragraph, Section, Table, code, literal
from stattools.reporting.model_table import side_by_side
from stattools.reporting.plain_words import plain_words
from stattools.reporting.shown import frame_table, paged
from stattools.reporting.tables import between, count, decimals, listed, number, p_said
from stattools.text.columns import percent
from stattools.text.page import Faces
from stattools.validation.explaining.explain import Explanation
from stattools.validation.papers.audit_paper import PaperAudit

LEVEL = 0.95
MOST_TERMS = 6
"""Coefficients that a figure of replicates shows."""


@dataclass(frozen=True)
class Told:
    """A result in a report: its title as text with marks, the question, the answer, the section, and the model whose
    data are described, if there is one.
    """

    title: str
    asked: str
    answer: str
    section: Section
    model: Any = None


def told(part: object) -> Told | None:
    """What is said of a result; None of what has no page, and of models: their fits are meant.

    >>> import stattools as st
    >>> data = {"y": [1.0, 3.0, 5.0, 8.0, 8.0], "x": [0, 1, 2, 3, 4]}
    >>> told(st.compare(st.fit(st.ols("y ~ 1", data)), st.fit(st.ols("y ~ x", data)))).title
    'Comparison of 2 models of `y`'
    """
    tell = next((RESULTS[kind.__name__] for kind in type(part).__mro__ if kind.__name__ in RESULTS), None)
    if tell is not None:
        return tell(part)
    if isinstance(part, AnyModel) or not isinstance(part, Faces):
        return None
    section = paged(part)
    return Told(section.title, "", "", section)


def _comparison(found: Any) -> Told:
    first, table = found.fits[0].model, found.table()
    names = [_called(name) for name in found.names]
    n, outcome = len(found.fits), code(first.outcome_name)
    best, order = int(np.argmin(table["aic"])), np.sort(table["aic"].to_numpy())
    ahead = f", by {number(float(order[1] - order[0]), 1)} before the next"
    answer = f"By AIC, which weighs fit against the number of coefficients, the best is {_of_fit(found, best)}{ahead}."
    worst = int(np.argmin(table["bic"]))
    answer += "" if worst == best else f" By BIC, which weighs coefficients more, it is {_of_fit(found, worst)}."
    tests = [
        f" Within {_called(within)}, {name} loses {'much' if test.p_value < 0.05 else 'little'}: likelihood "
        f"ratio {number(float(test.statistic), 2)} on {test.df:g} degrees of freedom, {p_said(float(test.p_value))}."
        for name, test, within in zip(names, found.tests, found.within, strict=True)
        if test is not None
    ]
    columns = side_by_side(found.fits, names)
    formulas = Bullets(tuple(f"{name}: {_formula(fit)}" for name, fit in zip(names, found.fits, strict=True)))
    shown = paged(found)
    blocks: tuple[Block, ...] = (
        formulas,
        *(block for block in shown.blocks if not isinstance(block, Bullets)),
        columns,
    )
    title = f"Comparison of {n} models of {outcome}"
    asked = f"Which of {n} models of {outcome} is the better one, and what does a smaller one lose?"
    return Told(title, asked, answer + "".join(tests), Section("Comparison", blocks), first)


def _called(name: str) -> str:
    """A number is no name in a sentence."""
    return f"model {name}" if name.isdigit() else literal(name)


def _of_fit(found: Comparison, k: int) -> str:
    return f"{_called(found.names[k])} ({_formula(found.fits[k])})"


def _formula(fit: Fit) -> str:
    return code(fit.model.formula) if fit.model.formula else literal(fit.model.title)


def _bootstrap(found: Bootstrap) -> Told:
    model, lower, upper = found.fit.model, *found.interval(LEVEL)
    title = f"Bootstrap of {model.title[0].lower()}{model.title[1:]} of {code(model.outcome_name)}"
    shown = [k for k, name in enumerate(found.names) if not name.endswith("Intercept")] or [0]
    k = shown[int(np.argmax(np.abs(found.fit.estimate[shown] / found.se[shown])))]
    places = decimals(float(found.se[k]))
    ends = between(float(lower[k]), float(upper[k]), places).replace(" to ", " and ")
    answer = (
        f"In {percent(LEVEL)} of {count(len(found.draws))} samples drawn from these data the coefficient of "
        f"{code(found.names[k])} lies between {ends}; its standard error is {number(float(found.se[k]), places)}"
    )
    if found.fit.kinds:
        answer += f", by the formula {number(float(found.fit.se[k]), places)}"
    table = frame_table(found.table(LEVEL))
    words = Paragraph(
        f"The data are drawn anew {count(found.asked)} times ({found.kind}), and the model is fitted to each sample. "
        f"Bias is the mean of these estimates less the estimate; lower and upper hold the middle {percent(LEVEL)}."
    )
    asked = f"How far would the estimates of {listed([found.names[j] for j in shown])} move in other samples?"
    return Told(title, asked, f"{answer}.", Section("Bootstrap", (words, table, *_replicates(found, shown))), model)


def _replicates(found: Bootstrap, shown: list[int]) -> tuple[Block, ...]:
    shown = shown[:MOST_TERMS]
    lower, upper = found.interval(LEVEL)
    draws = {found.names[k]: found.draws[:, k] for k in shown}
    ends = {found.names[k]: (float(lower[k]), float(upper[k])) for k in shown}
    label = f"middle {percent(LEVEL)}"
    return (
        Figure(
            "replicates",
            lambda: figures.histograms(draws, ends, dict.fromkeys(draws), label=label),
            alt=f"Histograms of the estimates in {count(len(found.draws))} samples: {', '.join(draws)}",
            caption="Bars: the estimates in samples drawn from the data, the middle of them darker, their mean a line.",
        ),
    )


def _audit(found: Any) -> Told:
    columns = ["category", "term", "estimate", "maximum", "difference_in_se", "se", "right_se"]
    frame = found.rows[[name for name in columns if name in found.rows]]
    frame = frame.rename(columns={"difference_in_se": "difference in standard errors", "right_se": "right se"})
    items = [f"**{literal(one.cause)}**: {literal(plain_words(one.evidence))}" for one in found.findings]
    items += [literal(plain_words(note)) for note in found.notes]
    blocks = (
        Paragraph(
            "Each number that was claimed beside the maximum of the likelihood, which is computed from the data:"
        ),
        frame_table(frame),
        *([Bullets(tuple(items))] if items else []),
    )
    title = f"Audit of {literal(found.name)}"
    asked = f"Are the numbers of {literal(found.name)} those of the model and the data that they are said to be of?"
    return Told(title, asked, literal(plain_words(found.sentence)), Section("Audit", blocks))


def _claim_audit(found: Any) -> Told:
    items = [
        f"**{literal(one.cause)}**: {literal(plain_words(one.evidence))} {literal(one.advice)}"
        for one in found.findings
    ]
    items += [literal(plain_words(note)) for note in found.notes]
    frame = found.rows.assign(holds=["yes" if holds else "no" for holds in found.rows["holds"]])
    blocks: list[Block] = [
        Paragraph(f"Each number that was claimed beside the right one of {literal(found.about)}:"),
        frame_table(frame.drop(columns="rounding")),
    ]
    if len(found.facts):
        blocks.append(
            frame_table(found.facts.assign(holds=["yes" if holds else "no" for holds in found.facts["holds"]]))
        )
    blocks += [Bullets(tuple(items))] if items else []
    title = f"Audit of {literal(found.name)}"
    asked = f"Are the numbers of {literal(found.name)} those of the model and the data that they are said to be of?"
    return Told(title, asked, literal(plain_words(found.sentence)), Section("Audit", tuple(blocks)))


def _paper_audit(found: PaperAudit) -> Told:
    blocks: list[Block] = []
    for words, checks in (("What is wrong:", found.findings), ("What the paper should name:", found.notes)):
        if checks:
            rows = tuple((count(one.line), literal(one.words), literal(one.quote)) for one in checks)
            blocks += [Paragraph(words), Table(("line", "what it should be", "what stands there"), rows, "rll")]
    kinds = Counter(one.kind for one in found.checks if one.verdict != "not judged")
    blocks += [
        Paragraph("What was computed again:"),
        Table(("number", "how many"), tuple((kind, count(many)) for kind, many in kinds.items()), "lr"),
    ]
    if unjudged := [one for one in found.checks if one.verdict == "not judged"]:
        blocks.append(Bullets(tuple(literal(f"Not judged, line {one.line}: {one.words}") for one in unjudged)))
    title, asked = f"Audit of {literal(found.name)}", f"Do the numbers of {literal(found.name)} go with each other?"
    return Told(title, asked, literal(found.sentence), Section("Audit", (*blocks, Paragraph(literal(found.source)))))


def _explanation(found: Explanation) -> Told:
    shown = paged(found)
    one, other = map(literal, found.names)
    return Told(
        f"Why {one} and {other} differ",
        f"Why do {one} and {other} differ?",
        literal(plain_words(found.sentence)),
        Section("Explanation", shown.blocks or (Paragraph(shown.title),)),
    )


def _cross_validation(found: CrossValidation) -> Told:
    rows = found.table().to_dict("records")
    first = [row for row in rows if row["score"] == rows[0]["score"]]
    best = min(first, key=lambda row: row["mean"])
    title = f"Cross-validation in {found.folds} folds"
    answer = f"Rows that were held out are predicted best by {literal(best['model'])}"
    others = [row for row in first if row["model"] != best["model"]]
    if others:
        near = min(others, key=lambda row: row["difference"])
        places = decimals(float(near["difference_se"]), digits=2)
        worse, error = (number(float(near[name]), places) for name in ("difference", "difference_se"))
        answer += f"; {literal(near['model'])} has a {near['score']} that is worse by {worse} (standard error {error})"
    return Told(
        title, "Which model predicts rows that it has not seen?", f"{answer}.", Section(title, paged(found).blocks)
    )


def _separation(found: Separation) -> Told:
    model = found.model
    words = nearest(WORDS, model)
    known = separated(model, found, None if words is None else words(model))
    asked = asked_of(model) if words is None else account(model).question(model)
    title = f"{model.title} of {code(model.outcome_name)}: no maximum"
    return Told(title, asked, " ".join(known), Section("Existence", limits(found)), model)


WORDS: dict[type, Callable[[Any], RatioWords]] = {CoxRegression: survival.words, ConditionalLogit: matched_sets.words}
"""The words of coefficients of models that are no regressions by their likelihood."""

RESULTS: dict[str, Callable[[Any], Told]] = {
    "Comparison": _comparison,
    "Bootstrap": _bootstrap,
    "Audit": _audit,
    "ClaimAudit": _claim_audit,
    "PaperAudit": _paper_audit,
    "Explanation": _explanation,
    "CrossValidation": _cross_validation,
    "Separation": _separation,
}
"""What is said of a result, by the name of its class or of one that it is made from."""
