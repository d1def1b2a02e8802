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
    np.testing.assert_allclose(inputs.std(axis=0), [1.0, 0.0, 1.0], atol=1e-12)
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


def test_theta_of_another_shape_and_second_derivatives_are_refused():
    model = st.network(LABELS, X, hidden=[3])
    with pytest.raises(st.DomainError, match="17 parameters; got theta of shape"):
        model.loglik(np.zeros(3))
    with pytest.raises(st.IncompatibleError, match="no information matrix"):
        model.evaluate(model.start, order=2)


def test_rare_values_are_at_most_at_five():
    generator = np.random.default_rng(0)
    X = np.column_stack([generator.normal(size=2000), np.zeros(2000)])
    X[7, 1] = 255.0
    model = st.network(generator.integers(0, 2, 2000), X)
    inputs = model.inputs(X)
    assert inputs[7, 1] == pytest.approx(5.0)
    assert inputs[:, 0].std() == pytest.approx(1.0, rel=1e-12)


def test_rows_of_weight_zero_do_not_move_the_standardization():
    rows, weights = np.vstack([X, [[1e9, 0.0]]]), np.append(np.ones(12), 0.0)
    model = st.network(np.append(LABELS, 1), rows, weights=weights)
    np.testing.assert_allclose(model.scale, st.network(LABELS, X).scale, rtol=1e-12)


def test_what_overflows_is_said_with_its_cause():
    model = st.network(LABELS, X, hidden=[3], activation="relu")
    with pytest.raises(st.DomainError, match="overflows at this theta"):
        model.score(np.full(17, 1e200))
    with pytest.raises(st.DomainError, match=r"theta\[0\] is nan"):
        model.loglik(np.full(17, np.nan))
    with pytest.raises(st.DomainError, match="Change its units"):
        st.network(LABELS, X * 1e250)
    with pytest.raises(st.IncompatibleError, match="knows no weights"):
        st.network(LABELS, X, batch_norm=True, weights=np.ones(12))
