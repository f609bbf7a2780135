"""The folder of Gradio's uploads, and which of its files the page itself needs."""

from pathlib import Path

import gradio as gr
from gradio.utils import get_upload_folder

from ..serving.uploads import Room


def room(blocks: gr.Blocks) -> Room:
    """Where what is sent to this page goes, and what else it shows as a file."""

    def kept() -> set[str]:
        """What the page shows from its start. Gradio's own lists of what to delete would grow without end."""
        for names in list(blocks.temp_file_sets):
            names.clear()
        return {name for each in list(blocks.blocks.values()) for name in getattr(each, "keep_in_cache", ())}

    return Room(Path(get_upload_folder()), kept=kept)
