import pytest

import stattools as st
from stattools.inference.plots.drawing import change_in, mean_of

data = {"y": [0, 1, 0, 1], "x": [1.0, 2.0, 4.0, 3.0], "s": [1, 2, 0, 3], "f": [3, 1, 2, 2], "c": list("abca")}


@pytest.mark.parametrize(
    ("model", "mean", "change"),
    [
        (st.ols("x ~ y", data), "mean of x", "change in the mean of x"),
        (st.logistic("y ~ x", data), "probability that y is 1", "change in the log odds"),
        (st.logistic("s + f ~ x", data), "probability of a success (s)", "change in the log odds"),
        (st.probit("y ~ x", data), "probability that y is 1", "change in the normal quantile of the probability"),
        (st.poisson("s ~ x", data), "mean of s", "change in the log rate"),
        (st.softmax("c ~ x", data), "probability", "change in the log odds"),
    ],
)
def test_axes_are_called_in_the_words_of_the_likelihood(model, mean, change):
    assert mean_of(model).startswith(mean.removesuffix(" (s)"))
    assert change_in(model) == change
