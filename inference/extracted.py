"""A pipeline of our own whose input a feature extractor turns into tensors: no tokenizer, no picture."""

from typing import Any

from transformers import Pipeline


class ExtractedPipeline(Pipeline):
    """Loads the model's feature extractor and nothing else, and takes no options unless a subclass does."""

    _load_feature_extractor = True
    _load_tokenizer = False
    _load_image_processor = False
    _load_processor = False

    def _sanitize_parameters(self, **options: Any) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
        return {}, {}, {}
