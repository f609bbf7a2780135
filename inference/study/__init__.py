"""What an inspector asks of a model: whole files, labels, groups, variants. It knows no page and no explanation."""
