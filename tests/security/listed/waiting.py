"""What keeps requests that never end from holding connections and memory."""

from security.listed.protection import SERVED, Protection

PATIENCE = "inference/serving/patience.py"
BODIES, LARGE = "inference/serving/bodies.py", "tests/test_large_bodies.py::"
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
    Protection(
        "no body has values without end",
        BODIES,
        "        if found > most:\n",
        "        if False:\n",
        f"{LARGE}test_a_body_of_very_many_values",
    ),
    Protection(
        "so many large bodies are read at once",
        BODIES,
        "if self._here >= READERS + ROOM:",
        "if False:",
        f"{LARGE}test_so_many_large_bodies",
    ),
    Protection(
        "large bodies are read in threads",
        BODIES,
        "        if size <= SMALL:\n",
        "        if True:\n",
        f"{LARGE}test_so_many_large_bodies",
    ),
    Protection(
        "who is refused counts as having asked",
        "inference/serving/api.py",
        "Bodies(lambda request: endpoints.admission.count(call_of(request)))",
        "Bodies(lambda request: None)",
        "tests/security/test_callers.py::test_who_is_refused_counts",
    ),
)
