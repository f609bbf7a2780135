"""The input half of the screen: the form of a model, its answer, and the path the input took."""
