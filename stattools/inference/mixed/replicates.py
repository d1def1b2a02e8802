"""Replicates of a mixed model: outcomes drawn from the fit, and fitted anew.

    y* = X beta_hat + sum_k Z_k u*_k + e*,   u* ~ N(0, Sigma_hat),   e* ~ N(0, sigma_hat^2 / precision)

Of other outcomes y* ~ p(y | x'beta_hat + z'u*). Replicates of linear models of one grouping are climbed all at once. Of
other linear models the sums over rows of many outcomes are made in
one pass, with those of the columns that all share, and each replicate is then fitted as the fit was. Source: Davison &
Hinkley, Bootstrap Methods and their Application (1997).

Many linear mixed models of one grouping factor fitted at once, for `st.fit_many`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from stattools.errors import REFUSALS, IncompatibleError, StattoolsError
from stattools.inference.prediction.predict import outcomes
from stattools.interface.arrays import Floats
from stattools.interface.units import LARGEST_VARIANCE, SMALLEST_VARIANCE
from stattools.latent.blocks import LatentColumns
from stattools.latent.deviance import MOST, Deviance
from stattools.latent.elimination import structure_of
from stattools.solvers.batches import Members
from stattools.solvers.mixed.maximum import MixedMaximum, proven_maximum, stacked_maxima
from stattools.solvers.mixed.null import again, with_outcome

EFFECTS = 2
"""Effects of a group up to which models are stacked."""

STACKED_ENTRIES = 200_000
"""Sums over groups that are looked at at a time: arrays of 1.6 MB."""


def stacked_mixed(models: Sequence[Any], found: Members) -> Floats:
    """Put the fits of the models that can be climbed at once, and return the degrees of freedom (m, p) of all of them,
    which are infinite where a model has no numbers yet.
    """
    df = np.full(found.estimate.shape, np.inf)
    widths: list[Any] = [one.widths_of_one_group for one in models]
    kind = widths[0]
    if kind is None or sum(kind) > EFFECTS:
        return df
    each = sums_of_a_group(df.shape[1], kind)
    weighted = models[0].precision is not None
    alike = [own == kind and (one.precision is not None) == weighted for own, one in zip(widths, models, strict=True)]
    groups = np.array([one.random[0].n_levels if fits else 0 for one, fits in zip(models, alike, strict=True)])
    order = np.argsort(groups, kind="stable")
    rows = np.array([len(one.y) for one in models])
    told = (groups > 1) & (groups * max(kind) < rows)  # the others are refused by their own fits, with the reason
    order = order[told[order] & (groups[order] * each <= MOST)]
    while len(order):
        J = groups[order[-1]]
        chunk = order[-max(1, STACKED_ENTRIES // int(each * J)) :]
        chunk = chunk[2 * groups[chunk] >= J]
        order = order[: -len(chunk)]
        best = stacked_maxima([_rows(models[k]) for k in chunk.tolist()], kind)
        variance = np.diagonal(best.covariance, axis1=1, axis2=2)
        sure = ~best.doubtful & ((variance > SMALLEST_VARIANCE) & (variance < LARGEST_VARIANCE)).all(axis=1)
        n = np.array([len(models[k].y) for k in chunk.tolist()], dtype=float)
        parts = (best.estimate, best.covariance, best.loglik, best.scale, best.decrement, n)
        found.put(chunk[sure], Members(*(part[sure] for part in parts)))
        df[chunk[sure]] = best.df[sure]
    return df


def sums_of_a_group(p: int, widths: tuple[int, ...]) -> int:
    """How many numbers a group brings to a model with p columns."""
    return (p + 1) * (p + 2) // 2 * (4 if sum(widths) > 1 else 1)


def _rows(model: Any) -> tuple[Floats, Floats, Floats, Floats | None, Any]:
    terms = model.random
    z = terms[0].z if len(terms) == 1 else np.concatenate([term.z for term in terms], axis=1)
    return model.X, model.y, z, model.precision, terms[0].codes


ENTRIES = 2_000_000
"""So many outcomes are drawn at a time: arrays of 16 MB."""

AT_ONCE = 200
"""Replicates whose sums are made together: with more, products of outcomes with each other, which nobody needs, cost
more than reading the rows again.
"""


def varying(found: Any) -> tuple[tuple[str, ...], Floats]:
    """The standard deviations of effects, and of the residual where there is one, with their names."""
    names = [f"sd({name} | {term.group})" for term in found.model.random for name in term.columns]
    if found.model.has_scale:
        return (*names, "sigma"), deviations(found.roots, found.s2)
    return tuple(names), deviations(found.roots)


def deviations(roots: Sequence[Floats], s2: float | None = None) -> Floats:
    """The standard deviations of effects with covariances R R', and of the residual."""
    sds = [np.sqrt((root**2).sum(axis=1)) for root in roots]
    return np.concatenate(sds if s2 is None else [*sds, [np.sqrt(s2)]])


def normal_outcomes(found: MixedMaximum, m: int, random: np.random.Generator) -> Floats:
    """m outcomes (m, n) of a fitted linear model."""
    model = found.model
    Y = np.broadcast_to(model.X @ found.beta, (m, len(model.y))).copy()
    for term, root in zip(model.random, found.roots, strict=True):
        effects = random.standard_normal((m, term.n_levels, root.shape[1])) @ root.T
        Y += np.einsum("miq,iq->mi", effects[:, term.codes], term.z)
    noise = random.standard_normal(Y.shape) * np.sqrt(found.s2)
    return Y + (noise if model.precision is None else noise / np.sqrt(model.precision))


def drawn_outcomes(model: Any, estimate: Floats, roots: Any, m: int, random: np.random.Generator) -> Iterator[Floats]:
    """m outcomes of another model with these coefficients, and roots of the covariances of its effects."""
    model.require_groups_alone("drawing outcomes")
    fixed = model.fixed
    if fixed.rows.weight is not None and not (fixed.rows.weight == 1).all():
        raise IncompatibleError("outcomes are drawn one a row, and weights= say more. Repeat the rows.")
    eta = fixed.eta(estimate)
    for _ in range(m):
        moved = eta.copy()
        first = moved if moved.ndim == 1 else moved[:, 0]
        for term, root in zip(model.random, roots, strict=True):
            effects = random.standard_normal((term.n_levels, root.shape[1])) @ root.T
            first += np.einsum("iq,iq->i", effects[term.codes], term.z)
        yield outcomes(fixed, moved, 1.0, 1, random)[0]


def replicates(
    model: Any, kind: str, asked: int, random: np.random.Generator, whole: object
) -> tuple[Floats, dict[int, str]]:
    """Coefficients and standard deviations (k, p + s) of the replicates that have a maximum, and why the others have
    none. IncompatibleError for a bootstrap of single rows, and of a model with curves.
    """
    model.require_groups_alone("the bootstrap of a mixed model")
    if kind != "parametric":
        raise IncompatibleError(
            f"kind={kind!r} draws rows one by one, and rows of {model.title} share effects of their groups: use "
            f"kind='parametric', which draws effects and {'residuals' if model.has_scale else 'outcomes'} from the fit."
        )
    made = list((_of_normal if model.has_scale else _of_family)(whole, asked, random))
    kept = [one for one in made if not isinstance(one, str)]
    reasons = {k: one for k, one in enumerate(made) if isinstance(one, str)}
    return np.array(kept).reshape(len(kept), -1), reasons


def _of_normal(whole: Any, asked: int, random: np.random.Generator) -> Iterator[Floats | str]:
    chunk = max(1, min(AT_ONCE, ENTRIES // len(whole.model.y)))
    for start in range(0, asked, chunk):
        yield from _refitted(whole.found, normal_outcomes(whole.found, min(chunk, asked - start), random))


def _of_family(whole: Any, asked: int, random: np.random.Generator) -> Iterator[Floats | str]:
    for y in drawn_outcomes(whole.model, whole.estimate, whole.found.roots, asked, random):
        try:
            found = again(whole.found, with_outcome(whole.model, y))
        except REFUSALS as error:
            yield error.message
            continue
        yield np.concatenate([found.estimate, deviations(found.roots)])


def _refitted(found: MixedMaximum, Y: Floats) -> Iterator[Floats | str]:
    """The estimates of each of the outcomes (m, n), or why there are none."""
    estimates = _together(found, Y)
    alone = _one_by_one(found, Y[np.isnan(estimates[:, 0])])
    for estimate in estimates:
        yield next(alone) if np.isnan(estimate[0]) else estimate


def _together(found: MixedMaximum, Y: Floats) -> Floats:
    """The estimates (m, p + s) of models of one grouping with one or two effects of each group, which are climbed at
    once; NaN for other models, and for members in doubt.
    """
    model, kind = found.model, found.model.widths_of_one_group
    p, first = len(found.beta), model.random[0]
    estimates = np.full((len(Y), p + sum(found.structure.widths) + 1), np.nan)
    if kind is None or sum(kind) > EFFECTS or first.n_levels * sums_of_a_group(p, kind) > MOST:
        return estimates
    order = np.argsort(first.codes, kind="stable")
    z = np.concatenate([term.z for term in model.random], axis=1)[order]
    precision = None if model.precision is None else model.precision[order]
    X, codes = model.X[order], first.codes[order]
    few = max(1, STACKED_ENTRIES // (first.n_levels * sums_of_a_group(p, kind)))
    for start in range(0, len(Y), few):
        members = [(X, y[order], z, precision, codes) for y in Y[start : start + few]]
        best = stacked_maxima(members, kind, reml=found.reml)
        each = np.column_stack([best.estimate, best.effects, best.scale])
        estimates[start : start + few] = np.where(best.doubtful[:, None], np.nan, each)
    return estimates


def _one_by_one(found: MixedMaximum, Y: Floats) -> Iterator[Floats | str]:
    """The estimates of each outcome, one after the other, from sums over rows that are made in one pass."""
    way, columns, of = found.coordinates, found.coordinates.columns, found.deviance
    root = 1.0 if found.model.precision is None else np.sqrt(found.model.precision)
    Q = columns.W[:-1]
    gram = np.linalg.inv(Q @ Q.T)
    R = (Y - found.model.X @ found.beta) * root
    first = (R @ Q.T) @ gram
    R = R - first @ Q
    units = np.sqrt(np.mean(R**2, axis=1))
    p = len(Q)
    rows = LatentColumns(np.concatenate([Q, R / units[:, None]]), columns.codes, columns.sizes, columns.z)
    together = structure_of(rows)
    for k, unit in enumerate(units.tolist()):
        one = Deviance(together.with_columns([*range(p), p + k]), of.n, of.p, of.reml)
        try:
            best, _ = proven_maximum(one, None, "auto")
        except StattoolsError as error:
            yield error.message
            continue
        if not best.converged:
            yield "the likelihood is nearly flat in the variances"
            continue
        at, s2 = best.profile, best.profile.s2 * unit**2
        beta = found.beta + way.to_beta @ (first[k] + unit * at.b)
        roots = [np.sqrt(s2) * back @ T for back, T in zip(way.to_effects, at.factors, strict=True)]
        yield np.concatenate([beta, deviations(roots, s2)])
