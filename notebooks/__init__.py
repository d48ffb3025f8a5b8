"""Notebooks that show what gansampler does, stored with their outputs."""
