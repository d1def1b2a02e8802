"""Closed-form posteriors, one conjugate pair per file; the posterior has the prior's type."""
