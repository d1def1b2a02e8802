"""Times until an event: lives after a heart transplant, days of strikes, and a hazard ratio that is infinite.

A study of survival that is read too early: a hazard ratio of 0, what is printed for it, and what the data do say.
"""

from __future__ import annotations

import warnings
from typing import Any

import numpy as np
import pandas as pd
from scipy import special
from statsmodels.duration.hazard_regression import PHReg

import stattools as st
from stattools import figures
from stattools.errors import IdentificationError
from stattools.gallery import command
from stattools.inference.existence import Separation, SeparationError
from stattools.inference.fits.fit import Fit
from stattools.models.survival.cox import CoxRegression
from stattools.qualification.agreements import shipped
from stattools.reporting import sections, sentences
from stattools.reporting.document import Block, Document, Figure, Listing, Paragraph, Section, Table
from stattools.reporting.tables import between, count, decimals, number, p_said, p_value
from stattools.text.columns import percent
from stattools.validation.verdict import Agreement

DAYS = 10
"""Days after which the study is read."""


def interim(heart: pd.DataFrame) -> Any:
    """What was known after ten days, and who was younger than 40."""
    seen = heart["days"] <= DAYS
    return heart.assign(
        days=heart["days"].clip(upper=DAYS), died=heart["died"] * seen, under_40=(heart["age"] < 40.0).astype(int)
    )


def refused(model: CoxRegression) -> SeparationError:
    """Why a model has no maximum."""
    try:
        st.fit(model)
    except SeparationError as error:
        return error
    raise IdentificationError(f"{model.title} has a maximum; this report is about one that has none.")


def printed(early: pd.DataFrame) -> tuple[float, float, float, bool]:
    """What statsmodels prints for the coefficient: estimate, standard error, p-value, and whether it warns."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        found: Any = PHReg(early["days"], early[["under_40"]].astype(float), early["died"], ties="efron").fit()
    return float(found.params[0]), float(found.bse[0]), float(found.pvalues[0]), bool(caught)


def read_early(heart: Any) -> tuple[Block, ...]:
    """The section of the report."""
    early = interim(heart)
    model = st.cox("survival(days, died) ~ under_40", early)
    error = refused(model)
    found: Separation = error.separation
    upper = float(found.table()["upper"].iloc[0])
    statistic = 2.0 * (found.loglik - model.loglik(np.zeros(1)))
    p = float(special.chdtrc(1.0, statistic))
    estimate, se, theirs, warned = printed(early)
    young, died = early["under_40"] == 1, early["died"] == 1
    firth = st.fit(model, penalty=st.Jeffreys())
    ends = np.asarray(firth.interval(kind="profile"), dtype=float)[0]
    later = st.fit(st.cox("survival(days, died) ~ under_40", early.assign(days=heart["days"], died=heart["died"])))
    end = later.table(exponentiate=True).iloc[0]
    return (
        Paragraph(
            f"Suppose the study had been read after {DAYS} days. Of {count(float((~young).sum()))} patients of 40 and "
            f"older {count(float((died & ~young).sum()))} had died, of {count(float(young.sum()))} younger ones "
            f"{'none' if not (died & young).any() else 'some'}. The likelihood then rises for ever as the hazard ratio "
            "of the younger goes to 0, and `st.fit` says so in place of a number:"
        ),
        Listing(f"{str(error).split('. ')[0]}."),
        Paragraph(
            f"A hazard ratio of 0 is what the data favor most, not what they prove. `error.separation.table()` has the "
            f"end that they do have: by the profile likelihood a hazard ratio above {number(float(np.exp(upper)), 1)} "
            "is rejected at 5 %. The likelihood ratio to no difference is finite, "
            f"{number(statistic, 2)} on one degree of freedom, {p_said(p)}: "
            f"{count(float(died.sum()))} deaths are no proof that the younger are safe."
        ),
        Paragraph(
            f"`PHReg` of statsmodels prints {number(estimate, 1)} for the coefficient with a standard error of "
            f"{float(f'{se:.1e}'):,.0f} and p = {p_value(theirs)}: where its loop stopped, "
            f"{'with a warning that it did not converge' if warned else 'without a warning'}."
        ),
        Paragraph(
            "A number takes more than these data. With Jeffreys' prior, `st.fit(model, penalty=st.Jeffreys())`, the "
            f"hazard ratio is {number(float(np.exp(firth.estimate[0])), 2)}, with a {percent(firth.level)} profile "
            f"interval from {np.exp(ends[0]):.1g} to {np.exp(ends[1]):.1f}."
        ),
        Paragraph(
            f"With all the time that was seen, the same comparison has a hazard ratio of {number(end['estimate'], 2)} "
            f"({percent(later.level)} interval {between(end['lower'], end['upper'], 2)}), in place of 0."
        ),
    )


FORMULA = "survival(days, died) ~ age"

OLDER = 48
"""The median age, at which the patients are parted for the curves."""

AGES = (40, 55)

YEAR = 365

STRIKES = "survival(duration) ~ iprod"

DISTRIBUTIONS = ("weibull", "lognormal", "loglogistic", "exponential")

WINDOW = 15
"""Events of which residuals are averaged."""


def document() -> Document:
    """The report."""
    heart, strikes = transplants(), shipped("strikes")
    fit, weibull = st.fit(st.cox(FORMULA, heart)), st.fit(st.aft(FORMULA, heart))
    group = pd.Categorical.from_codes((heart["age"] > OLDER).astype(int), [f"up to {OLDER}", f"older than {OLDER}"])
    curves = st.kaplan_meier("survival(days, died) ~ group", heart.assign(group=group))
    shorter = st.fit(st.cox(STRIKES, strikes))
    agreement = st.validate(fit)
    return Document(
        "How long? Lives after a heart transplant, and strikes",
        (
            sections.answer(_conclusion(fit, agreement)),
            sections.question(fit.model, (Paragraph(ASKED), Paragraph(sentences.question(fit.model)))),
            sections.data(fit.model, Paragraph(SOURCE)),
            Section("Curves, without a model", _curves(curves)),
            sections.likelihood(fit.model),
            sections.maximum(fit),
            Section("Does the effect of age last?", _lasting(fit, heart)),
            Section("Times instead of hazards", _times(fit, weibull, heart)),
            Section("An infinite hazard ratio", read_early(heart)),
            Section("Strikes, which all ended", _strikes(shorter, strikes)),
            sections.validation(agreement),
            sections.provenance([fit.model, shorter.model], command=command("survival")),
        ),
    )


ASKED = (
    "How long do patients live after the transplant of a heart, and how does that depend on their age? Many were alive "
    "when the study ended: their times are only known to be longer than what was seen."
)

SOURCE = (
    "The patients are those of the Stanford heart transplant program as statsmodels ships them "
    "(`statsmodels.datasets.heart`; Miller 1976). `days` is its `survival`, the days from the operation to death or to "
    "the end of the study; `died` is its `censors`, 1 for a death; `age` is in years at the operation."
)


def transplants() -> pd.DataFrame:
    """The patients, with columns named by what they are."""
    return shipped("heart").rename(columns={"survival": "days", "censors": "died"})


def _curves(curves: Any) -> tuple[Block, ...]:
    """Medians, means and the log-rank test of two groups of age."""
    median, mean, test = curves.quantile(0.5), curves.restricted_mean(YEAR), curves.test()
    medians = median.set_index("group")["time"]
    first = curves.table().groupby("group", sort=False)[["at_risk", "events"]].agg({"at_risk": "max", "events": "sum"})
    rows = tuple(
        (
            str(middle["group"]),
            count(one["at_risk"]),
            count(one["events"]),
            number(middle["time"], 0),
            between(middle["lower"], middle["upper"], 0),
            number(year["mean"], 0),
            between(year["lower"], year["upper"], 0),
        )
        for one, middle, year in zip(*(each.to_dict("records") for each in (first, median, mean)), strict=True)
    )
    level = f"its {percent(curves.level)} interval"
    header = ("age", "patients", "deaths", "median days", level, f"mean days of the first {YEAR}", level)
    return (
        Paragraph(
            f"The Kaplan-Meier curve assumes nothing but that those who left the study are like those who stayed. For "
            f"patients up to the median age of {OLDER} and those older:"
        ),
        Figure(
            "curves",
            lambda: curves.plot(),
            alt=f"Probability of being alive by days since the operation for two groups of age, with bands: half of "
            f"those older than {OLDER} have died by day {number(medians[f'older than {OLDER}'], 0)}, half of the "
            f"others by day {number(medians[f'up to {OLDER}'], 0)}",
            caption=f"Lines: Kaplan-Meier curves by age. Bands: {percent(curves.level)} log-log intervals at each "
            "time. Ticks: patients last seen alive then. Below: how many are at risk.",
        ),
        Table(header, rows, "lrrrrrr"),
        Paragraph(
            "∞ stands where the band does not come down to one half. The log-rank test of equal curves has "
            f"{p_said(test.p_value)} (chi2 = {number(test.statistic, 2)} on {test.df} degree of freedom): "
            f"{'the difference may be chance' if test.p_value > 0.05 else 'one group lives longer'}. Cutting age in "
            "two throws away what it says within the halves; a regression does not."
        ),
    )


def _lasting(fit: st.CoxFit, heart: pd.DataFrame) -> tuple[Block, ...]:
    """Scaled Schoenfeld residuals: the effect at the time of each event."""
    found = fit.residuals_of("schoenfeld")
    off = fit.residuals_of("deviance")
    early, late = off.idxmax(), off.idxmin()
    scaled = fit.estimate[0] + len(found) * float(np.asarray(fit.covariance)[0, 0]) * found["age"].to_numpy()
    times = found["time"].to_numpy()
    means = np.convolve(scaled, np.full(WINDOW, 1.0 / WINDOW), mode="valid")
    middle = times[WINDOW // 2 : WINDOW // 2 + len(means)]
    p = float(fit.proportional_hazards()["p_value"].iloc[-1])
    return (
        Paragraph(
            "A hazard ratio is one number for all times. At each death the age of who died, less the mean age of those "
            "at risk, weighted by their hazards, is a Schoenfeld residual. Times the number of deaths and the variance "
            "of the coefficient, and with the coefficient added, it says what the effect of age was at that time:"
        ),
        Figure(
            "effect_over_time",
            lambda: figures.over_time(
                times,
                scaled,
                (middle, means),
                level=float(fit.estimate[0]),
                xlabel="days since the operation, logarithmic",
                ylabel="effect of a year of age on the log hazard",
            ),
            alt=f"The effect of age at each of {len(times)} deaths, and its mean over {WINDOW} deaths in a row, which "
            f"runs from {number(means[0], 2)} to {number(means[-1], 2)} around the coefficient "
            f"{number(fit.estimate[0], 2)}",
            caption=f"Points: one for each death. Line: mean of {WINDOW} deaths in a row, at the time of the middle "
            "one. Dashed: the coefficient.",
        ),
        Paragraph(
            f"The mean of {WINDOW} deaths in a row lies between {number(means.min(), 3)} and {number(means.max(), 3)}. "
            f"The test of Grambsch and Therneau asks whether the points have a slope: {p_said(p)}."
        ),
        Paragraph(
            "Deviance residuals say which patients are far off, much as standardized residuals do. The largest, "
            f"{number(float(off[early]), 2)}, is that of a patient of {heart['age'][early]:g} who died on day "
            f"{heart['days'][early]:g}; the smallest, {number(float(off[late]), 2)}, that of one of "
            f"{heart['age'][late]:g} who was alive on day {heart['days'][late]:g}."
        ),
    )


def _times(fit: Fit, weibull: Fit, heart: pd.DataFrame) -> tuple[Block, ...]:
    """Accelerated failure times beside Cox's regression."""
    fits = {name: st.fit(st.aft(FORMULA, heart, distribution=name)) for name in DISTRIBUTIONS}
    cells = []
    for one in fits.values():
        row = one.table(exponentiate=True).set_index("term").loc["age"]
        places = decimals(float(row["estimate"] * row["se_log"]), digits=2)
        ratio = number(row["estimate"], places), between(row["lower"], row["upper"], places)
        cells.append((one.model.title.split(" ")[0], *ratio, number(one.loglik, 2), number(one.aic, 1)))
    best = min(fits, key=lambda name: fits[name].aic)
    others = sorted(one.aic for name, one in fits.items() if name != best)
    x = np.linspace(20.0, 64.0, 45)
    rows = pd.DataFrame({"age": x})
    drawn = {}
    for name, one in (("Cox", fit), ("Weibull", weibull)):
        lived = one.predict(rows, kind="survival", times=[YEAR], interval=fit.level)
        drawn[name] = tuple(lived[end].to_numpy() for end in ("survival", "lower", "upper"))
    hazard = float(np.exp(-weibull.estimate[1] / np.exp(weibull.estimate[2])))
    median = weibull.predict({"age": list(AGES)}, kind="median", interval=fit.level)
    said = [
        f"{number(row['median'], 0)} ({between(row['lower'], row['upper'], 0)}) at {age}"
        for age, row in zip(AGES, median.to_dict("records"), strict=True)
    ]
    apart = float(np.abs(drawn["Cox"][0] - drawn["Weibull"][0]).max())
    return (
        Paragraph(
            f"`st.aft({FORMULA!r}, heart)` says how the time itself depends on age: each year multiplies it by a time "
            "ratio. It needs a distribution of the times:"
        ),
        Table(
            ("distribution", "time ratio", f"{percent(fit.level)} Wald interval", "log-likelihood", "AIC"),
            tuple(cells),
            "lrrrr",
        ),
        Paragraph(
            f"Akaike's criterion is smallest for the {fits[best].model.title.split(' ')[0].lower()} distribution, by "
            f"{number(others[0] - fits[best].aic, 1)}: of three these data hardly prefer one, and the exponential, "
            f"whose hazard does not change with time, is {number(others[-1] - fits[best].aic, 1)} behind. The Weibull "
            f"distribution has proportional hazards too. Its hazard ratio, $\\exp(-\\beta / \\sigma)$, is "
            f"{number(hazard, 3)}, where Cox's regression has {number(float(np.exp(fit.estimate[0])), 3)}."
        ),
        Figure(
            "one_year",
            lambda: figures.effect_curves(
                x,
                {"": drawn},
                xlabel="age, years",
                ylabel=f"probability of living {YEAR} days",
                seen=heart["age"].to_numpy(),
                bounds=(0.0, 1.0),
            ),
            alt=f"The probability of living a year by age falls, alike in two models: by Cox's regression from "
            f"{number(drawn['Cox'][0][0], 2)} at 20 to {number(drawn['Cox'][0][-1], 2)} at 64",
            caption=f"Lines: probability of being alive after {YEAR} days. Bands: {percent(fit.level)} intervals. "
            "Ticks: the patients.",
        ),
        Paragraph(
            f"The two models are at most {number(apart, 2)} apart. A distribution has a median at every age, where a "
            f"curve may not come down to one half. Weibull's is, in days with its {percent(fit.level)} interval, "
            f"{said[0]} and {said[1]} years."
        ),
    )


def _strikes(shorter: st.CoxFit, strikes: Any) -> tuple[Block, ...]:
    """Ties three ways, a time ratio, and how much nine months can say."""
    unit = 0.05
    fits = {ties: st.fit(st.cox(STRIKES, strikes, ties=ties)) for ties in ("breslow", "efron", "exact")}
    rows = []
    for ties, one in fits.items():
        places = decimals(float(one.se[0]), digits=3)
        rows.append((ties, number(one.estimate[0], places), number(one.se[0], places), number(one.loglik, 2)))
    spread = max(one.estimate[0] for one in fits.values()) - min(one.estimate[0] for one in fits.values())
    row = shorter.table().iloc[0]
    ratio, low, high = np.exp(unit * np.array([row["estimate"], row["lower"], row["upper"]]))
    weibull = st.fit(st.aft(STRIKES, strikes)).table().set_index("term")
    times = np.exp(unit * weibull.loc["iprod", ["estimate", "lower", "upper"]].to_numpy(dtype=float))
    scale = np.exp(weibull.loc["log scale", ["estimate", "lower", "upper"]].to_numpy(dtype=float))
    months, tied = strikes["iprod"].nunique(), int(strikes["duration"].duplicated(keep=False).sum())
    p = float(shorter.proportional_hazards()["p_value"].iloc[-1])
    return (
        Paragraph(
            f"`statsmodels.datasets.strikes` has the days of {count(len(strikes))} strikes in the manufacturing of the "
            "United States, of months of June (Kennan 1985), and by how much industrial production was above what was "
            f"expected, `iprod`, on the scale of a logarithm. All of them ended: `st.cox({STRIKES!r}, strikes)` needs "
            f"no column of events. {count(tied)} of them share their number of days with another, and what that does "
            "depends on how ties are counted:"
        ),
        Table(("ties", "coefficient", "standard error", "log-likelihood"), tuple(rows), "lrrr"),
        Paragraph(
            f"The three differ by at most {number(spread / float(shorter.se[0]), 2)} standard errors: with few ties "
            "any will do. Their log-likelihoods are of different events and are not to be compared. By Efron's, "
            f"production {number(unit, 2)} higher multiplies the rate at which strikes end by {number(ratio, 2)} "
            f"({percent(shorter.level)} Wald interval {between(low, high, 2)}); the test of proportional hazards has "
            f"{p_said(p)}."
        ),
        Paragraph(
            f"In days, by Weibull's distribution, strikes last {number(times[0], 2)} times as long "
            f"({between(times[1], times[2], 2)}). Its scale is {number(scale[0], 2)} "
            f"({between(scale[1], scale[2], 2)}), and 1 is the exponential distribution, whose rate is the same on "
            "every day of a strike."
        ),
        Paragraph(
            f"What limits it: `iprod` has {count(months)} values only, one for each June, so that the strikes of a "
            "June are not told apart from anything else that was special about it."
        ),
    )


def _conclusion(fit: st.CoxFit, agreement: Agreement) -> str:
    row = fit.table(exponentiate=True).iloc[0]
    lived = fit.predict({"age": list(AGES)}, kind="survival", times=[YEAR], interval=fit.level)
    said = [
        f"{100.0 * row['survival']:.0f} % ({100.0 * row['lower']:.0f} to {100.0 * row['upper']:.0f} %) at {age}"
        for age, row in zip(AGES, lived.to_dict("records"), strict=True)
    ]
    p = float(fit.proportional_hazards()["p_value"].iloc[-1])
    lasting = "nothing speaks against a ratio that lasts" if p > 0.05 else "the ratio changes with time"
    checked = "; the likelihood written a second time gives the same numbers" if agreement.ok else ""
    return (
        f"Among {count(fit.n)} patients after the transplant of a heart, of whom {count(fit.model.sets.total)} were "
        f"seen to die, each year of age multiplies the hazard by {number(row['estimate'], 3)} ({percent(fit.level)} "
        f"Wald interval {between(row['lower'], row['upper'], 3)}), and {lasting} ({p_said(p)}){checked}. A year is "
        f"lived by {said[0]} and by {said[1]} years."
    )
