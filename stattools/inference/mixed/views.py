"""The fit of a mixed regression seen as fits of single rows, which answer as those of every other regression do.

    typical      eta = x'beta                                  effects of 0
    known        eta = x'beta + z'u_j                          the most probable effects of group j given its rows
    population   eta = (x'beta, R_1'z_1, R_2'z_2, ...)         effects integrated out (`latent/marginal_family.py`)

R_k is any square root of the covariance of the effects of term k: its entries are parameters beside the coefficients,
so that the delta method has the uncertainty of the variances in it. Of known groups

    Var(x'beta_hat + z'u_hat - z'u) = J C J' + z'K_j z,   J = d (x'beta + z'u_hat) / d theta

with C the covariance of all parameters and K_j that of the effects given the rows; J and the root of z'K_j z are
columns beside X. So are those of curves, B_k(x_k)'M_k, with the covariance of beta and b together, given the variances.

Of a normal outcome, whose mean is linear in the effects, the average is that of a typical group, and the variances are
taken as known; the root of the variance of eta is one column beside X:

    known        sigma^2 [z'K z + d'A d],   d = x - D'z
    population   sigma^2 x'A x
    new          sigma^2 x'A x + z'Sigma z

A = (X'V^-1 X)^-1, and K, D as in `latent/effects.py`. The quantile is Student's t with Satterthwaite's degrees of
freedom of that variance, that of an observation with sigma^2 / precision added, nu = 2 v^2 / (g'C g), g its slopes in
the variance components, by differences, and C the covariance of these. Source: Booth & Hobert, JASA 93 (1998), 262-272;
Satterthwaite, Biometrics 2 (1946).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from stattools.data.design.design import Design
from stattools.data.design.latent_terms import RandomTerm, SmoothTerm
from stattools.errors import IncompatibleError
from stattools.inference.estimates import Unsaved, lacks_rows
from stattools.inference.prediction.kinds import QUANTILES
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.deviance import Profile, changes_of, joint_spread, pulls
from stattools.latent.marginal_family import OverEffects
from stattools.models.mixed.marginal import beside
from stattools.models.mixed.mixed_model import MixedRegression
from stattools.numerics.small_matrices import Codes, lower
from stattools.solvers.mixed.fixed_effects import Curvatures, variance_covariance
from stattools.solvers.mixed.marginal_maximum import MarginalMaximum, curve_parts
from stattools.solvers.mixed.maximum import MixedMaximum, whole_covariance

type Terms = tuple[RandomTerm, ...]
type Smooths = Sequence[SmoothTerm]
"""The random terms and the curves over rows."""


def population(fit: Any) -> Any:
    """The fit for the population of groups: effects are integrated out. Where the mean is linear in them, or there are
    none, it is that of a typical group.
    """
    model, found = fit.model, fit.found
    if model.has_scale or not model.random:
        return fit._of_rows
    fixed, random = model.fixed, model.random
    names, beside = list(fixed.terms), []
    for term in random:
        for k, name in enumerate(term.columns):
            if name not in names:
                names.append(name)
                beside.append(term.z[:, k])
    places = {name: k for k, name in enumerate(names)}
    of_effects = [tuple(places[name] for name in term.columns) for term in random for _ in term.columns]
    old, p = fixed.predictor, len(fixed.terms)
    main = tuple(range(p)) if old.main is None and len(names) > p else old.main
    predictor = replace(
        old, columns=len(names), width=old.width + len(of_effects), own=(*old.own, *of_effects), main=main
    )
    roots = _roots(found, found.at)
    theta = np.concatenate([fit.estimate, roots])
    change = np.array([_roots(found, found.at + step) - roots for step in np.eye(len(found.at))]).T
    rows: Any = fixed.rows
    if beside:
        gone: Any = Unsaved((len(rows.X), len(names)))
        rows = replace(rows, X=gone if lacks_rows(model) else np.column_stack([np.asarray(rows.X), *beside]))
    made = replace(
        fixed,
        likelihood=OverEffects(fixed.likelihood, len(of_effects)),
        predictor=predictor,
        rows=rows,
        design=_design(model, tuple(names)),
        start=theta,
    )
    return replace(fit._of_rows, model=made, estimate=theta, covariance=_covariance(found, change))


def _roots(found: MarginalMaximum, theta: Floats) -> Floats:
    """All entries of the N_k T_k, column by column: linear in the entries of the T_k, whatever the covariance of the
    effects is.
    """
    pairs = zip(found.marginal.to_effects, found.marginal.factors(theta), strict=True)
    return np.concatenate([(back @ T).T.ravel() for back, T in pairs])


def _covariance(found: MarginalMaximum, change: Floats) -> Floats:
    """The covariance of the coefficients, and of what moves by `change` (k, t) with the coordinates of the climb."""
    of, p = found.marginal, len(found.estimate)
    whole = np.concatenate([of.to_fixed @ of.fixed_change(found.at), change])
    made = whole @ found.inverse @ whole.T
    made[:p, :p] += of.to_fixed @ of.fixed_spread(found.at) @ of.to_fixed.T
    return made


def _design(model: MixedRegression, names: tuple[str, ...]) -> Design:
    """How columns of a table become those of the fixed effects and of the effects that vary, side by side."""
    design, places = model.fixed.design, {name: k for k, name in enumerate(names)}
    uses = design.uses or (tuple(range(len(design.names))),)
    beside, levels, state = dict(design.beside), dict(design.levels), dict(design.state)
    for part in model.read.random:
        beside[part.part.name] = part.part.left
        levels |= part.design.levels
        state |= part.design.state
        uses = (*uses, tuple(places[name] for name in part.design.names))
    return replace(design, names=names, levels=levels, state=state, beside=beside, uses=uses)


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
    def of(cls, found: MixedMaximum, X: Floats, terms: Terms, groups: str, curves: Smooths = ()) -> PredictedRows:
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
        away, own = self.x.copy(), self.own(at)
        for pull, z, codes in zip(pulls(at), self.z, self.codes, strict=True) if self.groups == "known" else ():
            away -= np.einsum("qpi,qi->ip", np.where(codes >= 0, pull[:, :, codes], 0.0), z)
        return np.einsum("ip,pr,ir->i", away, at.inverse_gram, away, optimize=True) + own

    def own(self, at: Profile) -> Floats:
        """The part (r,) of it that the effects have where the coefficients are known."""
        if self.z and self.groups == "known":
            z = np.concatenate(self.z)
            return np.einsum("ai,abi,bi->i", z, joint_spread(at, self.codes), z, optimize=True)
        each = (((T.T @ z) ** 2).sum(axis=0) for T, z in zip(at.factors, self.z, strict=bool(self.z)))
        return sum(each, np.zeros(len(self.x)))


def profile_of(found: MixedMaximum) -> Profile:
    """The profile at the maximum, with the columns of curves before those of X."""
    return found.model.curves.seen(found.profile) if found.model.smooths else found.profile


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


def view_of(
    fit: Any, view: Any, groups: str, terms: Terms, curves: Smooths, kind: str = "mean", is_uncertain: bool = False
) -> Any:
    """The `view` of rows of a typical group, or of the population, as one of rows of these `groups`, with their random
    `terms` and `curves`: its linear predictor has their effects, and where it `is_uncertain` the covariance of these.
    """
    found, at = fit.found, view.model
    if groups == "known":
        shift = np.zeros(len(at.rows.X))
        for term, modes in zip(terms, found.modes, strict=True):
            shift = shift + np.einsum("iq,qi->i", term.z, modes[:, term.codes])
        rows = replace(at.rows, offset=shift if at.rows.offset is None else at.rows.offset + shift)
        view = replace(view, model=replace(at, rows=rows))
    if fit.model.has_scale:
        return _of_normal(fit, view, groups, terms, curves, kind, is_uncertain)
    if is_uncertain and groups in ("known", "new"):
        own, slopes = np.zeros(len(at.rows.X)), np.zeros((len(at.rows.X), len(found.at)))
        if groups == "new":
            for term, root in zip(terms, found.roots, strict=True):
                own += ((term.z @ root) ** 2).sum(axis=1)
        else:
            for term, spread, slope in zip(terms, found.spreads, found.mode_slopes, strict=True):
                own += np.einsum("iq,qri,ir->i", term.z, spread[:, :, term.codes], term.z)
                slopes += np.einsum("iq,qti->it", term.z, slope[:, :, term.codes])
        size, t = len(fit.estimate), len(found.at)  # coefficients of slopes are 0, and all parameters uncertain
        whole = np.zeros((size + t + 1, size + t + 1))
        whole[: size + t, : size + t] = _covariance(found, np.eye(t))
        whole[-1, -1] = 1.0
        Z = np.column_stack([slopes, np.sqrt(np.maximum(own, 0.0))])
        view = _with_columns(view, Z, np.concatenate([fit.estimate, np.zeros(t + 1)]), whole)
    return beside_curves(fit, view, curves)


def _of_normal(fit: Any, view: Any, groups: str, terms: Terms, curves: Smooths, kind: str, is_uncertain: bool) -> Any:
    """The view of rows of a normal outcome. The root of the variance of each is one column, in place of the covariance
    of all coefficients, and its degrees of freedom are Satterthwaite's; quantiles in new groups have the variance of
    their effects.
    """
    made = beside_curves(fit, view, curves)
    of_new = kind in QUANTILES and groups == "new"
    if not (is_uncertain or of_new):
        return made
    found, degrees, at, is_curved = fit.found, fit.degrees, made.model, bool(fit.model.smooths)
    rows, profile = PredictedRows.of(found, np.asarray(view.model.rows.X), terms, groups, curves), profile_of(found)
    own = found.s2 / (1.0 if at.rows.precision is None else at.rows.precision)
    if of_new:
        precision = found.s2 / (own + found.s2 * rows.own(profile))
        return replace(made, model=replace(at, rows=replace(at.rows, precision=precision)))
    variance, df = found.s2 * rows.variances(profile), fit.t_df if is_curved else np.inf
    if not (is_curved or degrees is None or degrees.are_normal):
        df = degrees_of(found, degrees.curvatures, rows, variance + own if kind == "observation" else variance)
    whole = np.diag(np.append(np.zeros(len(made.estimate)), 1.0))
    made = _with_columns(made, np.sqrt(variance)[:, None], np.append(made.estimate, 0.0), whole)
    return replace(made, t_df=df, degrees=None)


def _with_columns(view: Any, Z: Floats, theta: Floats, covariance: Floats) -> Any:
    """The view with columns Z (n, t) beside those of the first linear predictor of its rows; the coefficients of these
    are the last of `theta` and of its covariance.
    """
    at = view.model
    old, p, t = at.predictor, np.shape(at.rows.X)[1], Z.shape[1]
    main = tuple(range(p)) if old.main is None else old.main
    predictor = replace(old, columns=p + t, main=(*main, *range(p, p + t)))
    first, size = len(main), len(theta) - t
    order = np.concatenate([np.arange(first), np.arange(size, size + t), np.arange(first, size)])
    X = np.column_stack([np.asarray(at.rows.X), Z])
    made = replace(at, predictor=predictor, rows=replace(at.rows, X=X), start=theta[order])
    return replace(view, model=made, estimate=theta[order], covariance=covariance[np.ix_(order, order)])


def beside_curves(fit: Any, view: Any, terms: Sequence[SmoothTerm]) -> Any:
    """The `view` of a mixed fit with the curves `terms` over its rows."""
    if not terms:
        return view
    found, at = fit.found, view.model
    if fit.model.has_scale:
        b, covariance = np.concatenate([curve.wiggly for curve in found.of_curves]), whole_covariance(found)
    else:
        b, covariance, _ = curve_parts(found)
    if fit.model.by_category:
        return _of_categories(fit, view, terms, np.concatenate([view.estimate, b]), covariance)
    size, n, Q = len(view.estimate), len(fit.estimate), len(b)
    own, first = fit.model.fixed.predictor.size_first, at.predictor.size_first
    places = np.arange(n) + np.where(np.arange(n) < own, 0, first - own)
    whole = np.zeros((size + Q, size + Q))
    whole[:size, :size], whole[size:, size:] = view.covariance, covariance[n:, n:]
    whole[places, size:] = covariance[:n, n:]
    whole[size:, places] = covariance[n:, :n]
    Z = np.column_stack([term.columns for term in terms])
    view = replace(view, model=replace(at, design=at.design.curved(fit.model.read.smooths)))
    return _with_columns(view, Z, np.concatenate([view.estimate, b]), whole)


def _of_categories(fit: Any, view: Any, terms: Sequence[SmoothTerm], theta: Floats, covariance: Floats) -> Any:
    """The same where each category has coefficients of its own, which stand together."""
    at = view.model
    made = beside(at, np.column_stack([term.columns for term in terms]))
    K, p, size = made.predictor.width, np.shape(at.rows.X)[1], len(fit.estimate)
    Q = made.predictor.columns - p
    order = np.concatenate([np.r_[a * p : (a + 1) * p, size + a * Q : size + (a + 1) * Q] for a in range(K)])
    made = replace(made, start=theta[order], design=at.design.curved(fit.model.read.smooths))
    return replace(view, model=made, estimate=theta[order], covariance=covariance[np.ix_(order, order)])


def all_columns(fit: Any, view: Any) -> Any:
    """The `view` of a mixed fit, of typical groups or of their population, with the columns of its curves;
    IncompatibleError where the rows of a normal outcome are not in memory.
    """
    if fit.model.smooths and fit.model.summed is not None:
        raise IncompatibleError(
            f"averages over the rows of {fit.model.title} need these in memory: its curves were summed where they are. "
            "predict(table) has the mean at any rows."
        )
    return beside_curves(fit, view, fit.model.smooths)
