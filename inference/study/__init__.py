"""Whole files: what a model does with many rows, and how right it is. It knows no page and no explanation."""
