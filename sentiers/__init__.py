"""Trails and what lies along them."""
