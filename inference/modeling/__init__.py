"""Architectures that transformers does not have, as `PreTrainedModel`s; importing a module registers its own."""
