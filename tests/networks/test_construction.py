import numpy as np
import pandas as pd
import pytest

import stattools as st

X = np.arange(24.0).reshape(12, 2) ** 1.5
LABELS = np.resize([1, 2, 3], 12)


@pytest.mark.parametrize(
    ("y", "kind", "labels"),
    [
        (LABELS, st.Categorical(3), (1, 2, 3)),
        (np.resize(["a", "b"], 12), st.Bernoulli(), ("a", "b")),
        (np.resize([True, False], 12), st.Bernoulli(), (False, True)),
        (np.resize([0, 1], 12), st.Bernoulli(), None),
        (np.resize([1, 2], 12), st.Bernoulli(), (1, 2)),
        (np.linspace(0.5, 3.0, 12), st.Gaussian(), None),
    ],
)
def test_the_likelihood_suits_the_outcome(y, kind, labels):
    model = st.network(y, X)
    assert model.likelihood == kind
    assert model.labels == labels


def test_inputs_are_standardized_constant_columns_are_zero_and_the_intercept_is_the_bias():
    frame = pd.DataFrame({"y": LABELS, "a": X[:, 0], "b": 7.0, "g": np.resize(["u", "v"], 12)})
    model = st.network("y ~ .", frame, hidden=[3])
    assert model.terms == ("a", "b", "g[T.v]")
    inputs = model.inputs(model.rows.X)
    np.testing.assert_allclose(inputs.mean(axis=0), 0.0, atol=1e-12)
    # in units of the variance by the mean distance from the mean: then these two are equal
    np.testing.assert_allclose(inputs.var(axis=0), np.abs(inputs).mean(axis=0), atol=1e-12)
    np.testing.assert_allclose(np.abs(inputs[:, 1:]), np.tile([0.0, 1.0], (12, 1)), atol=1e-12)
    assert len(model.names) == model.perceptron.size == len(set(model.names))
    assert model.names[0] == "layer 1: a to unit 1"
    assert model.names[-1] == "layer 2: bias of 3"


@pytest.mark.parametrize(
    ("y", "options", "error", "says"),
    [
        (LABELS.astype(float), {}, st.DomainError, r"labels or a quantity\? Convert labels with .astype\(int\)"),
        (LABELS + 0.5, {"likelihood": st.Categorical(3)}, st.DomainError, "not whole"),
        (LABELS, {"likelihood": st.Categorical(4)}, st.IncompatibleError, "has 3 categories"),
        (LABELS, {"likelihood": st.Bernoulli()}, st.DomainError, "has 3"),
        (LABELS, {"likelihood": st.Categorical}, st.IncompatibleError, "the class Categorical"),
        (LABELS, {"likelihood": "softmax"}, st.IncompatibleError, "'softmax'"),
        (LABELS, {"likelihood": st.Gaussian(2.0)}, st.IncompatibleError, "estimates the scale itself"),
        (-LABELS, {"likelihood": st.Poisson()}, st.DomainError, "Poisson"),
        (np.ones(12, dtype=int), {}, st.DomainError, "one class only"),
        (LABELS, {"hidden": [0]}, st.DomainError, "hidden="),
        (LABELS, {"hidden": [2.5]}, st.DomainError, "hidden="),
        (LABELS, {"hidden": "20"}, st.DomainError, "hidden="),
        (LABELS, {"hidden": True}, st.DomainError, "hidden="),
        (LABELS, {"activation": "swish"}, st.DomainError, "'swish'"),
        (LABELS, {"batch_norm": 1}, st.DomainError, "batch_norm="),
        (LABELS[:5], {}, st.DomainError, "5 values"),
        (LABELS, {"weights": -np.ones(12)}, st.DomainError, "weights="),
    ],
)
def test_what_cannot_be_a_network(y, options, error, says):
    with pytest.raises(error, match=says):
        st.network(y, X, **options)


def test_an_unknown_keyword_is_an_error():
    with pytest.raises(TypeError, match="layers"):
        st.network(LABELS, X, layers=[3])  # type: ignore[call-arg]
