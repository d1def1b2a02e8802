"""A law: what a change of the data does to a right fit, or data to which a right fit is no number."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

Answer = tuple[Any, Any]
"""Coefficients and standard errors, as the adapter gives them."""
type Asks = Literal["same", "no number"]

EVENTS = ("logistic", "probit", "cloglog", "cauchit")
COUNTS = ("poisson", "negative binomial")
ALONE = (*EVENTS, *COUNTS, "linear", "gamma", "softmax", "ordinal", "Cox", "Weibull")
"""Models of rows that know nothing of each other, without a penalty."""
WITH = ("poisson with an offset", "logistic with weights", "poisson with weights")
WEIGHTED = ("linear with weights", "logistic with weights", "poisson with weights")
"""Models whose rows stand for several, as often as their weights say."""
GROUPS = ("mixed", "mixed with slopes", "mixed logistic")
SERIES = ("local level", "autoregression")
PENALIZED = "ridge"


@dataclass(frozen=True)
class Law:
    """A law: `change` are lines of Python after those of the problem; `expect(model, b, se)` are the coefficients and
    standard errors that follow from those before, NaN where nothing follows. A law that asks for "no number" is kept by
    a package that refuses, warns, or has no finite coefficient for what has none. `models` are those for which it is a
    theorem. Where it is of predictions, b are the fitted means of the rows; where the change comes `afterwards`, it is
    made between the fit and them. The lines of a law that stands `alone` make all its data.
    """

    name: str
    words: str
    models: tuple[str, ...]
    change: str
    expect: Callable[[str, Any, Any], Answer] | None = None
    predictions: bool = False
    alone: bool = False
    afterwards: bool = False

    @property
    def asks(self) -> Asks:
        """What a right package answers."""
        return "no number" if self.expect is None else "same"

    def lines(self, model: str) -> str:
        """The change for a model: `{rows}` are all its arrays in the order `i`, `{units}` its outcome in others."""
        names = ["X", *OUTCOMES.get(model, ("y",)), *OTHERS.get(model, ())]
        rows = f"{', '.join(names)} = {', '.join(f'{name}[i]' for name in names)}"
        outcome = OUTCOMES.get(model, ("y",))[0]
        return self.change.replace("{rows}", rows).replace("{outcome}", outcome)


OUTCOMES = {"Cox": ("time", "event"), "Weibull": ("time", "event")}
"""The arrays of an outcome, where it is not y."""
OTHERS = {
    "poisson with an offset": ("o",),
    **dict.fromkeys((*WEIGHTED, *(f"log-likelihood, {model}" for model in WEIGHTED)), ("w",)),
    **dict.fromkeys(GROUPS, ("g",)),
}
"""What else a model has for each row."""
