import pytest

from stattools.gallery import batch_norm
from stattools.gallery.digit_images import digits


def test_the_worked_example_is_in_the_report(text_of):
    text = text_of("batch_norm")
    Z = batch_norm.X @ batch_norm.W.T
    for value in ((Z - Z.mean(axis=0)) / Z.std(axis=0)).ravel():
        assert f"{value:.4f}" in text
    assert "the nine entries are all 1.732051" in text


@pytest.mark.slow
def test_normalization_is_what_makes_the_deep_network_learn():
    _, _, pixels, label = digits()
    plain, normed = batch_norm.trained(False), batch_norm.trained(True)
    assert normed.accuracy((label, pixels)) > 0.95
    assert plain.accuracy((label, pixels)) < 0.8
    assert batch_norm._folded_gap(normed) < 1e-9
