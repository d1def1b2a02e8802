"""What mixed models expect of rows, of groups that were seen, of the population and of new groups, and residuals.

    known        mean(x'beta + z'u_hat)                     normal: variance sigma^2 [z'K z + d'A d],   d = x - D'z
    typical      mean(x'beta)                               of a group whose effects are 0
    population   E mean(x'beta + z'u) over all groups       normal: variance sigma^2 x'A x
    new          the same; mean(x'beta -+ q sqrt(se^2 + z'Sigma z)) holds that of one group that nobody saw

A = (X'V^-1 X)^-1, and K, D as in `latent/effects.py`. An observation adds sigma^2 / precision. Of a normal outcome the
quantile is Student's t with Satterthwaite's degrees of freedom of that variance, nu = 2 v^2 / (g'C g), g its slopes in
the variance components, by differences, and C the covariance of these. Residuals are conditional, y - X beta_hat - Z
u_hat, marginal, y - X beta_hat, and pearson, conditional times sqrt(precision) / sigma. Source: McCulloch & Searle,
Generalized, Linear, and Mixed Models (2001), 6.7; Satterthwaite, Biometrics 2 (1946).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from scipy.special import ndtri

from stattools.data.design.latent_terms import RandomDesign, RandomTerm, SmoothTerm, terms_of
from stattools.data.files.scan import source_of
from stattools.data.tables.columns import listing
from stattools.data.tables.table import table
from stattools.errors import DomainError, IncompatibleError
from stattools.inference.diagnostics.goodness import residuals
from stattools.inference.estimates import Estimates, Judged, judged, quantile_of
from stattools.inference.mixed.modes import label_of, wiggles
from stattools.inference.mixed.views import along_curves, beside_curves, known, new, population
from stattools.inference.prediction.kinds import OF_OUTCOMES, QUANTILES, asked_of
from stattools.inference.prediction.predict import (
    Missing,
    at_rows,
    columns_beside,
    handed_out,
    predictions,
    with_precision,
)
from stattools.inference.smooths.curves import beside_beyond, said_beyond
from stattools.interface.arguments import require_level
from stattools.interface.arrays import Floats
from stattools.interface.names.answers import one_of
from stattools.interface.record import record
from stattools.interface.when_needed import pd
from stattools.latent.deviance import Profile, changes_of, joint_spread, pulls
from stattools.latent.marginal_family import OverEffects
from stattools.models.mixed.mixed_model import LinearMixed, MixedRegression
from stattools.models.model import Model
from stattools.numerics.small_matrices import Codes, lower
from stattools.solvers.mixed.fixed_effects import Curvatures, variance_covariance
from stattools.solvers.mixed.maximum import MixedMaximum

STEP = 1e-4
"""Change of a variance component, as a share of it, for the slopes of variances."""


@record
class PredictedRows:
    """Rows in the coordinates of the fit: `x` (r, p), `z` (q, r) and `codes` (r,) of each term, and whose `groups`."""

    x: Floats
    z: tuple[Floats, ...]
    codes: tuple[Codes, ...]
    groups: str

    @classmethod
    def of(
        cls,
        found: MixedMaximum,
        X: Floats,
        terms: tuple[RandomTerm, ...],
        groups: str,
        curves: Sequence[SmoothTerm] = (),
    ) -> PredictedRows:
        """From the columns and the terms of the rows, as the data have them, no terms for the population; the columns
        of curves stand before those of X, as `Curves.seen` has them.
        """
        pairs = zip(terms, found.coordinates.to_effects, strict=bool(terms))
        z = tuple((term.z @ back).T for term, back in pairs)
        x = X @ found.coordinates.to_beta
        if curves:
            Z = [term.columns @ back for term, back in zip(curves, found.model.curves.back, strict=True)]
            x = np.column_stack([*Z, x])
        return cls(x, z, tuple(term.codes for term in terms), groups)

    def variances(self, at: Profile) -> Floats:
        """The variance (r,) of what is predicted less what it will be, over that of the residual."""
        away, own = OF_GROUPS[self.groups](self, at)
        return np.einsum("ip,pr,ir->i", away, at.inverse_gram, away, optimize=True) + own


def _known_variance(rows: PredictedRows, at: Profile) -> tuple[Floats, Floats]:
    away = rows.x.copy()
    for pull, z, codes in zip(pulls(at), rows.z, rows.codes, strict=True):
        away -= np.einsum("qpi,qi->ip", np.where(codes >= 0, pull[:, :, codes], 0.0), z)
    if not rows.z:
        return away, np.zeros(len(away))
    z = np.concatenate(rows.z)
    return away, np.einsum("ai,abi,bi->i", z, joint_spread(at, rows.codes), z, optimize=True)


def _population_variance(rows: PredictedRows, at: Profile) -> tuple[Floats, Floats]:
    return rows.x, np.zeros(len(rows.x))


def _new_variance(rows: PredictedRows, at: Profile) -> tuple[Floats, Floats]:
    own = np.zeros(len(rows.x))
    for T, z in zip(at.factors, rows.z, strict=True):
        own += ((T.T @ z) ** 2).sum(axis=0)
    return rows.x, own


OF_GROUPS = {"known": _known_variance, "population": _population_variance, "new": _new_variance}
"""The combination of coefficients that is uncertain, and the variance beside it that the effects have."""


def degrees_of(found: MixedMaximum, curvatures: Curvatures, rows: PredictedRows, variance: Floats) -> Floats:
    """Satterthwaite's degrees of freedom (r,) of the variances, which may be those of observations."""
    at, slopes = found.profile, [variance]
    for pair in beside_maximum(at):
        ends = [rows.variances(at.of.at(at.of.theta(factors))) for factors in pair]
        slopes.append(found.s2 * (ends[0] - ends[1]) / (2.0 * STEP))
    g = np.array(slopes) / variance  # relative slopes: squares of variances may leave float64
    covariance = variance_covariance(curvatures)
    return 2.0 / np.einsum("ki,kl,li->i", g, covariance, g, optimize=True)


def beside_maximum(at: Profile) -> list[tuple[tuple[Floats, ...], tuple[Floats, ...]]]:
    """The T_k a small step up and down each variance component."""
    pairs = []
    for k, change in changes_of(at.factors)[0]:
        ends = (moved(at.factors[k], step * change) for step in (STEP, -STEP))
        up, down = ((*at.factors[:k], end, *at.factors[k + 1 :]) for end in ends)
        pairs.append((up, down))
    return pairs


def moved(T: Floats, change: Floats) -> Floats:
    """The lower triangle of T T' + a small change within the directions in which it varies.

    >>> moved(np.array([[2.0]]), np.array([[5.0]])).tolist()
    [[3.0]]
    """
    values, vectors = np.linalg.eigh(T @ T.T + change)
    return lower(vectors * np.sqrt(np.maximum(values, 0.0)))


GROUPS = ("known", "population", "new", "typical")

KINDS = ("mean", "link", *OF_OUTCOMES)


def mixed_predictions(
    fit: Any,
    data: Any,
    groups: str,
    kind: str,
    interval: float | None,
    precision: Any,
    p: float | None,
    missing: Missing,
    align: bool,
) -> Any:
    """See `LinearMixedFit.predict`."""
    model, found = fit.model, fit.found
    groups = one_of(groups, GROUPS, "predict has groups {}", IncompatibleError, got="groups=")
    kind = one_of(kind, KINDS, f"{model.title} predicts kind {{}}", IncompatibleError, got="kind=")
    groups = "population" if groups == "typical" else groups  # the mean is linear in the effects
    if kind in OF_OUTCOMES:
        _require_a_group(kind, groups)
    fixed, is_quantile = replace(model.fixed, title=model.title), kind in QUANTILES
    asked = asked_of(fixed, kind, None, p) if is_quantile or p is not None else np.empty(0)
    if interval is not None:
        require_level(interval, "interval")
        if is_quantile:
            raise IncompatibleError(
                f"predict(kind={kind!r}) of {model.title} has no interval: leave interval= out, or ask for "
                'kind="observation", which has the interval of a new outcome.'
            )
    elif precision is not None and not is_quantile:
        raise IncompatibleError(
            'predict takes precision= for quantiles and for the interval of kind="observation" only; leave it out.'
        )
    if (model.read.every if data is None else source_of(data)) is not None:
        raise IncompatibleError(
            f"predict of {model.title} answers for rows in memory: give it a table of some of the rows, predict(table)."
        )
    beside = columns_beside(fixed, kind, None, precision) if interval is not None or is_quantile else {}
    at = at_rows(fixed, data, missing=missing, beside=beside | _needed(model, data, groups))
    name = kind if kind in ("link", *QUANTILES) else "mean"
    mean = half = np.full(1, np.nan)  # of no complete row: one without a value, as of every fit
    curves: tuple[SmoothTerm, ...] = ()
    if len(at.rows.X):
        X, terms, curves = np.asarray(at.rows.X), terms_at(model, data, groups, at), curves_at(model, data, at)
        mean = X @ found.beta + wiggles(found, curves)
        if groups == "known":
            for term, modes in zip(terms, found.modes, strict=True):
                mean = mean + np.einsum("iq,qi->i", term.z, modes[:, term.codes])
        extra: Any = 0.0  # the variance of an observation beside its mean's
        if kind in OF_OUTCOMES and (is_quantile or interval is not None):
            held = with_precision(at, fixed, data, precision).rows.precision
            extra = found.s2 if held is None else found.s2 / held
        rows = PredictedRows.of(found, X, terms, groups, curves)
        seen = found.model.curves.seen(found.profile) if curves else found.profile
        if is_quantile:
            between = found.s2 * _new_variance(rows, seen)[1] if groups == "new" else 0.0
            mean = mean + ndtri(asked) * np.sqrt(extra + between)
        if interval is not None:
            variance, degrees = found.s2 * rows.variances(seen) + extra, fit.degrees
            df = fit.t_df if curves else np.inf
            if not (curves or degrees is None or degrees.are_normal):
                df = degrees_of(found, degrees.curvatures, rows, variance)
            half = quantile_of(df, interval) * np.sqrt(variance)
    if interval is None:
        return said_beyond(handed_out(at.places, mean, name, align), curves)
    frame = pd.DataFrame({name: mean, "lower": mean - half, "upper": mean + half})
    frame = beside_beyond(frame, curves)
    return said_beyond(handed_out(at.places, frame, name, align, is_bare=False), curves)


def _require_a_group(kind: str, groups: str) -> None:
    """IncompatibleError for an outcome of no group in particular."""
    if groups in ("population", "typical"):
        raise IncompatibleError(
            f'{WHAT[kind]} belongs to a group: predict it with groups="known", or with groups="new" for a group that '
            f'nobody saw; groups="{groups}" has a mean only.'
        )


def _needed(model: LinearMixed | MixedRegression, data: object, groups: str) -> dict[str, Any]:
    """The columns of new rows that their random terms are made of."""
    designs = () if data is None else model.read.random
    return {name: name for design in designs for name in columns_of(design, groups)}


def columns_of(design: RandomDesign, groups: str) -> tuple[str, ...]:
    """The columns of new rows that their random terms are made of."""
    if groups == "population":
        return ()
    parsed = design.design.parsed
    effects = () if parsed is None else tuple(parsed.columns)
    return (*design.part.groups, *effects) if groups == "known" else effects


def terms_at(model: LinearMixed | MixedRegression, data: object, groups: str, at: Model) -> tuple[RandomTerm, ...]:
    """The random terms at the rows; DomainError for groups that were not seen where they should be known."""
    if groups == "population":
        return ()
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


def curves_at(model: LinearMixed | MixedRegression, data: object, at: Model) -> tuple[SmoothTerm, ...]:
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


FAMILY_KINDS = ("mean", "link", "observation", *QUANTILES, "class", "zero", "cumulative", "score")

WHAT = {"observation": "an observation", "median": "the median of an outcome", "quantile": "a quantile of an outcome"}
"""What `OF_OUTCOMES` are called."""


FAMILY_GROUPS = ("population", "known", "typical", "new")
"""Of whom it is predicted."""


def family_predictions(
    fit: Estimates,
    data: object,
    groups: str,
    kind: str,
    interval: float | None,
    missing: Missing,
    align: bool,
    **beside: Any,
) -> Any:
    """See `MixedRegressionFit.predict`."""
    found, places, name, over = predicted(fit, data, groups, kind, interval, missing, **beside)
    return said_beyond(handed_out(places, found, name, align, is_bare=interval is None), over)


def predicted(
    fit: Estimates, data: object, groups: str, kind: str, interval: float | None, missing: Missing, **beside: Any
) -> tuple[Any, Any, str, list[SmoothTerm]]:
    """What is predicted, where the rows are in their table, what it is called, and the curves over the rows."""
    groups = one_of(groups, FAMILY_GROUPS, "predict needs groups to be one of {}")
    groups = groups if fit.model.random else "typical"
    kind, family = one_of(kind, FAMILY_KINDS, "predict needs kind to be one of {}"), fit.model.fixed.likelihood
    of_number = fit.model.random and not family.outcome.has_labels  # labels are refused below, whatever the groups
    if kind in OF_OUTCOMES and of_number:
        _require_a_group(kind, groups)
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
        averaged = groups == "population" or (groups == "new" and interval is None)
        of = population(fit) if averaged else fit._of_rows

        def seen(at: Model) -> tuple[Estimates, Model]:
            view, rows = of, at
            if groups == "known":
                view, rows = known(fit, at, terms_at(fit.model, data, groups, at), interval is not None)
            elif groups == "new" and not averaged:
                view, rows = new(fit, at, terms_at(fit.model, data, groups, at))
            over[:] = curves_at(fit.model, data, at)
            return beside_curves(fit, view, rows, over)

        needed = {} if averaged or groups == "typical" else _needed(fit.model, data, groups)
        how = {"kind": kind, "missing": missing, "seen": seen, "needed": needed}
        return predictions(of, of.model, data, interval=interval, **how, **beside)

    found, places = asked(groups, interval)
    if groups == "new" and interval is not None and kind != "link":
        found[found.columns[0]] = asked("population", None)[0]  # its mean is over all that it may be
    name = kind if kind in ("link", "class", *QUANTILES) else "mean"
    if interval is not None and isinstance(found, pd.DataFrame):
        found = beside_beyond(found, over)
    return found, places, name, over


RESIDUAL_KINDS: dict[str, Any] = dict.fromkeys(("conditional", "response", "marginal"), "response")
RESIDUAL_KINDS |= {kind: kind for kind in ("pearson", "deviance", "quantile")}
"""By kind, that of the fit of single rows which has them."""

OVER_EFFECTS = ("marginal", "quantile")
"""Those of the outcome without what is known of its groups."""


def family_residuals(fit: Estimates, kind: str, seed: int | np.random.Generator | None, align: bool) -> Any:
    """See `MixedRegressionFit.residuals_of`."""
    kind = one_of(kind, tuple(RESIDUAL_KINDS), f"residuals_of {fit.model.title} needs kind to be one of {{}}")
    if kind in OVER_EFFECTS:
        of = population(fit)
        model = of.model
    else:
        of, model = known(fit, fit.model.fixed, fit.model.random, interval=False)
    of, _ = beside_curves(fit, replace(of, model=model), model, fit.model.smooths)
    found = residuals(of, RESIDUAL_KINDS[kind], seed=seed)
    several = of.model.labels or () if found.ndim == 2 else ()
    return handed_out(of.model.places, found, "residual", align, columns=several)


def judged_rows(fit: Any, model: Any) -> Judged:
    """The log density of each row of a model like that of the fit, its mean, and what was observed: effects of groups
    that the fit knows are as uncertain as it knows them, those of others as those of any group.
    """
    if model.by_category:
        whole, rows = beside_curves(fit, fit._of_rows, model.fixed, model.smooths)
        return judged(rows, whole.estimate, 1.0)
    found = fit.found
    shift, own = along_curves(fit, model.smooths, len(model.y)), np.zeros(len(model.y))
    for term, mine, modes, spread, root in zip(
        model.random, fit.model.random, found.modes, found.spreads, found.roots, strict=True
    ):
        codes = _codes_of(term, mine)
        there = codes >= 0
        shift += np.where(there, np.einsum("iq,qi->i", term.z, modes[:, codes]), 0.0)
        mine_own = np.einsum("iq,qri,ir->i", term.z, spread[:, :, codes], term.z)
        own += np.where(there, mine_own, ((term.z @ root) ** 2).sum(axis=1))
    fixed = model.fixed
    eta = fixed.eta(fit.estimate).reshape(len(shift), -1).copy()
    eta[:, 0] += shift
    family = OverEffects(fixed.likelihood, 1)
    eta = np.column_stack([eta, np.sqrt(own)])
    return Judged(family.loglik(eta, fixed.rows.y), family.mean(eta), family.observed(fixed.rows.y))


def _codes_of(term: RandomTerm, own: RandomTerm) -> Codes:
    """The groups of rows by their numbers in the fit's `own` term, -1 of those that it does not know."""
    places = {level: place for place, level in enumerate(own.levels)}
    return np.array([places.get(level, -1) for level in term.levels], dtype=np.intp)[term.codes]


RESIDUALS = ("conditional", "response", "marginal", "pearson")


def mixed_residuals(fit: Any, kind: str, align: bool) -> Any:
    """See `LinearMixedFit.residuals_of`."""
    says = f"{fit.model.title} has residuals {', '.join(RESIDUALS)}"
    kind = one_of(kind, RESIDUALS, says, IncompatibleError, got="kind=")
    found, model = fit.found, fit.model
    left = found.model.y - found.model.X @ found.beta - wiggles(found, found.model.smooths)
    if kind != "marginal":
        for term, modes in zip(found.model.random, found.modes, strict=True):
            left = left - np.einsum("iq,qi->i", term.z, modes[:, term.codes])
    if kind == "pearson":
        left = left * np.sqrt((1.0 if found.model.precision is None else found.model.precision) / found.s2)
    return handed_out(model.places, left, "residual", align)


def judged_groups(fit: Any, model: LinearMixed) -> Judged:
    """The log density of each row of a model like that of the fit, its mean, and what was observed."""
    found, mean, terms = fit.found, model.X @ fit.found.beta, []
    for term, own, modes in zip(model.random, fit.model.random, found.modes, strict=True):
        codes = _codes_of(term, own)
        effects = np.where(codes >= 0, modes[:, codes], 0.0)
        mean = mean + np.einsum("iq,qi->i", term.z, effects)
        terms.append(replace(term, codes=codes))
    mean = mean + wiggles(found, model.smooths)
    rows = PredictedRows.of(found, model.X, tuple(terms), "known", model.smooths)
    at = found.model.curves.seen(found.profile) if model.smooths else found.profile
    own = 1.0 if model.precision is None else 1.0 / model.precision
    variance = found.s2 * (rows.variances(at) + own)
    gap = model.y - mean
    return Judged(-0.5 * (np.log(2.0 * np.pi * variance) + gap**2 / variance), mean, model.y)
