"""What mixed models expect of rows, of groups that were seen, of the population and of new groups, and residuals.

    known        mean(x'beta + z'u_hat)
    typical      mean(x'beta)                               of a group whose effects are 0
    population   E mean(x'beta + z'u) over all groups
    new          the same; mean(x'beta -+ q sqrt(se^2 + z'Sigma z)) holds that of one group that nobody saw

Their intervals are those of the views (`views.py`). Residuals are conditional, y - mean given u_hat, marginal, y - the
average over groups, and pearson, conditional over their standard deviation. Source: McCulloch & Searle, Generalized,
Linear, and Mixed Models (2001), 6.7.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from stattools.data.design.latent_terms import RandomDesign, RandomTerm, SmoothTerm, terms_of
from stattools.data.files.scan import source_of
from stattools.data.tables.columns import listing
from stattools.data.tables.table import table
from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.inference.diagnostics.goodness import residuals
from stattools.inference.estimates import Estimates, Judged, judged
from stattools.inference.mixed.modes import label_of, wiggles
from stattools.inference.mixed.views import PredictedRows, beside_curves, population, profile_of, view_of
from stattools.inference.prediction.kinds import OF_OUTCOMES, QUANTILES
from stattools.inference.prediction.predict import Missing, handed_out, predictions
from stattools.inference.smooths.curves import beside_beyond, said_beyond
from stattools.interface.names.answers import one_of
from stattools.interface.when_needed import pd
from stattools.latent.marginal_family import OverEffects
from stattools.models.mixed.mixed_model import MixedModel
from stattools.models.model import Model

GROUPS = ("known", "population", "new", "typical")
"""Of whom it is predicted."""

KINDS = ("mean", "link", *OF_OUTCOMES, "class", "zero", "cumulative", "score")
"""What is predicted; of a normal outcome the first five."""

WHAT = {"observation": "an observation", "median": "the median of an outcome", "quantile": "a quantile of an outcome"}
"""What `OF_OUTCOMES` are called."""


def mixed_predictions(
    fit: Any,
    data: object,
    groups: str | None,
    kind: str,
    interval: float | None,
    missing: Missing,
    align: bool,
    **beside: Any,
) -> Any:
    """See `MixedFit.predict`."""
    usual = "known" if fit.model.has_scale else "population"
    of_whom = usual if groups is None else groups
    found, places, name, over = predicted(fit, data, of_whom, kind, interval, missing, **beside)
    return said_beyond(handed_out(places, found, name, align, is_bare=interval is None), over)


def predicted(
    fit: Any, data: object, groups: str, kind: str, interval: float | None, missing: Missing, **beside: Any
) -> tuple[Any, Any, str, list[SmoothTerm]]:
    """What is predicted, where the rows are in their table, what it is called, and the curves over the rows."""
    model, family, is_normal = fit.model, fit.model.fixed.likelihood, fit.model.has_scale
    groups = one_of(groups, GROUPS, "predict has groups {}", IncompatibleError, got="groups=")
    kinds = KINDS[:5] if is_normal else KINDS
    kind = one_of(kind, kinds, f"{model.title} predicts kind {{}}", IncompatibleError, got="kind=")
    groups = groups if model.random else "typical"
    of_number = model.random and not family.outcome.has_labels  # labels are refused below, whatever the groups
    if kind in OF_OUTCOMES and of_number and groups in ("population", "typical"):
        raise IncompatibleError(
            f'{WHAT[kind]} belongs to a group: predict it with groups="known", or with groups="new" for a group that '
            f'nobody saw; groups="{groups}" has a mean only.'
        )
    if kind in QUANTILES and interval is not None and is_normal:
        raise IncompatibleError(
            f"predict(kind={kind!r}) of {model.title} has no interval: leave interval= out, or ask for "
            'kind="observation", which has the interval of a new outcome.'
        )
    if kind in QUANTILES and of_number and groups == "new" and interval is not None:
        raise IncompatibleError(
            f'predict(kind={kind!r}, groups="new") is that of all that a group may be, and has no interval: leave '
            'interval= out, or ask for kind="observation", which has the interval of a new outcome.'
        )
    if groups == "new" and interval is not None and family.outcome.has_several and kind != "link":
        raise IncompatibleError(
            f"the probabilities of labels of {model.title} rise and fall with the effects of a group, so that no "
            'interval of those of one that nobody saw is known: groups="population" has one of their averages.'
        )
    if (model.read.every if data is None else source_of(data)) is not None:
        raise IncompatibleError(
            f"predict of {model.title} answers for rows in memory: give it a table of some of the rows, predict(table)."
        )
    over: list[SmoothTerm] = []

    def asked(groups: str, interval: float | None) -> Any:
        averaged = groups == "population" or (groups == "new" and interval is None and not is_normal)
        of, alone = population(fit) if averaged else fit._of_rows, averaged or groups == "typical"

        def seen(at: Model) -> Estimates:
            terms, over[:] = () if alone else terms_at(model, data, groups, at), curves_at(model, data, at)
            return view_of(fit, replace(of, model=at), groups, terms, over, kind, interval is not None)

        needed: list[str] = []
        for design in () if alone or data is None else model.read.random:
            parsed = design.design.parsed
            needed += [*(design.part.groups if groups == "known" else ()), *(() if parsed is None else parsed.columns)]
        how = {"kind": kind, "missing": missing, "seen": seen, "needed": {name: name for name in needed}}
        return predictions(of, of.model, data, interval=interval, **how, **beside)

    found, places = asked(groups, interval)
    if groups == "new" and interval is not None and kind != "link" and not is_normal:
        found[found.columns[0]] = asked("population", None)[0]  # its mean is over all that it may be
    name = kind if kind in ("link", "class", *QUANTILES) else "mean"
    if interval is not None and isinstance(found, pd.DataFrame):
        found = beside_beyond(found, over)
    return found, places, name, over


def terms_at(model: MixedModel, data: object, groups: str, at: Model) -> tuple[RandomTerm, ...]:
    """The random terms at the rows; DomainError for groups that were not seen where they should be known."""
    if data is None:
        return model.random
    found: list[RandomTerm] = []
    for design in model.read.random:
        if groups == "new":
            z = design.design.encode(data, at.kept)
            found += terms_of(design, np.full(len(z), -1), z)
            continue
        own = design.terms(data, at.kept)
        unseen = np.flatnonzero(own[0].codes < 0)
        if len(unseen):
            raise _unseen(design, data, unseen if at.kept is None else at.kept[unseen])
        found += own
    return tuple(found)


def curves_at(model: MixedModel, data: object, at: Model) -> tuple[SmoothTerm, ...]:
    """The curves at the rows."""
    if data is None:
        return model.smooths
    designs = {id(term.design): term.design for term in model.smooths}
    return tuple(term for design in designs.values() for term in design.terms(data, at.kept))


def _unseen(design: RandomDesign, data: object, rows: Any) -> DomainError:
    columns = [table(data).column(name) for name in design.part.groups]
    levels = [tuple(column.iloc[row] for column in columns) for row in rows.tolist()]
    called = dict.fromkeys(map(label_of, levels) if len(columns) > 1 else columns[0].iloc[rows].tolist())
    return DomainError(
        f"predict: the groups {listing(called)} of {design.part.group!r} (row {rows[0]}, counting from 0) were not "
        'there when the model was fitted, and have no effect that is known. groups="new" predicts for a group that '
        'nobody saw, groups="population" for the average of all.'
    )


RESIDUALS: dict[str, Any] = dict.fromkeys(("conditional", "response", "marginal"), "response")
RESIDUALS |= {kind: kind for kind in ("pearson", "deviance", "quantile")}
"""By kind, that of the fit of single rows which has them; a normal outcome has the first four."""

OVER_EFFECTS = ("marginal", "quantile")
"""Those of the outcome without what is known of its groups."""


def mixed_residuals(fit: Any, kind: str, seed: int | np.random.Generator | None, align: bool) -> Any:
    """See `MixedFit.residuals_of`."""
    model = fit.model
    kinds = tuple(RESIDUALS)[:4] if model.has_scale else tuple(RESIDUALS)
    says = f"{model.title} has residuals {', '.join(kinds)}"
    kind = one_of(kind, kinds, says, IncompatibleError, got="kind=")
    if seed is not None and model.has_scale:
        raise IncompatibleError(f"residuals_of {model.title} draws nothing: leave seed={quoted(seed)} out.")
    if kind in OVER_EFFECTS:
        of = beside_curves(fit, population(fit), model.smooths)
    else:
        of = view_of(fit, fit._of_rows, "known", model.random, model.smooths)
    found = residuals(of, RESIDUALS[kind], seed=seed)
    several = of.model.labels or () if found.ndim == 2 else ()
    return handed_out(of.model.places, found, "residual", align, columns=several)


def judged_rows(fit: Any, model: Any) -> Judged:
    """The log density of each row of a model like that of the fit, its mean, and what was observed: effects of groups
    that the fit knows are as uncertain as it knows them, those of others as those of any group.
    """
    found, fixed = fit.found, model.fixed
    if model.by_category:
        of = beside_curves(fit, replace(fit._of_rows, model=fixed), model.smooths)
        return judged(of.model, of.estimate, 1.0)
    shift, terms = np.zeros(len(model.y)) + wiggles(found, model.smooths), []
    for term, own, modes in zip(model.random, fit.model.random, found.modes, strict=True):
        places = {level: place for place, level in enumerate(own.levels)}
        codes = np.array([places.get(level, -1) for level in term.levels], dtype=np.intp)[term.codes]
        terms.append(replace(term, codes=codes))
        shift += np.where(codes >= 0, np.einsum("iq,qi->i", term.z, modes[:, codes]), 0.0)
    eta = fixed.eta(fit.estimate).reshape(len(shift), -1).copy()
    eta[:, 0] += shift
    if model.has_scale:
        variance = found.s2 * (1.0 if model.precision is None else 1.0 / model.precision)
        rows = PredictedRows.of(found, model.X, tuple(terms), "known", model.smooths)
        variance, gap = variance + found.s2 * rows.variances(profile_of(found)), model.y - eta[:, 0]
        return Judged(-0.5 * (np.log(2.0 * np.pi * variance) + gap**2 / variance), eta[:, 0], model.y)
    own = np.zeros(len(shift))
    for term, spread, root in zip(terms, found.spreads, found.roots, strict=True):
        known = np.einsum("iq,qri,ir->i", term.z, spread[:, :, term.codes], term.z)
        own += np.where(term.codes >= 0, known, ((term.z @ root) ** 2).sum(axis=1))
    family = OverEffects(fixed.likelihood, 1)
    eta = np.column_stack([eta, np.sqrt(own)])
    return Judged(family.loglik(eta, fixed.rows.y), family.mean(eta), family.observed(fixed.rows.y))
