"""One example: a public name is called in a random world and its answers are asked; regressions beside their twins."""

from __future__ import annotations

import re
from typing import Any

import numpy as np

import stattools as st
from tests.fuzz.calls import World
from tests.fuzz.regressions import REGRESSIONS, made


def example(world: World, name: str) -> None:
    """Call `name`; then ask up to three questions, each of the last answer or of the one before."""
    answer = regression(world, name) if name in REGRESSIONS else world.call(name, getattr(st, name))
    for _ in range(world.hand.whole(0, 3, "questions")):
        if answer is None:
            break
        found = world.follow(answer)
        if found is not None and type(found).__module__.startswith("stattools"):
            answer = found


def regression(world: World, name: str) -> Any:
    """A regression of a formula and a random table, fitted, beside that of its twin."""
    here = made(world.hand, name)
    world.scene = here.scene
    model = world.ask(name, here.regression.make, *here.args, **here.options)
    if model is None:
        return None
    if name == "network" or world.hand.chance(4, "leave the model"):
        return model
    fit = world.ask("fit", st.fit, model)
    if fit is None:
        return model
    for part in _parts(fit):
        if len(set(part.names)) < len(part.names):
            raise world.fault(f"two coefficients have one name: {part.names}")
    if here.twin is not None:
        compare(world, fit, here)
    return fit


def compare(world: World, fit: Any, here: Any) -> None:
    """The log-likelihood of the twin, and its estimates where levels and categories have the same order."""
    try:
        twin = st.fit(here.twin_model())
    except st.StattoolsError as error:
        raise world.fault(f"fitted what its twin refuses: {here.twin} {error}") from error
    ordered = getattr(fit.model, "labels", None) == getattr(
        twin.model, "labels", None
    )  # the first category is the reference
    if not ordered and getattr(getattr(fit.model, "rows", None), "offset", None) is not None:
        return  # an offset is of the log odds of one label: exchanged, the fits are of two models
    if not ordered and here.regression is REGRESSIONS["glm"]:
        return  # so they are where the link is not that of the other label, as cloglog
    for one, other in zip(_parts(fit), _parts(twin), strict=True):
        same = abs(one.loglik - other.loglik) <= 1e-7 * abs(other.loglik) + 1e-6
        if (ordered or fit is not one) and _levels(one.model.terms) == _levels(other.model.terms):
            with np.errstate(over="ignore", invalid="ignore"):
                apart = np.abs(one.estimate - other.estimate)
                near = np.maximum(1e-6 * np.abs(other.estimate), 1e-5 * other.se)
            same = same and bool((apart <= near).all())
        if not same:
            raise world.fault(f"{one.estimate} ({one.loglik}) is not {other.estimate} ({other.loglik}) of {here.twin}")


def _parts(fit: Any) -> list[Any]:
    """The fit, or those of one-vs-rest in the order of their categories' names."""
    if not hasattr(fit, "fits"):
        return [fit]
    parts = dict(zip(map(str, fit.model.labels), fit.fits, strict=True))
    return [parts[label] for label in sorted(parts)]


def _levels(terms: tuple[str, ...]) -> list[list[str]]:
    return [re.findall(r"\[[^]]*\]", term) for term in terms]
