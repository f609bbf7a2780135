"""The sections of Evaluate, one file each: what a labelled file says of a model."""
