"""A long text in, a short one out. transformers 5 has no such pipeline: it is in inference/rewriting.py."""

from ..demo import Example
from ..fields import TextField
from ..generation import LENGTH
from ..rewriting import Rewriting, register

register("summarization")


class Summarization(Rewriting):
    """Any T5, BART or other encoder-decoder of the hub that writes summaries in its own words."""

    id = "summarization"
    noun = "summary"
    default = "Falconsai/text_summarization@6e505f907968c4a9360773ff57885cdc6dca4bfd"
    fields = (TextField(name="text", label="Text", max_length=20_000), LENGTH)
    samples = (
        Example(
            "A delay",
            {
                "text": "The ferry to the islands did not leave the harbour on Monday morning. A storm had damaged the "
                "landing stage during the night, and workers needed until the afternoon to make it safe. Two hundred "
                "passengers waited in the terminal, where the town served tea and soup. The first boat left at four."
            },
        ),
        Example(
            "A library",
            {
                "text": "The old library in the market square will open again in spring. It had been closed for three "
                "years because its roof let in the rain. The repair cost more than the council had planned, and half "
                "of the money came from readers who gave small sums. The new reading room has space for eighty people."
            },
        ),
        Example(
            "A trial",
            {
                "text": "Farmers in the valley have tried a new way to water their orchards. Sensors in the soil tell "
                "when the roots are dry, and only then do the pumps start. In the first summer they used a third less "
                "water than before. The harvest was as large as in other years, but the pumps often broke down."
            },
        ),
        Example(
            "A match",
            {
                "text": "The home team lost its lead in the last minutes of the match. It had scored twice before the "
                "break and seemed certain to win. Then its goalkeeper was hurt and had to leave, and his young "
                "replacement let in three shots. The coach said afterwards that nobody should blame the young man."
            },
        ),
    )
