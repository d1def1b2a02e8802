"""The estimate, its covariance, its tests and its intervals, against differences of SciPy's log-likelihood."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import special, stats

import stattools as st
from stattools.errors import IncompatibleError
from tests.matrix.asked import Asked
from tests.matrix.question import question

LEVEL = 0.9


@question("estimate", "loglik", "solution", "model", "penalty")
def estimate(a: Asked) -> None:
    assert_allclose(a.fit.loglik, a.own_loglik, rtol=1e-10)
    assert_allclose(a.model.loglik(a.theta), a.own_loglik, rtol=1e-10)
    # differences err by about 1e-6 standard errors
    assert_allclose(a.score(a.theta) * a.unit, 0.0, atol=1e-5)
    assert a.fit.solution.status == "converged"
    assert a.fit.solution.decrement < 1e-6
    assert a.fit.penalty is None


@question("covariance", "se", "cov", "cov_kind", "scale")
def covariance(a: Asked) -> None:
    assert_allclose(a.fit.covariance @ a.information_at, np.eye(len(a.theta)), atol=1e-4)  # differences
    assert_allclose(a.fit.se**2, np.diagonal(a.fit.covariance), rtol=1e-12)
    scale = a.sd_at_maximum(a.theta) * np.sqrt(a.fit.n / a.fit.df) if a.is_least_squares else 1.0
    assert_allclose(a.fit.scale, scale, rtol=1e-12)
    assert (a.fit.cov, a.fit.cov_kind) == ("information", "information")


@question("st.fit(cov=)", "HAC", "Cluster")
def sandwich(a: Asked) -> None:
    """The meat of HC0 is a sum over observations, that of clusters over their sums."""
    clusters = np.arange(len(a.y)) % 10
    own = a.scores(a.theta).T
    bread = np.linalg.inv(a.information_at)
    for cov, meat in (
        ("HC0", (own * a.weight[:, None]).T @ own),
        (st.Cluster(clusters, correction="none"), _of_groups(own * a.weight[:, None], clusters)),
    ):
        found = a.refitted(cov=cov).fit
        assert_allclose(found.covariance, bread @ meat @ bread, rtol=1e-3, atol=1e-4 * np.abs(bread).max())


def _of_groups(own: np.ndarray, groups: np.ndarray) -> np.ndarray:
    sums = np.array([own[groups == k].sum(axis=0) for k in np.unique(groups)])
    return sums.T @ sums


@question("n", "df", "aic", "bic", "names", "kinds", "level", "t_df", "degrees", "quantile")
def sizes(a: Asked) -> None:
    n, q, fit = a.weight.sum(), len(a.theta), a.fit
    assert (fit.n, fit.df, fit.level) == (n, n - q, 0.95)
    assert_allclose([fit.aic, fit.bic], [2 * q - 2 * a.own_loglik, np.log(n) * q - 2 * a.own_loglik], rtol=1e-10)
    assert len(fit.names) == len(set(fit.names)) == q
    columns = ["Intercept", "x", "g[T.b]", "g[T.c]"][1 - a.at_x :]
    assert [name.split(": ")[-1] for name in fit.names[: q - a.extra]] == columns * ((q - a.extra) // a.p)
    assert fit.t_df == (fit.df if a.is_least_squares else np.inf)
    assert fit.degrees is None  # Satterthwaite's are those of few clusters
    assert set(fit.kinds) == {"wald", "profile", "score"}
    assert_allclose(fit.quantile(LEVEL), a.t.ppf(0.5 + LEVEL / 2), rtol=1e-9)


@question("table", "glance", "interval")
def table(a: Asked) -> None:
    found, z = a.fit.table(LEVEL), a.theta / a.unit
    assert_allclose(found.estimate, a.theta, rtol=1e-12)
    assert_allclose(found.statistic, z, rtol=1e-10)
    assert_allclose(found.p_value, 2.0 * a.t.sf(np.abs(z)), rtol=1e-8)
    half = a.t.ppf(0.5 + LEVEL / 2) * a.unit
    assert_allclose(found[["lower", "upper"]].T, [a.theta - half, a.theta + half], rtol=1e-9)
    assert_allclose(a.fit.interval(LEVEL), found[["lower", "upper"]], rtol=1e-12)
    row = a.fit.glance().iloc[0]
    assert (row.n, row.df, row.loglik, row.aic) == (a.fit.n, a.fit.df, a.fit.loglik, a.fit.aic)


@question(
    "table(exponentiate=True)",
    refused=(
        "ols",
        "probit",
        "ordinal scores",
        "gumbel",
        "own scipy",
        "glm loglog",
        "glm inverse",
        "glm identity",
        "glm sqrt",
    ),
)
def table_of_ratios(a: Asked) -> None:
    found, plain = a.fit.table(LEVEL, exponentiate=True), a.fit.table(LEVEL)
    for name in ("estimate", "lower", "upper"):
        assert_allclose(found[name], np.exp(plain[name]), rtol=1e-12)
    assert_allclose(found.se_log, a.unit, rtol=1e-12)
    assert_allclose(found[["statistic", "p_value"]], plain[["statistic", "p_value"]], rtol=0)
    assert ("hazard" in found.attrs["note"]) == ("cloglog" in a.case.words)


@question("test")
def wald_test(a: Asked) -> None:
    R = np.zeros((2, len(a.theta)))
    R[0, 1], R[1, 2], R[1, 3] = 1.0, 1.0, -1.0
    gap = R @ a.theta - [0.1, 0.0]
    statistic = gap @ np.linalg.solve(R @ a.fit.covariance @ R.T, gap)
    found = a.fit.test((R, [0.1, 0.0]))
    p_value = stats.f.sf(statistic / 2, 2, a.fit.df) if a.is_least_squares else stats.chi2.sf(statistic, 2)
    assert_allclose(found.p_value, p_value, rtol=1e-8)
    assert_allclose(found.statistic, statistic / (2 if a.is_least_squares else 1), rtol=1e-9)


@question("anova")
def tests_of_terms(a: Asked) -> None:
    """The likelihood ratio is that of the fit without the term, Wald's that of all of its coefficients."""
    held = [a.at_x] if not a.is_softmax else [1, 5]
    theta = a.constrained(dict.fromkeys(held, 0.0))
    wanted = 2.0 * (a.own_loglik - a.loglik(theta))
    if a.is_least_squares:
        wanted = 2.0 * a.weight.sum() * np.log(a.sd_at_maximum(theta) / a.sd_at_maximum(a.theta))
    for kind in ("II", "III") if not a.case.slow else ("II",):
        found = a.fit.anova(kind, test="lr").set_index("term")
        assert_allclose(found.statistic["x"], wanted, rtol=1e-6)
        assert list(found.df[["x", "g"]]) == [len(held), 2 * len(held)]
        assert_allclose(found.p_value["x"], stats.chi2.sf(wanted, len(held)), rtol=1e-5)
        by_wald, one = a.fit.anova(kind, test="wald").set_index("term"), a.fit.test("g")
        assert_allclose([by_wald.statistic["g"], by_wald.p_value["g"]], [one.statistic, one.p_value], rtol=1e-9)


@question("hazard_ratios", only=("aft",))
def hazard_ratios(a: Asked) -> None:
    """exp(-b / scale), and the delta method by differences of it."""

    def log(theta: np.ndarray) -> float:
        return float(-theta[a.at_x] * np.exp(-theta[-1]))

    row = a.fit.hazard_ratios().set_index("term").loc["x"]
    slope = np.array([(log(a.theta + h) - log(a.theta - h)) / 2e-6 for h in 1e-6 * np.eye(len(a.theta))])
    assert_allclose(np.log(row.estimate), log(a.theta), rtol=1e-12)
    assert_allclose(row.se_log, np.sqrt(slope @ a.fit.covariance @ slope), rtol=1e-7)


@question("proportional_odds", only=("ordinal",))
def proportional_odds(a: Asked) -> None:
    """The score test of effects at each cut, from differences of SciPy's log-likelihood."""
    found = a.fit.proportional_odds().set_index(["term", "test"])
    assert set(found.df) == {1, 2, 3}

    def pointwise(theta: np.ndarray) -> np.ndarray:
        """theta: effects of x at both cuts, of g, then the thresholds."""
        eta = a.eta(np.append(0.0, theta[..., 2:4]))
        cuts = [
            law(cut - eta - effect * a.table.x.to_numpy()) for cut, effect in zip(theta[4:], theta[:2], strict=True)
        ]
        below = np.stack([0.0 * eta, *cuts, 0.0 * eta + 1.0], axis=1)
        codes = a.y.astype(int)
        return np.log(below[np.arange(len(codes)), codes + 1] - below[np.arange(len(codes)), codes])

    law = (stats.norm if "scores" in a.case.words else stats.logistic).cdf
    at = np.concatenate([[a.theta[0]], a.theta])
    steps = 1e-4 * np.eye(len(at))
    score = np.array([(pointwise(at + s) - pointwise(at - s)) @ a.weight / 2e-4 for s in steps])
    wide = 10.0 * steps

    def bent(s: np.ndarray, t: np.ndarray) -> float:
        """The mixed second difference."""
        up, down = pointwise(at + s + t) - pointwise(at + s - t), pointwise(at - s + t) - pointwise(at - s - t)
        return float((up - down) @ a.weight / 4e-6)

    bend = np.array([[bent(s, t) for t in wide] for s in wide])
    assert_allclose(found.loc[("x", "score"), "statistic"], score @ np.linalg.solve(-bend, score), rtol=1e-4)


@question("st.likelihood_ratio", "st.score_test", "st.compare")
def nested_tests(a: Asked) -> None:
    small = a.refitted("y ~ g")
    held = [a.at_x] if not a.is_softmax else [1, 5]
    theta = a.constrained(dict.fromkeys(held, 0.0))
    wanted = 2.0 * (a.own_loglik - a.loglik(theta))
    if a.is_least_squares:
        wanted = 2.0 * a.weight.sum() * np.log(a.sd_at_maximum(theta) / a.sd_at_maximum(a.theta))
    ratio = st.likelihood_ratio(a.fit, small.fit)
    assert_allclose(ratio.statistic, wanted, rtol=1e-6)
    assert_allclose(ratio.p_value, stats.chi2.sf(wanted, len(held)), rtol=1e-5)
    score = a.score(theta)
    wanted = score @ np.linalg.solve(a.information(theta), score)
    if a.is_least_squares:
        wanted *= (a.fit.scale / a.sd_at_maximum(theta)) ** 2
    if np.linalg.eigvalsh(a.information(theta))[0] < 0:
        with pytest.raises(IncompatibleError, match="does not bend down in every direction"):
            st.score_test(small.fit, a.fit)
    else:
        assert_allclose(st.score_test(small.fit, a.fit).statistic, wanted, rtol=1e-4)  # differences
    rows = st.compare(small.fit, a.fit).table()
    assert_allclose(rows.log_score, [-small.fit.loglik / a.fit.n, -a.own_loglik / a.fit.n], rtol=1e-9)
    assert_allclose(rows.lr_statistic[0], ratio.statistic, rtol=1e-9)


@question("interval(kind='profile')", heavy=True)
def profile_interval(a: Asked) -> None:
    """At its ends a likelihood-ratio test just rejects; of `st.ols` it is that of Student's t, which is exact."""
    _ends(a, "profile", lambda held: 2.0 * (a.own_loglik - a.loglik(held)), 1e-5)


@question("interval(kind='score')", heavy=True)
def score_interval(a: Asked) -> None:
    """At its ends a score test just rejects."""

    def statistic(held: np.ndarray) -> float:
        score = a.score(held)
        return float(score @ np.linalg.solve(a.information(held), score))

    _ends(a, "score", statistic, 1e-3)


def _ends(a: Asked, kind: str, statistic: object, rtol: float) -> None:
    lower, upper = a.fit.interval(LEVEL, kind=kind)
    if a.is_least_squares:
        assert_allclose([lower, upper], list(a.fit.interval(LEVEL)), rtol=1e-8)
        return
    cut = special.ndtri(0.5 + LEVEL / 2) ** 2
    for j, end in ((1, lower[1]), (len(a.theta) - 1, upper[-1])):
        assert_allclose(statistic(a.constrained({j: end})), cut, rtol=rtol)  # type: ignore[operator]
    assert ((lower < a.theta) & (a.theta < upper)).all()


@question("st.bootstrap", "Bootstrap", heavy=True)
def bootstrap(a: Asked) -> None:
    """Standard deviations of replicates against those of the asymptotic distribution; those of 25 err by 14 %."""
    kinds = ["bayesian", "pairs"] + ["parametric"] * ("weights" not in a.case.words)
    for kind in kinds:
        found = st.bootstrap(a.fit, draws=25, seed=3, kind=kind)
        assert found.failed <= 1
        assert_allclose(np.log(found.se / a.unit), 0.0, atol=0.8)
        assert (np.abs(found.bias) < a.unit).all()


@question("st.bootstrap(draws=400)", refused=("weights",), slow=True)
def parametric_bootstrap(a: Asked) -> None:
    """Outcomes drawn from the model have estimates that vary as the covariance says; log alpha has a longer tail."""
    found = st.bootstrap(a.fit, draws=400, seed=3, kind="parametric")
    coefficients = slice(None, len(a.theta) - a.extra)
    assert_allclose(np.log(found.se / a.unit)[coefficients], 0.0, atol=0.3)
    assert (np.abs(found.bias) < 0.5 * a.unit)[coefficients].all()


@question("st.power", "Power", slow=True)
def power(a: Asked) -> None:
    """Intervals of outcomes that were drawn from the estimate hold it; a coefficient far from 0 is found."""
    k = int(np.argmax(np.abs(a.theta / a.unit)))
    found = st.power(a.fit, a.fit.names[k], rows=round(a.fit.n), draws=20, level=0.99, seed=3)
    row = found.table().loc[0]
    assert row.no_maximum <= 2
    assert row.coverage >= 0.8
    assert row.power >= 0.5 or abs(a.theta[k] / a.unit[k]) < 4.0


@question("st.cross_validate", "CrossValidation", heavy=True)
def cross_validated(a: Asked) -> None:
    """Row by row the log density under the fit without the fold of the row."""
    found = st.cross_validate(a.model, folds=2, seed=5)
    outside = a.model.subset(np.flatnonzero(found.fold == 1))
    fit, inside = st.fit(outside), found.fold == 0
    at = a.distribution(fit.estimate, a.table[inside], fit.scale)
    y = a.model.rows.y[inside]
    y = y[:, 0] if y.ndim > 1 else y
    assert_allclose(found.scores[0]["log score"][inside], -(at.logpmf(y) if a.is_discrete else at.logpdf(y)), rtol=1e-6)


@question("st.separation")
def separation(a: Asked) -> None:
    assert st.separation(a.model) is None


@question("st.simulate_states")
def series(a: Asked) -> None:
    """Nothing comes after the rows of a regression: what a fit of a series offers, this one has not."""
    for name in set(dir(st.SeriesFit)) - set(dir(st.Fit)) - {"_structural"}:
        assert not hasattr(a.fit, name)
        with pytest.raises(IncompatibleError, match=f"{name} belongs to"):
            getattr(a.fit, name)
    with pytest.raises(IncompatibleError):
        st.simulate_states(a.fit, seed=1)


@question("st.fit_many", "ManyFits", refused=("one_vs_rest",))
def many(a: Asked) -> None:
    """A group at a time has the estimates of the group alone."""
    table = a.table.assign(part=np.arange(len(a.y)) % 2)
    beside = {name: name for name in a.case.beside}
    found = st.fit_many("y ~ x", table, by="part", model=a.case.make, **beside)
    for k in range(2):
        part = table[table.part == k].reset_index(drop=True)
        alone = st.fit(a.case.model("y ~ x", part))
        assert_allclose(found.estimate[k], alone.estimate, rtol=1e-6, atol=1e-7)
        assert_allclose(found.se[k], alone.se, rtol=1e-5)
