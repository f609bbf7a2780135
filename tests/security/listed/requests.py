"""What keeps strangers, their requests and their addresses out."""

from security.listed.protection import SERVED, Protection

SECURITY, RESTRAINT = "inference/serving/security.py", "inference/panels/restraint.py"


def setting(promise: str, text: str, without: str = "") -> Protection:
    """One of the settings with which app.py serves."""
    return Protection(promise, "app.py", text, without, f"{SERVED}test_a_setting_that_keeps_strangers_out_is_on")


STRAYS = "tests/security/test_strays.py::"

REQUESTS = (
    Protection(
        "other sites' pages may not call",
        SECURITY,
        "if origin is not None and",
        "if origin == 'x' and",
        f"{SERVED}test_only_our_own_page_and_those_allowed_may_call",
    ),
    Protection(
        "the guard stands in front of page and API",
        "app.py",
        "                Middleware(Guard, origins=options.origin, alone=is_alone(options)),\n",
        "",
        f"{SERVED}test_the_guard_stands_in_front",
    ),
    Protection(
        "no name that was pointed at this machine is answered",
        SECURITY,
        "refusal = self._misnamed(headers) or refused(",
        "refusal = refused(",
        f"{SERVED}test_where_this_machine_alone_may_ask",
    ),
    Protection(
        "what listens to this machine alone knows that it does",
        "inference/serving/naming.py",
        "return is_own(host.lower()) and not forwarded",
        "return False and not forwarded",
        f"{SERVED}test_whether_others_may_ask",
    ),
    Protection(
        "no address is fetched by a path of the server",
        SECURITY,
        "if OUTSIDE.search(path):",
        "if False:",
        f"{SERVED}test_nothing_is_fetched_from_another_host",
    ),
    Protection(
        "what is no text makes no fault",
        RESTRAINT,
        "        body.data = text_of(body.data)\n",
        "",
        f"{STRAYS}test_what_is_no_text",
    ),
    Protection(
        "no address is fetched in the place of a file",
        RESTRAINT,
        "    processing_utils.async_ssrf_protected_download = refuse\n",
        "",
        "tests/inference/test_panels_restraint.py::test_no_address_is_fetched_in_the_place_of_a_file",
    ),
    Protection(
        "a body is bounded by what it says of its length",
        SECURITY,
        "if int(length) > MAX_BODY:",
        "if False:",
        f"{SERVED}test_a_phones_photo_passes",
    ),
    Protection(
        "a body is bounded as it is counted",
        SECURITY,
        'return message if self._total <= MAX_BODY else {"type": "http.disconnect"}',
        "return message",
        f"{SERVED}test_an_application_that_answers_in_its_own_way",
    ),
    Protection(
        "an answer to a body too large is overruled",
        SECURITY,
        "        if self._total <= MAX_BODY:\n            await self._send(message)",
        "        if True:\n            await self._send(message)",
        f"{SERVED}test_an_application_that_answers_in_its_own_way",
    ),
    setting("an upload is bounded", "        max_file_size=MAX_BODY,\n"),
    setting("no call passes by the queue", "api_open=False", "api_open=True"),
    setting("no error shows its text", "show_error=False", "show_error=True"),
    setting("no entries stay in the browser", "run_history=False", "run_history=True"),
    setting("nobody reads who called what", "enable_monitoring=False", "enable_monitoring=True"),
    setting("no settings and no list of private events", "        footer_links=[],\n"),
    setting(
        "of the machine's files, only examples", "catalogue.example_files()]", 'catalogue.example_files()] + ["/"]'
    ),
    Protection(
        "no page that loads from elsewhere",
        "app.py",
        '            "docs_url": None,\n',
        "",
        f"{SERVED}test_the_guard_stands_in_front",
    ),
    Protection(
        "no analytics",
        "app.py",
        'os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"',
        "pass",
        f"{SERVED}test_analytics_are_off_before_gradio_is_imported",
    ),
    Protection(
        "no value of a visitor is kept by Gradio",
        RESTRAINT,
        "    SessionState._update_value_in_config = forget  # type: ignore[method-assign]\n",
        "",
        "tests/inference/test_panels_restraint.py::test_no_value_of_a_visitor_is_kept",
    ),
    Protection(
        "an event is ended by the page that began it alone",
        RESTRAINT,
        "    routes.CancelBody = own(blocks._queue)  # type: ignore[misc]\n",
        "",
        "tests/inference/test_panels_restraint.py::test_who_began_an_event_ends_it_and_nobody_else_even_while_it_waits",
    ),
    Protection(
        "a study's address cannot be guessed",
        "inference/study/store.py",
        'secrets.token_urlsafe(12).replace("-", "_")',
        "str(len(self._studies))",
        "tests/security/test_addresses.py::test_no_address_of_a_study_can_be_guessed",
    ),
    Protection(
        "a study opens under its own model alone",
        "explain/panels/opened.py",
        "if study.model != name or not",
        "if not",
        "tests/security/test_addresses.py::test_a_row_opens_under_its_own_model_alone",
    ),
    Protection(
        "a program's path counts in the upload folder alone",
        "inference/panels/remote.py",
        "if path.resolve().is_relative_to(folder)}",
        "if True}",
        "tests/inference/test_panels_remote.py::test_no_other_file_becomes_a_path",
    ),
    Protection(
        "a forged number of an event is refused quietly",
        "inference/panels/strays.py",
        'ANSWERS.search(scope["path"]) if scope["method"] == "GET" else None',
        "None",
        f"{STRAYS}test_a_forged_number",
    ),
    Protection(
        "no component is asked to do what it does by itself",
        "inference/panels/strays.py",
        'if COMPONENTS.search(scope["path"]):',
        "if False:",
        f"{STRAYS}test_a_forged_number",
    ),
    Protection(
        "no film is taken and cut that nobody asked for",
        "inference/panels/strays.py",
        "component_server|process_recording",
        "component_server",
        f"{STRAYS}test_a_forged_number",
    ),
    Protection(
        "strays are looked for in front of the page",
        "app.py",
        "                Middleware(Strays, blocks=blocks),\n",
        "",
        f"{STRAYS}test_a_forged_number",
    ),
    Protection(
        "a name that nothing has is refused quietly",
        RESTRAINT,
        "        except route_utils.FnIndexInferError:\n            function = None\n",
        "",
        f"{STRAYS}test_a_forged_number",
    ),
    Protection(
        "what is sent with too few values is not logged",
        RESTRAINT,
        "    gr.Blocks.validate_inputs = enough  # type: ignore[method-assign, assignment]\n",
        "",
        f"{STRAYS}test_too_few_values",
    ),
    Protection(
        "who leaves a call that does not stream leaves the queue",
        "inference/serving/admission.py",
        "    for standing in ticket.turn():\n        stay()\n",
        "    for standing in ticket.turn():\n",
        "tests/test_leaving.py::test_who_leaves_a_call_that_does_not_stream_leaves_the_queue",
    ),
    Protection(
        "who leaves a call that does not stream ends its work",
        "inference/serving/admission.py",
        "in within(placed(work(), ticket), most, kind.answers):\n                stay()\n",
        "in within(placed(work(), ticket), most, kind.answers):\n",
        "tests/inference/test_serving_admission.py::test_who_has_left_gets_no_further_part",
    ),
)
