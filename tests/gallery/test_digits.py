import numpy as np

from stattools.gallery import digits


def test_scores_in_the_report_are_those_of_the_probabilities(text_of):
    text, table = text_of("digits"), digits.tables()[1]
    label = table.digit.to_numpy()
    for name, fit in digits.fits().items():
        p = fit.predict(table).to_numpy()
        np.testing.assert_allclose(p.sum(axis=1), 1.0, rtol=1e-12)
        own = -np.log(p[np.arange(len(label)), label])
        row = digits.compared().set_index("fit").loc[name]
        np.testing.assert_allclose(row.log_score, own.mean(), rtol=1e-10)
        np.testing.assert_allclose(row.accuracy, (p.argmax(axis=1) == label).mean())
        assert f"{own.mean():.3f}" in text


def test_null_softmax_network_in_this_order():
    score = digits.compared().set_index("fit")
    assert score.log_score[digits.NULL] > score.log_score[digits.SOFTMAX] > score.log_score[digits.NETWORK]


def test_separate_sigmoids_do_not_sum_to_one():
    total = digits.fits()[digits.REST].separate_probabilities(digits.tables()[1]).sum(axis=1)
    assert total.min() < 0.5
    assert total.max() > 1.5
