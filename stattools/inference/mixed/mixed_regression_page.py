"""The fit of a regression with random effects as a page: coefficients, what varies between groups, how good the
integral over effects is, and the certificate.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from stattools.inference.mixed.mixed_certificate import within
from stattools.inference.mixed.page import effects
from stattools.inference.summary import coefficients
from stattools.models.mixed.by_quadrature import is_integrated
from stattools.models.page import told
from stattools.text.columns import number
from stattools.text.page import Page

MUCH = 0.1
"""An integral that moves a parameter by more standard errors than this is not good enough for what is printed."""

KINDS = {"quadrature": "adaptive Gauss-Hermite quadrature", "Laplace": "Laplace's approximation"}


def page(fit: Any) -> Page:
    """The page that `print(fit)` shows."""
    title, *rest = told(fit.model)
    which = "restricted " if fit.model.smooths else ""
    line = f"{which}log-likelihood {fit.loglik:.4f}   AIC {fit.aic:.2f}   BIC {fit.bic:.2f}"
    foot = [line, integral_line(fit), certificate(fit), *fit.model.fixed.remarks, *fit.model.remarks]
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


def certificate(fit: Any) -> str:
    """The decrement, that the maximum is a local one, why there is one, and variances that are 0."""
    only = ""
    if fit.model.likelihood.concave and fit.found.said.kind == "quadrature":
        only = ", the only one with these variances"
    return " ".join(filter(None, [curved_certificate(fit, only), fit._existence, *_boundary(fit)]))


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


def _boundary(fit: Any) -> list[str]:
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
