"""What was asked, what was answered, and what people said of it, kept where the presenter wants that. Knows no page."""
