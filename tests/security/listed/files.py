"""What keeps pictures, tables and archives from doing harm."""

from security.listed.protection import SERVED, Protection

FORGETS = "tests/inference/test_metadata.py::test_the_form_and_gradio_client_forget"
SOURCES = "tests/inference/study/test_source.py::"

PICTURES = (
    Protection(
        "a picture that swells is opened by nobody",
        "inference/pictures.py",
        "Image.MAX_IMAGE_PIXELS = MAX_PIXELS",
        "Image.MAX_IMAGE_PIXELS = None",
        f"{SERVED}test_a_picture_too_large_for_us",
    ),
    Protection(
        "a picture of too many pixels is refused undecoded",
        "inference/pictures.py",
        "    if picture.width * picture.height > MAX_PIXELS:",
        "    if False:",
        "tests/security/test_pictures.py::test_a_picture_of_too_many_pixels_is_refused_where_warnings_are_none",
    ),
    Protection(
        "four formats are opened, no others",
        "inference/fields/image.py",
        "Image.open(self._source(value), formats=FORMATS)",
        "Image.open(self._source(value))",
        "tests/security/test_pictures.py::test_a_sound_picture_of_another_format_is_not_opened",
    ),
    Protection(
        "what Pillow makes of damaged files is told",
        "inference/fields/image.py",
        "except DAMAGED:",
        "except EOFError:",
        "tests/security/test_pictures.py::test_a_sample",
    ),
    Protection(
        "the page's photos forget where they were taken",
        "inference/panels/widgets/image.py",
        "        forget(path)  #",
        "        pass  #",
        FORGETS,
    ),
    Protection(
        "a program's photos forget it, too",
        "inference/panels/remote.py",
        "        forget(path)  #",
        "        pass  #",
        FORGETS,
    ),
    Protection(
        "Gradio does not decode pictures itself",
        "inference/panels/widgets/image.py",
        "    widget.preprocess = uploaded",
        "    vars()['other'] = uploaded",
        "tests/security/test_pictures.py::test_no_widget_leaves_a_file_to_gradio",
    ),
)

FILES = (
    Protection(
        "no text of a CSV is a formula",
        "inference/study/table.py",
        'column = compute.if_else(risky, compute.binary_join_element_wise("\'", column, ""), column)',
        "pass",
        "tests/inference/study/test_job.py::test_a_spreadsheet_gets_no_formula",
    ),
    Protection(
        "no name of a column is a formula",
        "inference/study/table.py",
        "names=list(map(harmless, rows.column_names))",
        "names=rows.column_names",
        "tests/inference/study/test_job.py::test_a_spreadsheet_gets_no_formula",
    ),
    Protection(
        "an entry of a ZIP is read to a bound",
        "inference/study/archive.py",
        "file.read(LARGEST + 1)",
        "file.read()",
        "tests/security/test_files.py::test_an_entry_of_a_zip_is_read_to_a_bound",
    ),
    Protection(
        "a ZIP that swells comes in small chunks",
        "inference/study/archive.py",
        "> MOST_AT_ONCE):",
        "> 10**15):",
        f"{SOURCES}test_a_small_zip_that_swells",
    ),
    Protection(
        "a value takes no more to be told than it has",
        "inference/fields/field.py",
        "text = BRIEF.repr(value)",
        "text = repr(value)",
        "tests/security/test_files.py::test_a_value_is_told_in_less",
    ),
)
