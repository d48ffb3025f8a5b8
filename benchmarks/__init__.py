"""Benchmarks of gansampler, run by hand from the root of a checkout."""
