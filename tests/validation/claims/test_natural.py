import numpy as np
from numpy.testing import assert_allclose

from stattools.validation.claims.facts import right_at
from stattools.validation.claims.standing import on_their_scale, power_of

RIGHT = right_at(("x", "log alpha"), np.array([2.0, -0.5]), np.array([0.5, 0.2]), np.inf, 0.95)


def test_words_say_what_a_row_is():
    assert power_of("lnalpha", "log alpha") == (1.0, False)
    assert power_of("sigma", "log scale") == (1.0, True)
    assert power_of("Scale", "log scale") == (1.0, True)
    assert power_of("theta", "log theta") == (1.0, True)


def test_a_parameter_is_shown_as_its_row_says():
    columns = dict(RIGHT.columns)
    assert on_their_scale(columns, ("x", "/lnalpha"), RIGHT.names) == [columns]
    delta, logs, own = on_their_scale(columns, ("x", "alpha"), RIGHT.names)
    alpha, se = np.exp(-0.5), 0.2 * np.exp(-0.5)
    assert_allclose(delta["estimate"], [2.0, alpha])
    assert_allclose(delta["se"], [0.5, se])
    assert_allclose(delta["lower"][1], alpha - 1.959963985 * se)
    assert_allclose(logs["upper"][1], np.exp(-0.5 + 1.959963985 * 0.2))
    assert_allclose(own["se"], columns["se"])
    theta, *_ = on_their_scale(columns, ("x", "Theta"), RIGHT.names)
    assert_allclose(theta["estimate"], [2.0, 1.0 / alpha])
    assert (theta["lower"] < theta["upper"]).all()
    ratio = on_their_scale(columns, ("x", "/lnalpha"), RIGHT.names, ("exp", ""))[1]
    assert_allclose(ratio["estimate"], [np.exp(2.0), -0.5])
    assert_allclose(ratio["statistic"], columns["statistic"])
    (turned,) = on_their_scale(columns, ("x", "/ln_theta"), RIGHT.names)
    assert_allclose(turned["estimate"], [2.0, 0.5])
    assert_allclose(turned["statistic"], [4.0, 2.5])
    assert turned["lower"][1] < 0.5 < turned["upper"][1]
