"""What keeps model folders, cards and weights from doing harm; and what is not used at all."""

from security.listed.protection import SERVED, Protection

FOLDERS = "tests/security/test_folders.py::"
ALONE = "tests/security/test_model_files.py::"


def unused(promise: str, text: str) -> Protection:
    """Something that is protected against by not being used: here it is."""
    test = f"{SERVED}test_what_leaks_or_runs_strangers_code_is_used_nowhere"
    return Protection(promise, "app.py", "OPENING = 2.0\n", f"OPENING = 2.0\n{text}\n", test)


MODELS = (
    Protection(
        "no code of a folder runs",
        "inference/runtime.py",
        '"trust_remote_code": False',
        '"trust_remote_code": True',
        f"{SERVED}test_no_code_from_a_model_folder_runs",
    ),
    Protection(
        "a model that brings code is refused",
        "inference/registry.py",
        'if "auto_map" in config:',
        "if False:",
        f"{FOLDERS}test_a_refusal_says_why",
    ),
    Protection(
        "a config grows no larger than its weights",
        "inference/runtime.py",
        "with bounded(name_of(folder), held):",
        "if True:",
        f"{ALONE}test_a_config_grows_no_larger",
    ),
    Protection(
        "whatever a folder makes of transformers is told",
        "inference/runtime.py",
        "except Exception as error:",
        "except OSError as error:",
        f"{ALONE}test_whatever_breaks_while",
    ),
    Protection(
        "a deep config is told",
        "inference/models.py",
        "except (ValueError, RecursionError) as error:",
        "except ValueError as error:",
        f"{ALONE}test_what_is_nested_too_deep",
    ),
    Protection(
        "a deep demo.json is told",
        "inference/demo.py",
        "except (ValueError, RecursionError) as error:",
        "except ValueError as error:",
        f"{ALONE}test_what_is_nested_too_deep",
    ),
    Protection(
        "a card does not swell",
        "inference/snapshot.py",
        "yaml.safe_load(frugal(front[1]))",
        "yaml.safe_load(front[1])",
        f"{ALONE}test_a_card_does_not_swell",
    ),
    Protection(
        "a card makes no objects",
        "inference/snapshot.py",
        "yaml.safe_load(frugal(front[1]))",
        "yaml.unsafe_load(frugal(front[1]))",
        f"{ALONE}test_a_card_makes_no_object",
    ),
    Protection(
        "a model's files lie in its folder",
        "inference/folders.py",
        "return path if path.is_relative_to(home(folder)) else None",
        "return path",
        f"{ALONE}test_a_file_that_a_model_names",
    ),
    Protection(
        "a circle of links is told",
        "inference/folders.py",
        "except (OSError, RuntimeError, ValueError):",
        "except OSError:",
        f"{ALONE}test_a_file_that_a_model_names",
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
        "tests/inference/test_serving_guests.py::test_the_presenters_token_stays_here",
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
