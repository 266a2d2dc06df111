"""Cabins: small architect-designed works placed in a park."""
