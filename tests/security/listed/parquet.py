"""What keeps Parquet files that lie, and rows that spread, from filling the memory."""

from security.listed.protection import Protection

SWELLING = "inference/study/swelling.py"
LIES = "tests/security/test_parquet_lies.py::"
ROWS = "tests/security/test_rows.py::"

PARQUET = (
    Protection(
        "a column is measured by its pages",
        SWELLING,
        "max(column.total_uncompressed_size, sum(page.size for page in found))",
        "column.total_uncompressed_size",
        f"{LIES}test_a_column_that_swells",
    ),
    Protection(
        "a text beyond any row is not made",
        SWELLING,
        'if column.physical_type == "BYTE_ARRAY" and single > LARGEST_ROW:',
        "if False:",
        f"{LIES}test_a_text_beyond_any_row",
    ),
    Protection(
        "lists are counted by their pages",
        SWELLING,
        "max(column.num_values, sum(page.values for page in found if not page.dictionary))",
        "column.num_values",
        f"{LIES}test_lists_are_counted",
    ),
    Protection(
        "a column has as many values as rows",
        SWELLING,
        "    if rows is not None and values != rows:",
        "    if False:",
        f"{LIES}test_a_page_that_lies_about_its_values",
    ),
    Protection(
        "open pages have a bound together",
        SWELLING,
        "            if opened > MOST_OPEN and opened > HONEST * packed:",
        "            if False:",
        f"{LIES}test_pages_that_are_open_together",
    ),
    Protection(
        "pieces of a Parquet file have a bound",
        SWELLING,
        "    if metadata.num_row_groups * metadata.num_columns > MOST_PAGES:",
        "    if False:",
        f"{LIES}test_a_file_in_too_many_pieces",
    ),
    Protection(
        "long rows are read few at a time",
        "inference/study/typed.py",
        "file.iter_batches(min([most, *self.at_once]), use_threads=False)",
        "file.iter_batches(most, use_threads=False)",
        f"{LIES}test_large_pictures_come_few_at_a_time",
    ),
    Protection(
        "columns of sent rows have a bound",
        "inference/study/sent_evaluation.py",
        "        if len(self.columns) > MOST_COLUMNS:",
        "        if False:",
        f"{ROWS}test_rows_that_each_have_columns",
    ),
    Protection(
        "half a character in rows is told",
        "inference/study/sent_evaluation.py",
        "isinstance(cell, str) and not is_whole(cell)",
        "False",
        f"{ROWS}test_half_a_character",
    ),
)
