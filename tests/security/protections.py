"""What protects the application, line by line, and the test that fails once the line is gone.

`python tests/security/protections.py` removes each in turn in a copy of the tree and says which tests did not notice.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class Protection:
    """A promise, the text in a file that keeps it, that text without the protection, and the test that guards it."""

    promise: str
    file: str
    text: str
    without: str
    test: str

    def removed(self, source: str) -> str:
        """The source without the protection."""
        assert source.count(self.text) == 1, f"{self.file} has {self.text!r} {source.count(self.text)} times"
        return source.replace(self.text, self.without)


SECURITY, RESTRAINT = "inference/serving/security.py", "inference/panels/restraint.py"
GUARDED, SETTING = "tests/inference/test_serving_security.py::", "test_a_setting_that_keeps_strangers_out_is_on"
FORBIDDEN = f"{GUARDED}test_what_leaks_or_runs_strangers_code_is_used_nowhere"
FORGETS = "test_the_form_and_gradio_client_forget"
FOLDERS = "tests/security/test_folders.py::test_no_folder_crashes"
SOURCES = "tests/inference/study/test_source.py::"


def setting(promise: str, text: str, without: str = "") -> Protection:
    """One of the settings with which app.py serves."""
    return Protection(promise, "app.py", text, without, GUARDED + SETTING)


def unused(promise: str, text: str) -> Protection:
    """Something that is protected against by not being used: here it is."""
    return Protection(promise, "app.py", "OPENING = 2.0\n", f"OPENING = 2.0\n{text}\n", FORBIDDEN)


REQUESTS = (
    Protection(
        "other sites' pages may not call",
        SECURITY,
        "if origin is not None and",
        "if origin == 'x' and",
        f"{GUARDED}test_only_our_own_page_and_those_allowed_may_call",
    ),
    Protection(
        "the guard stands in front of page and API",
        "app.py",
        '"middleware": [Middleware(Guard, origins=options.origin)],',
        '"middleware": [],',
        f"{GUARDED}test_the_guard_stands_in_front",
    ),
    Protection(
        "no address is fetched by a path of the server",
        SECURITY,
        "if OUTSIDE.search(path):",
        "if False:",
        f"{GUARDED}test_nothing_is_fetched_from_another_host",
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
        f"{GUARDED}test_a_phones_photo_passes",
    ),
    Protection(
        "a body is bounded as it is counted",
        SECURITY,
        'return message if self._total <= MAX_BODY else {"type": "http.disconnect"}',
        "return message",
        f"{GUARDED}test_an_application_that_answers_in_its_own_way",
    ),
    Protection(
        "an answer to a body too large is overruled",
        SECURITY,
        "        if self._total <= MAX_BODY:\n            await self._send(message)",
        "        if True:\n            await self._send(message)",
        f"{GUARDED}test_an_application_that_answers_in_its_own_way",
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
        f"{GUARDED}test_the_guard_stands_in_front",
    ),
    Protection(
        "no analytics",
        "app.py",
        'os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"',
        "pass",
        f"{GUARDED}test_analytics_are_off_before_gradio_is_imported",
    ),
    Protection(
        "uploads go after two hours",
        "explain/panels/page.py",
        ", delete_cache=(3600, 3600)",
        "",
        f"{GUARDED}test_uploads_are_deleted_within_two_hours",
    ),
    Protection(
        "no value of a visitor is kept by Gradio",
        RESTRAINT,
        "    SessionState._update_value_in_config = forget  # type: ignore[method-assign]\n",
        "",
        "tests/inference/test_panels_restraint.py::test_no_value_of_a_visitor_is_kept",
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
        "tests/inference/test_panels.py::test_no_other_file_becomes_a_path",
    ),
)

PICTURES = (
    Protection(
        "a picture that swells is opened by nobody",
        "inference/pictures.py",
        "Image.MAX_IMAGE_PIXELS = MAX_PIXELS",
        "Image.MAX_IMAGE_PIXELS = None",
        f"{GUARDED}test_a_picture_too_large_for_us",
    ),
    Protection(
        "a picture of too many pixels is refused undecoded",
        "inference/pictures.py",
        "    if picture.width * picture.height > MAX_PIXELS:",
        "    if False:",
        "tests/security/test_pictures.py::test_a_picture_of_too_many_pixels_is_refused_where_warnings_are_none",
    ),
    Protection(
        "four formats are opened, no others",
        "inference/fields/image.py",
        "Image.open(self._source(value), formats=FORMATS)",
        "Image.open(self._source(value))",
        "tests/security/test_pictures.py::test_a_sound_picture_of_another_format_is_not_opened",
    ),
    Protection(
        "what Pillow makes of damaged files is told",
        "inference/fields/image.py",
        "except DAMAGED:",
        "except EOFError:",
        "tests/security/test_pictures.py::test_a_sample",
    ),
    Protection(
        "the page's photos forget where they were taken",
        "inference/panels/widgets/image.py",
        "        forget(path)  #",
        "        pass  #",
        f"tests/inference/test_metadata.py::{FORGETS}",
    ),
    Protection(
        "a program's photos forget it, too",
        "inference/panels/remote.py",
        "        forget(path)  #",
        "        pass  #",
        f"tests/inference/test_metadata.py::{FORGETS}",
    ),
    Protection(
        "Gradio does not decode pictures itself",
        "inference/panels/widgets/image.py",
        "    widget.preprocess = uploaded",
        "    vars()['other'] = uploaded",
        "tests/security/test_pictures.py::test_no_widget_leaves_a_file_to_gradio",
    ),
)

FILES = (
    Protection(
        "no text of a CSV is a formula",
        "inference/study/table.py",
        'column = compute.if_else(risky, compute.binary_join_element_wise("\'", column, ""), column)',
        "pass",
        "tests/inference/study/test_job.py::test_a_spreadsheet_gets_no_formula",
    ),
    Protection(
        "no name of a column is a formula",
        "inference/study/table.py",
        'f"\'{name}" if name[:1] in tuple("=+-@\\t\\r") else name',
        "name",
        "tests/inference/study/test_job.py::test_a_spreadsheet_gets_no_formula",
    ),
    Protection(
        "an entry of a ZIP is read to a bound",
        "inference/study/archive.py",
        "file.read(LARGEST + 1)",
        "file.read()",
        "tests/security/test_files.py::test_an_entry_of_a_zip_is_read_to_a_bound",
    ),
    Protection(
        "a ZIP that swells comes in small chunks",
        "inference/study/archive.py",
        "> MOST_AT_ONCE):",
        "> 10**15):",
        f"{SOURCES}test_a_small_zip_that_swells",
    ),
)

MODELS = (
    Protection(
        "no code of a folder runs",
        "inference/runtime.py",
        "trust_remote_code=False",
        "trust_remote_code=True",
        f"{GUARDED}test_no_code_from_a_model_folder_runs",
    ),
    Protection(
        "a model that brings code is refused",
        "inference/registry.py",
        'if "auto_map" in config:',
        "if False:",
        "tests/security/test_folders.py::test_a_refusal_says_why",
    ),
    Protection(
        "a config grows no larger than its weights",
        "inference/runtime.py",
        "with bounded(name_of(folder), held):",
        "if True:",
        "tests/security/test_folders.py",
    ),
    Protection(
        "whatever a folder makes of transformers is told",
        "inference/runtime.py",
        "except Exception as error:",
        "except OSError as error:",
        FOLDERS,
    ),
    Protection(
        "a deep config is told",
        "inference/models.py",
        "except (ValueError, RecursionError) as error:",
        "except ValueError as error:",
        FOLDERS,
    ),
    Protection(
        "a deep demo.json is told",
        "inference/demo.py",
        "except (ValueError, RecursionError) as error:",
        "except ValueError as error:",
        FOLDERS,
    ),
    Protection(
        "a card does not swell",
        "inference/snapshot.py",
        "yaml.safe_load(frugal(front[1]))",
        "yaml.safe_load(front[1])",
        "tests/security/test_folders.py::test_a_refusal_says_why",
    ),
    Protection(
        "a card makes no objects",
        "inference/snapshot.py",
        "yaml.safe_load(frugal(front[1]))",
        "yaml.unsafe_load(frugal(front[1]))",
        FOLDERS,
    ),
    Protection(
        "a model's files lie in its folder",
        "inference/folders.py",
        "return path if path.is_relative_to(home(folder)) else None",
        "return path",
        "tests/security/test_folders.py::test_no_file_outside_its_folder_is_read_for_a_model",
    ),
    Protection(
        "a circle of links is told",
        "inference/folders.py",
        "except (OSError, RuntimeError, ValueError):",
        "except OSError:",
        FOLDERS,
    ),
    Protection(
        "no fitted trees come from the hub",
        "inference/trees.py",
        "    if home(folder) != folder.resolve():\n        return None\n",
        "",
        "tests/inference/test_trees.py::test_trees_in_the_hubs_cache_are_not_read",
    ),
    Protection(
        "a skops file makes listed types alone",
        "inference/trees.py",
        "- {*TRUSTED}:",
        "- {*TRUSTED} and False:",
        "tests/inference/test_trees.py::test_a_skops_file_may_make_trees_and_nothing_else",
    ),
    Protection(
        "a visitor's model needs no presenter's token",
        "inference/serving/guests.py",
        "trusted=False",
        "trusted=True",
        "tests/inference/test_serving_guests.py",
    ),
)

UNUSED = (
    unused("remote pictures in Markdown", "#: Markdown("),
    unused("HTML in tables of Gradio", '#: datatype="html"'),
    unused("Gradio's batches, which mix sessions", "#: batch=True"),
    unused("Gradio's validators, which tell paths", "#: validator=x"),
    unused("pictures drawn in a state that threads share", "#: pyplot"),
    unused("pickles", "#: pickle.load"),
    unused("torch's pickles", "#: torch.load("),
    unused("remote code", "#: trust_remote_code=True"),
)


PROTECTIONS = (*REQUESTS, *PICTURES, *FILES, *MODELS, *UNUSED)


def fails(protection: Protection, tree: Path) -> bool:
    """Whether the guarding test fails in a copy of the tree that is without the protection."""
    file = tree / protection.file
    sound = file.read_text(encoding="utf-8")
    try:
        file.write_text(protection.removed(sound), encoding="utf-8")
        node, _, name = protection.test.partition("::")
        chosen = ["-k", name] if name else []
        command = [sys.executable, "-B", "-m", "pytest", "-q", "-x", "-n", "0", "-p", "no:cacheprovider", node, *chosen]
        run = subprocess.run(command, cwd=tree, capture_output=True, text=True, env={**os.environ, "PYTHONPATH": "."})
        if run.returncode not in (0, 1):
            print(run.stdout[-2_000:], run.stderr[-1_000:])
        return run.returncode == 1
    finally:
        file.write_text(sound, encoding="utf-8")


def copied(folder: Path) -> Path:
    """The tree as git knows it."""
    names = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for name in filter(None, names.split("\0")):
        if (ROOT / name).is_file():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(ROOT / name, folder / name)
    subprocess.run(["git", "init", "-q"], cwd=folder, check=True)
    return folder


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as scratch:
        tree = copied(Path(scratch))
        wanted = [
            each for each in PROTECTIONS if not sys.argv[1:] or any(word in each.promise for word in sys.argv[1:])
        ]
        unnoticed = []
        for each in wanted:
            noticed = fails(each, tree)
            print("fails" if noticed else "PASSES", each.promise, each.test, sep=" | ", flush=True)
            unnoticed += [] if noticed else [each.promise]
    sys.exit(f"{len(unnoticed)} of {len(wanted)} were not noticed" if unnoticed else 0)
