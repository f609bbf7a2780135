"""What bounds the files that visitors send, and takes them away."""

from security.listed.protection import SERVED, Protection

SENDING, ENDING, SCRATCH = "inference/serving/uploads.py", "inference/serving/ending.py", "inference/scratch.py"
TESTS, ENDS = "tests/inference/test_serving_uploads.py::", "tests/test_ending.py::"

UPLOADS = (
    Protection(
        "uploads go after two hours",
        "app.py",
        ", room(blocks).sweep)",
        ")",
        f"{SERVED}test_uploads_are_deleted_within_two_hours",
    ),
    Protection(
        "links that have ended go without being asked for",
        "app.py",
        "endpoints.links.keeping.sweep, ",
        "",
        f"{ENDS}test_what_a_killed_server_left",
    ),
    Protection(
        "what is sent lies in a folder that goes with the process",
        "app.py",
        "        scratch.settle()\n",
        "",
        f"{ENDS}test_a_server_that_is_told_to_end",
    ),
    Protection(
        "told to end, a server leaves nothing",
        ENDING,
        "signal.signal(signal.SIGTERM, lambda *_: end(owner))",
        "pass",
        f"{ENDS}test_a_server_that_is_told_to_end",
    ),
    Protection(
        "what a killed server left goes with the next",
        SCRATCH,
        "    clear(base, prefix)\n",
        "",
        f"{ENDS}test_what_a_killed_server_left",
    ),
    Protection(
        "what a running server has is not taken away",
        SCRATCH,
        "        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)\n",
        "        pass\n",
        "tests/inference/test_scratch.py::test_what_a_killed_process_left",
    ),
    Protection(
        "one file that stays keeps no other",
        SENDING,
        "                with suppress(OSError):\n                    file.unlink()",
        "                if True:\n                    file.unlink()",
        f"{TESTS}test_a_file_that_cannot_be_deleted",
    ),
    Protection(
        "uploads count as calls",
        SENDING,
        "            self.rate.take(logged_in(scope) or who().address)\n",
        "            pass\n",
        f"{TESTS}test_an_upload_counts_as_a_call",
    ),
    Protection(
        "no more is kept than there is room for",
        SENDING,
        "return self._used >= self._most",
        "return False",
        f"{TESTS}test_no_more_is_taken",
    ),
    Protection(
        "an upload ends when the room does",
        SENDING,
        "                refused = refused or self.room.is_full\n",
        "",
        f"{TESTS}test_one_that_does_not_say_its_length",
    ),
    Protection(
        "uploads are counted in front of the page",
        "app.py",
        "                Middleware(Uploads, room=room(blocks), rate=endpoints.admission.rate),\n",
        "",
        f"{SERVED}test_the_guard_stands_in_front",
    ),
)
