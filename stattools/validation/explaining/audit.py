"""`audit(results, data)`: is somebody else's fit right? Our likelihood, score and information at their numbers.

Source of the certificate: Boyd & Vandenberghe, Convex Optimization (2004), 9.5; of existence Albert & Anderson (1984).

Draws that somebody else made, in a DataTree or an InferenceData of ArviZ, beside our posterior of the same model.

    gap_j = (mean_j - reference mean_j) / sqrt(mcse_j^2 + reference mcse_j^2)

A mean is right within four Monte Carlo errors and 0.02 posterior standard deviations, a standard deviation within four
of its own and 5 %. Draws whose R-hat is above 1.01 have not seen the whole posterior, whatever their means are.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict, Unpack, overload

import numpy as np
from numpy.typing import NDArray

from stattools.bayes.posterior import posterior
from stattools.bayes.sampling.diagnostics import LARGEST_R_HAT
from stattools.bayes.sampling.draws import Posterior
from stattools.errors import DomainError, IncompatibleError, quoted
from stattools.inference.arviz.datatree import convergence
from stattools.inference.intervals import coefficients
from stattools.interface.arguments import require_level
from stattools.interface.arrays import Floats
from stattools.interface.names.guesses import answers_guesses
from stattools.interface.when_needed import pd
from stattools.models.questions import AnyModel
from stattools.text.columns import number
from stattools.text.one_line import headline
from stattools.text.page import Faces, Grid, Page
from stattools.validation.claims.printed import Claim
from stattools.validation.claims.reading import read_claim
from stattools.validation.claims.terms import known_places
from stattools.validation.explaining.causes import gather
from stattools.validation.explaining.claim_audit import ClaimAudit, audit_claim
from stattools.validation.explaining.claimed_means import audit_means, claim_of_means
from stattools.validation.foreign.description import Foreign, attributes
from stattools.validation.foreign.reading import described, reader_of
from stattools.validation.verdict import Evidence, Finding, PosteriorAgreement, moments_beside

ERRORS, MEANS, SDS = 4.0, 0.02, 0.05

MOST = 200
"""Entries of a variable beyond which it is one of rows, and no parameter."""

GROUPS = {"posterior": None}

DRAWN = {"data_vars": None, "dims": (), "coords": {}}

HOMES = ("xarray", "arviz", "arviz_base")

AXES = ("chain", "draw")


def is_drawn(results: object) -> bool:
    """Whether an object has a group of draws from a posterior, or is one."""
    home = type(results).__module__.split(".")[0]
    return home in HOMES and _variables(results) is not None


def _variables(results: object) -> object:
    """The group of draws."""
    group = attributes(results, GROUPS).posterior
    group = results if group is None else group
    told = attributes(group, DRAWN)
    return group if told.data_vars is not None and set(AXES) <= set(told.dims) else None


def audit_draws(results: object, model: Any, *, terms: Mapping[str, str] | None = None) -> PosteriorAgreement:
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


def _beside(draws: Floats, ours: Posterior, place: NDArray[np.intp], told: str, left: list[str]) -> PosteriorAgreement:
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
            said = [
                str(np.asarray(variable.coords[axis])[k]) if axis in variable.coords else str(k)
                for axis, k in zip(axes, index, strict=True)
            ]
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


def _places(labels: list[tuple[str, ...]], ours: Posterior, terms: Mapping[str, str] | None) -> NDArray[np.intp]:
    """The parameter of ours that each scalar is, by any of its names; -1 for none."""
    place = np.full(len(labels), -1)
    for position in range(2):
        rest = [k for k in np.flatnonzero(place < 0) if len(labels[k]) > position]
        if rest:
            claim = Claim("the posterior", tuple(labels[k][position] for k in rest), {})
            place[rest] = known_places(claim, ours.names, terms if position == 0 else None).ours
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


@answers_guesses
@dataclass(frozen=True, eq=False, repr=False)
class Audit(Faces):
    """The verdict of `st.audit`.

    `ok` is True where the numbers are the maximum to 0.01 standard errors and the standard errors are what their
    label says. `findings` name what is wrong, with evidence and what to do. `distance` is how far the numbers are from
    the maximum in standard errors (infinite where there is none), `decrement` Newton's at their numbers (NaN where it
    says nothing: on a bound, and of models whose maximum is a formula or has curves), `gain` the log-likelihood that is
    missing. `rows` has [category,] term, estimate, maximum, difference_in_se, se, right_se,
    ratio.
    """

    name: str
    rows: pd.DataFrame
    ok: bool
    sentence: str
    findings: tuple[Finding, ...]
    distance: float
    decrement: float
    gain: float
    converged: bool | None
    notes: tuple[str, ...] = ()

    def table(self) -> pd.DataFrame:
        """One row per coefficient, as a frame of your own."""
        return self.rows.copy()

    def _headline(self) -> str:
        verdict = "right" if self.ok else "not right: " + "; ".join(one.cause for one in self.findings if one.serious)
        return headline(self, "", self.name, verdict, f"{self.distance:.1e} se from the maximum")

    def _page(self) -> Page:
        labels = [name for name in ("category", "term") if name in self.rows]
        head = [*("" for _ in labels), "estimate", "maximum", "off by (se)", "se", "right se", "ratio"]
        columns = (("estimate", 6), ("maximum", 6), ("difference_in_se", 2), ("se", 4), ("right_se", 4), ("ratio", 4))
        body = [
            [
                *(str(row[name]) for name in labels),
                *(number(_seen(name, row[name]), digits) for name, digits in columns),
            ]
            for row in self.rows.to_dict("records")
        ]
        told = [f"- {finding.sentence}" for finding in self.findings] + [f"Note: {note}" for note in self.notes]
        grid = Grid(head, body, "l" * len(labels) + "r" * len(columns))
        return Page(self.sentence, "", grid, *([""] if told else []), *told)

    def markdown(self) -> str:
        """The page of `print` in GitHub's Markdown."""
        return self._page().markdown() + "\n"


class OfFit(TypedDict, total=False):
    """What goes with somebody's fit."""

    X: Any
    y: Any
    weights: Any
    offset: Any


class OfClaim(TypedDict, total=False):
    """What goes with a claim."""

    se: Any
    p: Any
    ci: Any
    loglik: Any
    n: Any
    terms: Any
    column: Any
    cov: Any
    level: Any


@overload
def audit(results: Any, data: AnyModel, /, **claim: Unpack[OfClaim]) -> ClaimAudit:
    """A claim beside a model."""


@overload
def audit(results: Any, data: Posterior, /, *, terms: Any = None) -> PosteriorAgreement:
    """Draws of another package beside a posterior."""


@overload
def audit(results: Any, data: Any = None, /, **fit: Unpack[OfFit]) -> Audit:
    """A fit of another package."""


def audit(
    results: Any,
    data: Any = None,
    /,
    *,
    X: object = None,
    y: object = None,
    weights: object = None,
    offset: object = None,
    se: Any = None,
    p: Any = None,
    ci: Any = None,
    loglik: Any = None,
    n: Any = None,
    terms: Any = None,
    column: Any = None,
    cov: Any = None,
    level: float | None = None,
) -> Audit | ClaimAudit | PosteriorAgreement:
    """Is this right? An `Audit` of somebody's fit, or with a model of ours as second argument a `ClaimAudit` of numbers
    that somebody claims of it, or a `PosteriorAgreement` of somebody's draws.

    **A fit** is a results object of statsmodels, an estimator of scikit-learn, a fit of our own and others. Our
    log-likelihood, score and information are evaluated at their numbers: Newton's decrement says how many standard
    errors they are from the maximum, existence checks whether there is one (rank, separation), and causes are proven
    by a refit: a hidden penalty with its strength, a column that the solver dropped, a loop that stopped early, a
    reversed outcome, standard errors of another kind than their label.

    statsmodels' results (OLS, WLS, GLM, Logit, Probit, MNLogit, Poisson, NegativeBinomial and its P, zero-inflated and
    zero-truncated counts, BetaModel, OrderedModel, MixedLM, PHReg, ConditionalLogit), those of linearmodels and
    pyfixest carry their data; a table or `y=` given here is what the outcome of a regression should have been. A GLM
    with a dispersion, such as Gamma, takes it from moments: its coefficients are audited, and its standard errors at
    its own scale, which a finding names. scikit-learn's linear and generalized linear models, and pipelines of them,
    glum's and scikit-survival's need `X=` and `y=`, or a table and `y=` the name of its column; `weights=` are the
    sample weights of their fit, `offset=` is for packages that take one. lifelines' fitters (Cox, Weibull, log-normal
    and log-logistic times) need the table that they were fitted to. Of variances the distance is the root of twice the
    log-likelihood that is missing. What has no likelihood here is refused by name, with the reason.

    **A claim** is a dict of estimates by term, a frame, a path, or a text with line breaks that is the table itself;
    `se`, `p` and `ci` (pairs) are by term or in the order of the terms, `loglik` and `n` single numbers. `terms` says
    which term is which where words do not tell, {theirs: ours}; `column` picks one model of a table with several. A
    printed 2.83 means anything from 2.825 to 2.835: text keeps its digits, a float counts its shortest decimal form,
    and one of nine digits and more holds within 1e-3 standard errors. `cov` is the kind of standard errors that they
    should be, as in `st.fit`, `level` that of the intervals; by default what the claim says of itself. A right claim
    costs one fit; where a number does not hold, conventions, slips of the pen, other rows, weights, terms and families
    are tried, and what makes every number hold is named. A table of R's emmeans is compared with
    `fit.means(..., over="grid")`, and of mgcv's page the parametric part, whose curves have another basis than ours.

    **Draws** are a DataTree or an InferenceData of ArviZ, and the second argument our posterior under the priors that
    they should have, or a model, whose default priors are taken. Means and standard deviations are compared in Monte
    Carlo errors, and R-hat says whether the chains agree.

    Raises IncompatibleError for other objects and models and for options of the other kind, DomainError for data of
    another shape, and for claims without a number or with terms that are not the model's.

    >>> import statsmodels.api as sm
    >>> x, y = [[1.0, 1], [1, 2], [1, 3], [1, 4], [1, 5], [1, 6]], [0, 0, 0, 1, 1, 1]
    >>> found = audit(sm.GLM(y, x, family=sm.families.Binomial()).fit(maxiter=8))
    >>> found.ok, found.findings[0].cause
    (False, 'separation')
    >>> import stattools as st
    >>> model = st.ols("y ~ x", {"y": [1.0, 3.0, 5.0, 8.0, 8.5], "x": [0, 1, 2, 3, 4]})
    >>> audit({"(Intercept)": "1.10", "x": "2.00"}, model, se={"x": "0.20"}).ok
    True
    """
    of_fit = {"X": X, "y": y, "weights": weights, "offset": offset}
    of_claim = {"se": se, "p": p, "ci": ci, "loglik": loglik, "n": n, "terms": terms, "column": column}
    of_claim |= {"cov": cov, "level": level}
    if is_drawn(results):
        whose = "a fit or a claim, and draws take the model or its posterior, and terms="
        _require_absent({name: value for name, value in (of_fit | of_claim).items() if name != "terms"}, whose)
        return audit_draws(results, data, terms=terms)
    if not isinstance(data, AnyModel):
        _require_absent(of_claim, f"a claim, whose second argument is a model, and {quoted(data)} is none")
        _require_fit(results, data)
        return judged(described(results, data, **of_fit))
    _require_absent(of_fit, "the fit of another package, and the second argument is a model, which has its own rows")
    if (reader := reader_of(results)) is not None:
        raise IncompatibleError(
            f"audit judges {reader.called} on the data that it was fitted to, and a claim by a model; got both. Leave "
            "the model out, and give the table, or X= and y=, where the fit carries none."
        )
    if results is None:
        raise IncompatibleError(
            "st.audit with a model as its second argument needs claimed numbers as its first: a dict of estimates, a "
            "table, a path or a text; got None."
        )
    if level is not None:
        require_level(level)
    if (means := claim_of_means(results)) is not None:
        _require_absent({name: value for name, value in of_claim.items() if name not in ("cov", "level")}, OF_TERMS)
        return audit_means(means, data, level=level, cov=cov)
    claim = read_claim(results, se=se, p=p, ci=ci, loglik=loglik, n=n, column=column)
    return audit_claim(claim, data, terms=terms, cov=cov, level=level)


OF_TERMS = "a claim by terms, and this one is a table of means"


def _require_fit(results: object, data: object) -> None:
    """IncompatibleError for numbers, a text or a path without a model."""
    if isinstance(results, Mapping | str | Path) and not isinstance(data, AnyModel):
        got = "no second argument" if data is None else f"a second argument of type {type(data).__name__}"
        raise IncompatibleError(
            f"st.audit of claimed numbers needs a model of ours as its second argument; got {got}. Write "
            'st.audit(claim, st.ols("y ~ x", table)).'
        )


def _require_absent(options: dict[str, object], whose: str) -> None:
    """IncompatibleError where an option of the other kind of audit was given."""
    name = next((name for name, value in options.items() if value is not None), None)
    if name is not None:
        raise IncompatibleError(f"{name}= of st.audit belongs to {whose}: leave {name}= out.")


def judged(foreign: Foreign) -> Audit:
    """The verdict on what somebody's object or table says."""
    evidence = gather(foreign)
    serious = evidence.serious
    rows = _rows(foreign, foreign.numbers.estimate, foreign.numbers.se, evidence)
    return Audit(
        foreign.name,
        rows,
        not serious,
        _sentence(foreign.name, evidence, serious, len(rows) - (foreign.recipe.dispersion != "likelihood")),
        evidence.findings,
        evidence.distance,
        evidence.decrement,
        evidence.gain,
        foreign.converged,
        foreign.notes,
    )


def _rows(foreign: Foreign, theta: Floats, se: Floats, evidence: Evidence) -> pd.DataFrame:
    columns = named if "category" in (named := coefficients.terms(foreign.model)) else {"term": foreign.names}
    with np.errstate(invalid="ignore", divide="ignore"):
        gap = theta - evidence.maximum
        columns |= {"estimate": theta, "maximum": evidence.maximum}
        columns |= {"difference_in_se": np.where(gap == 0, 0.0, gap / evidence.right_se)}
        columns |= {"se": se, "right_se": evidence.right_se, "ratio": se / evidence.right_se}
    return pd.DataFrame(columns)


def _seen(name: str, value: float) -> float:
    """Round-off is not shown as a distance."""
    return 0.0 if name == "difference_in_se" and abs(value) < 1e-6 else value


def _sentence(name: str, evidence: Evidence, serious: list[Finding], count: int) -> str:
    plain = np.isnan(evidence.right_se).all() or not np.isnan(evidence.right_se[:count]).any()
    many = f"{count} {'coefficient' if plain else 'number'}{'s' * (count > 1)}"
    if not serious:
        errors = "and the standard errors are right" if evidence.has_se else "and no standard errors are reported"
        if any(one.cause.startswith("standard errors") for one in evidence.findings):
            errors = "and the standard errors are not judged: see below"
        near = f"{max(evidence.distance, 1e-8):.1g} standard errors"
        return f"{name} is right: its {many} {'is' if count == 1 else 'are'} the maximum within {near}, {errors}."
    causes = "; ".join(finding.cause for finding in serious)
    if not evidence.exists and any(finding.cause == "penalty" for finding in serious):
        where = "its numbers are the maximum with a penalty, and without it there is no unique maximum"
    elif not evidence.exists:
        where = "there is no unique maximum"
    elif not np.isfinite(evidence.distance):
        where = "its numbers are nowhere near the maximum"
    elif evidence.distance > 0.01:
        where = f"its numbers are {evidence.distance:.2g} standard errors from the maximum"
    else:
        where = "its estimates are the maximum, its standard errors are not what they are called"
    return f"{name} is not right: {where}. Cause: {causes}."
