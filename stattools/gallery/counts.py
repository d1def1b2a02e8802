"""Visits to a doctor: Poisson regression, why its standard errors are too small here, and the negative binomial."""

from __future__ import annotations

import numpy as np
from scipy import special

import stattools as st
from stattools.bayes.sampling.predictive_check import beside
from stattools.gallery import command
from stattools.inference.diagnostics.goodness import grouped
from stattools.inference.fits.fit import Fit
from stattools.inference.plots.predictions import expected_frequencies
from stattools.qualification.agreements import shipped
from stattools.reporting import equations, predictive, sections, sentences
from stattools.reporting.diagnostics import frequencies, means
from stattools.reporting.dispersion import dispersion as told
from stattools.reporting.document import Block, Document, Math, Paragraph, Section, Table, code
from stattools.reporting.tables import between, chance, count, decimals, number
from stattools.text.columns import percent

FORMULA = "mdvis ~ lncoins + idp + lpi + fmde + physlm + disea + hlthg + hlthf + hlthp"
MANY = 15
"""So many visits in a year are many."""
SEED, DRAWS = 1, 500


def document() -> Document:
    """The report."""
    visits = shipped("randhie")
    poisson = st.fit(st.poisson(FORMULA, visits))
    nb = st.fit(st.negative_binomial(FORMULA, visits))
    checks = {"Poisson": st.validate(poisson), "Negative binomial": st.validate(nb)}
    return Document(
        "How often do people see a doctor? Poisson and negative binomial counts",
        (
            sections.answer(_conclusion(poisson, nb)),
            sections.question(poisson.model, (Paragraph(ASKED), Paragraph(sentences.question(poisson.model)))),
            sections.data(poisson.model, Paragraph(SOURCE)),
            Section(
                "Likelihood",
                (
                    Section("Poisson", equations.likelihood(poisson.model)),
                    Section("Negative binomial", equations.likelihood(nb.model)),
                ),
            ),
            Section("Fit", _fits(poisson, nb)),
            Section("Why Poisson's standard errors are too small", _too_small(poisson, nb)),
            Section("Is alpha zero? A test at the boundary", _boundary(poisson, nb)),
            Section("Observed and expected frequencies", _frequencies(poisson, nb)),
            Section("Would the models make such data?", _replicated(poisson, nb)),
            Section(
                "Validation", tuple(Section(name, sections.validation(check).blocks) for name, check in checks.items())
            ),
            sections.provenance([poisson.model], command=command("counts"), seeds=[SEED]),
        ),
    )


ASKED = (
    "The RAND Health Insurance Experiment gave families insurance plans that left them different shares of the cost of "
    "a visit to a doctor, and counted the visits of each year. Who goes more often, and how sure can one be? The usual "
    "model for counts, Poisson regression, is far too sure of its answer here."
)

SOURCE = (
    "The data are those of the experiment as used by Cameron and Trivedi, Microeconometrics (2005), as statsmodels "
    "ships them (`statsmodels.datasets.randhie`). `mdvis` is the number of outpatient visits of one person in one "
    "year. `lncoins` is the logarithm of 1 plus the share of the cost borne, in percent; `idp` marks plans with an "
    "individual deductible; `lpi` and `fmde` are logarithms of the yearly participation incentive and of the maximum "
    "expenditure; `physlm` marks a physical limitation; `disea` is an index of chronic diseases; `hlthg`, `hlthf` and "
    "`hlthp` mark health rated good, fair and poor by the person, against excellent. A person has a row for "
    "each year, and the file does not say which rows are the same person's; the models take them as independent."
)


def dispersion(fit: Fit) -> float:
    """Pearson's chi-square over its degrees of freedom: the mean of (y - m)^2 / m, near 1 for Poisson counts."""
    mean = fit.predict(align=False)
    return float(((fit.model.rows.y - mean) ** 2 / mean).sum() / fit.df)


def _fits(poisson: Fit, nb: Fit) -> tuple[Block, ...]:
    rows = []
    for j, name in enumerate(poisson.names):
        places = decimals(float(poisson.se[j]))
        cells = [
            number(float(value), places) for value in (poisson.estimate[j], poisson.se[j], nb.estimate[j], nb.se[j])
        ]
        rows.append((code(name), *cells, number(float(nb.se[j] / poisson.se[j]), 2)))
    last, places = len(poisson.names), decimals(float(nb.se[-1]))
    rows.append((code(nb.names[last]), "", "", number(nb.estimate[last], places), number(nb.se[last], places), ""))
    header = ("term", "Poisson", "standard error", "negative binomial", "standard error", "ratio of standard errors")
    return (
        Paragraph(sentences.certificate(poisson)),
        Paragraph(f"For the negative binomial: {sentences.certificate(nb)}"),
        Table(header, tuple(rows), "lrrrrr"),
        Paragraph(told(nb)[0].replace(" has no test in the table", " has no Wald test here")),
        Paragraph("As rate ratios, by the negative binomial:"),
        sections.estimates(nb),
    )


def _too_small(poisson: Fit, nb: Fit) -> tuple[Block, ...]:
    chi = dispersion(poisson)
    ratio = nb.se[:-1] / poisson.se
    y, mean = poisson.model.rows.y, poisson.predict(align=False)
    explained = 1.0 - float(((y - mean) ** 2).sum() / ((y - y.mean()) ** 2).sum())
    moved = np.abs(nb.estimate[:-1] - poisson.estimate) / nb.se[:-1]
    p, q = (dict(zip(fit.names, map(float, fit.table()["p_value"]), strict=True)) for fit in (poisson, nb))
    lost = [name for name in poisson.names if p[name] < 0.05 <= q[name]]
    z, w = (dict(zip(fit.names, map(float, fit.table()["statistic"]), strict=True)) for fit in (poisson, nb))
    changed = "".join(
        f" Poisson's say that {code(name)} has an effect, z = {number(z[name], 2)}; the negative binomial's leave it "
        f"open, z = {number(w[name], 2)}."
        for name in lost
    )
    return (
        Paragraph(
            "Poisson regression has no parameter for the spread: it takes the variance to be the mean. Here the visits "
            f"have mean {number(float(y.mean()), 2)} and variance {number(float(y.var()), 1)}, of which the columns "
            f"explain {percent(round(explained, 2))}. Pearson's dispersion measures what is left, and would be near 1 "
            "for Poisson counts:"
        ),
        Math(r"\frac{1}{n - p} \sum_{i} \frac{(y_i - \hat\mu_i)^2}{\hat\mu_i} = " + number(chi, 2)),
        Paragraph(
            f"A sum of counts that vary {number(chi, 1)} times as much as the model says is uncertain by a factor "
            f"$\\sqrt{{{number(chi, 1)}}} = {number(float(np.sqrt(chi)), 1)}$ more, and so are the coefficients, which "
            "are made of such sums. The negative binomial, which estimates the spread, finds standard errors "
            f"{number(float(ratio.min()), 1)} to {number(float(ratio.max()), 1)} times those of Poisson. The estimates "
            f"move too, since the two fits weigh the rows differently, at most by {number(float(moved.max()), 1)} of "
            f"the larger standard errors ({code(poisson.names[int(moved.argmax())])}).{changed}"
        ),
    )


def _boundary(poisson: Fit, nb: Fit) -> tuple[Block, ...]:
    statistic = 2.0 * (nb.loglik - poisson.loglik)
    half = 0.5 * float(special.chdtrc(1.0, statistic))
    critical = float(special.chdtri(1.0, 0.10))
    usual = float(special.chdtri(1.0, 0.05))
    return (
        Paragraph(
            "Poisson regression is the negative binomial with $\\alpha = 0$, so a likelihood ratio can compare them:"
        ),
        Math(
            rf"2 (\ell_{{\mathrm{{NB2}}}} - \ell_{{\mathrm{{Poisson}}}}) = 2 \left({nb.loglik:.2f} - "
            rf"({poisson.loglik:.2f})\right) = {statistic:.2f}"
        ),
        Paragraph(
            "But 0 is the smallest value that $\\alpha$ can have. Were the counts Poisson, about half of all samples "
            "would vary less than their model expects, would like $\\alpha$ below 0, and get 0 with a ratio of exactly "
            "0. So the ratio is not chi-square with 1 degree of freedom but half of it: 0 with probability 1/2, and "
            f"chi-square otherwise (Self and Liang 1987). Its 5 % point is {number(critical, 2)} rather than "
            f"{number(usual, 2)}, and the p-value is half the usual one, here {chance(half)}. AIC says the same: "
            f"{nb.aic:.1f} against {poisson.aic:.1f}."
        ),
    )


def _frequencies(poisson: Fit, nb: Fit) -> tuple[Block, ...]:
    y = poisson.model.rows.y
    below = np.arange(float(MANY))
    rows = []
    alpha, mean = float(np.exp(nb.estimate[-1])), nb.predict(align=False)
    predicted, observed, size = grouped(mean, y, None)
    limit = 2.0 * np.sqrt(grouped(mean, mean + alpha * mean**2, None)[1] / size)
    outside = int((np.abs(observed - predicted) > limit).sum())
    expected = [expected_frequencies(fit, below) / fit.n for fit in (poisson, nb)]
    seen = np.array([(y == k).mean() for k in below])
    for label, some in (("no visit", slice(0, 1)), ("1 or 2 visits", slice(1, 3)), ("3 to 14 visits", slice(3, MANY))):
        rows.append((label, *(f"{number(100 * float(share[some].sum()), 1)} %" for share in (seen, *expected))))
    rows.append(
        (f"{MANY} or more", *(f"{number(100 * (1.0 - float(share.sum())), 1)} %" for share in (seen, *expected)))
    )
    return (
        Paragraph("What a model says about the spread can be seen in the counts that it expects:"),
        frequencies(poisson, nb),
        Table(
            ("visits in a year", "observed", "expected, Poisson", "expected, negative binomial"), tuple(rows), "lrrr"
        ),
        Paragraph(
            f"There are {number(float(seen[0] / expected[0][0]), 1)} times as many person-years without a visit as "
            f"Poisson expects, and {number(float((1.0 - seen.sum()) / (1.0 - expected[0].sum())), 0)} times as many "
            f"with {MANY} visits or more. The negative binomial has both about right, from one parameter more. Its "
            f"means are less good: of {len(size)} groups of rows, {outside} have a mean farther than two standard "
            "errors from the one predicted, more than chance allows. Either the columns do not enter in the right "
            "form, or the years of one person are more alike than those of different people."
        ),
        means(nb),
    )


def _replicated(poisson: Fit, nb: Fit) -> tuple[Block, ...]:
    """Posterior predictive checks: parameters drawn, then outcomes of the same people."""
    beliefs = {
        name: st.posterior(fit.model, method="laplace", draws=DRAWS, chains=1, seed=SEED)
        for name, fit in (("Poisson", poisson), ("negative binomial", nb))
    }
    y = nb.model.rows.y
    replicated = {name: belief.predict(kind="observation", seed=SEED) for name, belief in beliefs.items()}
    statistics = {
        "person-years without a visit": lambda outcome: float((outcome == 0).sum()),
        f"person-years with {MANY} visits or more": lambda outcome: float((outcome >= MANY).sum()),
        "most visits in a year": lambda outcome: float(outcome.max()),
    }
    found = {
        said: {name: beside(statistic, y, made) for name, made in replicated.items()}
        for said, statistic in statistics.items()
    }
    missed = {name: [said for said in found if not 0.03 <= found[said][name].p_value <= 0.97] for name in beliefs}
    verdicts = " ".join(
        f"The {name} model reproduces {len(found) - len(some)} of the {len(found)}"
        + (f" and misses {_listed(some)}." if some else ".")
        for name, some in missed.items()
    )
    k = [number(float(belief.pareto_k or 0.0), 2) for belief in beliefs.values()]
    return (
        Paragraph(
            "Expected frequencies leave out how much a sample varies. A posterior answers with data: draw the "
            "parameters, then as many outcomes for the same people, and see whether what was observed is among them. "
            f"The priors are the default, the {DRAWS} draws those of Laplace's approximation, seed {SEED}, which "
            f"checks itself: its k-hat, {k[0]} and {k[1]}, is below 0.7."
        ),
        predictive.rootogram(y, replicated, most=MANY, outcome=nb.model.outcome_name, name="rootogram"),
        predictive.checks(found),
        Paragraph(
            "p is the share of the replicated data with a larger value than the observed, ties by half; below 0.03 or "
            f"above 0.97 the model does not reproduce the feature. {verdicts}"
        ),
    )


def _listed(names: list[str]) -> str:
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def _conclusion(poisson: Fit, nb: Fit) -> str:
    ratio = nb.se[:-1] / poisson.se
    row = nb.table().set_index("term").loc["physlm"]
    value, lower, upper = np.exp([row["estimate"], row["lower"], row["upper"]])
    places = decimals(float(value * row["se"]), digits=2)
    return (
        f"In {count(nb.n)} person-years, visits to a doctor vary {number(dispersion(poisson), 1)} times as much as "
        f"Poisson counts of the same means, so that the standard errors of a negative binomial fit are "
        f"{number(float(ratio.min()), 1)} to {number(float(ratio.max()), 1)} times those of Poisson regression; by it "
        "a physical "
        f"limitation multiplies the expected visits by {number(value, places)} ({percent(nb.level)} Wald interval "
        f"{between(lower, upper, places)}), the other columns held fixed."
    )
