"""The fit of a mixed regression seen as fits of single rows, which answer as those of every other regression do.

    typical      eta = x'beta                                  effects of 0
    known        eta = x'beta + z'u_j                          the most probable effects of group j given its rows
    population   eta = (x'beta, R_1'z_1, R_2'z_2, ...)         effects integrated out (`latent/averaging.py`)

R_k is any square root of the covariance of the effects of term k, so that R_k'z is linear in its entries: these are
parameters beside the coefficients, with the covariance that the fit gives all of them, and the delta method over them
has the uncertainty of the variances in it. Of known groups the linear predictor is uncertain by

    Var(x'beta_hat + z'u_hat - z'u) = J C J' + z'K_j z,   J = d (x'beta + z'u_hat) / d theta

C being the covariance of all parameters and K_j that of the effects given the rows. Both are columns beside X: those of
J beside x and the root of z'K_j z, with coefficients that are 0. Source: Booth & Hobert, JASA 93 (1998), 262-272.
"""

from __future__ import annotations

from dataclasses import field, replace
from typing import Any

import numpy as np

from stattools.data.random_term import RandomTerm
from stattools.inference.fitted import Fit
from stattools.inference.storage.unsaved import Unsaved, lacks_rows
from stattools.interface.arrays import Floats
from stattools.interface.record import record
from stattools.latent.averaging import OverEffects
from stattools.models.any_model import AnyModel
from stattools.models.model import Model


@record
class InColumns(AnyModel):
    """The likelihood with effects integrated out, as one of the coefficients in the user's columns, whose `names` it
    has, and of the entries of the T_k.
    """

    marginal: Any
    names: tuple[str, ...] = field()  # type: ignore[assignment]
    title: str = field()  # type: ignore[assignment]

    @classmethod
    def of(cls, fit: Any) -> Fit:
        """The fit of it, which has profiles."""
        found, made = fit.found, cls(fit.found.marginal, fit.names, fit.model.title)
        theta = made.standardized()[1] @ found.at
        return Fit(made, theta, found.inverse, fit.loglik, fit.solution, 1.0, fit.level)

    def standardized(self) -> tuple[Any, Floats]:
        """The likelihood in its own coordinates, and the map to these."""
        T, p = np.eye(len(self.marginal.names)), len(self.names)
        T[:p, :p] = self.marginal.to_fixed
        return self.marginal, T


def typical(fit: Any) -> Fit:
    """The fit for a group whose effects are 0: the coefficients as they are, conditional on the effects."""
    return Fit(fit.model.fixed, fit.estimate, fit.covariance, fit.loglik, fit.solution, 1.0, fit.level)


def population(fit: Any) -> Fit:
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
    return Fit(made, theta, _with_roots(found), fit.loglik, fit.solution, 1.0, fit.level)


def _with_roots(found: Any) -> Floats:
    """The covariance of the coefficients and of all entries of the N_k T_k, column by column: linear in the entries of
    the T_k, whatever the covariance of the effects is.
    """

    def roots(theta: Floats) -> Floats:
        pairs = zip(found.marginal.to_effects, found.marginal.factors(theta), strict=True)
        return np.concatenate([(back @ T).T.ravel() for back, T in pairs])

    steps = np.eye(len(found.at))
    change = np.array([roots(found.at + step) - roots(found.at) for step in steps]).T
    return _covariance(found, change)


def _covariance(found: Any, change: Floats) -> Floats:
    """The covariance of the coefficients, and of what moves by `change` (k, t) with the coordinates of the climb."""
    of, p = found.marginal, len(found.estimate)
    whole = np.concatenate([of.to_fixed @ of.fixed_change(found.at), change])
    made = whole @ found.inverse @ whole.T
    made[:p, :p] += of.to_fixed @ of.fixed_spread(found.at) @ of.to_fixed.T
    return made


def _columns(model: Any, beside: list[tuple[RandomTerm, int]]) -> Any:
    """X with columns of random terms beside."""
    X = model.fixed.rows.X
    if lacks_rows(model):
        return Unsaved((len(X), X.shape[1] + len(beside)))
    return np.column_stack([np.asarray(X), *(term.z[:, k] for term, k in beside)])


def _design(model: Any, names: tuple[str, ...]) -> Any:
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


def known(fit: Any, at: Model, terms: tuple[RandomTerm, ...], interval: bool) -> tuple[Fit, Model]:
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


def new(fit: Any, at: Model, terms: tuple[RandomTerm, ...]) -> tuple[Fit, Model]:
    """Of rows `at` of groups that nobody saw, whose effects are as uncertain as those of any group."""
    own = sum(((term.z @ root) ** 2).sum(axis=1) for term, root in zip(terms, fit.found.roots, strict=True))
    return widened(fit, at, np.zeros((len(at.rows.X), len(fit.found.at))), np.asarray(own))


def widened(fit: Any, at: Model, slopes: Floats, own: Floats) -> tuple[Fit, Model]:
    """The rows with columns for what else is uncertain in their first linear predictor: its `slopes` (n, t) in all
    parameters of the fit beside those in the coefficients, and a variance of its `own`.
    """
    found, old, p = fit.found, at.predictor, np.shape(at.rows.X)[1]
    t = slopes.shape[1]
    beside = np.arange(p, p + t + 1)
    main = tuple(range(p)) if old.main is None else old.main
    predictor = replace(old, columns=p + t + 1, main=(*main, *beside.tolist()))
    first, size = len(main), len(fit.estimate)
    order = np.concatenate([np.arange(first), np.arange(size, size + t + 1), np.arange(first, size)])
    whole = np.zeros((size + t + 1, size + t + 1))
    whole[: size + t, : size + t] = _covariance(found, np.eye(t))
    whole[-1, -1] = 1.0
    X = np.column_stack([np.asarray(at.rows.X), slopes, np.sqrt(np.maximum(own, 0.0))])
    theta = np.concatenate([fit.estimate, np.zeros(t + 1)])[order]
    made = replace(at, predictor=predictor, rows=replace(at.rows, X=X), start=theta)
    return Fit(made, theta, whole[np.ix_(order, order)], fit.loglik, fit.solution, 1.0, fit.level), made
