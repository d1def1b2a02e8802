"""The fit of a mixed regression seen as fits of single rows, which answer as those of every other regression do.

    typical      eta = x'beta                                  effects of 0
    known        eta = x'beta + z'u_j                          the most probable effects of group j given its rows
    population   eta = (x'beta, R_1'z_1, R_2'z_2, ...)         effects integrated out (`latent/marginal_family.py`)

R_k is any square root of the covariance of the effects of term k: its entries are parameters beside the coefficients,
so that the delta method has the uncertainty of the variances in it. Of known groups

    Var(x'beta_hat + z'u_hat - z'u) = J C J' + z'K_j z,   J = d (x'beta + z'u_hat) / d theta

with C the covariance of all parameters and K_j that of the effects given the rows; J and the root of z'K_j z are
columns beside X. So are those of curves, B_k(x_k)'M_k, with the covariance of beta and b together, given the variances.
Source: Booth & Hobert, JASA 93 (1998), 262-272.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from stattools.data.design.design import Design
from stattools.data.design.latent_terms import RandomTerm, SmoothTerm
from stattools.errors import IncompatibleError
from stattools.inference.estimates import Estimates, Unsaved, lacks_rows
from stattools.interface.arrays import Floats
from stattools.latent.marginal_family import OverEffects
from stattools.models.mixed.marginal import beside
from stattools.models.mixed.mixed_model import MixedRegression
from stattools.models.model import Model
from stattools.solvers.mixed.marginal_maximum import MarginalMaximum, curve_parts
from stattools.solvers.mixed.maximum import whole_covariance


def typical(fit: Estimates) -> Estimates:
    """The fit for a group whose effects are 0: the coefficients as they are, conditional on the effects."""
    return Estimates(fit.model.fixed, fit.estimate, fit.covariance, fit.loglik, fit.solution, 1.0, fit.level)


def population(fit: Any) -> Estimates:
    """The fit for the population of groups: effects are integrated out."""
    model, found = fit.model, fit.found
    if not model.random:
        return typical(fit)
    fixed, random = model.fixed, model.random
    names, beside = list(fixed.terms), []
    for term in random:
        for k, name in enumerate(term.columns):
            if name not in names:
                names.append(name)
                beside.append((term, k))
    places = {name: k for k, name in enumerate(names)}
    of_effects = [tuple(places[name] for name in term.columns) for term in random for _ in term.columns]
    old, p = fixed.predictor, len(fixed.terms)
    main = tuple(range(p)) if old.main is None and len(names) > p else old.main
    predictor = replace(
        old, columns=len(names), width=old.width + len(of_effects), own=(*old.own, *of_effects), main=main
    )
    pairs = zip(found.marginal.to_effects, found.marginal.factors(found.at), strict=True)
    theta = np.concatenate([fit.estimate, *((back @ T).T.ravel() for back, T in pairs)])
    made = replace(
        fixed,
        likelihood=OverEffects(fixed.likelihood, len(of_effects)),
        predictor=predictor,
        rows=fixed.rows if not beside else replace(fixed.rows, X=_columns(model, beside)),
        design=_design(model, tuple(names)),
        start=theta,
    )
    return Estimates(made, theta, _with_roots(found), fit.loglik, fit.solution, 1.0, fit.level)


def _with_roots(found: MarginalMaximum) -> Floats:
    """The covariance of the coefficients and of all entries of the N_k T_k, column by column: linear in the entries of
    the T_k, whatever the covariance of the effects is.
    """

    def roots(theta: Floats) -> Floats:
        pairs = zip(found.marginal.to_effects, found.marginal.factors(theta), strict=True)
        return np.concatenate([(back @ T).T.ravel() for back, T in pairs])

    steps = np.eye(len(found.at))
    change = np.array([roots(found.at + step) - roots(found.at) for step in steps]).T
    return _covariance(found, change)


def _covariance(found: MarginalMaximum, change: Floats) -> Floats:
    """The covariance of the coefficients, and of what moves by `change` (k, t) with the coordinates of the climb."""
    of, p = found.marginal, len(found.estimate)
    whole = np.concatenate([of.to_fixed @ of.fixed_change(found.at), change])
    made = whole @ found.inverse @ whole.T
    made[:p, :p] += of.to_fixed @ of.fixed_spread(found.at) @ of.to_fixed.T
    return made


def _columns(model: MixedRegression, beside: list[tuple[RandomTerm, int]]) -> Any:
    """X with columns of random terms beside."""
    X = model.fixed.rows.X
    if lacks_rows(model):
        return Unsaved((len(X), X.shape[1] + len(beside)))
    return np.column_stack([np.asarray(X), *(term.z[:, k] for term, k in beside)])


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


def known(fit: Any, at: Model, terms: tuple[RandomTerm, ...], interval: bool) -> tuple[Estimates, Model]:
    """Of rows `at` of groups that the fit knows, whose random terms are `terms`."""
    found = fit.found
    shift = np.zeros(len(at.rows.X))
    for term, modes in zip(terms, found.modes, strict=True):
        shift = shift + np.einsum("iq,qi->i", term.z, modes[:, term.codes])
    rows = replace(at.rows, offset=shift if at.rows.offset is None else at.rows.offset + shift)
    if not interval:
        return typical(fit), replace(at, rows=rows)
    own = np.zeros(len(shift))
    slopes = np.zeros((len(shift), len(found.at)))
    for term, spread, slope in zip(terms, found.spreads, found.mode_slopes, strict=True):
        own += np.einsum("iq,qri,ir->i", term.z, spread[:, :, term.codes], term.z)
        slopes += np.einsum("iq,qti->it", term.z, slope[:, :, term.codes])
    return widened(fit, replace(at, rows=rows), slopes, own)


def new(fit: Any, at: Model, terms: tuple[RandomTerm, ...]) -> tuple[Estimates, Model]:
    """Of rows `at` of groups that nobody saw, whose effects are as uncertain as those of any group."""
    own = sum(((term.z @ root) ** 2).sum(axis=1) for term, root in zip(terms, fit.found.roots, strict=True))
    return widened(fit, at, np.zeros((len(at.rows.X), len(fit.found.at))), np.asarray(own))


def widened(fit: Any, at: Model, slopes: Floats, own: Floats) -> tuple[Estimates, Model]:
    """The rows with columns for what else is uncertain in their first linear predictor: its `slopes` (n, t) in all
    parameters of the fit beside those in the coefficients, and a variance of its `own`.
    """
    size, t = len(fit.estimate), slopes.shape[1]
    whole = np.zeros((size + t + 1, size + t + 1))
    whole[: size + t, : size + t] = _covariance(fit.found, np.eye(t))
    whole[-1, -1] = 1.0
    Z = np.column_stack([slopes, np.sqrt(np.maximum(own, 0.0))])
    return _with_columns(fit, at, Z, np.concatenate([fit.estimate, np.zeros(t + 1)]), whole)


def _with_columns(fit: Estimates, at: Model, Z: Floats, theta: Floats, covariance: Floats) -> tuple[Estimates, Model]:
    """The rows with columns Z (n, t) beside those of their first linear predictor; the coefficients of these are the
    last of `theta` and of its covariance.
    """
    old, p, t = at.predictor, np.shape(at.rows.X)[1], Z.shape[1]
    main = tuple(range(p)) if old.main is None else old.main
    predictor = replace(old, columns=p + t, main=(*main, *range(p, p + t)))
    first, size = len(main), len(theta) - t
    order = np.concatenate([np.arange(first), np.arange(size, size + t), np.arange(first, size)])
    X = np.column_stack([np.asarray(at.rows.X), Z])
    made = replace(at, predictor=predictor, rows=replace(at.rows, X=X), start=theta[order])
    C = covariance[np.ix_(order, order)]
    return Estimates(made, theta[order], C, fit.loglik, fit.solution, 1.0, fit.level), made


def beside_curves(fit: Any, view: Estimates, at: Model, terms: Sequence[SmoothTerm]) -> tuple[Estimates, Model]:
    """The `view` of a mixed regression's `fit` and its rows `at`, with the curves `terms` over these rows."""
    if not terms:
        return view, at
    b, covariance, _ = curve_parts(fit.found)
    if fit.model.by_category:
        return _of_categories(fit, at, terms, np.concatenate([view.estimate, b]), covariance)
    size, n, Q = len(view.estimate), len(fit.estimate), len(b)
    own, first = fit.model.fixed.predictor.size_first, at.predictor.size_first
    places = np.arange(n) + np.where(np.arange(n) < own, 0, first - own)
    whole = np.zeros((size + Q, size + Q))
    whole[:size, :size], whole[size:, size:] = view.covariance, covariance[n:, n:]
    whole[places, size:] = covariance[:n, n:]
    whole[size:, places] = covariance[n:, :n]
    Z = np.column_stack([term.columns for term in terms])
    at = replace(at, design=at.design.curved(fit.model.read.smooths))
    return _with_columns(fit, at, Z, np.concatenate([view.estimate, b]), whole)


def _of_categories(
    fit: Estimates, at: Model, terms: Sequence[SmoothTerm], theta: Floats, covariance: Floats
) -> tuple[Estimates, Model]:
    """The same where each category has coefficients of its own, which stand together."""
    made = beside(at, np.column_stack([term.columns for term in terms]))
    K, p, size = made.predictor.width, np.shape(at.rows.X)[1], len(fit.estimate)
    Q = made.predictor.columns - p
    order = np.concatenate([np.r_[a * p : (a + 1) * p, size + a * Q : size + (a + 1) * Q] for a in range(K)])
    made = replace(made, start=theta[order], design=at.design.curved(fit.model.read.smooths))
    C = covariance[np.ix_(order, order)]
    return Estimates(made, theta[order], C, fit.loglik, fit.solution, 1.0, fit.level), made


def along_curves(fit: Any, terms: Sequence[SmoothTerm], n: int) -> Floats:
    """What the wiggly parts of all curves add to the first linear predictor of n rows."""
    pairs = zip(terms, fit.found.of_curves, strict=True)
    return sum((term.columns @ curve.wiggly for term, curve in pairs), np.zeros(n))


def all_columns(fit: Estimates, view: Estimates) -> Estimates:
    """The `view` of a regression's fit, of typical groups or of their population, with the columns of its curves."""
    return beside_curves(fit, view, view.model, fit.model.smooths)[0]


def all_columns_of_normal(fit: Any) -> Estimates:
    """The fit of a normal outcome; IncompatibleError where its rows are not in memory."""
    model, found = fit.model, fit.found
    if model.summed is not None:
        raise IncompatibleError(
            f"averages over the rows of {model.title} need these in memory: its curves were summed where they are. "
            "predict(table) has the mean at any rows."
        )
    Z = np.column_stack([term.columns for term in model.smooths])
    theta = np.concatenate([fit.estimate, *(curve.wiggly for curve in found.of_curves)])
    at = replace(model.fixed, design=model.fixed.design.curved(model.read.smooths))
    view, _ = _with_columns(fit, at, Z, theta, whole_covariance(found))
    return replace(view, scale=fit.scale, t_df=fit.t_df, degrees=fit.degrees)
