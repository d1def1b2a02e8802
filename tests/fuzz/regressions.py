"""Regressions of random tables beside the same regressions of their twins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import stattools as st
from tests.fuzz.scenes import Hand, Scene, scene

COUNTS = ("whole",)
SUCCESSES = ("clumped",)
BINARY = ("two values", "truth", "two levels", "numerals")
LEVELS = ("three levels", "gaps in text", "two levels")


@dataclass(frozen=True)
class Regression:
    """A constructor, natures of outcomes that it takes, and what may stand beside the table, with its natures."""

    make: Callable[..., Any]
    outcomes: Sequence[str]
    beside: dict[str, Sequence[str]] = field(default_factory=dict)
    required: Sequence[str] = ()
    said: dict[str, Sequence[Any]] = field(default_factory=dict)
    """Options that are no columns, and what they are given; "{x}" stands for the name of that column."""
    left: str = "{y}"
    right: str = "{x} + {g}"


WEIGHTS, OFFSET, POSITIVE, TRIALS = ("whole",), ("normal",), ("positive",), ("from 3",)

REGRESSIONS = {
    "ols": Regression(
        st.ols, ("normal", "whole", "gaps"), {"weights": WEIGHTS, "offset": OFFSET, "precision": POSITIVE}
    ),
    "logistic": Regression(st.logistic, BINARY, {"weights": WEIGHTS, "offset": OFFSET, "trials": TRIALS}),
    "probit": Regression(st.probit, BINARY, {"weights": WEIGHTS, "offset": OFFSET, "trials": TRIALS}),
    "softmax": Regression(st.softmax, LEVELS, {"weights": WEIGHTS}),
    "ordinal": Regression(
        st.ordinal,
        ("whole", "two values", "truth", "three levels"),
        {"weights": WEIGHTS, "offset": OFFSET},
        said={
            "link": ("logit", "probit", "cloglog", "loglog", "p"),
            "levels": (None, [0, 1, 2, 3], ["a", "b", "c"], ["c", "b", "a"], [1, 0], ["a", "a"], [], "ab", 3),
            "nonparallel": ((), "{x}", ["{x}"], ["{g}"], "~ {x} + {g}", ["nobody"], [1], 3),
            "scale": (None, "~ {x}", "~ {g}", "{x}", "~ 1", "~ nobody", "~ 0", 3),
        },
    ),
    "aft": Regression(
        st.aft,
        ("positive", "gaps"),
        {"weights": WEIGHTS, "offset": OFFSET},
        said={
            "distribution": ("weibull", "lognormal", "loglogistic", "exponential", "gamma", "p"),
            "scale": (None, "~ {x}", "~ {g}", "{x}", "~ 1", "~ nobody", "~ 0", 3),
        },
        left="survival({y}, {y} < 2)",
    ),
    "one_vs_rest": Regression(st.one_vs_rest, LEVELS, {"weights": WEIGHTS}),
    "poisson": Regression(st.poisson, COUNTS, {"weights": WEIGHTS, "offset": OFFSET, "exposure": POSITIVE}),
    "negative_binomial": Regression(
        st.negative_binomial, COUNTS, {"weights": WEIGHTS, "offset": OFFSET, "exposure": POSITIVE}
    ),
    "zero_inflated": Regression(st.zero_inflated, COUNTS, {"weights": WEIGHTS, "offset": OFFSET, "exposure": POSITIVE}),
    "hurdle": Regression(st.hurdle, COUNTS, {"weights": WEIGHTS, "offset": OFFSET, "exposure": POSITIVE}),
    "gamma": Regression(st.gamma, POSITIVE, {"weights": WEIGHTS, "offset": OFFSET, "exposure": POSITIVE}),
    "beta_binomial": Regression(
        st.beta_binomial, SUCCESSES, {"weights": WEIGHTS, "offset": OFFSET, "trials": TRIALS}, ("trials",)
    ),
    "glm": Regression(
        partial(st.glm, family="binomial", link="cloglog"),
        BINARY,
        {"weights": WEIGHTS, "offset": OFFSET, "trials": TRIALS},
    ),
    "linear_mixed": Regression(
        st.linear_mixed, ("normal", "whole", "gaps"), {"precision": POSITIVE}, right="{x} + (1 | {g})"
    ),
    "network": Regression(st.network, ("normal", *LEVELS, *BINARY), {"weights": WEIGHTS}),
}

TERMS = (
    "{x}",
    "{x} + {g}",
    "{x} * {g}",
    "{g}",
    "C({g})",
    "log({x})",
    "I({x}**2) + {g}",
    "I({x} > 0)",
    "poly({x}, 2)",
    "bs({x}, df=4)",
    "cr({x}, df=3)",
    "center({x}) + scale({g})",
    "C({g}, contr.sum)",
    "C({g}, contr.helmert(scale={x} + 1))",  # no constant, also where the column is called True
    "poly({x}, 2, raw='no')",
    "exp({x})",
    "0 + {g}",
    "0",
    "1",
    ".",
    "{y}",
    "{x}:{g} - {x}",
    "{x} + nothing",
    "{x} +",
    "s({x}, k=4) + (1 | {g})",
    "{x} + (1 | {g})",
    "(1 | {g}",
    "s({x}, k=5) + {g}",
    "({x} | {g})",
    "s({x}, k=5, by={g})",
    "{x} + (1 | {g}) + (1 | {x})",
    "s({x})",
    "(1 | {g}/{x})",
    "(0 + {x} || {g})",
)


@dataclass(frozen=True)
class Made:
    """Arguments of a regression's constructor, and those of its twin: None where there is none."""

    regression: Regression
    scene: Scene
    args: tuple[Any, ...]
    options: dict[str, Any]
    twin: tuple[tuple[Any, ...], dict[str, Any]] | None
    used: tuple[str, ...]
    kept: bool

    def model(self) -> Any:
        return self.regression.make(*self.args, **self.options)

    def twin_model(self) -> Any:
        args, options = self.twin  # type: ignore[misc]
        return self.regression.make(*args, **options)


def written(given: Any, names: dict[str, str]) -> Any:
    """What an option is given, with the names of columns in it."""
    if isinstance(given, list):
        return [written(one, names) for one in given]
    return given.format(**names) if isinstance(given, str) else given


def made(hand: Hand, name: str) -> Made:
    """A regression of a formula and a random table."""
    regression = REGRESSIONS[name]
    chosen = [*regression.required]
    if hand.chance(2, "beside"):
        chosen = [*dict.fromkeys([*chosen, hand.pick(regression.beside, "beside")])]
    table = scene(hand, regression.outcomes, {key: regression.beside[key] for key in chosen})
    terms = hand.pick(TERMS, "terms") if hand.chance(2) else regression.right
    roles = ("y", "x", "g")
    formula = f"{regression.left} ~ {terms}"
    options, kept = {}, True
    for key in chosen:
        options[key], same = table.beside(hand, key)
        kept = kept and same
    used = tuple(role for role in roles if f"{{{role}}}" in formula) + tuple(chosen)
    for key, values in regression.said.items():
        if hand.chance(3, key):
            given, kept = hand.pick(values, key), False
            options[key] = written(given, {role: table.quoted(role) for role in roles})
    twin, tidy = None, table.tidy(used)
    if tidy is not None and kept and terms != ".":
        plain = formula.format(y="y", x="x", g="g")
        twin = (plain, tidy), {key: key for key in chosen}
        texts = {value for value in tidy["y"] if isinstance(value, str)}
        if name == "ordinal" and texts:  # an Enum of Polars has an order, which the twin's list is told
            twin[1]["levels"] = sorted(texts)
    args = (formula.format(**{role: table.quoted(role) for role in roles}), table.table)
    return Made(regression, table, args, options, twin, used, kept)
