"""Priors: distributions of one parameter, and which of them goes with which parameter of a model.

A prior answers `support`, `log_density`, `slope` (of the log density), `density` and `sample`; the conjugate families
`st.Normal, st.StudentT, st.Gamma, st.InverseGamma, st.Beta` answer the same and are priors too.
"""
