"""What keeps out of the log what visitors sent."""

from security.listed.protection import Protection

LOGS, RESTRAINT = "inference/serving/logs.py", "inference/panels/restraint.py"
LOGGED = "tests/inference/test_serving_logs.py::"
SENT = f"{LOGGED}test_nothing_that_was_sent_is_in_the_log"

TOLD = (
    Protection(
        "a line for people tells no message of an unforeseen error",
        LOGS,
        'Lines() if kind == "json" else Words()',
        'Lines() if kind == "json" else logging.Formatter()',
        SENT,
    ),
    Protection("the server's own log is written by ours", LOGS, '("uvicorn", "uvicorn.access", ', "(", SENT),
    Protection(
        "a thread that ends by an error tells no message", LOGS, "threading.excepthook = thread_ended", "pass", SENT
    ),
    Protection(
        "of what is said beside an error, the lines below the first are not told",
        LOGS,
        'text.partition("\\n")[0] if record.exc_info else text',
        "text",
        f"{LOGGED}test_what_asyncio_quotes_of_an_error_is_not_told",
    ),
    Protection(
        "an event's unforeseen error is told by its place",
        RESTRAINT,
        "            raise gr.Error(report(error).message, print_exception=False) from None\n",
        "            raise\n",
        f"{LOGGED}test_a_visitor_is_told_the_id_to_quote",
    ),
    Protection(
        "what fails around an event is told by its place",
        RESTRAINT,
        "    queueing.traceback = routes.traceback = SimpleNamespace(print_exc=untold)  # type: ignore[assignment]\n",
        "",
        "tests/inference/test_panels_restraint.py::test_what_fails_around_an_event_is_not_quoted",
    ),
)
