"""Myeloid neoplasms after CAR T-cell therapy: the computations behind the review."""
