"""Which likelihood is maximized: restricted or not, how effects are integrated out, and how ties of times count."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import partial

from stattools.models.mixed.mixed_model import LinearMixed, MixedRegression
from stattools.models.survival.cox import COX_KINDS as KINDS
from stattools.models.survival.cox import CoxRegression
from stattools.validation.conventions.choice import Choice
from stattools.validation.conventions.state import State, Variant

INTEGRALS = {
    "laplace": "effects integrated out by Laplace's approximation (nAGQ = 1)",
    "quadrature": "effects integrated out by quadrature",
}
TIES = {"efron": "Efron's", "breslow": "Breslow's", "exact": "exact"}


def _ties(state: State) -> Iterator[Variant]:
    if isinstance(state.model, CoxRegression) and (state.model.sets.deaths > 1).any():
        for ties in KINDS:
            if ties != state.model.ties:
                yield Variant(f"{TIES[ties]} ties", partial(state.of, replace(state.model, ties=ties)), ("ties",))


def _restricted(state: State) -> Iterator[Variant]:
    if isinstance(state.model, LinearMixed):
        now = state.recipe.options.get("reml", True)
        words = "maximum likelihood (ML)" if now else "restricted maximum likelihood (REML)"
        make = partial(state.with_recipe, options={**state.recipe.options, "reml": not now})
        yield Variant(words, make, ("likelihood",))


def _integrals(state: State) -> Iterator[Variant]:
    if isinstance(state.model, MixedRegression):
        for integral, words in INTEGRALS.items():
            if integral != state.recipe.options.get("integral", "auto"):
                make = partial(state.with_recipe, options={**state.recipe.options, "integral": integral})
                yield Variant(words, make, ("integral",))


TIED = Choice("ties", "estimates", "Say how ties are handled.", _ties)
RESTRICTED = Choice("ML or REML", "estimates", "Say which likelihood is maximized.", _restricted, keeps=True)
INTEGRATED = Choice(
    "integral", "estimates", "Say how the effects of groups are integrated out.", _integrals, keeps=True
)
