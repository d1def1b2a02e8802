"""`validate(fit)`: fit the same model with an independent package and compare, coefficient by coefficient.

Where the two differ, or the reference failed, our log-likelihood and score at both points decide: the point with the
higher log-likelihood and the smaller Newton decrement is the maximum, whoever found it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from operator import attrgetter
from typing import Any, NoReturn, overload

import numpy as np

from stattools.bayes.conjugate.distribution import Updatable
from stattools.bayes.conjugate.improper import Improper
from stattools.bayes.sampling.draws import Posterior
from stattools.errors import IncompatibleError
from stattools.inference.covariance import covariance
from stattools.inference.fits.fit import Fit
from stattools.inference.fits.one_vs_rest import OneVsRestFit
from stattools.inference.survival.product_limit import KaplanMeier
from stattools.interface.arrays import Floats
from stattools.interface.record import nearest
from stattools.models.custom import Custom
from stattools.models.mixed.mixed_model import CurvedCox, LinearMixed, MixedRegression
from stattools.models.model import Model
from stattools.models.samples.normal import Correlation, NormalSample
from stattools.models.samples.proportions import BernoulliTrials, BinomialArms, Waits
from stattools.models.samples.rates import EventRates
from stattools.models.samples.tables import ConditionalOdds, Multinomial
from stattools.models.survival.cox import CoxRegression
from stattools.networks.network_ensemble import NetworkEnsemble
from stattools.networks.network_fit import NetworkFit
from stattools.numerics.columns import with_levels
from stattools.series.filters.smoothing import ExponentialSmoothing
from stattools.series.statespace.structural import Structural
from stattools.validation.checks.curves import validate_curved_cox
from stattools.validation.checks.files import validate_in_files
from stattools.validation.checks.mixed import validate_mixed
from stattools.validation.checks.mixed_regressions import validate_mixed_regression
from stattools.validation.checks.posteriors import validate_draws, validate_draws_in_files, validate_exact
from stattools.validation.checks.samples import (
    REFERENCES,
    NetworkAgreement,
    validate_arms,
    validate_curves,
    validate_network,
    validate_proportion,
)
from stattools.validation.checks.series import validate_smoothing, validate_structural
from stattools.validation.moment_dispersion import moment_note
from stattools.validation.recipes.points import decrement
from stattools.validation.references.likelihoods import validate_rewritten
from stattools.validation.references.statsmodels import Reference, few_clusters, partial_fit, reference_fit, sparse_fit
from stattools.validation.verdict import Agreement, PosteriorAgreement, compared, counted

type Check = Callable[[Any], Any]

SAME = 1e-5
"""Estimates this many standard errors apart, and standard errors this close in ratio, count as the same."""


@overload
def validate(fit: Fit | OneVsRestFit, /) -> Agreement:
    """A regression or one-vs-rest."""


@overload
def validate(fit: Any, /) -> Agreement | PosteriorAgreement | NetworkAgreement:
    """Any other fit, posterior or ensemble."""


def validate(fit: Any, /) -> Agreement | PosteriorAgreement | NetworkAgreement:
    """The same numbers from an independent reference? One row per coefficient, `ok` and a sentence.

    Of a posterior: exact ones against quadrature of SciPy's likelihood times prior, draws against a grid, importance
    sampling or another run, as `PosteriorAgreement`; see `checks/posteriors.py`.
    Of a fit an `Agreement` with statsmodels.

    The reference is OLS or WLS, Logit, Probit, MNLogit, NegativeBinomial, GLM (Poisson, grouped outcomes, and logistic
    with offset or weights), OrderedModel, PHReg, SurvfuncRight, ConditionalLogit, MixedLM, proportion_confint,
    confint_poisson, ETS(A,N,N) or UnobservedComponents; standard errors are of the fit's own covariance in both. What
    statsmodels does not fit (penalized fits, normal samples, waits, categories, exact ties of times, your own function)
    is written again with SciPy and climbed from its values alone; effects of groups beside other likelihoods than the
    normal are integrated out again on a dense grid. One-vs-rest fits are compared one by one. The maximum of a network
    is not unique: its log-likelihood and slope are checked, as a `NetworkAgreement`. Of a fit whose rows are in files
    all rows are read again and summed by other formulas, and the sample that is held is compared with statsmodels; the
    sentence says what was compared on how many rows; of Laplace's approximation to a posterior likewise. Raises
    IncompatibleError for ensembles, and for estimates on a boundary that only a formula gives.

    >>> import stattools as st
    >>> fit = st.fit(st.ols("y ~ x", {"y": [1.0, 3.0, 5.0, 8.0], "x": [0, 1, 2, 3]}))
    >>> st.validate(fit).ok
    True
    >>> st.validate(st.posterior(st.binomial(6, 10), prior=st.Beta(1, 1))).ok
    True
    """
    check = nearest(ANSWERS, fit)
    if check is None:
        raise IncompatibleError(f"validate needs a fit, st.fit(model), or a posterior; got {type(fit).__name__}.")
    return check(fit)


def _of_fit(fit: Fit) -> Agreement:
    check = nearest(MODELS, fit.model)
    if check is None:
        raise IncompatibleError(f"validate has no reference for {fit.model.title}.")
    return check(fit)


def _of_draws(posterior: Posterior) -> PosteriorAgreement:
    if not posterior.model.in_memory:
        return validate_draws_in_files(posterior, validate_draws)
    return validate_draws(posterior)


def _of_ensemble(fit: NetworkEnsemble) -> NoReturn:
    raise IncompatibleError(
        f"validate takes the members of an ensemble one by one, as in st.validate(fit.members[0]): the maximum of "
        f"{fit.model.title} is not unique, and the ensemble has no likelihood of its own. "
        "Judge it on rows that it has not seen: st.held_out(fit, other_fit, data=new_rows), fit.calibration."
    )


def _of_rates(fit: Fit) -> Agreement:
    """statsmodels has intervals of rates, and none of waiting times."""
    return validate_arms(fit) if fit.model.kind in REFERENCES else validate_rewritten(fit)


def _of_regression(fit: Fit) -> Agreement:
    if not fit.model.in_memory:
        return validate_in_files(fit, validate)
    if fit.penalty is not None or fit.model.kind == "regression":  # of `st.regression`, whose likelihood was given
        return validate_rewritten(fit)
    refer = reference_fit if with_levels(fit.model.rows.X) is None else sparse_fit
    reference = refer(fit.model, fit._cov_made or "information")
    notes: tuple[str, ...] = ()
    if fit.degrees is not None and fit.cov_kind is not None and np.isfinite(reference.estimate).all():
        return few_clusters(fit, reference, lambda *given: _beside(fit, *given))
    if np.isfinite(reference.estimate).all() and not np.isfinite(reference.se).any():
        plain = covariance(fit.model, fit.estimate, fit.solution.covariance, "HC0", scale=fit.scale)
        quirk = f"statsmodels has no {fit.cov}"
        if isinstance(fit.cov_kind, str):
            quirk = (
                f"statsmodels has {fit.cov} for least squares only and, asked for it here, returns HC0 under that name"
            )
        notes = (f"{quirk}: the standard errors are HC0 in both.",)
        fit = replace(fit, covariance=plain.matrix, cov=plain.name, t_df=plain.df, cov_kind="HC0", degrees=None)
        reference = reference_fit(fit.model, "HC0")
    if fit.cov != "information" and not np.all(fit.model.likelihood.trials_of(fit.model.rows.y)):
        notes = (*notes, "rows without trials count as rows here, and are left out of the reference.")
    told = moment_note(fit)
    return _beside(fit, reference, notes if told is None else (*notes, told))


def _of_partial(fit: Fit) -> Agreement:
    """statsmodels where it has the likelihood, a second form of it otherwise, which refuses what neither has."""
    plain = fit.penalty is None and fit.cov == "information"
    reference = partial_fit(fit.model) if plain else None
    return validate_rewritten(fit) if reference is None else _beside(fit, reference, ())


def _beside(fit: Fit, reference: Reference, notes: tuple[str, ...]) -> Agreement:
    """Both, coefficient by coefficient."""
    labels = {name: column for name, column in fit.table().items() if name in ("category", "term")}
    rows: Any = compared(labels, fit.estimate, reference.estimate, unit=fit.se, se=fit.se, reference_se=reference.se)
    ours, theirs = decrement(fit.model, fit.estimate), decrement(fit.model, reference.estimate)
    apart = np.abs(rows["difference_in_se"].to_numpy())
    ratio = np.abs(rows["se"] / rows["reference_se"] - 1.0).to_numpy()
    same_point = bool((apart <= SAME).all())
    same_loglik = abs(fit.loglik - reference.loglik) <= 1e-8 * (1.0 + abs(fit.loglik))
    if same_point and (ratio <= SAME).all() and same_loglik:
        ok, sentence = True, _agreement(reference, rows, fit.cov)
    else:
        ok, sentence = _judge(fit, reference, ours, theirs, same_point, apart, ratio)
    return Agreement(
        rows,
        fit.loglik,
        reference.loglik if np.isfinite(reference.loglik) else -np.inf,
        reference.name,
        reference.converged,
        ours,
        theirs,
        ok,
        sentence,
        notes + reference.notes,
    )


def _of_parts(fit: OneVsRestFit) -> Agreement:
    """The agreements of separate fits as one: what they say together, and what any of them says alone."""
    import pandas as pd

    labels = [str(label) for label in fit.model.labels]
    parts = dict(zip(labels, map(validate, fit.fits), strict=True))
    tables = []
    for label, part in parts.items():
        rows = part.table()
        rows.insert(0, "category", label)
        tables.append(rows)
    checks = list(parts.values())
    rows = pd.concat(tables, ignore_index=True)
    own = [label for label, part in parts.items() if "agrees" not in part.sentence]
    digits, se_digits = counted(min(rows["digits"])), counted(min(rows["se_digits"]))
    sentence = (
        f"{checks[0].reference} agrees on {len(checks)} separate fits: the same {len(rows)} coefficients (digits: "
        f"{digits}), standard errors (digits: {se_digits}) and log-likelihoods."
    )
    if own:
        sentence = " ".join(f"{label} against the rest: {parts[label].sentence}" for label in own)
    return Agreement(
        rows,
        sum(part.loglik for part in checks),
        sum(part.reference_loglik for part in checks),
        checks[0].reference,
        all(part.converged for part in checks),
        max(part.decrement for part in checks),
        max(part.reference_decrement for part in checks),
        all(part.ok for part in checks),
        sentence,
        tuple(dict.fromkeys(note for part in checks for note in part.notes)),
    )


def _agreement(reference: Reference, rows: Any, cov: str) -> str:
    digits, se_digits = counted(rows["digits"].min()), counted(rows["se_digits"].min())
    count = f"{len(rows)} coefficient{'' if len(rows) == 1 else 's'}"
    kind = "" if cov == "information" else f"{cov}; "
    return (
        f"{reference.name} agrees: the same {count} (digits: {digits}), standard errors ({kind}digits: {se_digits}) "
        "and log-likelihood."
    )


def _judge(
    fit: Fit, reference: Reference, ours: float, theirs: float, same_point: bool, apart: Floats, ratio: Floats
) -> tuple[bool, str]:
    """The numbers differ, or there are none: say how, and who is at the maximum."""
    if not np.isfinite(reference.estimate).all():
        state = "gave no usable numbers" if reference.converged else "failed"
        there = (
            f"within {max(ours, 1e-8):.0e} standard errors of" if ours <= 1e-6 else f"{ours:.2g} standard errors from"
        )
        return ours <= 1e-6, (
            f"{reference.name} {state} and has no numbers to compare with; our score decides: our point is "
            f"{there if np.isfinite(ours) else 'nowhere near'} the maximum."
        )
    state = "differs" if reference.converged else "did not converge"
    lead = fit.loglik - fit.model.loglik(reference.estimate)
    noise = 1e-9 * (1.0 + abs(fit.loglik))
    if same_point and ratio.max() > SAME:
        return False, (
            f"{reference.name} {state}: the estimates agree, but the standard errors differ by up to "
            + (f"{ratio.max():.1%}." if ratio.max() > 5e-4 else f"{ratio.max():.1e} of them.")
        )
    if lead >= -noise and ours <= 1e-6 and (theirs > 1e3 * max(ours, 1e-12) or lead > noise):
        distance = f"{theirs:.2g} standard errors from the maximum" if np.isfinite(theirs) else "nowhere near a maximum"
        height = f"higher by {lead:.3g}" if lead > noise else "as high"
        return True, (
            f"{reference.name} {state}; our log-likelihood and score decide: its point is {distance}, ours within "
            f"{max(ours, 1e-8):.0e}, and our log-likelihood is {height}."
        )
    largest = float(np.nanmax(apart)) if np.isfinite(apart).any() else float("nan")
    return False, (
        f"{reference.name} {state}: a coefficient lies {largest:.2g} standard errors away, our log-likelihood is "
        f"{'higher' if lead > noise else 'lower' if lead < -noise else 'the same'} ({lead:+.3g})."
    )


ANSWERS: dict[type, Check] = {
    Updatable: validate_exact,
    Improper: attrgetter("table"),  # which says what an improper prior lacks
    Posterior: _of_draws,
    Fit: _of_fit,
    OneVsRestFit: _of_parts,
    NetworkFit: validate_network,
    NetworkEnsemble: _of_ensemble,
    KaplanMeier: validate_curves,
}
"""What is checked how."""

MODELS: dict[type, Check] = {
    Model: _of_regression,
    BernoulliTrials: validate_proportion,
    BinomialArms: validate_arms,
    EventRates: _of_rates,
    CoxRegression: _of_partial,
    CurvedCox: validate_curved_cox,
    LinearMixed: validate_mixed,
    MixedRegression: validate_mixed_regression,
    **dict.fromkeys((ConditionalOdds, Correlation, Custom, Multinomial, NormalSample, Waits), validate_rewritten),
    ExponentialSmoothing: validate_smoothing,
    Structural: validate_structural,
}
"""The reference of the models of each class."""
