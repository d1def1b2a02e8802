import re
from typing import Any

import numpy as np
import pytest
from scipy import integrate, stats

import stattools as st
from stattools.gallery import ab_test

ASPIRIN: Any = stats.beta(105, 10934)
PLACEBO: Any = stats.beta(190, 10846)
EXACT: Any = {"epsabs": 0.0, "epsrel": 1e-10, "limit": 500}


@pytest.mark.slow
def test_the_chance_that_aspirin_is_worse_is_that_of_an_integral(text_of):
    worse, _ = integrate.quad(lambda x: PLACEBO.pdf(x) * ASPIRIN.sf(x), 0.008, 0.03, **EXACT)
    mantissa, exponent = f"{worse:.3e}".split("e")
    assert rf"1 - {mantissa} \cdot 10^{{{int(exponent)}}}" in text_of("ab_test")


def test_losses_differ_by_the_difference_of_the_means(text_of):
    text = text_of("ab_test")
    spared = 1e4 * (PLACEBO.mean() - ASPIRIN.mean())
    assert f"| heart attacks spared among 10,000: mean                           | {spared:.1f} " in text
    loss, _ = integrate.quad(lambda x: ASPIRIN.sf(x) * PLACEBO.cdf(x), 0.008, 0.03, **EXACT)
    assert f"{1e4 * loss:.2e} |" in re.sub(r" +\|", " |", text)


def test_the_sum_of_fractions_is_the_probability():
    small = ab_test.Trial(*(st.Beta(*p) for p in ((3, 5), (2, 2))))
    assert np.isclose(ab_test._rational(small), small.worse, rtol=1e-13)
    assert ab_test._rational(small) == 1 / 3
    assert "The sum **agrees** to within 1e-11" in str(ab_test._twin(small))


def test_batches_are_all_the_people_and_all_the_attacks():
    order = np.random.default_rng(0)
    for arm, attacks in ab_test.ATTACKS.items():
        sizes, batches = ab_test._sizes(arm), ab_test._batches(order, arm)
        assert (sizes.sum(), batches.sum()) == (ab_test.PEOPLE[arm], attacks)
        assert (batches <= sizes).all()


def test_the_path_ends_in_the_trial_and_the_ledger_in_its_posterior(text_of):
    text = text_of("ab_test")
    assert "Its posterior is the same as of all at once, `Beta(105, 10934)`" in text
    assert "None of the 101 was ever below 0.01" in text
