"""What a dispersion is divided by or made from, and which information standard errors come from."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

from stattools.validation.conventions.choice import TESTS, Choice
from stattools.validation.conventions.state import State, Variant
from stattools.validation.foreign.recipe import Recipe
from stattools.validation.moment_dispersion import has_moments

DIVISORS = {
    "n - p": "the residual variance RSS / (n - p)",
    "n": "the residual variance RSS / n, of maximum likelihood",
    "1": "a scale of 1",
}
INFORMATIONS = {
    "observed": "the observed information",
    "expected": "the expected information",
    "apart": "the observed information of each parameter as if the others were known",
    "expected apart": "the expected information of the coefficients as if the dispersion were known, as R's glm.nb",
}
COUNTED = ("negative_binomial",)
"""The kinds of models whose dispersion R holds when it makes standard errors of the coefficients."""
MOMENTS = {"X2": "Pearson's statistic over n - p", "deviance": "the deviance over n - p"}


def _divisors(state: State) -> Iterator[Variant]:
    if isinstance(state.recipe, Recipe) and state.model.has_scale:
        for divisor, words in DIVISORS.items():
            if divisor != state.recipe.divisor:
                make = partial(state.with_recipe, divisor=divisor)
                yield Variant(f"standard errors from {words}", make, ("dispersion",))


def _moments(state: State) -> Iterator[Variant]:
    if has_moments(state.model):
        sources = {"likelihood": "its own maximum", **MOMENTS}
        for source, words in sources.items():
            if source != state.recipe.dispersion:
                make = partial(state.with_recipe, dispersion=source)
                yield Variant(f"the dispersion from {words}", make, ("dispersion",))
        yield Variant("a dispersion of 1", partial(state.with_recipe, dispersion=1.0), ("dispersion",))


def _informations(state: State) -> Iterator[Variant]:
    if isinstance(state.recipe, Recipe) and not state.model.has_scale:
        for kind, words in INFORMATIONS.items():
            if kind != state.recipe.information and _differs(kind, state.model):
                make = partial(state.with_recipe, information=kind)
                yield Variant(f"standard errors from {words}", make, ("information",))


def _differs(kind: str, model: Any) -> bool:
    """Whether a kind of information may be another one than those before it."""
    return {"apart": bool(model.likelihood.others), "expected apart": model.kind in COUNTED}.get(kind, True)


DIVISOR = Choice(
    "dispersion",
    "errors",
    "RSS / (n - p) is unbiased, RSS / n is the maximum of the likelihood: say which.",
    _divisors,
    of=("se", *TESTS),
)
MOMENT = Choice(
    "moment dispersion",
    "errors",
    "Say where the dispersion is from: standard errors carry its root.",
    _moments,
    of=("se", *TESTS),
)
INFORMATION = Choice(
    "expected or observed information",
    "errors",
    "Both are consistent; the observed information is the one at the data. Say which.",
    _informations,
    of=("se", *TESTS),
)
