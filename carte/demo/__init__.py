"""A synthetic network of any size, for benchmarks and tests; never mixed with the real one unasked."""
