"""Breast cancer in 301 counties: rates of small counties are extreme by chance; empirical Bayes shrinks them."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

import stattools as st
from stattools.bayes.empirical_bayes import EmpiricalBayes
from stattools.gallery import command
from stattools.inference.fits.fit import Fit
from stattools.qualification.agreements import shipped
from stattools.reporting import sections
from stattools.reporting.beliefs import LEVEL, extremes, funnel, shrinkage, within
from stattools.reporting.document import Block, Document, Math, Paragraph, Section, Table
from stattools.reporting.tables import between, count, decimals, number, p_said
from stattools.text.columns import percent

PER = 10_000
TOP = 10
SMALL = 3000


def document() -> Document:
    """The report."""
    table = counties()
    model = st.beta_binomial("cancer + others ~ 1", table)
    fit = st.fit(model)
    found = st.empirical_bayes(fit)
    return Document(
        "Which county has the most cancer? 301 rates, most of them from few cases",
        (
            sections.answer(_conclusion(found)),
            sections.question(model, (Paragraph(ASKED),)),
            sections.data(model, Paragraph(SOURCE)),
            Section("Raw rates", _raw(found)),
            sections.likelihood(model),
            sections.maximum(fit),
            Section("More than chance?", _spread(found, fit)),
            Section("Shrinkage", _shrunken(found)),
            Section("Is it right? Half of the people predict the other half", _halves(table)),
            sections.validation(st.validate(fit)),
            sections.provenance([model], command=command("shrinkage"), seeds=[SEED]),
        ),
    )


SEED = 1

ASKED = (
    "Breast cancer was counted in 301 counties. Which have the highest rates, and how high are they? The raw rates "
    "mislead: in a county of a thousand people a single case more or less moves the rate by a third, so that the "
    "smallest counties fill both ends of any list."
)

SOURCE = (
    "The data are those of Rice, Mathematical Statistics and Data Analysis, as statsmodels ships them "
    "(`statsmodels.datasets.cancer`): `cancer` is the number of cases in a county, and `others` the rest of the "
    "population counted. The file has no names of counties; they are numbered from 0 in its order."
)


def counties() -> dict[str, NDArray[np.int64]]:
    """Cases and the rest of the population, one row per county."""
    data = shipped("cancer")
    cases, people = (data[name].to_numpy().astype(np.int64) for name in ("cancer", "population"))
    return {"cancer": cases, "others": people - cases}


def _per(share: float, sd: float) -> str:
    return number(PER * share, decimals(PER * sd, digits=2))


def _raw(found: EmpiricalBayes) -> tuple[Block, ...]:
    order = np.argsort(found.observed)
    ends = np.concatenate([order[:TOP], order[-TOP:]])
    small = float(np.mean(found.size[ends] < SMALL))
    usual = float(np.mean(found.size < SMALL))
    return (
        Paragraph(
            f"Of the {TOP} counties with the highest raw rates and the {TOP} with the lowest, "
            f"{percent(round(small, 2))} have less than {count(SMALL)} people; of all counties "
            f"{percent(round(usual, 2))} have. A funnel shows why: the smaller the county, the further from the mean "
            "chance alone takes it."
        ),
        funnel(found, xlabel="people in the county", ylabel="share with breast cancer"),
    )


def _spread(found: EmpiricalBayes, fit: Fit) -> tuple[Block, ...]:
    chance, model = within(found, 1.0), within(found, 0.0)
    pooled = st.fit(st.logistic("cancer + others ~ 1", counties()))
    test = st.likelihood_ratio(fit, pooled)
    prior = found.prior
    low, high = st.Beta(float(prior.a[0]), float(prior.b[0])).interval(LEVEL, kind="eti")
    return (
        Paragraph(
            f"Were all counties alike, about {percent(LEVEL)} of them would lie between the dashed lines; "
            f"{percent(round(float(chance.mean()), 3))} do. So counties do differ. The solid lines are those of the "
            f"fitted model, and {percent(round(float(model.mean()), 3))} lie between them. The likelihood ratio "
            "against one rate for all counties:"
        ),
        Math(rf"2 (\ell - \ell_0) = 2 \left({fit.loglik:.2f} - ({pooled.loglik:.2f})\right) = {test.statistic:.1f}"),
        Paragraph(
            "One rate for all is at the edge of the model, infinite $s$, so that the ratio is chi-square with 1 degree "
            f"of freedom for one half of samples and 0 for the other: {p_said(float(test.p_value))}."
        ),
        Paragraph(
            f"The prior that the counties themselves imply is a beta distribution of mean "
            f"{_per(float(prior.mean[0]), 1e-5)} per {count(PER)}, worth "
            f"{count(round(float(prior.a[0] + prior.b[0])))} people: {percent(LEVEL)} of all counties "
            f"have a true rate between {number(PER * low, 0)} and {number(PER * high, 0)} per {count(PER)}."
        ),
    )


def _shrunken(found: EmpiricalBayes) -> tuple[Block, ...]:
    w = found.shrinkage
    first = int(np.argmax(found.observed))
    rank = int(np.sum(found.posterior.mean > found.posterior.mean[first])) + 1
    none = np.flatnonzero(found.counts == 0)
    empty = ""
    if none.size:
        i = int(none[0])
        empty = (
            f" County {found.labels[i]}, with no case among {count(found.size[i])} people, has a raw rate of 0, and "
            f"{_per(float(found.posterior.mean[i]), float(found.posterior.sd[i]))} per {count(PER)} after shrinkage."
        )
    return (
        Paragraph("The prior of a county is what the others say, and its posterior mean is a weighted mean:"),
        Math(
            r"E[\theta_i \mid y_i] = w_i p + (1 - w_i) \frac{y_i}{n_i}, \qquad w_i = \frac{s}{s + n_i}, \qquad "
            rf"w_i \text{{ from }} {w.min():.2f} \text{{ to }} {w.max():.2f}, \text{{ median }} {np.median(w):.2f}"
        ),
        shrinkage(found, xlabel="observed share", ylabel="share after shrinkage"),
        Paragraph(
            f"The county with the highest raw rate, number {found.labels[first]}, had "
            f"{count(found.counts[first])} cases among {count(found.size[first])} people, "
            f"{_per(float(found.observed[first]), 1e-4)} per {count(PER)}; after shrinkage it has "
            f"{_per(float(found.posterior.mean[first]), float(found.posterior.sd[first]))}, and stands in place "
            f"{rank}.{empty} The five highest and the five lowest after shrinkage:"
        ),
        extremes(found, "mean"),
        Paragraph(
            "The intervals take the prior as known. With 301 counties it nearly is; with ten it would not be, and they "
            "would be too short."
        ),
    )


def _halves(table: dict[str, NDArray[np.int64]]) -> tuple[Block, ...]:
    """Cases and people of each county are split in two at random; one half predicts the rate of the other."""
    cases, people = table["cancer"], table["cancer"] + table["others"]
    random = np.random.default_rng(SEED)
    half = people // 2
    k = random.hypergeometric(cases, people - cases, half)
    rest, n = cases - k, people - half
    found = st.empirical_bayes(st.binomial(k, half))
    pooled = np.full(len(k), k.sum() / half.sum())
    rows, errors = [], {}
    for name, guess in (
        ("its own raw rate", k / half),
        ("one rate for all", pooled),
        ("empirical Bayes", found.posterior.mean),
    ):
        small = half < SMALL / 2
        miss = (rest - n * guess) ** 2 / n
        errors[name] = float(miss.mean())
        rows.append((name, *(f"{1e3 * float(m):.2f}" for m in (miss.mean(), miss[small].mean(), miss[~small].mean()))))
    best = min(errors, key=lambda name: errors[name])
    law = found.posterior.predictive(n).interval(LEVEL)
    held = float(np.mean((law.lower <= rest) & (rest <= law.upper)))
    return (
        Paragraph(
            "The promise of shrinkage can be tested. Split the people of each county in two at random; learn from one "
            f"half, and predict the cases in the other (seed {SEED}). The error is the mean of "
            "$(y - n \\hat\\theta)^2 / n$, in thousandths:"
        ),
        Table(
            ("prediction of the other half by", "all counties", f"less than {count(SMALL)} people", "larger"),
            tuple(rows),
            "lrrr",
        ),
        Paragraph(
            f"The smallest error overall is that of {best}. Of the counts in the other halves "
            f"{percent(round(held, 3))} lie in their {percent(LEVEL)} predictive intervals, which hold at least that "
            "share when the model is right."
        ),
    )


def _conclusion(found: EmpiricalBayes) -> str:
    i = int(np.argmax(found.posterior.mean))
    low, high = (float(end[i]) for end in found.posterior.interval(0.94, kind="eti"))
    sd = float(found.posterior.sd[i])
    places = decimals(PER * sd, digits=2)
    raw = int(np.argmax(found.observed))
    other = "which the raw rates have first too" if raw == i else f"not number {found.labels[raw]}, first by raw rate"
    return (
        f"Of {count(len(found.size))} counties, number {found.labels[i]} has the highest rate of breast cancer after "
        f"shrinkage, {number(PER * float(found.posterior.mean[i]), places)} per {count(PER)} people (94 % interval "
        f"{between(PER * low, PER * high, places)}), {other}; in half of "
        f"the counties the others have a weight of {percent(round(float(np.median(found.shrinkage)), 2))} or more."
    )
