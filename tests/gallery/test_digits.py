import numpy as np

from stattools.gallery import digits


def test_scores_in_the_report_are_those_of_the_probabilities(text_of):
    text = text_of("digits")
    label = digits.digits()[3]
    for p in digits.probabilities().values():
        np.testing.assert_allclose(p.sum(axis=1), 1.0, rtol=1e-12)
        assert f"{-np.log(p[np.arange(len(label)), label]).mean():.3f}" in text


def test_separate_sigmoids_do_not_sum_to_one():
    _, rest, _ = digits.fits()
    total = rest.separate_probabilities(digits.scaled()[1]).sum(axis=1)
    assert total.min() < 0.5
    assert total.max() > 1.5
