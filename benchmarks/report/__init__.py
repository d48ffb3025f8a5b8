"""The page ``docs/benchmarks/index.md`` and its pictures, from the CSV files."""
