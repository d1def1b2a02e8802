"""Votes for a tax, by Gamma regression: which dispersion stands behind the standard errors, and which link."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import statsmodels.api as sm

import stattools as st
from stattools.gallery import command
from stattools.inference.fits.fit import Fit
from stattools.qualification.agreements import shipped
from stattools.reporting import sections, sentences
from stattools.reporting.document import Block, Document, Math, Paragraph, Section, Table, code, literal
from stattools.reporting.tables import between, count, decimals, number
from stattools.text.columns import percent
from stattools.validation.explaining.audit import Audit
from stattools.validation.explaining.explain import Explanation
from stattools.validation.moment_dispersion import deviance_dispersion, dispersion_of, pearson_dispersion

COLUMNS = {
    "COUTAX": "tax",
    "UNEMPF": "unemployed",
    "MOR": "mortality",
    "ACT": "active",
    "GDP": "gdp",
    "AGE": "young",
    "COUTAX_FEMALEUNEMP": "both",
}
FORMULA = "yes ~ tax + unemployed + mortality + active + gdp + young + tax:unemployed"
LINKS = ("log", "inverse", "identity")
CENTERED = ("tax", "unemployed")


def document() -> Document:
    """The report."""
    table = votes()
    fits = {link: st.fit(st.glm(FORMULA, table, family="gamma", link=link)) for link in LINKS}
    fit = fits["log"]
    theirs = reference(fit)
    audit, why = st.audit(theirs), st.explain(fit, theirs)
    return Document(
        "Whose dispersion is in the standard errors? A Gamma regression",
        (
            sections.answer(_conclusion(fit, theirs)),
            sections.question(fit.model, (Paragraph(ASKED), Paragraph(sentences.question(fit.model)))),
            sections.data(fit.model, Paragraph(SOURCE)),
            sections.likelihood(fit.model),
            sections.maximum(fit),
            sections.diagnosis(fit),
            Section("Two dispersions", _dispersions(fit, theirs)),
            Section("What an audit of the other package says", _audited(audit, why)),
            Section("Which link?", _links(fits)),
            sections.validation(st.validate(fit)),
            sections.provenance([fit.model], command=command("costs")),
        ),
    )


ASKED = (
    "In 1997 Scotland voted on a parliament of its own, and on whether it might levy taxes. What goes along with a "
    "large share of votes for the tax, in the 32 districts? The outcome is positive, as costs are, and the Gamma "
    "regression for such outcomes has a second parameter, the dispersion, that packages estimate in different ways: "
    "the same coefficients come with different standard errors, log-likelihoods and AICs."
)

SOURCE = (
    "The data are those of Gill, Generalized Linear Models: A Unified Approach (2000), as statsmodels ships them "
    "(`statsmodels.datasets.scotland`). `yes` is the percentage of votes for the tax; `tax` is the council tax in "
    "pounds, `unemployed` the women's share of claims for unemployment benefits in percent, both less their means; "
    "`mortality` is a standardized ratio, `active` the percentage of the population that works or looks for work, "
    "`gdp` the gross domestic product per head, `young` the percentage of children of 5 to 15 years."
)


def votes() -> pd.DataFrame:
    """The districts, under names that can be read, with two columns less their means, so that their product is no
    echo of them.
    """
    table = shipped("scotland").rename(columns={"YES": "yes"} | COLUMNS)
    return table.assign(**{name: table[name] - table[name].mean() for name in CENTERED})


def reference(fit: Fit) -> Any:
    """statsmodels' fit of the same columns, as its users make it."""
    model = fit.model
    family = sm.families.Gamma(link=sm.families.links.Log())
    return sm.GLM(model.rows.y, _frame(model), family=family).fit(tol=1e-12)


def _frame(model: st.Model) -> pd.DataFrame:
    return pd.DataFrame(model.rows.X, columns=["const" if name == "Intercept" else name for name in model.terms])


def _dispersions(fit: Fit, theirs: Any) -> tuple[Block, ...]:
    model, theta = fit.model, fit.estimate
    ours, pearson = dispersion_of(model, theta), pearson_dispersion(model, theta)
    lost = fit.loglik - float(theirs.llf)
    rows = []
    for name, value, se, other in zip(fit.names, theta, fit.se, (*theirs.bse, None), strict=True):
        places = decimals(float(se))
        beside = ("", "") if other is None else (number(float(other), places), number(float(other / se), 3))
        rows.append((code(name), number(float(value), places), number(float(se), places), *beside))
    spare = int(fit.n) - len(model.terms)
    return (
        Paragraph(
            "The maximum over the coefficients is the same whatever the dispersion $\\phi$ is, and the variance of the "
            "coefficients is proportional to it. This package estimates $\\phi$ beside them, by maximum likelihood. "
            "R's `glm` and statsmodels take Pearson's statistic over its degrees of freedom, a moment:"
        ),
        Math(
            r"\hat\phi = " + number(ours, 6) + r", \qquad \frac{1}{n - p} \sum_{i} \frac{(y_i - \hat\mu_i)^2}"
            r"{\hat\mu_i^2} = "
            + number(pearson, 6)
            + r", \qquad \frac{\mathrm{deviance}}{n - p} = "
            + number(deviance_dispersion(model, theta), 6)
        ),
        Table(("term", "estimate", "standard error", "in statsmodels", "ratio"), tuple(rows), "lrrrr"),
        Paragraph(
            f"With {spare} degrees of freedom for {count(fit.n)} rows the two differ by a factor of "
            f"{number(pearson / ours, 3)}, of which $n / (n - p) = {number(fit.n / spare, 3)}$ is the price of the "
            f"{len(model.terms)} coefficients that a maximum does not count: the moment estimate is nearly unbiased, "
            "the maximum is too small by about that factor in small samples, and its standard errors with it. The "
            "maximum, in turn, is what a log-likelihood, a likelihood ratio or an AIC is taken at. statsmodels takes "
            f"its log-likelihood at the moment estimate, {number(lost, 4)} below the maximum, and its AIC, "
            f"{number(float(theirs.aic), 2)}, does not count the dispersion; here AIC is {number(fit.aic, 2)}. R "
            "takes its own log-likelihood at deviance / n. Compare AICs of one package with each other only."
        ),
    )


def _audited(audit: Audit, why: Explanation) -> tuple[Block, ...]:
    return (
        Paragraph(f"`st.audit(results)`: {literal(sentences.unversioned(audit.sentence))}"),
        *(Paragraph(literal(finding.sentence)) for finding in audit.findings),
        Paragraph(f"`st.explain(fit, results)`: {literal(sentences.unversioned(why.sentence))}"),
        Paragraph("The estimate that differs is `log dispersion`; the other coefficients are the same."),
    )


def _links(fits: dict[str, Fit]) -> tuple[Block, ...]:
    rows = tuple((code(link), number(fit.loglik, 3), number(fit.aic, 2)) for link, fit in fits.items())
    best = max(fits, key=lambda link: fits[link].loglik)
    spread = max(fit.loglik for fit in fits.values()) - min(fit.loglik for fit in fits.values())
    near = (
        "so near to each other that the data do not choose: the logarithm is preferred for its ratios"
        if spread < 2.0
        else "which is a reason to prefer the first"
    )
    return (
        Paragraph(
            "The link of R and statsmodels where none is given is the canonical one, the inverse, whose coefficients "
            "have no simple reading. The same columns with three links:"
        ),
        Table(("link", "log-likelihood", "AIC"), rows, "lrr"),
        Paragraph(f"{code(best)} has the highest; the three are within {number(spread, 2)}, {near}."),
    )


def _conclusion(fit: Fit, theirs: Any) -> str:
    row = fit.table().set_index("term").loc["unemployed"]
    value, lower, upper = np.exp([row["estimate"], row["lower"], row["upper"]])
    places = decimals(float(value * row["se"]), digits=2)
    widest = float((theirs.bse / fit.se[:-1]).max())
    return (
        f"In the {count(fit.n)} districts of Scotland, one percentage point more of women among the unemployed goes "
        f"along with a share of votes for the tax that is multiplied by {number(value, places)} ({percent(fit.level)} "
        f"Wald interval {between(lower, upper, places)}) at the mean council tax; with the moment estimate of the "
        f"dispersion that other packages take, standard errors are up to {number(widest, 2)} times as large."
    )
