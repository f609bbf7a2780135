"""The half of the screen that says why."""
