"""No harm seen in twenty patients: a posterior far from normal, where Laplace is wrong, and its own check says so."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.special import expit

from stattools.errors import ConvergenceError
from stattools.gallery import command
from stattools.priors.assignment import assign
from stattools.reporting import figures, sections
from stattools.reporting.document import Document, Figure, Listing, Math, Paragraph, Section, Table
from stattools.reporting.tables import between, count, number, percent
from stattools.sampling.target import mode, target

if TYPE_CHECKING:
    from stattools.conjugate.beta_binomial import Beta
    from stattools.sampling.draws import Posterior

HARMED, PATIENTS, SEED, PROB = 0, 20, 1, 0.94
Z = 1.880793608151251
"""The normal quantile that leaves 3 % above it."""


def document() -> Document:
    """The report."""
    import stattools as st

    model = st.binomial(HARMED, PATIENTS)
    fit = st.fit(model)
    prior = st.Uniform(0, 1)
    exact = st.posterior(model, prior=st.Beta(1, 1))
    weighted = st.posterior(model, prior=prior, method="importance", seed=SEED)
    walked = st.posterior(model, prior=prior, method="nuts", draws=2000, seed=SEED)
    center, spread = _laplace(model, prior)
    return Document(
        "No harm in twenty patients: where a normal approximation fails",
        (
            sections.question(model, (Paragraph(ASKED),)),
            sections.data(model),
            sections.likelihood(model),
            sections.maximum(fit),
            _exact(exact),
            _refused(model, prior),
            _three(exact, weighted, walked, center, spread),
            sections.validation(st.validate(fit)),
            sections.conclusion(_conclusion(exact, walked, center, spread)),
            sections.provenance([model], command=command("posterior"), seeds=[SEED]),
        ),
    )


ASKED = (
    "A new drug was given to twenty patients and harmed none of them. How large may the risk still be? The posterior "
    "is known exactly here, so that three ways to compute it where it is not known can be held against it: Laplace's "
    "normal approximation, importance sampling and NUTS. Which of them can be trusted, and how would one know?"
)


def _laplace(model: Any, prior: Any) -> tuple[float, float]:
    """Mode and standard deviation of the log odds."""
    found = mode(target(model, assign(model, prior)))
    return float(found.center[0]), float(abs(found.W[0, 0]))


def _exact(exact: Beta) -> Section:
    low, high = exact.interval(PROB, kind="eti")
    return Section(
        "The exact posterior",
        (
            Paragraph("Before the trial every risk is as likely as any other. After it the risk has the density"),
            Math(rf"p(\theta \mid y) = {exact.b:g} (1 - \theta)^{{{exact.b - 1:g}}}"),
            Paragraph(
                f"It is highest at 0, its mean is {number(exact.mean, 4)}, and it lies between {number(low, 4)} and "
                f"{number(high, 4)} with probability {percent(PROB)}."
            ),
        ),
    )


def _refused(model: Any, prior: Any) -> Section:
    import stattools as st

    try:
        st.posterior(model, prior=prior, method="laplace", seed=SEED)
        message = "It was accepted."
    except ConvergenceError as error:
        message = str(error)
    return Section(
        "Laplace's approximation",
        (
            Paragraph(
                "Laplace puts a normal density where the posterior of the log odds is highest, as wide as its "
                'curvature there. This is what `st.posterior(model, method="laplace")` says:'
            ),
            Listing(message),
            Paragraph(
                "On the log odds the posterior falls like an exponential towards a risk of 0, much more slowly than "
                "any normal density, so that draws out there need large weights. k-hat says how far weights can be "
                "relied on, up to 0.7, and the weighted draws say how far the normal is off."
            ),
        ),
    )


def _three(exact: Beta, weighted: Posterior, walked: Posterior, center: float, spread: float) -> Section:
    ends = expit(center + Z * spread * np.array([-1.0, 1.0]))
    true = exact.interval(PROB, kind="eti")
    found = weighted.interval(PROB, kind="eti")
    rows = (
        ("exact", number(exact.median, 3), between(true.lower, true.upper, 3)),
        ("Laplace", number(float(expit(center)), 3), between(float(ends[0]), float(ends[1]), 3)),
        ("importance sampling", number(float(weighted.median[0]), 3), between(found.lower[0], found.upper[0], 3)),
    )
    far, error = _distance(exact, walked)
    chains, draws, _ = walked.draws.shape
    close = "within" if far <= 0.1 else "not within"
    agree = "no problem" if walked.diagnostics.ok else "a problem"
    return Section(
        "Side by side",
        (
            Table(("posterior of the risk", "median", f"{percent(PROB)} equal-tailed interval"), rows, "lrc"),
            Paragraph(
                f"Importance sampling starts from Student-t draws around the same mode and weighs them; its k-hat is "
                f"{number(weighted.diagnostics.pareto_k or 0.0, 2)}. NUTS needs no such guess. From {chains} chains of "
                f"{count(draws)} draws its mean, its median and both ends of its interval are {close} 0.1 posterior "
                f"standard deviations of the exact ones, and its diagnostics report {agree}: R-hat, effective sample "
                "sizes, divergences and E-BFMI. Its draws depend on the last bit of the arithmetic, which differs "
                "between processors, and so they are held against the truth here rather than printed."
            )
            if error < 0.1
            else Paragraph("The Monte Carlo error of NUTS is too large for a comparison."),
            _figure(exact, center, spread),
        ),
    )


def _distance(exact: Beta, walked: Posterior) -> tuple[float, float]:
    """Largest difference from the exact posterior, and the Monte Carlo error of the mean, in standard deviations."""
    low, high = walked.interval(PROB, kind="eti")
    true = exact.interval(PROB, kind="eti")
    ours = np.array([walked.mean[0], walked.median[0], low[0], high[0]])
    theirs = np.array([exact.mean, exact.median, *true])
    far = float(np.max(np.abs(ours - theirs) / exact.sd * np.array([1.0, 1.0, 1.0, 0.5])))
    return far, float(walked.diagnostics.mcse[0] / exact.sd)


def _figure(exact: Beta, center: float, spread: float) -> Figure:
    log_odds = np.linspace(-9.0, 1.0, 401)
    theta = expit(log_odds)
    density = np.asarray(exact.density(theta)) * theta * (1.0 - theta)
    normal = np.exp(-0.5 * ((log_odds - center) / spread) ** 2) / spread / np.sqrt(2.0 * np.pi)
    return Figure(
        "posterior",
        lambda: figures.densities(
            log_odds, {"exact": density, "Laplace": normal}, xlabel="log odds of harm", ylabel="density"
        ),
        alt="Exact posterior density of the log odds, skewed to the left, and the symmetric normal density of Laplace",
        caption="The exact posterior of the log odds has a long tail towards a risk of 0, which the normal lacks.",
    )


def _conclusion(exact: Beta, walked: Posterior, center: float, spread: float) -> str:
    high = exact.interval(PROB, kind="eti")[1]
    claimed = float(expit(center + Z * spread))
    low, small = float(expit(center - Z * spread)), exact.interval(PROB, kind="eti")[0]
    right = "NUTS finds the exact posterior" if _distance(exact, walked)[0] <= 0.1 else "NUTS misses it"
    return (
        f"After no harm in {PATIENTS} patients the risk is below {number(high, 3)} with probability 97 %; Laplace's "
        f"approximation would say below {number(claimed, 3)}, and that it exceeds {number(low, 4)} where the truth is "
        f"{number(small, 4)}; weighing its own draws gives it away, and {right}."
    )
