"""Gaussian effects that nobody saw: the marginal likelihood of mixed models by factors that know their structure."""
