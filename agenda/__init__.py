"""Events, label projects and key figures."""
