from dataclasses import replace

from stattools import figures
from stattools.benchmarking.comparison import SpeedComparison, Timing
from stattools.benchmarking.printing import lines
from stattools.benchmarking.report import document
from stattools.benchmarking.scripts import Script
from stattools.reporting.markdown import markdown

OURS = Timing("ours", (0.010, 0.011, 0.012), {"decrement": 1e-9})
LOOP = Timing("a|loop", (0.10, 0.11, 0.13), {"decrement": 2e-3}, target=20.0)
FAST = Timing("limit", (0.005,) * 3)
FOUND = SpeedComparison("sums of *rows*", (OURS, LOOP, FAST))


def test_the_terminal_shows_ratios_promises_and_facts():
    title, head, _, *rows = lines(FOUND)
    assert title == "sums of *rows*"
    assert head.split() == ["median", "times", "ours", "promised", "decrement"]
    assert rows[1].split() == ["a|loop", "110", "ms", "10.0", "20.0", "or", "more,", "missed", "0.002"]


def test_the_report_begins_with_what_is_lost():
    text = markdown(document({Script("sums", "Sums", lambda quick: [FOUND]): [FOUND]}, "stattools bench"), figures="b")
    losses = text[text.index("## Where we lose") : text.index("## Sums")]
    assert losses.count("\n- ") == 1
    assert "takes 10.0 times as long as ours, where 20.0 was promised" in losses
    assert "a\\|loop" in text
    assert "stattools bench" in text[text.index("## Provenance") :]


def test_a_figure_has_a_heading_for_each_comparison_or_one_line_for_each_where_the_peer_is_the_same(monkeypatch):
    drawn = []
    monkeypatch.setattr(figures, "ratios", lambda *names, **options: drawn.append((names[0], options)))
    once = SpeedComparison("n = 10", (OURS, LOOP))
    for comparisons in ([FOUND], [once, replace(once, title="n = 20")]):
        script = Script("sums", "Sums", lambda quick: [])
        (figure,) = document({script: comparisons}, "stattools bench").figures()
        figure.draw()
    (names, options), (titles, alone) = drawn
    assert (names, options["groups"]) == (["a|loop", "limit"], ["sums of *rows*"] * 2)
    assert (titles, alone["groups"]) == (["n = 10", "n = 20"], ())
    assert options["lost"] == [True, False]
    assert options["promised"][0] == 20.0
    assert "How long a|loop takes." in figure.caption


def test_peers_that_were_skipped_are_named():
    found = SpeedComparison("sums", (OURS, LOOP), missing=("tree",))
    script = Script("sums", "Sums", lambda quick: [])
    assert "Not to be had here, skipped: tree." in markdown(document({script: [found]}, "stattools bench"), figures="b")
