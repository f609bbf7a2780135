"""What keeps incomplete weights, long headers and swollen preparations from answering or filling the memory."""

from security.listed.protection import Protection

INCOMPLETE = "tests/security/test_incomplete.py::"
HEADERS = "tests/security/test_headers.py::"
PREPARING = "tests/security/test_preparing.py::"

LOADING = (
    Protection(
        "no weight that answers is random",
        "inference/runtime.py",
        "    complete(name_of(source), model, found, unread)\n",
        "",
        f"{INCOMPLETE}test_weights_under_other_names_are_refused",
    ),
    Protection(
        "an adapter brings every change it speaks of",
        "inference/runtime.py",
        "    complete(name_of(adapter), model, changes)  #",
        "    pass  #",
        f"{INCOMPLETE}test_an_adapter_that_changes_nothing",
    ),
    Protection(
        "weights of other shapes are told",
        "inference/runtime.py",
        ', "ignore_mismatched_sizes": True',
        "",
        f"{INCOMPLETE}test_weights_of_another_shape_are_told",
    ),
    Protection(
        "what follows from a config is made anew",
        "inference/modeling/tabular.py",
        "            init.copy_(self.offsets, torch.tensor(self.begins, dtype=torch.int64))\n",
        "",
        f"{INCOMPLETE}test_places_and_counts",
    ),
    Protection(
        "a header of weights is read to a bound",
        "inference/headers.py",
        "        if MOST_BYTES < length <= file.stat().st_size:",
        "        if False:",
        f"{HEADERS}test_a_million_tensors",
    ),
    Protection(
        "the tensors of a file are counted",
        "inference/headers.py",
        "    if len(sizes) > MOST_TENSORS:",
        "    if False:",
        f"{HEADERS}test_many_tensors",
    ),
    Protection(
        "no picture is made larger than models read",
        "inference/runtime.py",
        "        measured(name_of(folder), pipeline.image_processor)\n",
        "",
        f"{PREPARING}test_no_picture_is_made_larger",
    ),
    Protection(
        "no recording is filled up beyond what is heard",
        "inference/tasks/automatic_speech_recognition.py",
        "        if made != heard:",
        "        if False:",
        f"{PREPARING}test_no_recording_is_filled_up",
    ),
    Protection(
        "no line of pixels becomes a picture",
        "inference/fields/image.py",
        "        if max(width, height) > THINNEST * min(width, height):",
        "        if False:",
        f"{PREPARING}test_a_picture_that_is_a_line",
    ),
)
