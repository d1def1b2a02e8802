import numpy as np

from stattools.gallery.filter import breakdown, closed_form, exact, example, farthest, long_weights, loop


def test_the_closed_form_is_right_until_it_breaks():
    x, w = example()
    assert farthest(closed_form(x, w), exact(x, w)) < 1e-13
    for w in long_weights().values():
        x = np.random.default_rng(5).normal(size=len(w))
        place = breakdown(w)
        found, truth = closed_form(x, w), loop(x, w)
        assert np.isfinite(found[: place - 2]).all()
        np.testing.assert_allclose(found[: place - 2], truth[: place - 2], rtol=0, atol=1e-12)
        assert not np.isfinite(closed_form(np.ones(len(w)), w)[place])
