import re

import numpy as np
from scipy import optimize, special, stats
from statsmodels.datasets import cancer

data = cancer.load_pandas().data
K, N = data.cancer.to_numpy(), data.population.to_numpy()


def test_the_prior_and_the_first_county_are_those_of_scipy(text_of):
    text = text_of("shrinkage")

    def cost(theta):
        s = np.exp(theta[1])
        return -stats.betabinom.logpmf(K, N, s * special.expit(theta[0]), s * special.expit(-theta[0])).sum()

    found = optimize.minimize(cost, [-5.0, 8.0], method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-9})
    m, s = special.expit(found.x[0]), np.exp(found.x[1])
    assert f"worth {s:,.0f} people" in text
    assert f"Log-likelihood {-found.fun:.4f}" in text
    mean = (s * m + K) / (s + N)
    first = int(np.argmax(mean))
    assert f"number {first} has the highest rate of breast cancer after shrinkage, {1e4 * mean[first]:.1f} per" in text
    raw = int(np.argmax(K / N))
    rank = int((mean > mean[raw]).sum()) + 1
    assert f"highest raw rate, number {raw}, had {K[raw]:.0f} cases among {N[raw]:,.0f} people" in text
    assert f"stands in place {rank}." in text


def test_shrinkage_predicts_best(text_of):
    text = text_of("shrinkage")
    errors = dict(re.findall(r"^\| (its own raw rate|one rate for all|empirical Bayes) +\| +([\d.]+) \|", text, re.M))
    assert len(errors) == 3
    assert min(errors, key=lambda name: float(errors[name])) == "empirical Bayes"
    assert "The smallest error overall is that of empirical Bayes." in text


def test_the_counts_within_the_funnel(text_of):
    share = K.sum() / N.sum()
    low, high = stats.binom.ppf([[0.025], [0.975]], N, share)
    inside = float(re.search(r"dashed lines; ([\d.]+) % do", text_of("shrinkage"))[1])
    assert abs(inside - 100 * np.mean((low <= K) & (high >= K))) < 3  # there the center is the mean of the prior
