"""How the agreement of a posterior is printed: with its evidence, or as a sentence where there is no reference."""

import numpy as np
import pandas as pd

from stattools.validation.verdict import PosteriorAgreement


def agreement(reference, **given):
    rows = {"term": ["a"], "mean": [0.5], "reference": [reference], "difference_in_sd": [1e-9]}
    rows |= {"monte_carlo_error": [0.0], "sd": [0.1], "reference_sd": [0.1], "sd_ratio": [1.0]}
    return PosteriorAgreement(pd.DataFrame(rows), "a reference", True, "It agrees.", **given)


def test_the_table_and_the_evidence_stand_below_the_sentence():
    found = agreement(0.5, log_evidence=-3.25, reference_log_evidence=-3.25)
    lines = str(found).splitlines()
    assert lines[0] == "It agrees."
    assert lines[-1] == "log evidence -3.25000000   reference -3.25000000"
    assert lines[-3].split() == ["a", "0.5", "0.5", "1.0e-09", "0.1", "0.1"]
    assert "evidence" not in str(agreement(0.5))


def test_without_a_reference_there_is_the_sentence_alone():
    assert str(agreement(np.nan)) == "It agrees."


def test_the_table_is_a_copy():
    found = agreement(0.5)
    own = found.table()
    own["mean"] = 9.0
    assert found.table()["mean"].tolist() == [0.5]
