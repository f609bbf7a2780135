"""Changes of a sound model folder that are made to do harm."""

import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

from security import watch

DEEP = 100_000
"""Levels of nesting, a hundred times what Python follows."""

Attack = Callable[[Path], None]


def nested(name: str, text: str = "[") -> Attack:
    return lambda folder: put(folder / name, text * DEEP + {"[": "]", '{"a":': "1}"}[text] * DEEP)


def put(file: Path, content: str | bytes) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.encode() if isinstance(content, str) else content)


def says(name: str, **entries: Any) -> Attack:
    """An attack that changes entries of a JSON file."""

    def change(folder: Path) -> None:
        file = folder / name
        put(file, json.dumps({**(json.loads(file.read_text()) if file.is_file() else {}), **entries}))

    return change


def card(front: str) -> Attack:
    return lambda folder: put(folder / "README.md", f"---\n{front}\n---\n")


BOMB = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n" + "\n".join(
    f"a{i}: &a{i} [{','.join([f'*a{i - 1}'] * 9)}]" for i in range(1, 12)
)
MERGES = "a0: &a0 {x: 1}\n" + "\n".join(f"a{i}: &a{i} {{<<: [{','.join([f'*a{i - 1}'] * 9)}]}}" for i in range(1, 12))


def header(entries: Any, length: int | None = None) -> Attack:
    """Weights that are nothing but a header, which may lie about its length."""
    text = json.dumps(entries).encode()
    return lambda folder: put(folder / "model.safetensors", (length or len(text)).to_bytes(8, "little") + text)


def cut(folder: Path) -> None:
    file = folder / "model.safetensors"
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


class Trap:
    """Unpickled, it leaves a mark beside the folders."""

    def __reduce__(self) -> Any:
        return Path.touch, (Path(watch.WATCH.own[0]).parent / "it-ran",)


def pickled(*names: str, alone: bool = False) -> Attack:
    def plant(folder: Path) -> None:
        if alone:
            (folder / "model.safetensors").unlink()
        for name in names:
            put(folder / name, pickle.dumps(Trap()))

    return plant


CODE = "from pathlib import Path\nPath({!r}).touch()\nclass Trap: ...\n"


def coded(name: str, auto: dict[str, Any], **entries: Any) -> Attack:
    """Code of the folder's own, and a JSON file that asks for it."""

    def plant(folder: Path) -> None:
        put(folder / "trap.py", CODE.format(str(Path(watch.WATCH.own[0]).parent / "it-ran")))
        says(name, auto_map=auto, trust_remote_code=True, **entries)(folder)

    return plant


def linked(name: str) -> Attack:
    def link(folder: Path) -> None:
        (folder / name).unlink(missing_ok=True)
        (folder / name).symlink_to("/etc/passwd")

    return link


def looped(folder: Path) -> None:
    for name in ("config.json", "tokenizer.json"):
        (folder / name).unlink()
        (folder / name).symlink_to(folder / name)


ABOUT: dict[str, Any] = {
    "version": 1,
    "task": "token-classification",
    "title": "A model",
    "summary": "Marks names.",
    "fields": [{"name": "text", "kind": "text", "label": "Text"}],
    "examples": [{"title": "A sentence", "inputs": {"text": "I live in Paris."}}],
}


def circle(folder: Path) -> None:
    (folder / "circle.csv").symlink_to(folder / "circle.csv")


def names(key: str, name: str) -> Attack:
    """A demo.json that names a file which is none, or lies elsewhere."""

    def change(folder: Path) -> None:
        (folder / "out.csv").symlink_to("/etc/passwd")
        circle(folder)
        says("demo.json", **{**ABOUT, key: name})(folder)

    return change


def items(name: str) -> Attack:
    field = {"name": "history", "kind": "history", "label": "History", "items": name}
    return lambda folder: (circle(folder), says("demo.json", **{**ABOUT, "fields": [field]})(folder))[1]


PLACES = {
    "a circle": "circle.csv",
    "a link out": "out.csv",
    "a path out": "../../../../../../etc/passwd",
    "an absolute path": "/etc/passwd",
    "a name too long": "x" * 5_000,
    "a name with a zero": "x\0.csv",
    "a folder": ".",
}


WIDE = {"hidden_size": 40_000, "intermediate_size": 160_000, "num_attention_heads": 8}
EMPTY = {"x": {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]}}


def hollow(folder: Path) -> None:
    """A config of 77 billion weights beside a file that contradicts none of them."""
    header(EMPTY)(folder)
    says("config.json", **WIDE)(folder)


ATTACKS: dict[str, Attack] = {
    "a deep config": nested("config.json"),
    "a deep config of objects": nested("config.json", '{"a":'),
    "a deep demo.json": nested("demo.json", '{"a":'),
    "a deep tokenizer": nested("tokenizer.json"),
    "a deep tokenizer config": nested("tokenizer_config.json", '{"a":'),
    "a deep processor": nested("preprocessor_config.json", '{"a":'),
    "a deep generation config": nested("generation_config.json", '{"a":'),
    "a deep index of weights": nested("model.safetensors.index.json", '{"a":'),
    "a deep adapter": nested("adapter_config.json", '{"a":'),
    "a deep list of modules": nested("modules.json"),
    "a deep pooling": nested("1_Pooling/config.json", '{"a":'),
    "a card of copies of copies": card(f"{BOMB}\npipeline_tag: *a11\ntags: *a11"),
    "a card of merges of merges": card(f"{MERGES}\npipeline_tag: token-classification"),
    "a deep card": card("a: " + "[" * DEEP),
    "a card that makes an object": card("!!python/object/apply:os.system ['touch it-ran']"),
    "a card whose task is a list": card("pipeline_tag: [1, [2]]\ntags: {a: 1}"),
    "a million layers": says("config.json", num_hidden_layers=10**6),
    "ten thousand layers": says("config.json", num_hidden_layers=10**4),
    "a negative number of layers": says("config.json", num_hidden_layers=-1),
    "layers that are a word": says("config.json", num_hidden_layers="many"),
    "an enormous width": says("config.json", **WIDE),
    "an enormous width that no weight contradicts": hollow,
    "an enormous vocabulary": says("config.json", vocab_size=10**9),
    "enormously many positions": says("config.json", max_position_embeddings=10**9),
    "no heads": says("config.json", num_attention_heads=0),
    "a config that is a list": lambda folder: put(folder / "config.json", "[1]"),
    "a config that is no text": lambda folder: put(folder / "config.json", b"\xff\xfe\x00{"),
    "an unknown activation": says("config.json", hidden_act="__import__('os')"),
    "labels that are a list": says("config.json", id2label=[1, 2]),
    "labels without numbers": says("config.json", id2label={"x": "a"}),
    "an architecture that is a module": says("config.json", architectures=["os", "../x"]),
    "an unknown type": says("config.json", model_type="../../x"),
    "a dtype that is none": says("config.json", torch_dtype="os.system", dtype="os.system"),
    "weights cut in half": cut,
    "a header longer than the file": header({}, 2**62),
    "a header of an enormous tensor": header({"x": {"dtype": "F32", "shape": [2**40, 2**40], "data_offsets": [0, 0]}}),
    "a header whose tensors overlap": header(
        {name: {"dtype": "F32", "shape": [2**20], "data_offsets": [0, 2**22]} for name in "ab"}
    ),
    "a header that is deep": lambda folder: put(
        folder / "model.safetensors", (2 * DEEP).to_bytes(8, "little") + b"[" * DEEP + b"]" * DEEP
    ),
    "weights that are a pickle": lambda folder: put(folder / "model.safetensors", pickle.dumps(Trap())),
    "a pickle beside the weights": pickled("pytorch_model.bin", "training_args.bin", "tokenizer.pkl", "model.joblib"),
    "pickles alone": pickled("pytorch_model.bin", "model.pkl", alone=True),
    "code for the config": coded("config.json", {"AutoConfig": "trap.Trap"}),
    "code for the model": coded("config.json", {"AutoModelForTokenClassification": "trap.Trap"}, model_type="x"),
    "code for the tokenizer": coded(
        "tokenizer_config.json", {"AutoTokenizer": ["trap.Trap", "trap.Trap"]}, tokenizer_class="Trap"
    ),
    "code for the processor": coded("preprocessor_config.json", {"AutoImageProcessor": "trap.Trap"}),
    "code from another repository": coded("config.json", {"AutoConfig": "else/where--trap.Trap"}),
    "a pipeline of its own": says(
        "config.json", custom_pipelines={"token-classification": {"impl": "trap.Trap", "pt": ["AutoModel"]}}
    ),
    "a template that runs code": says(
        "tokenizer_config.json", chat_template="{{ ''.__class__.__mro__[1].__subclasses__() }}"
    ),
    "an adapter of a base elsewhere": says("adapter_config.json", base_model_name_or_path="/etc", peft_type="LORA"),
    "an adapter that brings code": says(
        "adapter_config.json", auto_mapping={"base_model_class": "system", "parent_library": "os"}, peft_type="LORA"
    ),
    "a config that is a link out": linked("config.json"),
    "weights that are a link out": linked("model.safetensors"),
    "links in a circle": looped,
    "weights of a folder elsewhere": says("demo.json", **ABOUT, weights="../../../etc"),
    **{
        f"a {key} that is {what}": names(key, name)
        for key in ("background", "recording", "picture", "evaluation")
        for what, name in PLACES.items()
    },
    **{f"items in {what}": items(name) for what, name in PLACES.items()},
}
