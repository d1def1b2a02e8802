"""The fit of a linear mixed model as a page: fixed effects, what varies between groups, and the certificate.

The fit of a regression with random effects as a page: coefficients, what varies between groups, how good the
integral over effects is, and the certificate.

What is proven of the maximum of a mixed model, in sentences: how near, whether the highest, why at a boundary.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.errors import IncompatibleError
from stattools.inference.page import coefficients
from stattools.interface.when_needed import pd
from stattools.likelihoods.likelihood import is_concave
from stattools.models.mixed.marginal import is_integrated
from stattools.models.questions import told
from stattools.text.columns import number
from stattools.text.page import Grid, Page

FALL = "−2 log L"


def within(found: Any, what: str) -> str:
    """How near a solution is to a maximum, and in how many steps, where these are more than round-off decides."""
    bound = f"{max(found.decrement, 1e-8):.0e}".replace("e-0", "e-")
    steps = f", {found.steps} steps" if found.steps > 1 else ""
    reached = "" if found.status == "converged" else ", the limit of float64 on these data"
    return f"Within {bound} standard errors of {what}{reached} (Newton{steps})"


def certificate(fit: Any) -> str:
    """The decrement, the global proof or that it is local, and the conditions at variances of 0."""
    proof = fit.found.proof
    what = "a local maximum" if proof is None else "the maximum"
    said = [within(fit.found.maximum, what) + _global(proof) + "."]
    if proof is not None and len(proof.maxima) > 1:
        frame = local_maxima(fit)
        term = fit.model.varying[0].name
        rest = ", ".join(
            f"sd {number(sd)} ({number(v, 4)})" for sd, v in zip(frame["sd"], frame["deviance"], strict=True)
        )
        said.append(f"The likelihood has {len(frame)} local maxima, of {term}: {rest} of {FALL}.")
    return " ".join([*said, *_boundary(fit)])


def _global(proof: Any) -> str:
    if proof is None:
        return ""
    gap = f"{proof.gap:.0e}".replace("e-0", "e-") if proof.gap < 1e-3 else number(proof.gap, 2)
    beside = "" if proof.closed else " while the residual has more than 1e-4 of the variance"
    beside += f", where the search was ended after {proof.points:,} points" if proof.gap >= 1e-3 else ""
    return f"; no point is better by more than {gap} in {FALL}{beside}"


def _boundary(fit: Any) -> list[str]:
    """A sentence for each term that has an effect without variance: the conditions of a maximum there, as a number."""
    found, said = fit.found, []
    which = "a local maximum" if found.proof is None else "the maximum"
    terms = zip(fit.model.varying, found.profile.factors, found.maximum.least, found.to_effects, strict=True)
    for term, T, least, back in terms:
        if not np.isfinite(least):
            continue
        if len(T) == 1:
            slope = number(max(least, 0.0) / float(back[0, 0]) ** 2, 3)
            said.append(
                f"The sd of {term.name} is 0, and 0 is {which}: {FALL} rises from there, by {slope} for each unit of "
                "the ratio of its variance to that of the residual."
            )
            continue
        rank = int(np.linalg.matrix_rank(T, tol=1e-10))
        said.append(
            f"The covariance of {term.name} has rank {rank} of {len(T)}, and that is {which}: {FALL} does not fall in "
            f"any direction that is missing (smallest eigenvalue of its derivative there {number(max(least, 0.0), 3)})."
        )
    return said


def local_maxima(fit: Any) -> pd.DataFrame:
    """sd, residual, deviance, one row for each local maximum, the highest first: see `LinearMixedFit.local_maxima`."""
    proof, found = fit.found.proof, fit.found
    if proof is None or not proof.maxima:
        raise IncompatibleError(
            "local_maxima lists those of a model with one ratio of variances, one term of one effect; this fit has "
            f"{' + '.join(term.name for term in fit.model.varying)}. fit.certificate says what is proven of its maximum"
        )
    rows = []
    for one in proof.maxima:
        at = found.deviance.at(np.array([np.sqrt(one.ratio)]))
        residual = float(np.sqrt(at.s2)) * found.coordinates.unit
        sd = abs(float(found.to_effects[0][0, 0])) * np.sqrt(one.ratio) * residual
        rows.append((float(sd), residual, at.value))
    return pd.DataFrame(rows, columns=["sd", "residual", "deviance"])


def page(fit: Any) -> Page:
    """The page that `print(fit)` shows."""
    title, *rest = told(fit.model)
    by = "restricted maximum likelihood" if fit.reml else "maximum likelihood"
    return Page(f"{title} by {by}", *rest, "", coefficients(fit), "", *effects(fit), *_foot(fit))


def effects(fit: Any) -> list[Grid | str]:
    """The curves of a fit, and what varies between groups, where there are any."""
    curves = [_curves(fit), ""] if fit.model.smooths else []
    return [*curves, components(fit), ""] if fit.model.random or fit.model.has_scale else curves


def _curves(fit: Any) -> Grid:
    """Effective degrees of freedom and penalty of each curve."""
    rows = [
        [one.term.name, number(one.edf), str(one.term.k), "∞" if np.isinf(one.penalty) else number(one.penalty)]
        for one in fit.found.of_curves
    ]
    return Grid(["curve", "edf", "k", "λ"], rows, "lrrr")


def components(fit: Any) -> Grid:
    """Standard deviations and correlations of the effects, one row for each effect."""
    found, rows, widest = fit.found, [], 0
    for term, covariance in zip((*fit.model.random, *fit.model.smooths), found.covariances, strict=False):
        sd = covariance.diagonal() ** 0.5
        for i, name in enumerate(term.effect_names):
            both = [sd[i] * sd[j] for j in range(i)]
            beside = [f"{covariance[i, j] / one:.3f}" if one > 0.0 else "—" for j, one in enumerate(both)]
            rows.append([term.group if i == 0 else "", name, number(sd[i]), *beside])
            widest = max(widest, i)
    if fit.model.has_scale:
        rows.append(["Residual", "", number(fit.scale)])
    rows = [row + [""] * (3 + widest - len(row)) for row in rows]
    head = ["group", "effect", "sd", *(["correlation"] + [""] * (widest - 1) if widest else [])]
    return Grid(head, rows, "ll" + "r" * (1 + widest))


def _foot(fit: Any) -> list[str]:
    which = "restricted log-likelihood" if fit.reml else "log-likelihood"
    line = f"{which} {fit.loglik:.4f}   AIC {fit.aic:.2f}   BIC {fit.bic:.2f}"
    return [line, certificate(fit), *fit.model.remarks, *_source(fit)]


SOURCES = {
    "satterthwaite": "Standard errors: the variances taken as known. t: Satterthwaite's degrees of freedom.",
    "residual": "Standard errors: the variances taken as known. t: rows less effective degrees of freedom.",
    "kenward-roger": "Standard errors and degrees of freedom: Kenward and Roger, adjusted for estimated variances.",
}

NOT_KNOWN = (
    "The likelihood is flat along a combination of the variances, so that Satterthwaite's degrees of freedom are not "
    "known: tests and intervals are normal, which is too sure where groups are few."
)


def _source(fit: Any) -> list[str]:
    normal = "Standard errors: the variances taken as known."
    lines = [f"{normal if fit.degrees is None else SOURCES[fit.degrees.kind]} Intervals: {fit.level:.4g}, Wald."]
    if fit.degrees is not None and fit.degrees.are_normal:
        return [f"{normal} {NOT_KNOWN} Intervals: {fit.level:.4g}, Wald."]
    if fit.degrees is not None and fit.degrees.without:
        terms = " and ".join(fit.degrees.without)
        lines.append(f"A variance of {terms} is 0: the degrees of freedom are those of the model without it.")
    return lines


MUCH = 0.1
"""An integral that moves a parameter by more standard errors than this is not good enough for what is printed."""

KINDS = {"quadrature": "adaptive Gauss-Hermite quadrature", "Laplace": "Laplace's approximation"}


def regression_page(fit: Any) -> Page:
    """The page that `print(fit)` shows."""
    title, *rest = told(fit.model)
    which = "restricted " if fit.model.smooths else ""
    line = f"{which}log-likelihood {fit.loglik:.4f}   AIC {fit.aic:.2f}   BIC {fit.bic:.2f}"
    foot = [line, integral_line(fit), regression_certificate(fit), *fit.model.fixed.remarks, *fit.model.remarks]
    known = "taken as known" if fit.model.smooths else "estimated too"
    foot += [f"Standard errors: inverse information, variances {known}. Intervals: {fit.level:.4g}, Wald."]
    if fit.model.random:
        foot.append("Coefficients are those of a group whose effects are 0, not averages over groups.")
    return Page(f"{title} by {which}maximum likelihood", *rest, "", coefficients(fit), "", *effects(fit), *foot)


def integral_line(fit: Any) -> str:
    """How the effects were integrated out, and how far a better integral moves the parameters."""
    of = fit.integral
    said = f"Effects integrated out by {KINDS[of.kind]}"
    if of.kind == "quadrature":
        said += f", {of.nodes} nodes"
    worst = f"{number(rounded_up(of.worst), 1)} standard errors".replace("e-0", "e-")
    if of.worst <= MUCH:
        return f"{said}: within {worst} of the exact integral's estimates."
    way = "take fewer random parts, more rows for each group, or st.posterior(model)"
    if of.kind == "Laplace" and not fit.model.smooths and is_integrated(fit.model.random):
        way = "leave integral='laplace' out, so that quadrature makes it"
    return f"{said}. That is not good enough: a better integral moves a parameter by about {worst}; {way}."


def rounded_up(error: float) -> float:
    """An error to one digit, never to a smaller one; 1e-8 at least.

    >>> rounded_up(1.5e-7), rounded_up(0.02), rounded_up(0.0)
    (2e-07, 0.02, 1e-08)
    """
    error = max(error, 1e-8)
    digit = 10.0 ** np.floor(np.log10(error)) if np.isfinite(error) else 1.0
    return float(f"{np.ceil(error / digit - 1e-9) * digit:.1g}")


def regression_certificate(fit: Any) -> str:
    """The decrement, that the maximum is a local one, why there is one, and variances that are 0."""
    only = ""
    if is_concave(fit.model.likelihood) and fit.found.said.kind == "quadrature":
        only = ", the only one with these variances"
    return " ".join(filter(None, [curved_certificate(fit, only), fit._existence, *_regression_boundary(fit)]))


def curved_certificate(fit: Any, only: str = "") -> str:
    """The decrement, and what is known of other maxima."""
    said = f"{within(fit.found, 'a local maximum')}{only}."
    return f"{said} The likelihood is not concave in the variances: {_of_others(fit)}"


def _of_others(fit: Any) -> str:
    """What is known of other local maxima, which are looked for along the standard deviation of one curve."""
    maxima = fit.found.maxima
    if not maxima:
        return "a higher maximum is not excluded."
    term = fit.model.smooths[0].name
    if len(maxima) == 1:
        return f"a search along the variance of {term} found no other maximum."
    each = ", ".join(f"λ {number(1.0 / sd**2 if sd else np.inf)} ({loglik:.4f})" for sd, loglik in maxima)
    return f"there are {len(maxima)} local maxima of {term}, of which this is the highest: {each}."


def _regression_boundary(fit: Any) -> list[str]:
    """A sentence for each term that has an effect without variance."""
    said = []
    for term, root in zip(fit.model.random, fit.found.roots, strict=True):
        rank = int(np.linalg.matrix_rank(root, tol=1e-10 * max(float(np.abs(root).max()), 1e-300)))
        if rank == len(root):
            continue
        what = f"The sd of {term.name} is 0"
        if len(root) > 1:
            what = f"The covariance of {term.name} has rank {rank} of {len(root)}"
        said.append(f"{what}, the edge of its range: the log-likelihood does not rise from there.")
    return said
