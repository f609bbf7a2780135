"""What keeps callers to their turns and rates, and secrets to those who hold them."""

from security.listed.protection import Protection

ADMISSION, LINES = "inference/serving/admission.py", "inference/serving/places.py"
WATCH, ENTRANCE = "inference/serving/watch.py", "inference/serving/entrance.py"
LINKS, HISTORY = "inference/serving/links.py", "inference/serving/keeping.py"
LIMITS = "tests/inference/test_serving_limits.py::"
WATCHED, KEPT = "tests/inference/test_serving_watch.py::", "tests/inference/test_serving_keeping.py::"
SHARED, ENTERED = "tests/inference/test_serving_links.py::", "tests/test_entrance.py::"
PLACED, CALLED = "tests/inference/test_serving_places.py::", "tests/security/test_callers.py::"

TURNS = (
    Protection(
        "whoever finds the queue full is refused",
        LINES,
        "if len(self._working) >= self.places and self.waiting >= self.room:",
        "if False:",
        f"{PLACED}test_one_too_many_is_told",
    ),
    Protection(
        "all that computes waits for its turn",
        ADMISSION,
        "            yield from turn(ticket)\n            call.waited",
        "            call.waited",
        f"{CALLED}test_one_too_many_waits",
    ),
    Protection(
        "no call takes longer than its kind may",
        ADMISSION,
        "in within(placed(work(), ticket), most, kind.answers):",
        "in placed(work(), ticket):",
        f"{CALLED}test_what_takes_too_long_is_ended",
    ),
    Protection(
        "nobody keeps a place by not reading on",
        LINES,
        "if until < now]",
        "if False]",
        f"{PLACED}test_a_place_kept_longer_than_its_limit",
    ),
    Protection(
        "users take turns",
        LINES,
        "            self._queues.move_to_end(user)\n",
        "            pass\n",
        f"{PLACED}test_users_take_turns",
    ),
    Protection(
        "one address asks so often and no oftener",
        "inference/serving/limits.py",
        "if left < 1:",
        "if False:",
        f"{LIMITS}test_a_burst_is_let_through",
    ),
    Protection(
        "no caller writes a proxy's note",
        "inference/serving/callers.py",
        '",".join(headers.getlist("x-forwarded-for"))',
        'headers.get("x-forwarded-for", "")',
        "tests/inference/test_serving_callers.py::test_a_proxy_may_note_in_a_line_of_its_own",
    ),
    Protection(
        "all that computes counts as asking",
        ADMISSION,
        "            self.rate.take(call.caller.user or call.caller.address)\n",
        "            pass\n",
        f"{CALLED}test_who_asks_too_often_gets_429",
    ),
    Protection(
        "a household has no addresses to change to",
        "inference/serving/limits.py",
        "if found.version == 6 else str(found)",
        "if False else str(found)",
        f"{LIMITS}test_a_household_of_ipv6",
    ),
    Protection(
        "no more addresses are remembered than fit",
        "inference/serving/limits.py",
        "while len(self._left) > KNOWN:",
        "while False:",
        f"{LIMITS}test_no_more_addresses_are_remembered",
    ),
    Protection(
        "assistants that wait have threads of their own",
        "inference/serving/threads.py",
        "run_sync(call, limiter=threads())",
        "run_sync(call)",
        "tests/test_assistants.py::test_assistants_that_wait",
    ),
    Protection(
        "an assistant that leaves ends its work",
        "inference/serving/threads.py",
        "                gone.set()\n        return",
        "                pass\n        return",
        "tests/test_assistants.py::test_an_assistant_that_leaves",
    ),
)

SECRETS = (
    Protection(
        "who holds no token reads no measures",
        WATCH,
        "(bears(request.headers, token) if token else",
        "(True if token else",
        f"{WATCHED}test_with_a_token_everybody_needs_it",
    ),
    Protection(
        "no other machine reads the measures",
        WATCH,
        'is_loopback(request.scope.get("seewhy.peer", "")) and',
        "True and",
        f"{WATCHED}test_nobody_else_may",
    ),
    Protection(
        "no name that was pointed at this machine reads the measures",
        WATCH,
        ' and named(request.headers.get("host", "")) in HERE',
        "",
        f"{WATCHED}test_nobody_else_may",
    ),
    Protection(
        "no proxy on this machine reads the measures",
        WATCH,
        "return own and not any(header in request.headers for header in FORWARDED)",
        "return own",
        f"{WATCHED}test_nobody_else_may",
    ),
    Protection(
        "nobody reads the measures by way of a relay",
        WATCH,
        "else not outside and is_here(request)",
        "else is_here(request)",
        f"{WATCHED}test_behind_a_relay",
    ),
    Protection(
        "where passwords are set, REST asks for one",
        ENTRANCE,
        "        if not user:\n",
        "        if False:\n",
        f"{ENTERED}test_credentials_are_read",
    ),
    Protection(
        "a wrong password counts as a call",
        ENTRANCE,
        "            if tried:\n                self._count()\n",
        "",
        f"{ENTERED}test_passwords_are_not_tried",
    ),
    Protection(
        "a wrong password on the page counts as a call",
        ENTRANCE,
        "                self._count()\n            await send(message)",
        "                pass\n            await send(message)",
        f"{ENTERED}test_passwords_are_not_tried",
    ),
    Protection(
        "no more passwords are tried than calls are left",
        ENTRANCE,
        "            self.rate.take(who().address, 0)\n",
        "            pass\n",
        f"{ENTERED}test_passwords_are_not_tried",
    ),
    Protection(
        "passwords are counted with the calls of the app",
        "app.py",
        "users=options.auth, rate=endpoints.admission.rate",
        "users=options.auth",
        f"{ENTERED}test_passwords_are_not_tried",
    ),
    Protection(
        "a password that comes along is looked at",
        ENTRANCE,
        " if self.knows(given) else",
        " if True else",
        f"{ENTERED}test_credentials_are_read",
    ),
    Protection(
        "only a login that the page gave passes for one",
        ENTRANCE,
        "(known[token] for token in tokens if token in known)",
        "(user for token in tokens for user in known.values())",
        f"{ENTERED}test_who_has_logged_in_on_the_page",
    ),
    Protection(
        "who signs in with REST is asked and remembered as that person",
        ENTRANCE,
        "asking.set(replace(asking.get() or Caller(), user=user))",
        "asking.set(asking.get() or Caller())",
        f"{ENTERED}test_rates_and_turns_are_a_persons",
    ),
    Protection(
        "the entrance stands in front of REST",
        "app.py",
        "entrance = [Middleware(Entrance, users=options.auth, rate=endpoints.admission.rate)] if options.auth else []",
        "entrance = list[Middleware]()",
        f"{ENTERED}test_the_api_wants_a_name",
    ),
    Protection(
        "where passwords are set, the page asks for one",
        "app.py",
        "auth=list(options.auth.items()) if options.auth else None",
        "auth=None",
        f"{ENTERED}test_the_page_and_gradios_own_routes_want_a_login",
    ),
    Protection(
        "a link opens as it was signed",
        LINKS,
        "if not hmac.compare_digest(whole[:SIGNED], self._signature(whole[SIGNED:])):",
        "if False:",
        f"{SHARED}test_every_altered_character_is_found_out",
    ),
    Protection(
        "no link can be signed by a guessed key",
        LINKS,
        "if secret and len(secret) < SHORTEST:",
        "if False:",
        f"{SHARED}test_a_key_that_could_be_guessed",
    ),
    Protection(
        "a link unpacks no more than was packed",
        LINKS,
        "packed.decompress(data, MOST_BYTES)",
        "packed.decompress(data)",
        f"{SHARED}test_no_more_is_unpacked",
    ),
    Protection(
        "the history is the presenter's alone",
        HISTORY,
        'bool(self.token) and secrets.compare_digest(token.encode(errors="replace"), self.token.encode())',
        "True",
        f"{KEPT}test_without_a_token_nobody_is_the_presenter",
    ),
    Protection(
        "without a token nobody is the presenter",
        HISTORY,
        "bool(self.token) and",
        "True and",
        f"{KEPT}test_without_a_token_nobody_is_the_presenter",
    ),
    Protection(
        "REST gives what people said to the presenter alone",
        "inference/serving/marking.py",
        "if not bears(request.headers, endpoints.token):",
        "if False:",
        f"{KEPT}test_only_the_presenter_takes",
    ),
    Protection(
        "what was sent for a link goes when it ends",
        LINKS,
        "                self.keeping.sweep()\n",
        "                pass\n",
        f"{SHARED}test_a_link_that_has_ended_says_when",
    ),
    Protection(
        "the page shows the history to the presenter alone",
        "explain/panels/history.py",
        "if not endpoints.is_presenter(token):",
        "if False:",
        f"{CALLED}test_the_history_is_shown_to_the_presenter_alone",
    ),
    Protection(
        "a history is kept only where one is asked for",
        "inference/serving/remembering.py",
        "if not options.history:\n        return None",
        "if not options.history:\n        options.history = 'seewhy.db'",
        f"{KEPT}test_arguments_and_the_environment",
    ),
    Protection(
        "of an input, its digest is kept and not itself",
        "inference/serving/remembering.py",
        "default=KEEPS[0]",
        'default="inputs"',
        f"{CALLED}test_of_an_input_a_digest_alone",
    ),
)

ERRORS = (
    Protection(
        "too many at once is told as 503",
        "inference/serving/reports.py",
        "(Busy, 503), ",
        "",
        "tests/inference/test_serving_endpoints.py::test_our_own_errors_are_told",
    ),
    Protection(
        "too often is told as 429",
        "inference/serving/reports.py",
        "(TooMany, 429), ",
        "",
        "tests/inference/test_serving_endpoints.py::test_our_own_errors_are_told",
    ),
    Protection(
        "an unforeseen error is hidden behind a number",
        "inference/serving/reports.py",
        'f"Something went wrong on our side. Please try again, or quote error {number}."',
        'f"{error} {number}"',
        "tests/inference/test_serving_endpoints.py::test_an_unforeseen_error_is_hidden",
    ),
)

CALLERS = (*TURNS, *SECRETS, *ERRORS)
