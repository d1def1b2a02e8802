"""Coaching in eight schools: a hierarchical posterior whose mode is far from its mass. Laplace is wrong."""

from __future__ import annotations

from typing import Literal

import numpy as np

import stattools as st
from stattools import figures
from stattools.bayes.priors.assignment import assign
from stattools.bayes.sampling.draws import Posterior
from stattools.bayes.sampling.target import Mode, mode, target
from stattools.errors import ConvergenceError
from stattools.gallery import command
from stattools.interface.arrays import Floats
from stattools.models.custom import Custom
from stattools.reporting import sections
from stattools.reporting.document import Document, Figure, Listing, Math, Paragraph, Section, Table, code
from stattools.reporting.tables import between, count, number
from stattools.text.columns import percent

EFFECT = np.array([28.0, 8.0, -3.0, 7.0, -1.0, 1.0, 18.0, 12.0])
ERROR = np.array([15.0, 10.0, 16.0, 11.0, 9.0, 11.0, 10.0, 18.0])
SCHOOLS = "ABCDEFGH"
SEED, PROB = 1, 0.94
WIDTH = 5.0
Z = 1.880793608151251
"""The normal quantile that leaves 3 % above it."""


def document() -> Document:
    """The report."""
    model, prior = schools(), priors()
    walked = st.posterior(model, prior=prior, seed=SEED, target_accept=0.95)
    exact = Exact()
    center = mode(target(model, assign(model, prior)))
    refusals = [_refusal(model, prior, method) for method in ("laplace", "importance")]
    return Document(
        "Coaching in eight schools: where Laplace is wrong and NUTS is right",
        (
            sections.answer(_conclusion(exact, walked, center, refusals)),
            Section("Question", (Paragraph(ASKED),)),
            _data(),
            _likelihood(),
            _exact(exact),
            _refused(refusals, center, exact),
            _compared(exact, walked, center),
            sections.provenance([model], command=command("posterior"), seeds=[SEED]),
        ),
    )


ASKED = (
    "Eight schools tried a short course that prepares for a test, and each estimated its effect on the scores. How "
    "much do the true effects differ between schools? The posterior of that one number is known exactly by a sum over "
    "a grid, so that three ways to compute it where it is not known can be held against it: Laplace's normal "
    "approximation, importance sampling and NUTS. Which of them can be trusted, and how would one know?"
)


def schools() -> Custom:
    """The likelihood of (mu, tau, z_A, ..., z_H), with its score."""

    def loglik(theta: Floats) -> float:
        gap = (EFFECT - theta[0] - theta[1] * theta[2:]) / ERROR
        return -0.5 * float(gap @ gap)

    def score(theta: Floats) -> Floats:
        pull = (EFFECT - theta[0] - theta[1] * theta[2:]) / ERROR**2
        return np.concatenate([[pull.sum(), pull @ theta[2:]], theta[1] * pull])

    names = ("mu", "tau", *(f"z[{school}]" for school in SCHOOLS))
    begin = np.concatenate([[8.0, 5.0], (EFFECT - 8.0) / 16.0])
    return st.custom(loglik, score=score, start=begin, names=names, n=len(EFFECT), title="Eight schools")


def priors() -> dict[str, st.Normal | st.HalfCauchy]:
    """The usual ones: those of the reference posteriors of posteriordb."""
    effects = {f"z[{school}]": st.Normal(0, 1) for school in SCHOOLS}
    return {"mu": st.Normal(0, WIDTH), "tau": st.HalfCauchy(WIDTH), **effects}


class Exact:
    """The posterior of tau by the trapezoid rule in log tau; given tau, that of mu is normal."""

    def __init__(self) -> None:
        self.log_tau = np.linspace(-14.0, 9.0, 4601)
        tau = np.exp(self.log_tau)
        spread = ERROR**2 + tau[:, None] ** 2
        information = (1.0 / spread).sum(axis=1) + 1.0 / WIDTH**2
        center = (EFFECT / spread).sum(axis=1) / information
        fit = (EFFECT**2 / spread).sum(axis=1) - information * center**2
        log = -0.5 * (np.log(spread).sum(axis=1) + np.log(information) + fit) + self.log_tau
        log -= np.log1p((tau / WIDTH) ** 2)
        step = self.log_tau[1] - self.log_tau[0]
        weight = np.exp(log - log.max())
        self.density = weight / weight.sum() / step
        weight /= weight.sum()
        self.tau = _moments(tau, np.zeros_like(tau), weight)
        self.mu = _moments(center, 1.0 / information, weight)
        share = np.cumsum(weight)
        tail = 0.5 * (1.0 - PROB)
        self.low, self.median, self.high = np.exp(np.interp([tail, 0.5, 1.0 - tail], share, self.log_tau))


def _moments(mean: Floats, variance: Floats, weight: Floats) -> tuple[float, float]:
    """Mean and standard deviation of a mixture."""
    whole = float(weight @ mean)
    return whole, float(np.sqrt(weight @ (variance + (mean - whole) ** 2)))


def _data() -> Section:
    rows = tuple((school, f"{y:g}", f"{s:g}") for school, y, s in zip(SCHOOLS, EFFECT, ERROR, strict=True))
    return Section(
        "Data",
        (
            Paragraph(
                "Estimated effects in points and their standard errors, of Rubin, Estimation in parallel randomized "
                "experiments, Journal of Educational Statistics 6 (1981), 377-401:"
            ),
            Table(("school", "effect", "standard error"), rows, "lrr"),
        ),
    )


def _likelihood() -> Section:
    return Section(
        "Likelihood",
        (
            Paragraph(
                r"School $j$ has a true effect $\mu + \tau z_j$, and its estimate is normal around that with the known "
                r"standard error. $\mu$ is the mean of the true effects and $\tau$ their standard deviation:"
            ),
            Math(r"\log p(y \mid \mu, \tau, z) = -\sum_{j=1}^{8} \frac{(y_j - \mu - \tau z_j)^2}{2 \sigma_j^2}"),
            Math(
                r"\mu \sim \mathrm{Normal}(0, 5), \qquad \tau \sim \mathrm{HalfCauchy}(5), \qquad "
                r"z_j \sim \mathrm{Normal}(0, 1)"
            ),
            Paragraph(
                "This is no built-in model: it is two short functions, the sum above and its slope, given to "
                "`st.custom`. tau is positive and is sampled on the log scale."
            ),
        ),
    )


def _exact(exact: Exact) -> Section:
    return Section(
        "Posterior",
        (
            Paragraph(
                "Given tau everything else is normal and can be integrated by hand; what is left is one curve. Summed "
                f"over a grid of {count(len(exact.log_tau))} values of log tau, tau has the mean "
                f"{number(exact.tau[0], 2)} and the standard deviation {number(exact.tau[1], 2)}, and lies between "
                f"{number(exact.low, 2)} and {number(exact.high, 2)} with probability {percent(PROB)}; mu has the mean "
                f"{number(exact.mu[0], 2)} and the standard deviation {number(exact.mu[1], 2)}."
            ),
        ),
    )


def _refusal(
    model: Custom, prior: dict[str, st.Normal | st.HalfCauchy], method: Literal["laplace", "importance"]
) -> str:
    try:
        st.posterior(model, prior=prior, method=method, seed=SEED)
    except ConvergenceError as error:
        return str(error)
    return ""


def _refused(refusals: list[str], center: Mode, exact: Exact) -> Section:
    """What Laplace and importance sampling say."""
    highest, spread = _of_tau(center)
    heights = np.interp([highest, np.log(exact.median)], exact.log_tau, exact.density)
    return Section(
        "Laplace's approximation, and its k-hat",
        (
            Paragraph(
                "Laplace puts a normal density where the posterior of all ten parameters is highest, as wide as its "
                f"curvature there. That place has tau = {number(float(np.exp(highest)), 1)}, although tau exceeds it "
                f"with a probability of {number(_above(exact, highest), 4)} only: where tau is large the "
                "eight z are held tightly, and the density is a high peak with little volume. This is what "
                '`st.posterior(model, method="laplace")` says:'
            ),
            Listing(refusals[0] or "It was accepted."),
            Paragraph('And `method="importance"`, which starts from wider draws around the same place:'),
            Listing(refusals[1] or "It was accepted."),
            Paragraph(
                "k-hat measures how heavy the tail of the weights is that would turn draws of the normal into draws of "
                "the posterior. Above 0.7 a few draws carry all the weight and no number of them helps; above 1 the "
                "weights have not even a mean. Nothing has to be known about the truth to see it."
            ),
            Figure(
                "posterior",
                lambda: figures.densities(
                    exact.log_tau[(exact.log_tau > -4) & (exact.log_tau < 6)],
                    {
                        "exact": exact.density[(exact.log_tau > -4) & (exact.log_tau < 6)],
                        "Laplace": _normal(exact.log_tau[(exact.log_tau > -4) & (exact.log_tau < 6)], highest, spread),
                    },
                    xlabel="log tau",
                    ylabel="density",
                ),
                alt="Exact posterior density of log tau with a long tail to the left, and Laplace's normal density far "
                "to the right of it",
                caption=f"At the mode of all parameters the exact density of log tau is {number(heights[0], 3)}, at "
                f"its median {number(heights[1], 2)}.",
            ),
        ),
    )


def _compared(exact: Exact, walked: Posterior, center: Mode) -> Section:
    highest, spread = _of_tau(center)
    ends = np.exp(highest + Z * spread * np.array([-1.0, 1.0]))
    rows = (
        ("exact", number(float(exact.median), 1), between(float(exact.low), float(exact.high), 1)),
        ("Laplace", number(float(np.exp(highest)), 1), between(float(ends[0]), float(ends[1]), 1)),
    )
    far, error = distance(exact, walked)
    chains, draws, _ = walked.draws.shape
    close = "within" if far <= 0.1 else "not within"
    verdict = "**NUTS agrees**" if far <= 0.1 and walked.diagnostics.ok else "**NUTS does not agree**"
    agree = "no problem" if walked.diagnostics.ok else "a problem"
    return Section(
        "Validation",
        (
            Table((f"posterior of {code('tau')}", "median", f"{percent(PROB)} equal-tailed interval"), rows, "lrc"),
            Paragraph(
                f"{verdict}: it starts from the same mode, but walks away from it. From {chains} chains of "
                f"{count(draws)} draws its means of mu and tau, its median of tau, and the two standard deviations are "
                f"{close} a tenth of a posterior standard deviation of the exact ones, and its diagnostics report "
                f"{agree}: R-hat, effective sample sizes, divergences and E-BFMI. Its draws depend on the last bit of "
                "the arithmetic, which differs between processors, and so they are held against the truth here rather "
                "than printed."
            )
            if error < 0.1
            else Paragraph("The Monte Carlo error of NUTS is too large for a comparison."),
        ),
    )


def distance(exact: Exact, walked: Posterior) -> tuple[float, float]:
    """Largest difference from the exact posterior, and the largest Monte Carlo error, in standard deviations."""
    (mu, mu_sd), (tau, tau_sd) = exact.mu, exact.tau
    gaps = [
        (walked.mean[0] - mu) / mu_sd,
        (walked.mean[1] - tau) / tau_sd,
        (walked.median[1] - exact.median) / tau_sd,
        walked.sd[0] / mu_sd - 1.0,
        walked.sd[1] / tau_sd - 1.0,
    ]
    return float(np.max(np.abs(gaps))), float(np.max(walked.diagnostics.mcse[:2] / [mu_sd, tau_sd]))


def _of_tau(center: Mode) -> tuple[float, float]:
    """Mode and standard deviation of log tau as Laplace sees them."""
    return float(center.center[1]), float(np.linalg.norm(center.W[1]))


def _normal(x: Floats, mean: float, sd: float) -> Floats:
    return np.exp(-0.5 * ((x - mean) / sd) ** 2) / (sd * np.sqrt(2.0 * np.pi))


def _above(exact: Exact, log_tau: float) -> float:
    """The exact probability of a tau above exp(log_tau)."""
    return float(exact.density[exact.log_tau > log_tau].sum() * (exact.log_tau[1] - exact.log_tau[0]))


def _conclusion(exact: Exact, walked: Posterior, center: Mode, refusals: list[str]) -> str:
    highest, _ = _of_tau(center)
    right = "NUTS finds the exact posterior" if distance(exact, walked)[0] <= 0.1 else "NUTS misses it"
    told = "its k-hat above 0.7 says so, and it is refused" if all("k-hat" in said for said in refusals) else ""
    return (
        f"The standard deviation of the true effects between the eight schools has the posterior median "
        f"{number(float(exact.median), 1)} points, and lies between {number(float(exact.low), 1)} and "
        f"{number(float(exact.high), 1)} with probability {percent(PROB)}. Laplace's approximation puts it at "
        f"{number(float(np.exp(highest)), 0)} points, {told}; {right}."
    )
