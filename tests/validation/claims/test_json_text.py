import json

import pandas as pd
import pytest

from stattools.errors import DomainError
from stattools.validation.claims.reading import read_claim

ROWS = [{"term": "(Intercept)", "estimate": 1.5, "std.error": 0.25}, {"term": "x", "estimate": -0.5, "std.error": None}]
FRAME = pd.DataFrame(ROWS)


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(ROWS, indent=1),
        json.dumps({"tidy": ROWS, "glance": [{"nobs": 20, "logLik": -3.5}]}) + "\n",
        f"{FRAME.to_json(orient='columns')}\n",
        f"{FRAME.set_index('term').to_json(orient='columns')}\n",
        FRAME.to_json(orient="split", indent=1),
        FRAME.set_index("term").to_json(orient="split", indent=1),
        FRAME.set_index("term").to_json(orient="index", indent=1),
        json.dumps({name: list(FRAME[name]) for name in FRAME} | {"nobs": 20}).replace("NaN", "null") + "\n",
    ],
)
def test_rows_and_columns(text):
    claim = read_claim(text)
    assert claim.terms == ("(Intercept)", "x")
    assert claim.columns["estimate"].value.tolist() == [1.5, -0.5]
    assert claim.columns["se"].value[0] == 0.25
    if "nobs" in text:
        assert claim.facts["n"].value == 20


def test_digits_of_json_are_kept():
    assert read_claim('[{"term": "x",\n "estimate": 0.500}]').columns["estimate"].half == pytest.approx([0.0005])


@pytest.mark.parametrize("text", ["[]\n", "{}\n", '{"a":\n 1}', '[{"x":\n 1}]'])
def test_json_without_a_table(text):
    with pytest.raises(DomainError):
        read_claim(text)
