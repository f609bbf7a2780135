"""What bounds the rows of a file that one call answers."""

from security.listed.protection import Protection

OVER_REST = "tests/inference/test_serving_batch.py::"

ROWS = (
    Protection(
        "a file over REST has so many rows and no more",
        "inference/serving/batch.py",
        "First(open_source(path, title), self.endpoints.admission.rows)",
        "First(open_source(path, title), 0)",
        f"{OVER_REST}test_a_file_has_a_bound",
    ),
    Protection(
        "a file on the page has so many rows and no more",
        "explain/panels/batch.py",
        "First(source, self.endpoints.admission.rows)",
        "First(source, 0)",
        "tests/explain/test_panels_batch.py::test_a_file_that_is_too_long",
    ),
    Protection(
        "what is known to be too long is not begun",
        "inference/study/first.py",
        "if most and (source.total or 0) > most:",
        "if False:",
        f"{OVER_REST}test_a_file_that_tells_its_rows",
    ),
)
