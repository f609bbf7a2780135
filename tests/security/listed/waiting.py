"""What keeps requests that never end from holding connections and memory."""

from security.listed.protection import SERVED, Protection

PATIENCE = "inference/serving/patience.py"
TESTS = "tests/inference/test_serving_patience.py::"

WAITING = (
    Protection(
        "ranges of a file come one at a time",
        "inference/serving/security.py",
        'if not all(RANGE.fullmatch(each) for each in headers.getlist("range")):',
        "if False:",
        f"{SERVED}test_ranges_of_a_file",
    ),
    Protection(
        "a head has a bound",
        PATIENCE,
        "        if self._head > MOST_HEAD and not",
        "        if False and not",
        f"{TESTS}test_a_head_without_end",
    ),
    Protection(
        "a head is not waited for without end",
        PATIENCE,
        '"head": HEAD_SECONDS',
        '"head": 1e9',
        f"{TESTS}test_a_head_that_comes_byte_by_byte",
    ),
    Protection(
        "a body is not waited for without end",
        PATIENCE,
        '"body": BODY_SECONDS',
        '"body": 1e9',
        f"{TESTS}test_a_body_that_comes_byte_by_byte",
    ),
    Protection(
        "the server has that patience",
        "app.py",
        "    patience.begin()\n",
        "",
        f"{SERVED}test_the_app_is_launched_with_patience",
    ),
)
