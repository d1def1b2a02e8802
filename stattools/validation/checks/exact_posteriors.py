"""The verdict on an exact posterior: its means, standard deviations and evidence beside those of a reference.

    Beta, Gamma, Normal, NormalInverseGamma    quadrature of SciPy's likelihood times prior (`likelihood_quadrature.py`)
    Dirichlet, regression, multivariate rows   row by row, or one dense system in the space of the rows

They have to agree to six digits. Integrals over several parameters are taken by Bayes' rule, one row after the other,
with the distributions of SciPy: slow twins of the closed forms, which share no algebra with them.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from scipy.special import gammaln

from stattools.bayes.conjugate.improper import Improper
from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import stats
from stattools.validation.posterior_agreement import PosteriorAgreement, PosteriorMoments, moments_beside
from stattools.validation.references.likelihood_quadrature import one_parameter, two_parameters

MOST_ROWS = 2000


def dirichlet(belief: Any) -> PosteriorMoments:
    """Posterior moments and evidence of shares under a Dirichlet prior, by formulas of their own."""
    proper = not isinstance(belief.prior, Improper)
    a = np.broadcast_to(np.asarray(belief.prior.concentration, dtype=float), (len(belief.labels),))
    evidence = 0.0 if proper else None
    for batch in belief.seen.batches:
        counts = np.asarray(batch.counts)
        if evidence is not None:
            ways = gammaln(counts.sum() + 1.0) - gammaln(counts + 1.0).sum() if batch.kind == "categories" else 0.0
            evidence += float(stats.dirichlet_multinomial.logpmf(counts, a, counts.sum()) - ways)
        a = a + counts
    own = float(belief.log_evidence) if proper else None
    mean, sd = stats.dirichlet.mean(a), np.sqrt(stats.dirichlet.var(a))
    how = "scipy.stats.dirichlet and dirichlet_multinomial"
    terms = list(map(str, belief.labels))
    return PosteriorMoments(terms, np.asarray(belief.mean), np.asarray(belief.sd), mean, sd, evidence, own, how)


def regression(belief: Any) -> PosteriorMoments:
    """One dense system in the space of the rows: y ~ t with scale V0 = diag(1 / precision) + X P^-1 X^T."""
    prior = belief.prior
    parts = [_expanded(model) for model in belief.seen.batches]
    X, y, variance = (np.concatenate(part) for part in zip(*parts, strict=True))
    if len(y) > MOST_ROWS:
        raise IncompatibleError(f"validate solves a system of all rows, at most {MOST_ROWS:,}; got {len(y):,}.")
    how = "One dense system in the space of the rows"
    if isinstance(prior, Improper):
        root = np.sqrt(variance)
        mean, _, _, _ = np.linalg.lstsq(X / root[:, None], y / root, rcond=None)
        df = len(y) - X.shape[1]
        scale = float(np.sum(((y - X @ mean) / root) ** 2)) / df
        inverse = np.linalg.pinv(X / root[:, None])
        spread = np.sqrt(scale * np.sum(inverse**2, axis=1) * (df / (df - 2.0) if df > 2 else np.inf))
        terms = list(belief.seen.batches[0].names)
        return PosteriorMoments(terms, np.asarray(belief.mean), np.asarray(belief.sd), mean, spread, None, None, how)
    P = np.linalg.inv(prior.precision)
    V = np.diag(variance) + X @ P @ X.T
    gap, cross = y - X @ prior.mean, P @ X.T
    solved = np.linalg.solve(V, np.column_stack([gap, cross.T]))
    mean = prior.mean + cross @ solved[:, 0]
    shape, scale = prior.shape + 0.5 * len(y), prior.scale + 0.5 * float(gap @ solved[:, 0])
    covariance = P - cross @ solved[:, 1:]
    spread = np.sqrt(np.diagonal(covariance) * (scale / (shape - 1.0) if shape > 1.0 else np.inf))
    t = stats.multivariate_t(X @ prior.mean, V * prior.scale / prior.shape, df=2.0 * prior.shape, allow_singular=True)
    terms = list(belief.seen.batches[0].names)
    own, evidence = float(belief.log_evidence), float(np.asarray(t.logpdf(y)))
    return PosteriorMoments(terms, np.asarray(belief.mean), np.asarray(belief.sd), mean, spread, evidence, own, how)


def _expanded(model: Any) -> tuple[Floats, Floats, Floats]:
    """X, y less its offset, and relative variances, a row of frequency w written w times."""
    rows = model.rows
    times = np.ones(len(rows.y), dtype=int) if rows.weight is None else rows.weight.astype(int)
    y = rows.y if rows.offset is None else rows.y - rows.offset
    variance = np.ones(len(y)) if rows.precision is None else 1.0 / rows.precision
    return np.repeat(rows.X, times, axis=0), np.repeat(y, times), np.repeat(variance, times)


def multivariate(belief: Any) -> PosteriorMoments:
    """Row by row: each is multivariate t given those before."""
    prior, d = belief.prior, len(belief.mean)
    proper = not isinstance(prior, Improper)
    Y = np.concatenate([batch.values for batch in belief.seen.batches])
    mean = np.asarray(prior.mean, dtype=float) if proper else np.zeros(d)
    scale = np.asarray(prior.scale, dtype=float) if proper else np.zeros((d, d))
    strength, df, evidence = float(prior.strength), float(prior.df), 0.0
    for row in Y:
        if proper:
            spare = df - d + 1.0
            shape: Any = scale * (strength + 1.0) / (strength * spare)
            evidence += float(np.asarray(stats.multivariate_t(mean, shape, df=spare).logpdf(row)))
        gap = row - mean
        scale = scale + strength / (strength + 1.0) * np.outer(gap, gap)
        mean, strength, df = mean + gap / (strength + 1.0), strength + 1.0, df + 1.0
    spare = df - d - 1.0
    spread = np.sqrt(np.diagonal(scale) / (strength * spare)) if spare > 0 else np.full(d, np.inf)
    own = float(belief.log_evidence) if proper else None
    how = "Bayes' rule row by row with scipy.stats.multivariate_t"
    terms = list(belief.terms)
    return PosteriorMoments(terms, belief.mean, belief.sd, mean, spread, evidence if proper else None, own, how)


DIGITS = 6


def validate_exact(belief: Any) -> PosteriorAgreement:
    """Means, standard deviations and evidence of a conjugate posterior beside the reference."""
    if belief.seen is None:
        raise DomainError(f"validate needs a posterior; {quoted(belief)} has seen no data. Update it first.")
    check = CHECKS.get(type(belief).__name__)
    if check is None:
        raise IncompatibleError(f"validate has no reference for {type(belief).__name__}; it has {', '.join(CHECKS)}.")
    found = check(belief)
    safe = np.where(found.reference_sd > 0, found.reference_sd, 1.0)
    with np.errstate(invalid="ignore"):  # infinite standard deviations agree where both are
        gap, ratio = (found.ours - found.mean) / safe, found.sd / safe
    both = np.isinf(found.sd) & np.isinf(found.reference_sd)
    gap, ratio = np.where(both, 0.0, gap), np.where(both, 1.0, ratio)
    rows = moments_beside(found.terms, found.ours, found.sd, found.mean, found.reference_sd, gap, ratio)
    worst = float(max(np.abs(gap).max(), np.abs(ratio - 1.0).max()))
    apart = 0.0 if found.evidence is None else abs(found.evidence - float(found.own_evidence or 0.0))
    ok = bool(worst <= 10.0**-DIGITS and apart <= 10.0**-DIGITS * (1.0 + abs(found.evidence or 0.0)))
    count = f"{len(rows)} mean{'s' * (len(rows) > 1)} and standard deviation{'s' * (len(rows) > 1)}"
    if ok:
        also = "" if found.evidence is None else f", and the log evidence within {max(apart, 1e-10):.0e}"
        sentence = f"{found.how} agrees: {count} within {max(worst, 1e-10):.0e} standard deviations{also}."
    else:
        digits = "" if found.evidence is None else f", the log evidence by {apart:.2g}"
        sentence = f"{found.how} does not agree: a moment differs by {worst:.2g} standard deviations{digits}."
    return PosteriorAgreement(rows, found.how, ok, sentence, found.own_evidence, found.evidence)


CHECKS: dict[str, Callable[[Any], PosteriorMoments]] = {
    "Beta": one_parameter,
    "Gamma": one_parameter,
    "Normal": one_parameter,
    "Dirichlet": dirichlet,
    "NormalInverseGamma": two_parameters,
    "NormalInverseGammaRegression": regression,
    "NormalInverseWishart": multivariate,
}
"""One reference per family, by the name of its class."""
