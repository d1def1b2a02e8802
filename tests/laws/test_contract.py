"""Metamorphic laws: every regression, every kind of fit, written in another way, is the same fit."""

import inspect
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from numpy.testing import assert_allclose

import stattools as st
from stattools.data.rows.rows import BLOCK_BYTES
from stattools.models.questions import CONCAVE
from tests.laws.laws import LAWS, Follows
from tests.laws.regressions import FITS, NO_LAWS, REGRESSIONS, Case, random_case

EXAMPLES = {"stattools": 2, "nightly": 60}[settings.get_current_profile_name()]
LONGER = ("zero_inflated", "hurdle", "ordinal", "aft", "aft gamma")
LATER = ([], [pytest.mark.slow], [pytest.mark.nightly])
THEOREMS = [
    pytest.param(law, name, marks=LATER[(name in LONGER) + (k > 0 and (row + k) % 2)])
    for row, law in enumerate(LAWS)
    for k, name in enumerate(name for name in REGRESSIONS if name not in LAWS[law].unless)
]
"""Every other one is asked by the README's command and the rest by long tests; of the longer ones by long tests and at
night. Each law is met, and each regression.
"""


def kinds(law: str, name: str) -> list[str]:
    """The kinds of fit of a regression for which the law is a theorem."""
    penalties = {"Ridge", "Jeffreys"} - set(REGRESSIONS[name].penalties)
    return [kind for kind in FITS if kind not in LAWS[law].unless and kind not in penalties]


@pytest.mark.parametrize(("law", "name"), THEOREMS, ids=lambda value: value.replace(" ", "_"))
def test_the_fit_follows(law, name):
    @settings(max_examples=EXAMPLES)
    @given(some.sampled_from(kinds(law, name)), some.integers(0, 2**32 - 1))
    def holds(fit, seed):
        with TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
            case = prepared(law, random_case(name, fit, seed))
            before = fits_of(case)
            changed, follows = LAWS[law].change(case, np.random.default_rng([seed, 1]), Path(folder))
            if law == "rows in blocks":
                patch.setattr("stattools.data.rows.rows.BLOCK_BYTES", BLOCK_BYTES // 20_000)
            after = fits_of(changed)
            if len(before) != len(after) and (before or after)[0].model.uniqueness != CONCAVE:
                return  # one of them came to another local maximum, where there are no such standard errors
            assert len(before) == len(after)
            for one, other in zip(before, after, strict=True):
                check(one, other, follows(one))

    holds()


def prepared(law: str, case: Case) -> Case:
    """The case with what the law changes, and without what it cannot take."""
    needed = {
        "weights are repeated rows": "weights",
        "exposure is an offset": "exposure",
        "unit of precision": "precision",
    }
    more = (needed[law],) if law in needed else ()
    less = ("precision",) if law == "rows in files" else ()  # it is not read from files
    return case.over(case.table, beside=tuple(dict.fromkeys(key for key in (*case.beside, *more) if key not in less)))


def fits_of(case: Case) -> tuple[st.Fit, ...]:
    """The fits; none where the rows determine none, which the changed rows must say too."""
    try:
        fit = case.fitted()
    except (st.DomainError, st.IdentificationError):
        return ()
    return getattr(fit, "fits", (fit,))


def check(one: st.Fit, other: st.Fit, follows: Follows) -> None:
    """theta' = A theta + shift, V' = A V A^T, the log-likelihood and the means.

    Each fit is within 1e-8 standard errors of its maximum: estimates agree to a few of those, and what is computed at
    them to as many relative digits.
    """
    p, extra = len(one.model.first_terms), one.model.predictor.size - one.model.predictor.size_first
    width = (len(one.estimate) - extra) // p
    T = np.eye(p) if follows.terms is None else follows.terms
    C = np.eye(width) if follows.categories is None else follows.categories
    A = np.eye(width * p + extra)
    A[: width * p, : width * p] = follows.sign * np.kron(C, T)
    if one.model.uniqueness != CONCAVE and abs(other.loglik - one.loglik - follows.gap) > 1e-6 * (
        1.0 + abs(one.loglik)
    ):
        return  # another local maximum, as the page of a fit says that there may be
    shift = np.zeros(len(A))
    if follows.shift is not None:
        shift[: width * p] = np.tile(follows.shift, width)
    if one.kinds:
        V = A @ one.covariance @ A.T
        se = np.sqrt(V.diagonal())
        assert_allclose(other.se, se, rtol=1e-6)
        assert_allclose(other.covariance / np.outer(se, se), V / np.outer(se, se), atol=2e-6)
        assert_allclose((other.estimate - shift) / se, A @ one.estimate / se, rtol=1e-9, atol=1e-6)
    else:
        assert_allclose(other.estimate - shift, A @ one.estimate, rtol=1e-6, atol=1e-6)
    assert_allclose(other.loglik, one.loglik + follows.gap, rtol=1e-9, atol=1e-7)
    if one.degrees is None:
        assert other.t_df == one.t_df
    else:
        assert_allclose(other.t_df, one.degrees.df(A), rtol=1e-5)
    if follows.means is not None:
        assert_allclose(tall(other.predict()), tall(follows.means(one.predict())), rtol=1e-6, atol=1e-7)


def tall(means):
    return np.asarray(means, dtype=float).reshape(len(means), -1)


def test_every_regression_is_here():
    """A constructor of regressions takes a formula and a table, both required; that of times no arrays."""
    makers = {
        name
        for name in st.__all__
        if inspect.isfunction(getattr(st, name))
        and list(inspect.signature(getattr(st, name)).parameters)[:2] == ["formula_or_y", "data_or_X"]
    } | {"aft"}
    assert makers == {r.maker.__name__ for r in REGRESSIONS.values()} | set(NO_LAWS)


def test_every_option_of_a_regression_is_drawn():
    """What stands beside the table: an option of a constructor that no case uses would escape the laws."""
    own = {"formula_or_y", "data_or_X", "names", "intercept", "reference", "family", "link"}
    own |= {"dispersion", "scale", "zero", "nonparallel"}  # formulas of other parameters, effects at each cut
    own |= {"levels", "formula", "data", "distribution", "id"}  # an order of what has none, and of `aft`
    for maker in {r.maker for r in REGRESSIONS.values()}:
        drawn = {key for r in REGRESSIONS.values() if r.maker is maker for key in r.beside}
        assert set(inspect.signature(maker).parameters) - own == drawn, maker.__name__


def test_exceptions_name_what_there_is():
    for law, rule in LAWS.items():
        assert set(rule.unless) <= {*REGRESSIONS, *FITS}, law
        assert all(rule.unless.values()), law
        assert set(REGRESSIONS) - set(rule.unless), f"{law} is a theorem for nothing"


def test_a_wrong_law_is_noticed():
    """The check compares: a fit that does not follow fails."""
    case = random_case("logistic", "HC0", 0)
    changed, _ = LAWS["origin of a column"].change(case, np.random.default_rng(0), None)
    with pytest.raises(AssertionError):
        check(fits_of(case)[0], fits_of(changed)[0], Follows())


@pytest.mark.parametrize("later", [[], ["slow"]], ids=["quick", "long"])
def test_each_law_and_each_regression_is_met(later):
    met = [row.values for row in THEOREMS if [mark.name for mark in row.marks] == later]
    assert later or {law for law, _ in met} == set(LAWS)
    assert {name for _, name in met} >= (set(LONGER) if later else set(REGRESSIONS) - set(LONGER))
