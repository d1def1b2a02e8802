import numpy as np

from stattools.inference.prediction.kinds import crossed, most_probable


def test_one_half_is_the_first_label_and_ties_too():
    assert most_probable(np.array([0.5, np.nextafter(0.5, 1)])).tolist() == [0, 1]
    assert most_probable(np.array([[0.4, 0.4, 0.2]])).tolist() == [0]


def test_weights_are_counts_and_labels_that_did_not_occur_stay():
    table = crossed(("a", "b", "c"), np.array([0.0, 1.0]), np.array([2, 1]), np.array([3.0, 2.0]))
    assert table.to_numpy().tolist() == [[0, 0, 3], [0, 2, 0], [0, 0, 0]]
