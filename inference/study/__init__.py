"""Whole files instead of single cases: read, checked, predicted, measured. Knows no page and no explanation."""
