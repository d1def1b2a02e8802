"""Reports: Markdown and figures from a fit, a posterior, a check; the same inputs give the same bytes."""
