"""What the recipes in assets/models/*/train.py have in common; the app itself imports nothing from here."""
