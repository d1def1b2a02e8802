import re

import numpy as np
from statsmodels.datasets import nile
from statsmodels.tsa.statespace.structural import UnobservedComponents

volume = nile.load_pandas().data["volume"].to_numpy()


def test_the_numbers_are_those_of_statsmodels(text_of):
    text = text_of("nile")
    reference = UnobservedComponents(volume, "llevel", use_exact_diffuse=True)
    results = reference.smooth([15098.52, 1469.176], cov_type="none")
    forecast = results.get_forecast(10).summary_frame()
    assert f"{forecast['mean'].iloc[0]:.1f}; what grows" in text
    box = results.test_serial_correlation("ljungbox", lags=10)[0][0, -1]
    assert re.search(rf"\| Ljung-Box +\| +10 \| +{box:.3f} \|", text)
    for value in ("-632.5456", "-633.4646", "-641.5856", "-632.5377"):
        assert f"{value} |" in text


def test_the_gain_settles_where_the_ratio_says(text_of):
    ratio = 1469.176 / 15098.52
    assert f"/ 2 = {0.5 * (np.sqrt(ratio**2 + 4 * ratio) - ratio):.4f}$" in text_of("nile")
    assert "to round-off" in text_of("nile")


def test_the_step_is_a_regression_when_the_level_stands_still(text_of):
    text = text_of("nile")
    step = volume[28:].mean() - volume[:28].mean()
    assert "becomes 0, the boundary" in text
    assert f"The step is {step:.1f} " in text
