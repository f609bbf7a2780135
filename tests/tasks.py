"""README's table of tasks, from the registry and the models' cards: python tests/tasks.py --write puts it there."""

import argparse
from collections.abc import Iterator
from pathlib import Path

from explain.players import FieldPlayers
from inference import demo, models, snapshot
from inference.registry import available, task_class

README = Path(__file__).parent.parent / "README.md"
HEAD = "| task | model | where it comes from | explained by | how good on held-out data, beside a naive answer |"


def table() -> str:
    """One row for each embedded model, in the order of their tasks, and one for each task that has none."""
    return "\n".join([HEAD, "|---|---|---|---|---|", *(row for task in available() for row in rows(task))]) + "\n"


def rows(task: str) -> Iterator[str]:
    """The rows of a task."""
    default = task_class(task).default
    folders = [(name, folder) for name, folder in models.find().items() if demo.read(folder).task == task]
    for name, folder in folders:
        about, card = demo.read(folder), snapshot.card(folder)
        source = "embedded" if models.weights(folder) in models.find().values() else "`app.py fetch`"
        exact = models.config_of(folder).get("additive", task_class(task).additive)
        players = explained(about.fields) + (", exactly" if exact else "")
        yield f"| `{task}` | {about.title} (`{name}`) | {source} | {players} | {card['quality']} |"
    if not folders:
        named, source = (
            (f"`{default.partition('@')[0]}`", "the hub") if default else ("your own", "the hub, or a folder")
        )
        yield f"| `{task}` | {named} | {source} | {explained(task_class(task).fields)} | by its own card |"


def explained(fields: tuple[demo.AnyField, ...]) -> str:
    """The players of a model's fields, by their kinds."""
    kinds = [FieldPlayers.kinds[field.kind].words for field in fields if field.role == "input"]
    return " and ".join(dict.fromkeys(kinds))


def written(readme: str) -> str:
    """README with its table as it should be."""
    before, _, rest = readme.partition("| task | model |")
    _, _, after = rest.partition("|\n\n")
    return f"{before}{table()}\n{after}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true", help="put it into README.md")
    if parser.parse_args().write:
        README.write_text(written(README.read_text(encoding="utf-8")), encoding="utf-8")
    else:
        print(table(), end="")
