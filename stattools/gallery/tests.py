"""The usual tests, each as the likelihood or the invariance behind it, by one call, and compared with SciPy.

The data of the usual tests, and a table of p-values beside those of another package.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats
from statsmodels.stats.contingency_tables import mcnemar
from statsmodels.stats.power import TTestIndPower

import stattools as st
from stattools import figures
from stattools.gallery import command
from stattools.inference.fits.fit import Fit
from stattools.qualification.agreements import shipped
from stattools.reporting import sections
from stattools.reporting.document import Block, Document, Figure, Math, Paragraph, Section, Table, code
from stattools.reporting.tables import agreeing, between, count, number, p_said, p_value

FIRST = (0.7, -1.6, -0.2, -1.2, -0.1, 3.4, 3.7, 0.8, 0.0, 2.0)

SECOND = (1.9, 0.8, 1.1, 0.1, -0.1, 4.4, 5.5, 1.6, 4.6, 3.4)

APPROVAL = ((794, 150), (86, 570))


@dataclass(frozen=True)
class UsualTest:
    """A test by its usual name, the call that makes it, and its p-value, beside another package's."""

    name: str
    call: str
    p: float
    theirs: float
    other: str

    @property
    def cells(self) -> tuple[str, ...]:
        """The row of a table."""
        apart = abs(self.p - self.theirs) / self.theirs
        digits = agreeing(-np.log10(max(apart, 1e-16)))
        return self.name, code(self.call), p_value(self.p), code(self.other), digits


HEAD = ("test", "one call", "p", "compared with", "digits")


def data() -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
    """Hours of sleep, a row for each patient and drug; the same side by side; the class."""
    patients = [f"{k + 1}" for k in range(10)]
    sleep = pd.DataFrame({"patient": patients * 2, "drug": ["1"] * 10 + ["2"] * 10, "more": [*FIRST, *SECOND]})
    wide = pd.DataFrame({"first": FIRST, "second": SECOND})
    class_ = shipped("spector").rename(columns=str.lower)
    return sleep, wide, class_.assign(psi=class_.psi.astype(int), grade=class_.grade.astype(int))


def hours(wide: pd.DataFrame) -> Table:
    """The hours of the ten patients, a row for each drug."""
    rows = [(code(name), *(number(value, 1) for value in wide[name])) for name in wide]
    return Table(("drug", *(str(k + 1) for k in range(10))), tuple(rows), "l" + 10 * "r")


def compared(*rows: UsualTest) -> Table:
    """A row for each test."""
    return Table(HEAD, tuple(row.cells for row in rows), "llrlr")


def third(class_: pd.DataFrame) -> NDArray[np.str_]:
    """The third of the class by the test before."""
    return np.array(list("abc"))[np.searchsorted(np.quantile(class_.tuce, [1 / 3, 2 / 3]), class_.tuce)]


def nights() -> pd.DataFrame:
    """Hours of each patient without a drug, with the first, and with the second."""
    hours = np.concatenate([np.zeros(10), FIRST, SECOND])
    return pd.DataFrame({"patient": np.tile(np.arange(10), 3), "night": np.repeat(list("abc"), 10), "hours": hours})


SEED = 1

scipys: Any = stats

theirs_of_pairs: Any = mcnemar


def document() -> Document:
    """The report."""
    sleep, wide, class_ = data()
    table = np.array([[int(((class_.psi == a) & (class_.grade == b)).sum()) for b in (0, 1)] for a in (0, 1)])
    odds = st.fit(st.odds_ratio("grade ~ psi", class_))
    pooled = st.fit(st.ols("more ~ drug", sleep))
    return Document(
        "The usual tests, and the likelihood behind each",
        (
            sections.answer(_conclusion(sleep, wide, odds)),
            Section("Question", (Paragraph(ASKED),)),
            Section("Data", (Paragraph(SOURCE), hours(wide))),
            Section("Means", _means(sleep, wide, pooled)),
            Section("A correlation", _correlation(class_)),
            Section("Tables of counts", _tables(class_, table, odds)),
            Section("Ranks", _ranks(sleep, wide, class_)),
            Section("How many patients?", _power(pooled)),
            sections.validation(st.validate(odds)),
            sections.provenance([pooled.model, odds.model], command=command("tests"), seeds=[SEED]),
        ),
    )


ASKED = (
    "A test is a question asked of a likelihood, or of an invariance where no likelihood is trusted. Which likelihood "
    "is behind each of the tests that have names, which call makes it, and is the p-value that of SciPy?"
)

SOURCE = (
    "Ten patients slept with two drugs each; `more` is how many hours more than without (Student, Biometrika 6 (1908), "
    "1-25). The class of economics is that of Spector and Mazzeo (1980), as statsmodels ships it "
    "(`statsmodels.datasets.spector`): `grade` marks an A, `psi` a new way of teaching, `gpa` is the grade point "
    "average before, `tuce` the score in a test before. The approval of a president was asked of the same 1,600 people "
    "twice (Agresti, Categorical Data Analysis (2013), table 11.1)."
)


def _means(sleep: pd.DataFrame, wide: pd.DataFrame, pooled: Fit) -> tuple[Block, ...]:
    own = st.fit(st.normal("more ~ drug", sleep)).test("mean[2] = mean[1]")
    paired = st.fit(st.ols("I(second - first) ~ 1", wide)).table().loc[0]
    both = st.fit(st.ols("more ~ drug + patient", sleep)).anova().set_index("term")
    welch, apart = scipys.ttest_ind(SECOND, FIRST, equal_var=False), scipys.ttest_ind(SECOND, FIRST)
    related = scipys.ttest_rel(SECOND, FIRST)
    rows = (
        UsualTest("t, equal variances", 'st.fit(st.ols("more ~ drug", sleep)).table()', pooled.table().p_value[1],
            apart.pvalue, "ttest_ind"),
        UsualTest("t of Welch", 'st.fit(st.normal("more ~ drug", sleep)).test("mean[2] = mean[1]")', own.p_value,
            welch.pvalue, "ttest_ind(equal_var=False)"),
        UsualTest("t, paired", 'st.fit(st.ols("I(second - first) ~ 1", wide)).table()', paired.p_value,
            related.pvalue, "ttest_rel"),
        UsualTest("analysis of variance, one way", 'st.fit(st.ols("more ~ drug", sleep)).anova()',
            pooled.anova().p_value[0], scipys.f_oneway(FIRST, SECOND).pvalue, "f_oneway"),
        UsualTest("analysis of variance, two ways", 'st.fit(st.ols("more ~ drug + patient", sleep)).anova()',
            both.p_value["drug"], related.pvalue, "ttest_rel"),
    )  # fmt: skip
    low, high = welch.confidence_interval(0.95)
    return (
        Paragraph(
            "The t test of equal variances is a regression on the group, $y_i \\sim N(\\mu + \\delta x_i, \\sigma^2)$, "
            "and its p-value that of the coefficient. Welch's is the model of a mean and a variance for each group, a "
            "location-scale model:"
        ),
        Math(r"y_{ij} \sim N(\mu_j, \sigma_j^2), \qquad \frac{\bar y_2 - \bar y_1}{\sqrt{s_1^2 / n_1 + s_2^2 / n_2}}"),
        Paragraph(
            "with the unbiased variances, which maximize the restricted likelihood, and Satterthwaite's degrees of "
            f"freedom, here {number(own.df_residual, 2)}; the 95 % interval of the difference is "
            f"{between(low, high, 2)} hours. The paired test is the regression of the differences on a constant, and "
            "the analysis of variance in two ways, drug and patient, is the same test again: with two drugs $F = t^2$."
        ),
        compared(*rows),
    )


def _correlation(class_: pd.DataFrame) -> tuple[Block, ...]:
    fit = st.fit(st.correlation("gpa ~ tuce", class_))
    theirs = scipys.pearsonr(class_.gpa, class_.tuce)
    low, high = fit.interval(kind="fisher")
    row = UsualTest(
        "correlation", 'st.fit(st.correlation("gpa ~ tuce", table))', fit.table().p_value[0], theirs.pvalue, "pearsonr"
    )
    return (
        Paragraph(
            "Rows of two columns are bivariate normal; with the means and standard deviations at their best for each "
            "correlation $\\rho$, the log-likelihood is that of $\\rho$ alone:"
        ),
        Math(r"\ell(\rho) = \mathrm{constant} + n \left( \frac{1}{2} \log(1 - \rho^2) - \log(1 - r \rho) \right)"),
        Paragraph(
            f"Its maximum is $r = {number(float(fit.estimate[0]), 3)}$, with a 95 % interval of "
            f"{between(low, high, 3)} on Fisher's scale. The test of 0 is that of the slope of one column on the other."
        ),
        compared(row),
    )


def _tables(class_: pd.DataFrame, table: NDArray[np.int64], odds: Fit) -> tuple[Block, ...]:
    chi2 = scipys.chi2_contingency(table, correction=False)
    differ = st.binomial(APPROVAL[1][0], APPROVAL[1][0] + APPROVAL[0][1])
    pairs = st.fit(differ)
    rows = (
        UsualTest("chi-squared", 'st.independence("grade ~ psi", table)',
            st.independence("grade ~ psi", class_).p_value, chi2.pvalue, "chi2_contingency(correction=False)"),
        UsualTest("likelihood ratio", 'st.independence("grade ~ psi", table, test="lr")',
            st.independence("grade ~ psi", class_, test="lr").p_value,
            scipys.chi2_contingency(table, correction=False, lambda_=0.0).pvalue, "chi2_contingency(lambda_=0)"),
        UsualTest("Fisher", 'st.exact_test(st.odds_ratio("grade ~ psi", table))', st.exact_test(odds).p_value,
            scipys.fisher_exact(table).pvalue, "fisher_exact"),
        UsualTest("McNemar", "st.fit(st.binomial(86, 236)).table()", pairs.table().p_value[0],
            theirs_of_pairs(APPROVAL, exact=False, correction=False).pvalue, "statsmodels' mcnemar"),
        UsualTest("McNemar, exact", "st.exact_test(st.binomial(86, 236))", st.exact_test(differ).p_value,
            theirs_of_pairs(APPROVAL, exact=True).pvalue, "statsmodels' mcnemar(exact=True)"),
    )  # fmt: skip
    low, high = np.exp(np.array(odds.interval(kind="exact")))
    theirs = scipys.contingency.odds_ratio(table)
    ends = theirs.confidence_interval(0.95)
    return (
        Paragraph(
            f"Of {count(len(class_))} students {table[1].sum()} were taught by the new way, and {table[1, 1]} of them "
            f"got an A; of the other {table[0].sum()}, {table[0, 1]} did. Pearson's chi-squared is the score test "
            "of independence in the multinomial likelihood of the table, without the continuity correction, which "
            "comes from no likelihood. Given the margins of the table one number is left, its first cell $a$, whose "
            "distribution depends on the log odds ratio $\\theta$ alone:"
        ),
        Math(
            r"P(a \mid \mathrm{margins}) = \frac{\binom{m_1}{a} \binom{m_2}{s - a} e^{\theta a}}"
            r"{\sum_{k} \binom{m_1}{k} \binom{m_2}{s - k} e^{\theta k}}"
        ),
        Paragraph(
            "Fisher's test is the exact one of $\\theta = 0$; the maximum of this conditional likelihood is an odds "
            f"ratio of {number(float(np.exp(odds.estimate[0])), 3)} (SciPy: {number(float(theirs.statistic), 3)}), its "
            f"exact 95 % interval is {between(low, high, 3)} (SciPy: {between(float(ends.low), float(ends.high), 3)}). "
            f"McNemar's test looks at the people who changed their mind about the president, {differ.trials} of them: "
            f"if opinion as a whole did not change, each is a fair flip of a coin, and {differ.successes} came to "
            "approve."
        ),
        _intervals(odds),
        compared(*rows),
    )


def _intervals(odds: Fit) -> Figure:
    kinds = list(odds.kinds)
    low, high = zip(*(odds.interval(kind=kind) for kind in kinds), strict=True)
    middle = np.full(len(kinds), odds.estimate[0])
    return Figure(
        "odds_ratio",
        lambda: figures.coefficients(kinds, middle, low, high, xlabel="log odds ratio, 95 % interval"),
        alt="Four kinds of 95 % interval of the log odds ratio, the exact one the widest",
        caption="One line for each kind of interval, all of the conditional likelihood. The exact one never covers "
        "less often than it says, and is the widest; mid-p counts the observed table by half.",
    )


def _ranks(sleep: pd.DataFrame, wide: pd.DataFrame, class_: pd.DataFrame) -> tuple[Block, ...]:
    groups = [part.gpa.to_numpy() for _, part in class_.assign(third=third(class_)).groupby("third")]
    thirds = class_.assign(third=third(class_))
    difference = np.round(wide.second - wide.first, 10)
    wide = wide.assign(more=difference)
    asked: Any = {"method": "asymptotic"}
    rows = (
        UsualTest("Mann and Whitney", 'st.permutation_test("more ~ drug", sleep, method="asymptotic")',
            st.permutation_test("more ~ drug", sleep, **asked).p_value,
            scipys.mannwhitneyu(FIRST, SECOND, use_continuity=False, method="asymptotic").pvalue,
            "mannwhitneyu(use_continuity=False)"),
        UsualTest("Wilcoxon, signed ranks", 'st.permutation_test("more ~ 1", wide, method="asymptotic")',
            st.permutation_test("more ~ 1", wide, **asked).p_value,
            scipys.wilcoxon(difference, correction=False, method="asymptotic").pvalue, "wilcoxon"),
        UsualTest("Kruskal and Wallis", 'st.permutation_test("gpa ~ third", table)',
            st.permutation_test("gpa ~ third", thirds).p_value, scipys.kruskal(*groups).pvalue, "kruskal"),
        UsualTest("Friedman", 'st.permutation_test("hours ~ night", nights, within="patient", method="asymptotic")',
            st.permutation_test("hours ~ night", nights(), within="patient", **asked).p_value,
            scipys.friedmanchisquare(*nights().groupby("night").hours.apply(np.array)).pvalue, "friedmanchisquare"),
    )  # fmt: skip
    exact = st.permutation_test("more ~ 1", wide)
    return (
        Paragraph(
            "Where no likelihood is trusted, a symmetry may be. If the drugs do the same, every assignment of the "
            "hours to the drugs is as probable as any other, and the sign of each patient's difference is as probable "
            "as the opposite one. The statistic is a sum of ranks, with its mean and variance over all these "
            "arrangements, ties included. Friedman's test has the night without a drug, 0 hours more, beside the two "
            "with one."
        ),
        compared(*rows),
        Paragraph(
            "These p-values are those of the approximation for large samples, here and in SciPy. Exact ones come from "
            "all arrangements, with ties too: for the signed ranks, where one of ten differences is 0 and two are "
            f"equal, {p_said(exact.p_value)} over all {2**9} signs."
        ),
    )


def _power(pooled: Fit) -> tuple[Block, ...]:
    found = st.power(pooled, "drug[T.2]", seed=SEED)
    records = [size.record for size in found.sizes]
    rows = [
        (count(row["rows"]), *(number(row[name], 3) for name in ("power", "power_se", "coverage", "coverage_se")))
        for row in records
    ]
    d = float(pooled.estimate[1] / pooled.scale)
    needed: Any = found.needed
    formula = 2.0 * float(TTestIndPower().solve_power(d, power=0.8, alpha=0.05))
    return (
        Paragraph(
            f"If the difference of {number(float(pooled.estimate[1]), 2)} hours and the standard deviation of "
            f"{number(float(pooled.scale), 2)} were the truth, how often would another trial of this size, with other "
            "patients for each drug, find p below 0.05? Outcomes are drawn from the likelihood and fitted "
            f"{count(found.draws)} times, by {code('st.power(fit, "drug[T.2]", seed=1)')}; the second row is where the "
            "search for a power of 0.8 ended:"
        ),
        Table(("rows", "power", "standard error", "coverage", "standard error"), tuple(rows), "rrrrr"),
        Paragraph(
            f"A power of 0.8 needs {count(needed.rows)} patients in both groups together, with a Monte Carlo standard "
            f"error of {number(needed.se, 1)}; the formula of the t test says {number(formula, 1)}. That the last row "
            "of the table does not have 0.8 itself is chance, as large as its standard error says."
        ),
    )


def _conclusion(sleep: pd.DataFrame, wide: pd.DataFrame, odds: Fit) -> str:
    own = st.fit(st.normal("more ~ drug", sleep)).test("mean[2] = mean[1]")
    paired = st.fit(st.ols("I(second - first) ~ 1", wide)).table().loc[0]
    low, high = np.exp(np.array(odds.interval(kind="exact")))
    return (
        f"The second drug brought {number(float(paired.estimate), 2)} hours more of sleep than the first "
        f"(95 % interval {between(float(paired.lower), float(paired.upper), 2)}; {p_said(float(paired.p_value))} of "
        f"the paired test, {p_said(own.p_value)} of Welch's, which does not know the pairs), and under the new way of "
        f"teaching the odds of an A were {number(float(np.exp(odds.estimate[0])), 2)} times as high (exact 95 % "
        f"interval {between(low, high, 2)})."
    )
