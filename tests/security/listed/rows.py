"""What bounds the rows of a file that one call answers, and lets nobody through to a model without a place."""

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

DOORS, SCREENS = "tests/test_admitted.py::", "tests/test_admitted_page.py::"
PLACES = (
    Protection(
        "where the app serves, a pass without a place is refused",
        "app.py",
        "(required, stay)",
        "(stay,)",
        "tests/test_leaving.py::test_where_the_app_serves_no_pass_begins_without",
    ),
    Protection(
        "a pass without a place is refused to a visitor",
        "inference/serving/admission.py",
        "if who().id and left() is None:",
        "if False:",
        f"{DOORS}test_a_pass_without_a_place",
    ),
    Protection(
        "work in a thread is still its caller's",
        "inference/panels/waiting.py",
        "target=copy_context().run, args=(run,)",
        "target=run",
        f"{DOORS}test_a_pass_without_a_place",
    ),
    Protection(
        "what a section of Evaluate is asked takes a place",
        "explain/panels/evaluate.py",
        "admission.admitted(section.kind, section.id, judged.study.model, lambda: ask(judged, asked))",
        "ask(judged, asked)",
        f"{SCREENS}test_what_the_page_asks",
    ),
    Protection(
        "a report takes a place",
        "explain/panels/taking.py",
        'admission.admitted(READING, "report", judged.study.model, lambda: reported(judged))',
        "reported(judged)",
        f"{SCREENS}test_what_the_page_asks",
    ),
    Protection(
        "a file that was read elsewhere is measured in a place",
        "explain/panels/evaluate.py",
        'list(endpoints.admission.admitted(READING, "measure", name, lambda: measuring(judged)))',
        "list(measuring(judged))",
        f"{SCREENS}test_a_file_that_was_read_elsewhere",
    ),
    Protection(
        "what is known already counts as asking",
        "inference/serving/admission.py",
        "            self.rate.take(call.caller.user or call.caller.address)\n",
        "            if look is None:\n                self.rate.take(call.caller.user or call.caller.address)\n",
        "tests/explain/test_known_queue.py::test_what_is_known_counts_as_a_call",
    ),
    Protection(
        "without a token nothing passes for it",
        "inference/serving/callers.py",
        "return bool(token) and any(",
        "return any(",
        "tests/inference/test_serving_callers.py::test_a_token_is_brought",
    ),
)
