"""Likelihoods of a user's own in files: distributions of scipy.stats by their names, functions not at all.

A name is looked up among the distributions of scipy.stats and nothing else. Functions are not written: a loaded fit has
its summary, table and Wald intervals, and `st.load(path, likelihood=...)` gives them back for predictions.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NoReturn

from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.interface.when_needed import stats
from stattools.likelihoods.outcomes import Outcome
from stattools.likelihoods.own import OwnLikelihood, likelihood

Written = dict[str, Any]


@dataclass(frozen=True)
class WithoutFunctions:
    """Stands for a function that was not saved."""

    name: str

    def __call__(self, *_: Any, **__: Any) -> NoReturn:
        raise IncompatibleError(
            f"the functions of {self.name} were not saved with the fit, and this needs them: load it with the "
            "likelihood that it was made of, st.load(path, likelihood=...)."
        )


def written(it: OwnLikelihood) -> Written:
    """What JSON can hold of it; IncompatibleError for a distribution that is not one of scipy.stats."""
    found: Written = {"@": "own likelihood", "name": it.name, "parameters": [*it.by_name.items()], "steps": [*it.steps]}
    if it.distribution is None:
        return found | {
            "outcome": it.kind.name.lower(),
            "answers": [*it.answers],
            "categories": it.categories,
        }
    if getattr(stats, it.distribution.name, None) is not it.distribution:
        raise IncompatibleError(
            f"save writes distributions of scipy.stats by their names, and {it.name} is none of them; give its "
            "log density to st.likelihood as a function."
        )
    return found | {"name": it.distribution.name, "fixed": {**it.fixed}}


def made(value: Written) -> OwnLikelihood:
    """The likelihood that `written` wrote; KeyError, TypeError or ValueError for what it cannot have written."""
    parameters, steps = dict(value["parameters"]), tuple(value["steps"])
    if not (len(steps) == len(parameters) and all(isinstance(step, float) and 0.0 < step < 1e300 for step in steps)):
        raise ValueError("the steps of its likelihood are none")
    if "fixed" in value:
        distribution = getattr(stats, str(value["name"]), None)
        if not isinstance(distribution, stats.rv_continuous | stats.rv_discrete):
            raise ValueError("its distribution is none of scipy.stats")
        return replace(likelihood(distribution, parameters=parameters, fixed=dict(value["fixed"])), steps=steps)
    missing: Any = WithoutFunctions(value["name"])
    answers: dict[str, Any] = dict.fromkeys(value["answers"], missing)
    found: Any = likelihood(missing.name, missing, parameters=parameters, outcome=value["outcome"], **answers)
    if found.outcome is Outcome.CATEGORY:
        found = found.among(int(value["categories"]))
    return replace(found, steps=steps)


def give_back(fit: Any, given: Any) -> None:
    """The functions of a likelihood to a loaded fit that was made of it; an error where it is another."""
    saved = fit.model.likelihood
    if not isinstance(saved, OwnLikelihood) or saved.distribution is not None:
        raise IncompatibleError(
            f"the fit of {fit.model.title} has all of its likelihood in the file: leave likelihood= out."
        )
    if not isinstance(given, OwnLikelihood) or given.distribution is not None:
        raise IncompatibleError(f"likelihood= is st.likelihood(name, function, ...); got {quoted(given)}.")
    for what, ours, theirs in (
        ("name", saved.name, given.name),
        ("parameters", dict(saved.by_name), dict(given.by_name)),
        ("outcome", saved.kind.name.lower(), given.kind.name.lower()),
    ):
        if ours != theirs:
            raise DomainError(f"the fit was made of another likelihood: its {what} is {ours}; got {theirs}.")
    vars(saved).update({name: vars(given)[name] for name in ("density", "answers", "refused")})
