"""What keeps requests that never end from holding connections and memory."""

from security.listed.protection import SERVED, Protection

PATIENCE = "inference/serving/patience.py"
BODIES, LARGE = "inference/serving/bodies.py", "tests/test_large_bodies.py::"
TESTS = "tests/inference/test_serving_patience.py::"

SESSIONS, GONE = "inference/panels/sessions.py", "tests/inference/test_panels_sessions.py::"

WAITING = (
    Protection(
        "what Gradio notes of visitors goes in time",
        "inference/panels/restraint.py",
        "    StateHolder.delete_all_expired_state = sweep  # type: ignore[method-assign]\n",
        "",
        f"{GONE}test_a_page_that_nobody_uses",
    ),
    Protection(
        "calls without a page leave nothing in memory",
        SESSIONS,
        "    old += [id for id, idle in calls if idle > (UNREAD if is_awaited(holder, id) else CALLED)]\n",
        "",
        f"{GONE}test_calls_without_a_page",
    ),
    Protection(
        "no more pages are remembered than fit",
        SESSIONS,
        "for some in (pages, calls) for id, _ in some[: max(0, len(some) - MOST)]",
        "for some in () for id, _ in some",
        f"{GONE}test_those_unused_for_longest",
    ),
    Protection(
        "our own queue is full before Gradio's",
        "app.py",
        "max_size=THREADS",
        "max_size=64",
        "tests/inference/test_panels_restraint.py::test_gradios_queue_is_never_full",
    ),
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
    Protection(
        "nobody waits where no word is said of it",
        "inference/panels/asking.py",
        '"concurrency_limit": None,',
        '"concurrency_limit": 16,',
        "tests/test_admitted_page.py::test_none_waits_in_gradios_queue",
    ),
    Protection(
        "one user leaves room for others",
        "inference/serving/places.py",
        "if single and len(self._queues.get(user, ())) >= ceil(0.75 * self.room) > 0:",
        "if False:",
        "tests/inference/test_serving_places.py::test_one_user_leaves_room",
    ),
    Protection(
        "work that goes on keeps its place",
        "inference/serving/places.py",
        "        if not self.helpers:\n            self.line.leave(self, finished)\n",
        "        self.line.leave(self, finished)\n",
        "tests/inference/test_panels_waiting.py::test_whoever_leaves_keeps_the_place",
    ),
    Protection(
        "work that nobody waits for ends with a pass",
        "app.py",
        "(required, stay)",
        "(required,)",
        "tests/test_leaving.py::test_where_the_app_serves_no_pass_begins_that_nobody",
    ),
)
