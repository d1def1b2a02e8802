"""Each digit of scikit-learn's is either for training or for testing, and always the same."""

import numpy as np
import pytest

from stattools.gallery.digit_images import TRAINED, digits


def test_every_digit_once_in_an_order_that_stays():
    data = pytest.importorskip("sklearn.datasets").load_digits()
    X, label, rest, other = digits()
    assert (len(label), len(other)) == (TRAINED, len(data.target) - TRAINED)
    assert np.bincount(np.concatenate([label, other])).tolist() == np.bincount(data.target).tolist()
    both = np.lexsort(np.vstack([X, rest]).T)
    np.testing.assert_array_equal(np.vstack([X, rest])[both], data.data[np.lexsort(data.data.T)])
    assert label[:5].tolist() == data.target[np.random.default_rng(0).permutation(len(data.target))[:5]].tolist()
