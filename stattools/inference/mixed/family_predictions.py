"""What a mixed regression of any likelihood expects of rows: see `MixedAnswers.predict`.

known        mean(x'beta + z'u_hat)               of the groups that were seen
typical      mean(x'beta)                         of a group whose effects are 0
population   E mean(x'beta + z'u)                 over all groups
new          the same; mean(x'beta -+ q sqrt(se^2 + z'Sigma z)) holds that of one group that nobody saw
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from stattools.data.smooth_term import SmoothTerm
from stattools.errors import IncompatibleError
from stattools.inference.mixed.mixed_predictions import columns_of, curves_at, terms_at
from stattools.inference.mixed.views import known, new, population
from stattools.inference.prediction.answers import handed_out
from stattools.inference.prediction.prediction import predictions
from stattools.inference.prediction.times import OF_OUTCOMES, QUANTILES
from stattools.inference.smooths.beside_curves import beside_curves
from stattools.inference.smooths.beyond import beside_beyond, said_beyond
from stattools.interface.arguments import word_of
from stattools.interface.when_needed import pd
from stattools.solvers.solution import require_choice

type Seen = tuple[Any, dict[str, Any]]
"""The fit of single rows that is asked, and options of `predictions`."""

KINDS = ("mean", "link", "observation", *QUANTILES, "class", "zero", "cumulative", "score")

WHAT = {"observation": "an observation", "median": "the median of an outcome", "quantile": "a quantile of an outcome"}
"""What `OF_OUTCOMES` are called."""


def _typical(fit: Any, *_: Any) -> Seen:
    return fit._of_rows, {}


def _population(fit: Any, *_: Any) -> Seen:
    return population(fit), {}


def _known(fit: Any, data: Any, interval: float | None) -> Seen:
    def seen(at: Any) -> Any:
        return known(fit, at, terms_at(fit.model, data, "known", at), interval is not None)

    return fit._of_rows, {"seen": seen, "needed": _needed(fit, data, "known")}


def _new(fit: Any, data: Any, interval: float | None) -> Seen:
    if interval is None:
        return _population(fit)

    def seen(at: Any) -> Any:
        return new(fit, at, terms_at(fit.model, data, "new", at))

    return fit._of_rows, {"seen": seen, "needed": _needed(fit, data, "new")}


def _needed(fit: Any, data: Any, groups: str) -> dict[str, str]:
    """The columns of new rows that their random terms are made of."""
    designs = () if data is None else fit.model.read.random
    return {name: name for design in designs for name in columns_of(design, groups)}


def _with_curves(fit: Any, data: Any, of: Any, options: dict[str, Any], over: list[SmoothTerm]) -> Seen:
    """The same with the curves of the model, which are put into `over`."""
    if not fit.model.smooths:
        return of, options

    def seen(at: Any) -> Any:
        view, rows = options["seen"](at) if "seen" in options else (of, at)
        over[:] = curves_at(fit.model, data, at)
        return beside_curves(fit, view, rows, over)

    return of, options | {"seen": seen}


GROUPS: dict[str, Callable[[Any, Any, float | None], Seen]] = {
    "population": _population,
    "known": _known,
    "typical": _typical,
    "new": _new,
}
"""Of whom it is predicted."""


def family_predictions(
    fit: Any, data: Any, groups: str, kind: str, interval: float | None, missing: Any, align: bool, **beside: Any
) -> Any:
    """See `MixedAnswers.predict`."""
    found, places, name, over = predicted(fit, data, groups, kind, interval, missing, **beside)
    return said_beyond(handed_out(places, found, name, align, is_bare=interval is None), over)


def predicted(
    fit: Any, data: Any, groups: str, kind: str, interval: float | None, missing: Any, **beside: Any
) -> tuple[Any, Any, str, list[SmoothTerm]]:
    """What is predicted, where the rows are in their table, what it is called, and the curves over the rows."""
    groups = require_choice("predict", "groups", groups, tuple(GROUPS))
    groups = groups if fit.model.random else "typical"
    kind, family = require_choice("predict", "kind", word_of(kind, KINDS), KINDS), fit.model.fixed.likelihood
    of_number = fit.model.random and not family.outcome.has_labels  # labels are refused below, whatever the groups
    if kind in OF_OUTCOMES and of_number and groups in ("population", "typical"):
        raise IncompatibleError(
            f'{WHAT[kind]} belongs to a group: predict it with groups="known", or with groups="new" for a group that '
            f'nobody saw; groups="{groups}" has a mean only.'
        )
    if kind in QUANTILES and of_number and groups == "new" and interval is not None:
        raise IncompatibleError(
            f'predict(kind={kind!r}, groups="new") is that of all that a group may be, and has no interval: leave '
            'interval= out, or ask for kind="observation", which has the interval of a new outcome.'
        )
    if groups == "new" and interval is not None and family.outcome.has_several and kind != "link":
        raise IncompatibleError(
            f"the probabilities of labels of {fit.model.title} rise and fall with the effects of a group, so that no "
            'interval of those of one that nobody saw is known: groups="population" has one of their averages.'
        )

    over: list[SmoothTerm] = []

    def asked(groups: str, interval: float | None) -> Any:
        of, seen = _with_curves(fit, data, *GROUPS[groups](fit, data, interval), over)
        return predictions(of, of.model, data, interval=interval, kind=kind, missing=missing, **beside, **seen)

    found, places = asked(groups, interval)
    if groups == "new" and interval is not None and kind != "link":
        found[found.columns[0]] = asked("population", None)[0]  # its mean is over all that it may be
    name = kind if kind in ("link", "class", *QUANTILES) else "mean"
    if interval is not None and isinstance(found, pd.DataFrame):
        found = beside_beyond(found, over)
    return found, places, name, over
