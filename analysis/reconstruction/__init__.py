"""Synthetic patients from whom the ordinary pipeline regenerates the published numbers.

A reconstruction is not data: it is one of many cohorts that agree with what was printed.
"""
