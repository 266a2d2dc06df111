"""Closures and alerts: a text, a place, a period."""
