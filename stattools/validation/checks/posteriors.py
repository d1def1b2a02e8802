"""The verdict on Laplace's approximation of a posterior whose rows are in files.

all rows   log-likelihood, score and information at the mode written again, the prior's by differences: where the
           Newton step leads, and the curvature there, are the normal's mean and covariance; one read
sample     its own posterior by the same method against the density built anew, in memory

The verdict on an exact posterior: its means, standard deviations and evidence beside those of a reference.

    Beta, Gamma, Normal, NormalInverseGamma    quadrature of SciPy's likelihood times prior (`references/integrals.py`)
    Dirichlet, regression, multivariate rows   row by row, or one dense system in the space of the rows

They have to agree to six digits. Integrals over several parameters are taken by Bayes' rule, one row after the other,
with the distributions of SciPy: slow twins of the closed forms, which share no algebra with them.

The reference of a posterior that was drawn: the same moments from values of the density alone, another way.

    one or two parameters   the trapezoid rule over a grid that reaches 8 standard deviations
    more                    importance sampling from a Student t around the draws' mean and covariance
    where its k-hat > 0.7   the same sampler again, from another seed

The density is built anew from the rows: log p(y_i | theta) of every row, the log density of every prior, the Jacobian.
A mean agrees within 0.05 posterior standard deviations plus four Monte Carlo errors, a standard deviation within 5 %
plus four of its own; of Laplace's approximation a mean may be off by as much as it says of itself. Source:
Vehtari et al., "Pareto smoothed importance sampling", JMLR 25 (2024).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from scipy.special import gammaln

from stattools.bayes.conjugate.distribution import Updatable
from stattools.bayes.posterior import posterior as drawn
from stattools.bayes.priors.assignment import support
from stattools.bayes.sampling.draws import Posterior
from stattools.bayes.sampling.nuts import nuts
from stattools.bayes.sampling.target import Transforms, mode, target
from stattools.errors import DomainError, IncompatibleError, StattoolsError, quoted
from stattools.inference.arviz.datatree import log_likelihood, pareto_smoothed
from stattools.interface.arrays import Floats
from stattools.interface.when_needed import stats
from stattools.models.model import Model
from stattools.validation.checks.files import sample_of, sums_at
from stattools.validation.references.posteriors import one_parameter, two_parameters
from stattools.validation.verdict import SECOND, PosteriorAgreement, PosteriorMoments, moments_beside

SAMPLE = 2_000
"""Rows whose own posterior is compared, at most: it is less normal than that of all."""

MEANS_IN_FILES, SDS_IN_FILES, ERRORS_IN_FILES = 0.01, 0.01, 4.0
"""Means agree within so many standard deviations, standard deviations within that share, plus Monte Carlo errors."""

STEP = 1e-3
"""Standard deviations of a difference of the prior."""


def validate_draws_in_files(
    posterior: Posterior, validate: Callable[[Posterior], PosteriorAgreement]
) -> PosteriorAgreement:
    """Means and standard deviations of the draws beside those of the normal from a second computation over all rows,
    and what `validate` says of the sample's own posterior. Raises IncompatibleError for `st.ols`, whose posterior comes
    from sums over the rows that `st.validate(st.fit(model))` checks.
    """
    model: Model = posterior.model
    if model.has_scale:
        raise IncompatibleError(
            f"validate knows posteriors of {model.title} in memory, and these rows are {model.rows.place}. Its sums "
            "are those of st.validate(st.fit(model)); take some rows into memory for the rest."
        )
    checked = posterior.diagnostics
    priors = posterior.priors
    ends = np.array(
        [support(prior, parameter) for prior, parameter in zip(priors.each, priors.parameters, strict=True)]
    )
    maps = Transforms(ends[:, 0], ends[:, 1])
    u = maps.inverse(posterior.mode)
    sums = sums_at(model, u)
    spread = posterior.sd / maps.forward(u).slope
    slope, bend = _of_priors(posterior, maps, u, STEP * spread)
    covariance = np.linalg.inv(sums.information + bend)
    center, sd = u + covariance @ (sums.score + slope), np.sqrt(np.diagonal(covariance))
    mean, sd = _on_their_scale(maps, center, sd)
    gap, ratio, error = (posterior.mean - mean) / sd, posterior.sd / sd, checked.mcse / sd
    rows = moments_beside(posterior.names, posterior.mean, posterior.sd, mean, sd, gap, ratio, error)
    loose = SDS_IN_FILES + ERRORS_IN_FILES * np.sqrt(0.5 / len(posterior.flat))
    ok = bool((np.abs(gap) <= MEANS_IN_FILES + ERRORS_IN_FILES * error).all() and (np.abs(ratio - 1.0) <= loose).all())
    ok = ok and sums.rows == len(model.rows.X)
    how = f"{SECOND} over all {sums.rows:,} rows"
    verdict = "agrees" if ok else "does not agree"
    said = (
        f"{how}, read again and summed by other formulas, {verdict} on mode and curvature: "
        f"means differ by at most {np.abs(gap).max():.2f} standard deviations, standard deviations by at most "
        f"{np.abs(ratio - 1.0).max():.1%}, as draws do."
    )
    sample_ok, sample_said = _sample(posterior, validate)
    return PosteriorAgreement(rows, how, ok and sample_ok, f"{said} {sample_said}")


def _of_priors(posterior: Posterior, maps: Transforms, u: Floats, h: Floats) -> tuple[Floats, Floats]:
    """Slope and minus curvature of log prior and log Jacobian in u, by central differences."""

    def value(at: Floats) -> float:
        return float(posterior.priors.pointwise(maps.values(at[None])).sum() + maps.log_jacobians(at[None])[0])

    q, E = len(u), np.diag(h)
    slope = np.array([value(u + step) - value(u - step) for step in E]) / (2.0 * h)
    bend = np.empty((q, q))
    for a in range(q):
        for b in range(a + 1):
            far = value(u + E[a] + E[b]) - value(u + E[a] - E[b]) - value(u - E[a] + E[b]) + value(u - E[a] - E[b])
            bend[a, b] = bend[b, a] = -far / (4.0 * h[a] * h[b])
    return slope, bend


def _on_their_scale(maps: Transforms, center: Floats, sd: Floats) -> tuple[Floats, Floats]:
    """Means and standard deviations of x(u), u normal: those of the log-normal where x is positive."""
    mean, spread = center.copy(), sd.copy()
    k = maps.above
    mean[k] = maps.low[k] + np.exp(center[k] + 0.5 * sd[k] ** 2)
    spread[k] = (mean[k] - maps.low[k]) * np.sqrt(np.expm1(sd[k] ** 2))
    return mean, spread


def _sample(posterior: Posterior, validate: Callable[[Posterior], PosteriorAgreement]) -> tuple[bool, str]:
    """What the sample's own posterior says of the method, and whether it agrees."""
    sample, _ = sample_of(posterior.model, SAMPLE)
    few = len(sample.rows.X)
    priors = posterior.priors
    given: dict[str, Any] = dict(zip(priors.names, priors.each, strict=True)) if priors.plain else {}
    try:
        own = drawn(sample, prior=given or None, method="laplace", seed=posterior.seed)
        found = validate(own)
    except StattoolsError as error:
        return True, f"A sample of {few:,} rows says nothing of the approximation: {error.message}"
    return found.ok, f"On a sample of {few:,} rows, whose own posterior is less normal: {found.sentence}"


MOST_ROWS = 2000


def dirichlet(belief: Any) -> PosteriorMoments:
    """Posterior moments and evidence of shares under a Dirichlet prior, by formulas of their own."""
    proper = belief.prior.is_proper
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
    if not prior.is_proper:
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


def _expanded(model: Model) -> tuple[Floats, Floats, Floats]:
    """X, y less its offset, and relative variances, a row of frequency w written w times."""
    rows = model.rows
    times = np.ones(len(rows.y), dtype=int) if rows.weight is None else rows.weight.astype(int)
    y = rows.y if rows.offset is None else rows.y - rows.offset
    variance = np.ones(len(y)) if rows.precision is None else 1.0 / rows.precision
    return np.repeat(rows.X, times, axis=0), np.repeat(y, times), np.repeat(variance, times)


def multivariate(belief: Any) -> PosteriorMoments:
    """Row by row: each is multivariate t given those before."""
    prior, d = belief.prior, len(belief.mean)
    proper = prior.is_proper
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


def validate_exact(belief: Updatable) -> PosteriorAgreement:
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

MEANS, SDS, ERRORS = 0.05, 0.05, 4.0

REACH, POINTS, TAILS = 8.0, {1: 201, 2: 61}, 5.0

DRAWS = 10_000

LARGEST_K = 0.7

ON_THE_EDGE = 1e-6
"""More of the probability than this on the rim of a grid, and the grid is too small."""


class ReferenceMoments(NamedTuple):
    """Means and standard deviations (q,), how many draws they are worth (infinite for a grid), and how they came."""

    mean: Floats
    sd: Floats
    size: float
    how: str


def validate_draws(posterior: Posterior) -> PosteriorAgreement:
    """Means and standard deviations of the draws beside those of the reference."""
    checked = posterior.diagnostics
    if not checked.ok:
        return _untrusted(posterior)
    found = _reference(posterior)
    spread = np.where(found.sd > 0, found.sd, 1.0)
    ours = checked.mcse / spread
    error = np.hypot(ours, 1.0 / np.sqrt(found.size))
    gap, ratio = (posterior.mean - found.mean) / spread, posterior.sd / spread
    worth = np.maximum(np.minimum(checked.ess_bulk, checked.ess_tail), 1.0)
    loose = SDS + ERRORS * np.sqrt(0.5 / worth + 0.5 / found.size)
    rows = moments_beside(posterior.names, posterior.mean, posterior.sd, found.mean, found.sd, gap, ratio, error)
    close = MEANS + (posterior.shift or 0.0)  # Laplace's approximation says how far off it is
    means = np.abs(gap) <= close + ERRORS * error
    sds = np.abs(ratio - 1.0) <= loose
    ok = bool(means.all() and sds.all())
    allowed = f"within {close:.2f} posterior standard deviations plus {ERRORS:g} Monte Carlo errors"
    if ok:
        sentence = (
            f"{found.how} agrees: {len(rows)} mean{'s' * (len(rows) > 1)} {allowed}, standard deviations within 5 % "
            f"plus theirs (largest differences {np.abs(gap).max():.2f} standard deviations and "
            f"{np.abs(ratio - 1.0).max():.1%})."
        )
    else:
        bad = ~(means & sds)
        worst = int(np.argmax(np.where(bad, np.abs(gap) + np.abs(ratio - 1.0), -1.0)))
        sentence = (
            f"{found.how} does not agree: the mean of {posterior.names[worst]} differs by {gap[worst]:.2g} standard "
            f"deviations, its standard deviation by {ratio[worst] - 1.0:.1%}; allowed are means {allowed}."
        )
    return PosteriorAgreement(rows, found.how, ok, sentence)


def _untrusted(posterior: Posterior) -> PosteriorAgreement:
    """Draws that fail on their own need no reference, which would take long to find where the density is hard."""
    rows = moments_beside(posterior.names, posterior.mean, posterior.sd, *[np.nan] * 5)
    reason = f"The draws are not to be trusted before any comparison: {posterior.diagnostics.problems[0]}"
    return PosteriorAgreement(rows, "Diagnostics of the draws", False, reason)


def _reference(posterior: Posterior) -> ReferenceMoments:
    density = target(posterior.model, posterior.priors)
    maps = density.transforms
    u = np.array([maps.inverse(x) for x in posterior.flat])
    usable = np.isfinite(u).all(axis=1)
    center, covariance = u[usable].mean(axis=0), np.atleast_2d(np.cov(u[usable], rowvar=False))
    values, vectors = np.linalg.eigh(covariance)
    root = vectors * np.sqrt(np.maximum(values, 1e-300))
    q = len(center)
    if q in POINTS:
        found = _grid(posterior, maps, center, root)
        if found is not None:
            return found
    return _weighted(posterior, maps, center, root) or _again(posterior)


def _grid(posterior: Posterior, maps: Transforms, center: Floats, root: Floats) -> ReferenceMoments | None:
    """By the trapezoid rule, or None where the density reaches beyond the grid."""
    q = len(center)
    line = np.linspace(-REACH, REACH, POINTS[q])
    z = np.stack(np.meshgrid(*[line] * q, indexing="ij"), axis=-1).reshape(-1, q)
    weight = _normalized(_log_density(posterior, maps, center + z @ root.T))
    if weight[np.abs(z).max(axis=1) == REACH].sum() > ON_THE_EDGE:
        return None
    return ReferenceMoments(
        *_moments(maps.values(center + z @ root.T), weight), np.inf, "Quadrature of likelihood times prior"
    )


def _weighted(posterior: Posterior, maps: Transforms, center: Floats, root: Floats) -> ReferenceMoments | None:
    """By weighted draws of a Student t, or None where their k-hat says that they are no reference."""
    random, q = np.random.default_rng([posterior.seed, 29]), len(center)
    z = random.standard_normal((DRAWS, q)) / np.sqrt(random.chisquare(TAILS, (DRAWS, 1)) / TAILS)
    u = center + z @ root.T
    ratios = _log_density(posterior, maps, u) + 0.5 * (TAILS + q) * np.log1p(np.sum(z * z, axis=1) / TAILS)
    log_weights, k = pareto_smoothed(ratios)
    if not k <= LARGEST_K:
        return None
    weight = _normalized(log_weights)
    size = float(1.0 / np.sum(weight**2))
    return ReferenceMoments(*_moments(maps.values(u), weight), size, "Importance sampling from values of the density")


def _again(posterior: Posterior) -> ReferenceMoments:
    """The same sampler from another seed: a weaker reference, which says that the draws can be repeated."""
    chains, draws, _ = posterior.draws.shape
    center = mode(target(posterior.model, posterior.priors))
    z, statistics = nuts(
        center, draws=draws, chains=max(chains, 2), tune=1000, seed=posterior.seed + 1, target_accept=0.95
    )
    made = Posterior(posterior.model, posterior.priors, center.values(z), "nuts", 0, statistics, posterior.mode)
    size = float(min(made.diagnostics.ess_bulk.min(), made.diagnostics.ess_tail.min()))
    return ReferenceMoments(made.mean, made.sd, size, "NUTS from another seed")


def _log_density(posterior: Posterior, maps: Transforms, u: Floats) -> Floats:
    """log p(u | y) up to a constant at many points, (S,), summed over the rows; -inf where it is no number."""
    x, model = maps.values(u), posterior.model
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):  # points far out may overflow
        data = _of_rows(model, x) if model.facts.is_regression else np.array([_of_whole(model, point) for point in x])
        value = data + posterior.priors.pointwise(x).sum(axis=1)
        value += np.array([maps.forward(point).log_jacobian for point in u])
    return np.where(np.isfinite(value), value, -np.inf)


def _of_rows(model: Model, x: Floats) -> Floats:
    step = max(1, 2_000_000 // max(len(model.rows.X), 1))
    return np.concatenate([log_likelihood(model, x[i : i + step]).sum(axis=1) for i in range(0, len(x), step)])


def _of_whole(model: Model, x: Floats) -> float:
    try:
        return float(np.squeeze(model.loglik(x)))
    except StattoolsError:  # outside of where the model is defined
        return -np.inf


def _normalized(logs: Floats) -> Floats:
    weight = np.exp(logs - logs.max())
    return weight / weight.sum()


def _moments(x: Floats, weight: Floats) -> tuple[Floats, Floats]:
    some = weight > 0
    x, weight = x[some], weight[some]
    mean = weight @ x
    return mean, np.sqrt(weight @ (x - mean) ** 2)
