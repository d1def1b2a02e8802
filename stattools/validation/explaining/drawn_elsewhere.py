"""Draws that somebody else made, in a DataTree or an InferenceData of ArviZ, beside our posterior of the same model.

    gap_j = (mean_j - reference mean_j) / sqrt(mcse_j^2 + reference mcse_j^2)

A mean is right within four Monte Carlo errors and 0.02 posterior standard deviations, a standard deviation within four
of its own and 5 %. Draws whose R-hat is above 1.01 have not seen the whole posterior, whatever their means are.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from stattools.bayes.posterior import posterior
from stattools.bayes.sampling.diagnostics import LARGEST_R_HAT
from stattools.bayes.sampling.draws import Posterior
from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.inference.arviz.datatree import convergence
from stattools.interface.arrays import Floats
from stattools.validation.claims.claim import Claim
from stattools.validation.claims.places import known_places
from stattools.validation.explaining.finding import Finding
from stattools.validation.foreign.attributes import attributes
from stattools.validation.posterior_agreement import PosteriorAgreement, moments_beside

ERRORS, MEANS, SDS = 4.0, 0.02, 0.05
MOST = 200
"""Entries of a variable beyond which it is one of rows, and no parameter."""
GROUPS = {"posterior": None}
DRAWN = {"data_vars": None, "dims": (), "coords": {}}
HOMES = ("xarray", "arviz", "arviz_base")
AXES = ("chain", "draw")


def is_drawn(results: Any) -> bool:
    """Whether an object has a group of draws from a posterior, or is one."""
    home = type(results).__module__.split(".")[0]
    return home in HOMES and _variables(results) is not None


def _variables(results: Any) -> Any:
    """The group of draws."""
    group = attributes(results, GROUPS).posterior
    group = results if group is None else group
    told = attributes(group, DRAWN)
    return group if told.data_vars is not None and set(AXES) <= set(told.dims) else None


def audit_draws(results: Any, model: Any, *, terms: Mapping[str, str] | None = None) -> PosteriorAgreement:
    """The means and standard deviations of somebody's draws beside those of our posterior, parameter by parameter.

    `model` is a posterior, `st.posterior(model, prior=...)`, under the priors that those draws should have, or a model,
    of which the posterior under default priors is drawn. Raises DomainError where no name is a parameter's.
    """
    if model is None:
        raise DomainError(
            "audit compares draws with a posterior of ours: st.audit(tree, model), or st.posterior(model)."
        )
    ours = model if isinstance(model, Posterior) else posterior(model)
    if not isinstance(ours, Posterior):
        raise IncompatibleError(
            "draws are compared with draws, and the posterior of this model has a closed form. Ask for "
            'st.posterior(model, prior=..., method="nuts").'
        )
    labels, draws = _entries(_variables(results))
    place = _places(labels, ours, terms)
    judged, left = np.flatnonzero(place >= 0), [labels[k][0] for k in np.flatnonzero(place < 0)]
    if not len(judged):
        raise DomainError(
            f"the draws have {', '.join(quoted(label[0]) for label in labels[:8])}, none of them a parameter of the "
            f"model: {', '.join(map(quoted, ours.names))}. Say which is which: terms={{theirs: ours}}."
        )
    told = (
        "the posterior given"
        if isinstance(model, Posterior)
        else f"default priors: {'; '.join(str(ours.priors).splitlines())}"
    )
    return _beside(draws[..., judged], ours, place[judged], told, left)


def _beside(draws: Floats, ours: Posterior, place: Any, told: str, left: list[str]) -> PosteriorAgreement:
    """The verdict on draws (chains, draws, q) of these parameters."""
    names = [ours.names[k] for k in place]
    checked = convergence(draws)
    flat = draws.reshape(-1, draws.shape[-1])
    mean, sd = flat.mean(axis=0), flat.std(axis=0, ddof=1)
    right, right_sd = ours.mean[place], ours.sd[place]
    spread = np.where(right_sd > 0, right_sd, 1.0)
    error = np.hypot(checked["mcse"], ours.diagnostics.mcse[place]) / spread
    worth = (
        np.minimum(checked["ess_bulk"], checked["ess_tail"]),
        np.minimum(ours.diagnostics.ess_bulk, ours.diagnostics.ess_tail)[place],
    )
    gap, ratio = (mean - right) / spread, sd / spread
    loose = SDS + ERRORS * np.sqrt(0.5 / np.maximum(worth[0], 1.0) + 0.5 / np.maximum(worth[1], 1.0))
    off, wide = np.abs(gap) > MEANS + ERRORS * error, np.abs(ratio - 1.0) > loose
    findings = [*_unsettled(names, checked["r_hat"])]
    findings += [_off(names[k], mean[k], right[k], gap[k] / error[k], gap[k]) for k in np.flatnonzero(off)]
    findings += [_wide(names[k], sd[k], right_sd[k]) for k in np.flatnonzero(wide & ~off)]
    if left:
        words = (
            f"{', '.join(map(quoted, left[:6]))}{' and more' if len(left) > 6 else ''} are no parameters of the model."
        )
        findings.append(Finding("not judged", words, "Say which they are: terms={theirs: ours}.", serious=False))
    serious = [one for one in findings if one.serious]
    how = f"our posterior of {ours.model.title} ({told})"
    largest = float(np.max(np.abs(gap) / error))
    if serious:
        sentence = f"The draws are not right: {'; '.join(one.cause for one in serious)}. Compared with {how}."
    else:
        sentence = (
            f"The draws are right: {len(names)} means within {max(largest, 0.1):.1f} Monte Carlo errors of {how}, "
            f"standard deviations within {np.abs(ratio - 1.0).max():.1%}."
        )
    rows = moments_beside(names, mean, sd, right, right_sd, gap, ratio, error)
    rows["r_hat"] = checked["r_hat"]
    return PosteriorAgreement(rows, how, not serious, sentence, findings=tuple(findings))


def _entries(group: Any) -> tuple[list[tuple[str, ...]], Floats]:
    """The scalars of a group, each by the names that it may have, and their draws (chains, draws, q)."""
    labels: list[tuple[str, ...]] = []
    columns: list[Floats] = []
    for name, variable in group.data_vars.items():
        axes = [axis for axis in variable.dims if axis not in AXES]
        values = np.asarray(variable.transpose(*AXES, *axes), dtype=float)
        shape = values.shape[2:]
        if int(np.prod(shape)) > MOST:
            continue
        for index in np.ndindex(*shape):
            said = [str(np.asarray(variable.coords[axis])[k]) if axis in variable.coords else str(k)
                    for axis, k in zip(axes, index, strict=True)]  # fmt: skip
            whole = f"{name}[{', '.join(said)}]" if said else str(name)
            labels.append((whole, *said) if len(said) == 1 else (whole,))
            columns.append(values[(slice(None), slice(None), *index)])
    if not columns:
        raise DomainError("the posterior of these draws has no variable of a few entries; got none to compare.")
    draws = np.stack(columns, axis=-1)
    if not np.isfinite(draws).all():
        worst = labels[int(np.argmin(np.isfinite(draws).all(axis=(0, 1))))][0]
        raise DomainError(f"audit needs draws that are numbers; {worst} has NaN or infinite ones.")
    return labels, draws


def _places(labels: list[tuple[str, ...]], ours: Posterior, terms: Mapping[str, str] | None) -> Any:
    """The parameter of ours that each scalar is, by any of its names; -1 for none."""
    place = np.full(len(labels), -1)
    for position in range(2):
        rest = [k for k in np.flatnonzero(place < 0) if len(labels[k]) > position]
        if rest:
            claim = Claim("the posterior", tuple(labels[k][position] for k in rest), {})
            place[rest] = known_places(claim, ours, terms if position == 0 else None).ours
    return place


def _unsettled(names: list[str], r_hat: Floats) -> list[Finding]:
    bad = np.flatnonzero(r_hat > LARGEST_R_HAT)
    if not len(bad):
        return []
    worst = int(bad[np.argmax(r_hat[bad])])
    words = f"R-hat is {r_hat[worst]:.3f} for {names[worst]}, above {LARGEST_R_HAT}: the chains disagree."
    return [Finding("not converged", words, "Draw more, and tune longer.")]


def _off(name: str, mean: float, right: float, errors: float, gap: float) -> Finding:
    words = f"Its mean is {mean:.6g} and should be {right:.6g}: {errors:+.1f} Monte Carlo errors, {gap:+.2g} sd."
    return Finding(f"the mean of {name}", words, "Compare priors, columns and their coding, and the likelihood.")


def _wide(name: str, sd: float, right: float) -> Finding:
    words = f"Its standard deviation is {sd:.6g} and should be {right:.6g}, {sd / right:.3g} times that."
    return Finding(f"the standard deviation of {name}", words, "Compare priors, weights and the likelihood.")
