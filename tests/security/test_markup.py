"""Words of visitors and models are escaped before they are drawn: the source is read, see markup.py."""

import ast
import copy
from collections.abc import Iterator
from pathlib import Path

import gradio as gr
import pytest
from security.markup import doubtful, follow, loose, modules

from inference.fields import SceneField
from inference.panels.widgets.scene import scene

SEEN = Path(__file__).with_name("markup.txt")
"""What is drawn as it is and was found harmless by a person who looked: HTML, numbers, words of our own."""
ELSEWHERE = {
    "escape(SUMMARY)",
    "escape(WHAT)",
    "escape(CHANGED)",
    "escape(MORE)",  # words of our own
    "escape(', '.join(left))",  # names of our own sections
    "escape(data, quote=False)",  # tests/explain/test_report.py
    "escape(json.dumps(road))",  # a template, tried below
    "escape(props['label'])",
    "escape(field.description)",
    "escape(field.speed_unit)",
}
"""Where the reading does not notice that an `escape` is gone, and need not."""


def test_whatever_is_drawn_is_escaped_or_was_looked_at() -> None:
    found = {each for path, tree in modules().items() for each in doubtful(path, tree)}
    seen = {line for line in SEEN.read_text(encoding="utf-8").splitlines() if line}
    assert not found - seen, "escape these, or, where they hold no words of others, add them to markup.txt"
    assert not seen - found, "these are no longer drawn"


EVIL = "<img src=x onerror=alert(1)>"


@pytest.mark.parametrize("where", ["label", "description", "speed_unit"])
def test_no_word_of_a_model_is_markup_in_the_form_of_a_scene(where: str) -> None:
    field = SceneField(**{"name": "road", "label": "Road", where: EVIL})
    with gr.Blocks():
        drawn = scene(field, {"key": "road", "value": None, "label": field.label}).html_template
    assert "onerror" in drawn and "<img" not in drawn


class Without(ast.NodeTransformer):
    """Takes away one of the `escape`s, by its number."""

    def __init__(self, number: int) -> None:
        self.left, self.taken = number, ""

    def visit_Call(self, node: ast.Call) -> ast.expr:
        self.generic_visit(node)
        if isinstance(node.func, ast.Name) and node.func.id == "escape":
            self.left -= 1
            if self.left == -1:
                self.taken = ast.unparse(node)
                return node.args[0]
        return node


def unescaped(tree: ast.Module) -> Iterator[tuple[str, ast.Module]]:
    """The module without each `escape` in turn."""
    for number in range(sum(isinstance(n, ast.Name) and n.id == "escape" for n in ast.walk(tree))):
        without = Without(number)
        changed = without.visit(copy.deepcopy(tree))
        if without.taken:
            yield without.taken, changed


@pytest.mark.slow
@pytest.mark.parametrize("path", [path for path, tree in modules().items() if any(unescaped(tree))])
def test_without_any_one_escape_it_is_noticed(path: str) -> None:
    follow()
    sound = sorted(loose(path, modules()[path]))
    unnoticed = {taken for taken, tree in unescaped(modules()[path]) if sorted(loose(path, tree)) == sound}
    assert unnoticed <= ELSEWHERE
