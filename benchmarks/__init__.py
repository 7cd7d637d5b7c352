"""Timings of srcad beside their targets: `make bench`, or `python -m benchmarks --help`."""
