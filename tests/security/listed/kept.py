"""What bounds the history, and lets nothing stay in it that was deleted."""

from security.listed.protection import Protection

HISTORY, ROWS, REACH = (f"inference/history/{name}.py" for name in ("history", "rows", "reach"))
TESTED = "tests/inference/history/test_history.py::"
STILL = "tests/inference/history/test_faults.py::test_a_server_that_stands_still_is_waited_for_only_some_seconds"

KEPT = (
    Protection(
        "nobody waits longer for a database that stands still",
        REACH,
        "answer.result(seconds)",
        "answer.result(20)",
        STILL,
    ),
    Protection("what was said not to be kept is taken back", REACH, "self._written(undone)", "pass", STILL),
    Protection(
        "the history is bounded in bytes",
        ROWS,
        "scalar_one() or 0) > most_bytes:",
        "scalar_one() or 0) < 0:",
        f"{TESTED}test_beyond_the_most_in_bytes_the_oldest_leave",
    ),
    Protection(
        "its bytes are looked at every so many",
        HISTORY,
        "if self._written > LOOK:",
        "if False:",
        f"{TESTED}test_the_bytes_are_looked_at_every_so_many",
    ),
    Protection(
        "what was deleted while others read is overwritten once they have",
        HISTORY,
        "if found or self._reach.unclean:",
        "if found:",
        f"{TESTED}test_what_is_deleted_while_others_read_is_overwritten_once_they_have",
    ),
    Protection(
        "answers of one millisecond are all listed",
        HISTORY,
        "or_(answers.c.time < ms, and_(answers.c.time == ms, answers.c.id > id))",
        "answers.c.time < ms",
        f"{TESTED}test_answers_of_one_millisecond_are_all_listed_page_by_page",
    ),
)
