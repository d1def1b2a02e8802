import numpy as np

from stattools.gallery import network


def test_the_script_breaks_where_its_growth_says():
    run = network.by_hand()
    assert run.broke == int(np.ceil(np.log(np.finfo(float).max) / np.log(299.0)))
    assert network.by_hand(mean=True).broke is None


def test_the_report_has_the_five_causes_and_their_numbers(text_of):
    text = text_of("network")
    for place in range(1, 6):
        assert f"**{place}. " in text
    assert "grows by a factor of 299 an epoch" in text
    assert f"in epoch {network.by_hand().broke}" in text


def test_the_fixed_network_reads_what_a_line_cannot():
    rows, fit = network.sample(), network.fixed()
    assert fit.accuracy((rows.new_label, rows.new_X)) > 0.97
