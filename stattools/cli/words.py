"""Words of the command line that stand for objects: `normal(0, 2.5)`, `x=cauchy(0, 1)`, `cluster(firm)`, `jeffreys`."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import typer

import stattools as st
from stattools.interface.names.answers import meant, word_of

CALL = re.compile(r"\s*(\w+)\s*(?:\(([^()]*)\))?\s*")
PLAIN = ("information", "robust", "quasi", "HC0", "HC1", "HC2", "HC3", "HC4")
"""Covariances that are a word."""
CLUSTERED = ("CR1", "CR2", "CR3")
"""Kinds of clustered covariances."""
PRIORS = {
    "normal": "Normal",
    "cauchy": "Cauchy",
    "laplace": "Laplace",
    "student_t": "StudentT",
    "halfnormal": "HalfNormal",
    "halfcauchy": "HalfCauchy",
    "exponential": "Exponential",
    "gamma": "Gamma",
    "uniform": "Uniform",
    "flat": "Flat",
}


def prior(words: Sequence[str]) -> Any:
    """One distribution for all coefficients, or a dict by name; None for no words.

    >>> prior(["normal(0, 2.5)"])
    Normal(0, 2.5)
    >>> prior(["x=normal(0, 1)", "sigma=halfcauchy(5)"])
    {'x': Normal(0, 1), 'sigma': HalfCauchy(5)}
    """
    found: dict[str | None, Any] = {}
    for word in words:
        term, mark, call = word.rpartition("=")
        key = term.strip() if mark else None
        if key in found:
            raise typer.BadParameter(f"{word!r} is the second prior of the same parameter.", param_hint="--prior")
        found[key] = _distribution(call, word)
    if None not in found:
        return found or None
    if len(found) > 1:
        raise typer.BadParameter(
            "name a parameter in each, such as x=normal(0, 1), or give one prior for all.", param_hint="--prior"
        )
    return found[None]


def covariance(word: str) -> Any:
    """information, HC0 ... HC4, robust, quasi, HAC(lags), HAC(auto), cluster(column), cluster(column, CR2).

    >>> covariance("hc3"), covariance("hac(4)").lags, covariance("cluster(firm, cr2)").kind
    ('HC3', 4, 'CR2')
    """
    if (plain := word_of(word, PLAIN)) in PLAIN:
        return plain
    found = CALL.fullmatch(word)
    name, argument = (found[1].lower(), found[2]) if found else ("", None)
    if name == "hac" and argument and argument.strip() == "auto":
        return st.HAC("auto")
    if name == "hac" and argument and argument.strip().isdigit():
        return st.HAC(int(argument))
    if name == "cluster" and argument and argument.strip():
        column, _, word = argument.rpartition(",")
        kind: Any = word.strip().upper()
        known = bool(column) and kind in CLUSTERED
        return st.Cluster(column.strip(), kind=kind) if known else st.Cluster(argument.strip())
    other = meant("cov", word)
    other = " Write HAC(4)." if "HAC" in other else " Write cluster(column)." if "Cluster" in other else other
    raise typer.BadParameter(
        f"one of {', '.join(PLAIN)}, HAC(lags), HAC(auto), cluster(column), cluster(column, CR2); got {word!r}.{other}",
        param_hint="--cov",
    )


def penalty(word: str | None) -> Any:
    """jeffreys, ridge(strength), or None.

    >>> penalty("jeffreys"), penalty("ridge(2)").strength
    (Jeffreys(), 2.0)
    """
    if word is None:
        return None
    found = CALL.fullmatch(word)
    name, argument = (found[1].lower(), found[2]) if found else ("", None)
    if name == "jeffreys" and not (argument or "").strip():
        return st.Jeffreys()
    if name == "ridge" and argument:
        numbers = _numbers(argument, word, "--penalty")
        if len(numbers) == 1:
            return st.Ridge(numbers[0])
    raise typer.BadParameter(f"jeffreys or ridge(strength); got {word!r}.", param_hint="--penalty")


def _distribution(call: str, word: str) -> Any:
    found = CALL.fullmatch(call)
    name = found[1].lower().replace("half_", "half") if found else ""
    if found is None or name not in PRIORS:
        raise typer.BadParameter(
            f"one of {', '.join(PRIORS)}, as in normal(0, 2.5); got {word!r}.", param_hint="--prior"
        )
    numbers = _numbers(found[2] or "", word, "--prior")
    try:
        return getattr(st, PRIORS[name])(*numbers)
    except TypeError:
        raise typer.BadParameter(
            f"{name} does not take {len(numbers)} numbers; got {word!r}.", param_hint="--prior"
        ) from None


def _numbers(text: str, word: str, hint: str) -> list[float]:
    try:
        return [float(part) for part in text.split(",") if part.strip()]
    except ValueError:
        raise typer.BadParameter(f"numbers belong between the parentheses; got {word!r}.", param_hint=hint) from None
