"""The maximum over the other coefficients is followed in few evaluations, and told where it is another one."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from scipy import special, stats
from scipy.optimize import brentq

import stattools as st
from stattools.inference.intervals.coefficients import likelihood_interval
from stattools.models.evaluation import Evaluation
from stattools.models.questions import AnyModel
from tests.inference.intervals.test_profile import MODELS, Fitted


class Exponential(AnyModel):
    """Waiting times with rate theta > 0, as a user would write it; no rows, no standardized columns."""

    title = "Waiting times"
    names = ("rate",)
    n = 5.0
    total = 4.0

    def evaluate(self, theta, order=2):
        rate = float(theta[0])
        if rate <= 0:
            return Evaluation(-np.inf, np.zeros(1), np.zeros((1, 1)))
        loglik = self.n * np.log(rate) - self.total * rate
        return Evaluation(loglik, np.array([self.n / rate - self.total]), np.array([[self.n / rate**2]]))


@pytest.mark.parametrize("level", [0.5, 0.95, 0.9999999])
def test_a_model_with_evaluate_alone_and_an_edge(level):
    """The ends solve log r - r + 1 = -q / (2 n), r = rate / estimate: Wald's lower end would be negative."""
    fit = Fitted(Exponential(), np.array([1.25]))
    lower, upper = likelihood_interval(fit, level)
    q = stats.chi2(1).ppf(level)
    expected = [-special.lambertw(-np.exp(-1 - q / 10), k).real for k in (0, -1)]
    assert_allclose([lower[0] / 1.25, upper[0] / 1.25], expected, rtol=1e-7)
    root = np.sqrt(q / 5)  # score: n (1 - r)^2 = q; below 0 the parameter's domain ends
    low, high = likelihood_interval(fit, level, "score")
    assert_allclose([low[0], high[0]], [max(1.25 * (1 - root), 0.0), 1.25 * (1 + root)], rtol=1e-7, atol=1e-8)


def test_few_evaluations():
    """Four to six evaluations of the model per end: Newton moves all coefficients at once."""
    model = MODELS["logistic"]
    fit = st.fit(model)
    calls = []

    class Counted(AnyModel):
        names = model.names

        def evaluate(self, theta, order=2):
            calls.append(1)
            return model.evaluate(theta, order)

    likelihood_interval(Fitted(Counted(), fit.estimate), 0.95)
    assert len(calls) <= 1 + 6 * 7


def test_against_the_wrong_maximum():
    fit = st.fit(MODELS["logistic"])
    wrong = Fitted(fit.model, fit.estimate + np.array([0.0, 0.5 * fit.se[1], 0.0]))
    with pytest.raises(st.ConvergenceError, match=r"the estimate is 2\.8 standard errors from that of Logistic"):
        likelihood_interval(wrong, 0.95)


class TwoPeaks(AnyModel):
    """A mixture of two normal curves, the higher one at 6."""

    title, names, n = "Two peaks", ("place",), 1.0

    def evaluate(self, theta, order=2):
        t = float(theta[0])
        log_parts = np.array([np.log(0.4) - 0.5 * t**2, np.log(0.6) - 0.5 * (t - 6.0) ** 2])
        share = special.softmax(log_parts)
        pull = np.array([-t, 6.0 - t])
        slope = share @ pull
        return Evaluation(
            float(special.logsumexp(log_parts)), np.array([slope]), np.array([[1.0 - share @ (pull - slope) ** 2]])
        )


def test_against_the_lower_of_two_maxima():
    low, high = (
        Fitted(TwoPeaks(), np.array([brentq(lambda t: TwoPeaks().evaluate([t]).score[0], *ends, xtol=1e-14)]))
        for ends in ((-1, 1), (5, 7))
    )
    assert_allclose(np.ravel(likelihood_interval(high, 0.95)), 6 + np.array([-1.96, 1.96]), atol=0.01)
    with pytest.raises(st.ConvergenceError, match=r"A higher log-likelihood .* the fit is not the maximum\. Fit again"):
        likelihood_interval(low, 1 - 1e-9)
