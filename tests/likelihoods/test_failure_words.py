from stattools.likelihoods.words import edge_of, equation_of, words_of


def test_the_scale_is_written_where_it_is_estimated():
    assert words_of("FailureTime").exponential == "time ratio"
    plain = equation_of("FailureTime", ["exponential"])
    assert "phi" in equation_of("FailureTime", ["weibull", "scale"]).distribution
    assert "phi" not in plain.distribution + plain.beside
    assert edge_of("FailureTime").lower < 0.0 < edge_of("FailureTime").upper
