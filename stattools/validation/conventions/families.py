"""Other families that the outcome allows, other links, and least squares of a logarithm.

Counts of another model: without the extra zeros, a negative binomial whose alpha nobody estimated, or one whose
variance is linear in the mean.

statsmodels' GLM takes alpha = 1 where none is given, with standard errors of the expected information.

Which likelihood is maximized: restricted or not, how effects are integrated out, and how ties of times count.

Effects of groups that a fit had not, though the formula has them, that were simpler, or that it had besides.

Which outcome is 1, and which category is the reference.

Times: censored rows that counted as events, and baseline hazards by strata that nobody names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from stattools.interface.arrays import Floats
from stattools.likelihoods.between import BETWEEN
from stattools.likelihoods.likelihood import Likelihood
from stattools.likelihoods.outcomes import Outcome
from stattools.likelihoods.times import ERRORS
from stattools.models.predictor import linear_of
from stattools.models.regressions.binding import starting_point
from stattools.models.regressions.counts import negative_binomial, poisson
from stattools.models.regressions.glm import GENERALIZED, logistic
from stattools.models.regressions.linear_mixed import linear_mixed
from stattools.models.regressions.times import aft, cox
from stattools.models.survival.cox import COX_KINDS as KINDS
from stattools.validation.conventions.columns import Curve
from stattools.validation.conventions.sheet import Sheet
from stattools.validation.conventions.state import Choice, State, Variant
from stattools.validation.foreign.description import CONSTRUCTORS, bound
from stattools.validation.recipes.changes import reversed_outcome
from stattools.validation.recipes.likelihoods import with_known_alpha, with_linear_variance

WORDS = {
    "ols": "least squares (normal)",
    "logistic": "logistic",
    "probit": "probit",
    "poisson": "Poisson",
    "negative_binomial": "negative binomial",
}
"""The constructors without a family and a link in their name, in words."""

SAME = {
    "normal identity": "ols",
    "binomial logit": "logistic",
    "binomial probit": "probit",
    "poisson log": "poisson",
    "negative-binomial log": "negative_binomial",
}
"""Families and links that have a constructor of their own."""

FORMS = {Outcome.ORDERED: ("link_name", "link {}", BETWEEN), Outcome.TIME: ("distribution", "{} times", ERRORS)}
"""By the outcome: which field of its likelihood says the form, the form in words, and the forms that there are."""

NAMED = {ours: pair for pair, ours in SAME.items()}
"""The families and links of those constructors."""


def _families(state: State) -> Iterator[Variant]:
    model = state.model
    if not model.facts.is_regression or model.design.beside or any(model.predictor.own) or np.ndim(model.rows.y) > 1:
        return
    y = np.asarray(model.rows.y, dtype=float)
    if model.categories is not None or model.likelihood.facts.taken_up:
        return
    for kind in _kinds(y):
        yield Variant(f"{_said(kind)} regression", partial(_of_family, state, kind), ("family",))
        has_moments = _likelihood(kind).outcome is Outcome.POSITIVE and _likelihood(kind).facts.natural
        if has_moments and (state.claim is None or "se" in state.claim.columns):
            words = f"{_said(kind)} regression, its dispersion from Pearson's statistic as in R's and statsmodels' glm"
            yield Variant(words, partial(_by_moments, state, kind), ("family",))
    if not model.has_scale:
        for words, curve in _logarithms(y).items():
            said = f"least squares (normal) regression of {words.format(model.outcome_name)}"
            yield Variant(said, partial(_of_family, state, "ols", curve), ("family",))


def _logarithms(y: Floats) -> dict[str, Curve]:
    """The logarithms of an outcome that somebody models by least squares: of amounts, and of counts with zeros."""
    if (y > 0).all():
        return {"log({})": np.log}
    is_count = bool((y >= 0).all()) and len(np.unique(y)) > 2
    return {"log({} + 1)": np.log1p, "log({} + 0.5)": lambda x: np.log(x + 0.5)} if is_count else {}


def _by_moments(state: State, kind: str) -> State:
    is_t = state.claim is not None and state.claim.said.get("statistic") == "t"
    found = _of_family(state, kind)
    df = found.model.n - found.model.predictor.size_first if is_t else np.inf
    return found.with_recipe(information="expected", dispersion="X2", df=df)


def _kinds(y: Floats) -> list[str]:
    """The families that an outcome allows, by the names of constructors."""
    whole, positive = bool((y == np.round(y)).all() and (y >= 0).all()), bool((y > 0).all())
    allowed = {
        Outcome.REAL: True,
        Outcome.POSITIVE: positive,
        Outcome.UNIT: positive and bool((y < 1).all()),
        Outcome.COUNT: whole,
        Outcome.TRIALS: bool(np.isin(y, (0.0, 1.0)).all()),
    }
    names = [kind for kind in CONSTRUCTORS if kind not in SAME and kind != "softmax"]
    return [kind for kind in names if allowed[_likelihood(kind).outcome]]


def _likelihood(kind: str) -> Likelihood:
    """That of a constructor's family."""
    return GENERALIZED[NAMED.get(kind, kind).split()[0]].likelihood


def _said(kind: str) -> str:
    if kind in WORDS:
        return WORDS[kind]
    family, link = kind.split()
    return f"{GENERALIZED[family].title} with link {link}"


def _of_family(state: State, kind: str, curve: Curve | None = None) -> State:
    model = state.model
    rows = model.rows
    other = bound(
        kind,
        rows.y if curve is None else curve(np.asarray(rows.y, dtype=float)),
        np.asarray(rows.X),
        list(model.terms),
        weight=rows.weight,
        offset=rows.offset,
        outcome=model.outcome_name,
    )
    other = replace(other, design=model.design, labels=model.labels, kept=model.kept, source=model.source)
    changed = state.of(other)
    plain = {"divisor": "n - p", "df": None} if other.has_scale else {"divisor": "1", "df": np.inf}
    return changed.with_recipe(**plain, dispersion="likelihood", information="observed")


def _links(state: State) -> Iterator[Variant]:
    """Links of labels in order, and distributions of times."""
    model = state.model
    likelihood = model.likelihood
    if not model.facts.is_regression:
        return
    field, words, names = FORMS.get(likelihood.outcome, ("", "", ()))
    for name in names:
        other = replace(likelihood, **{field: name})
        if other != likelihood and (not model.design.beside or other.parameters.keys() == likelihood.parameters.keys()):
            yield Variant(words.format(name), partial(_of_likelihood, state, other), ("family",))


def _of_likelihood(state: State, likelihood: Any) -> State:
    model = state.model
    predictor = linear_of(likelihood, model.design, model.rows.X.shape[1])
    start = starting_point(likelihood, predictor, model.rows)
    return state.of(replace(model, likelihood=likelihood, predictor=predictor, start=start))


FAMILY = Choice("family or link", "estimates", "Say which family and link the model has.", _families, keeps=True)

LINK = Choice("link or distribution", "estimates", "Say which link or distribution the model has.", _links)

PLAIN = {"Poisson": poisson, "NegativeBinomial": negative_binomial}
"""The regression of counts that a model with extra zeros is without them."""

ZEROED = {"zero_inflated": "zero inflation", "hurdle": "the part of zeros"}
"""Kinds of models with a part for zeros, and what it is called."""


def _zeros(state: State) -> Iterator[Variant]:
    model, sheet = state.model, state.sheet
    if not model.facts.is_regression or sheet is None or sheet.whole is None:
        return
    if model.kind in ZEROED and "dispersion" not in model.design.beside:
        likelihood: Any = model.likelihood
        family = type(likelihood.family).__name__
        if family in PLAIN:
            words = f"without {ZEROED[model.kind]}, all rows of one {family}"
            yield Variant(words, partial(_plain, state, family), ("zeros",))


def _plain(state: State, family: str) -> State:
    sheet: Any = state.sheet
    other = PLAIN[family](sheet.formula, sheet.frame)
    rows = state.model.rows
    return state.remodelled(replace(other, rows=replace(other.rows, weight=rows.weight, offset=rows.offset)))


def _alphas(state: State) -> Iterator[Variant]:
    model = state.model
    if model.facts.is_regression and model.kind == "negative_binomial" and not any(model.predictor.own):
        words = "alpha = 1, which nobody estimated, as in statsmodels' GLM where none is given"
        yield Variant(words, partial(_known, state), ("family",))


def _known(state: State) -> State:
    model, rows = state.model, state.model.rows
    options: Any = {"weight": rows.weight, "offset": rows.offset, "outcome": model.outcome_name}
    other = bound("poisson", rows.y, rows.X, list(model.terms), **options)
    other = replace(other, design=model.design, kept=model.kept, source=model.source)
    return state.of(with_known_alpha(other, 1.0)).with_recipe(information="expected")


def _variances(state: State) -> Iterator[Variant]:
    model = state.model
    if model.facts.is_regression and model.kind == "negative_binomial" and not any(model.predictor.own):
        words = "a variance linear in the mean, m (1 + alpha) (NB1), for m + alpha m^2 (NB2)"
        yield Variant(words, lambda: state.of(with_linear_variance(model)), ("family",))


ZEROS = Choice("zeros", "estimates", "Say whether zeros have a part of their own.", _zeros)

ALPHA = Choice("alpha held", "estimates", "Estimate alpha with the coefficients, or say what it is.", _alphas)

VARIANCE = Choice("variance of counts", "estimates", "Say which negative binomial it is, NB1 or NB2.", _variances)

INTEGRALS = {
    "laplace": "effects integrated out by Laplace's approximation (nAGQ = 1)",
    "quadrature": "effects integrated out by quadrature",
}

TIES = {"efron": "Efron's", "breslow": "Breslow's", "exact": "exact"}


def _ties(state: State) -> Iterator[Variant]:
    if state.model.facts.is_partial and (state.model.sets.deaths > 1).any():
        for ties in KINDS:
            if ties != state.model.ties:
                yield Variant(f"{TIES[ties]} ties", partial(state.of, replace(state.model, ties=ties)), ("ties",))


def _restricted(state: State) -> Iterator[Variant]:
    if "reml" in state.model.facts.options:
        now = state.recipe.options.get("reml", True)
        words = "maximum likelihood (ML)" if now else "restricted maximum likelihood (REML)"
        make = partial(state.with_recipe, options={**state.recipe.options, "reml": not now})
        yield Variant(words, make, ("likelihood",))


def _integrals(state: State) -> Iterator[Variant]:
    if "integral" in state.model.facts.options:
        for integral, words in INTEGRALS.items():
            if integral != state.recipe.options.get("integral", "auto"):
                make = partial(state.with_recipe, options={**state.recipe.options, "integral": integral})
                yield Variant(words, make, ("integral",))


TIED = Choice("ties", "estimates", "Say how ties are handled.", _ties)

RESTRICTED = Choice("ML or REML", "estimates", "Say which likelihood is maximized.", _restricted, keeps=True)

INTEGRATED = Choice(
    "integral", "estimates", "Say how the effects of groups are integrated out.", _integrals, keeps=True
)

EFFECTS = re.compile(r"\([^()]*\|[^()]*\)")

SLOPES = re.compile(r"\([^()|]*[A-Za-z_][^()|]*\|\|?\s*([^()]*)\)")

FEWEST, ADDED = 3, 8
"""Columns with fewer groups are no groups, and no more than so many columns are tried."""

MOST_ROWS = 2000
"""Of more rows effects of groups take longer than everything else."""

GROUPED = {"ols": linear_mixed, "logistic": logistic, "poisson": poisson}
"""Kinds of models to which effects of groups are added."""


def _groups(state: State) -> Iterator[Variant]:
    sheet, model = state.sheet, state.model
    if sheet is None or sheet.whole is None or not model.formula:
        return
    if model.facts.is_mixed:
        said = ", ".join(EFFECTS.findall(sheet.formula))
        yield Variant(f"without the effects of groups, {said}", partial(state.remodelled, model.fixed), ("groups",))
        if SLOPES.search(sheet.formula):
            said = ", ".join(one.group() for one in SLOPES.finditer(sheet.formula))
            plain = replace(sheet, formula=SLOPES.sub(r"(1 | \1)", sheet.formula))
            words = f"groups differ in their level alone, without the slopes of {said}"
            yield Variant(words, partial(state.with_sheet, plain), ("groups",))
    elif model.facts.is_regression and model.kind in GROUPED and len(sheet.frame) <= MOST_ROWS:
        plain = model.rows.importance is None and model.rows.offset is None
        for name in _labels(sheet)[:ADDED] if plain else ():
            words = f"with random effects of groups, (1 | {name})"
            yield Variant(words, partial(_with, state, sheet, name), ("groups",))


def _labels(sheet: Sheet) -> list[str]:
    """The columns of labels that may be groups, those with fewest groups first."""
    n, known = len(sheet.frame), set(re.findall(r"\w+", sheet.formula))
    names = [name for name in sheet.labels(n // 2) if name not in known and not np.any(sheet.frame[name].isna())]
    found = {name: sheet.values_of(name) for name in names}
    return sorted(
        (name for name, count in found.items() if count >= FEWEST and str(name).isidentifier()), key=found.__getitem__
    )


def _with(state: State, sheet: Sheet, name: str) -> State:
    return state.remodelled(GROUPED[state.model.kind](f"{sheet.formula} + (1 | {name})", sheet.frame))


GROUPS = Choice(
    "effects of groups",
    "estimates",
    "Say which effects of groups the fit has: without them rows of a group count as independent.",
    _groups,
    keeps=True,
)


def _outcomes(state: State) -> Iterator[Variant]:
    model = state.model
    if not model.facts.is_regression:
        return
    if model.categories is not None:
        assert model.labels is not None
        for k, label in list(enumerate(model.labels))[1:]:
            words = f"category {label} is the reference"
            yield Variant(words, partial(_referred, state, k), ("categories",))
    elif model.likelihood.outcome is Outcome.ORDERED:
        yield Variant("the order of the labels is reversed", partial(_turned, state), ("categories",))
    elif (other := reversed_outcome(model)) is not None:
        zero = 0 if model.labels is None else model.labels[0]
        yield Variant(f"P({model.outcome_name} = {zero}) is modelled", partial(state.of, other), ("categories",))


def _referred(state: State, first: int) -> State:
    model = state.model
    order = [first, *(k for k in range(len(model.labels)) if k != first)]
    place = np.argsort(order)
    rows = replace(model.rows, y=place[np.asarray(model.rows.y).astype(int)].astype(float))
    labels = tuple(model.labels[k] for k in order)
    return state.of(replace(model, rows=rows, labels=labels))


def _turned(state: State) -> State:
    model = state.model
    y = len(model.labels) - 1.0 - model.rows.y
    rows = replace(model.rows, y=y)
    labels = tuple(reversed(model.labels))
    likelihood = replace(model.likelihood, labels=tuple(map(str, labels)))
    start = starting_point(likelihood, model.predictor, rows)
    return state.of(replace(model, rows=rows, labels=labels, likelihood=likelihood, start=start))


OUTCOME = Choice(
    "outcome coding", "estimates", "Say which outcome is modelled, and against which.", _outcomes, renames=True
)

CENSORED_OUTCOME = re.compile(r"^\s*(?:survival)?\(((?:[^()]|\([^()]*\))*)\)\s*~")

MOST_STRATA = 20
"""Columns with more values are no strata."""


def _events(state: State) -> Iterator[Variant]:
    sheet, found = state.sheet, None if state.sheet is None else CENSORED_OUTCOME.match(state.sheet.formula)
    if sheet is None or found is None or "=" in re.sub(r"[=!<>]=", "", found[1]):
        return
    parts = [part.strip() for part in found[1].split(",")]
    if len(parts) < 2:
        return
    event, right = parts[-1], state.sheet.formula[found.end() :]  # type: ignore[union-attr]
    ways = {
        f"every row as an event, whether {event} says so or not": parts[:-1],
        f"events and censored rows exchanged: {event} says who is censored": [*parts[:-1], f"1 - ({event})"],
    }
    for words, outcome in ways.items():
        other = replace(sheet, formula=f"survival({', '.join(outcome)}) ~{right}")
        yield Variant(words, partial(_again, state, other), ("events",))


def _again(state: State, sheet: Sheet) -> State:
    """The model of another outcome."""
    model: Any = state.model
    if model.facts.is_partial:
        return state.with_sheet(sheet)
    other = aft(sheet.formula, sheet.frame, distribution=model.likelihood.distribution)
    rows = replace(other.rows, weight=model.rows.weight, offset=model.rows.offset)
    return state.of(replace(other, rows=rows), sheet)


def _concerned(state: State) -> Iterator[Variant]:
    model = state.model
    if model.facts.is_partial or (model.kind == "aft" and not model.design.beside):
        yield from _events(state)


def _strata(state: State) -> Iterator[Variant]:
    model, sheet = state.model, state.sheet
    if not model.facts.is_partial or sheet is None or sheet.whole is None:
        return
    labels = {name: codes for name, (codes, _) in model.said.labels.items()}
    if labels.pop("strata", None) is not None:
        yield Variant("without strata", partial(_stratified, state, labels), ("strata",))
        return
    outcome, right = sheet.formula.split("~", 1)
    for name in sheet.labels(MOST_STRATA):
        if not re.search(rf"\b{re.escape(str(name))}\b", f"{outcome} {right}") and not np.any(sheet.frame[name].isna()):
            with_strata = {**labels, "strata": sheet.frame[name].to_numpy()}
            words = f"a baseline hazard for each {name}, strata"
            yield Variant(words, partial(_stratified, state, with_strata), ("strata",))


def _stratified(state: State, labels: dict[str, Any]) -> State:
    sheet, model = state.sheet, state.model
    assert sheet is not None
    return state.of(cox(sheet.formula, sheet.frame, ties=model.ties, weights=model.said.weights, **labels))


CENSORED = Choice("censoring", "estimates", "Say of which rows the event was seen.", _concerned)

STRATA = Choice("strata", "estimates", "Say which strata have a baseline hazard of their own.", _strata)
