from stattools.gallery import network
from stattools.gallery.hand_written_network import by_hand, sample


def test_the_report_has_the_five_causes_and_their_numbers(text_of):
    text = text_of("network")
    for place in range(1, 6):
        assert f"**{place}. " in text
    assert "grows by a factor of 299 an epoch" in text
    assert f"in epoch {by_hand().broke}" in text


def test_the_fixed_network_reads_what_a_line_cannot():
    rows, fit = sample(), network.fixed()
    assert fit.accuracy((rows.new_label, rows.new_X)) > 0.97
