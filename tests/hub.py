"""A local server that stands in for the model hub, as far as huggingface_hub asks it for models and their files."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

SENTENCES = ["The train leaves at nine.", "Win a free voucher today, reply now!", "Thank you for the early parcel."]


def commit_of(text: str) -> str:
    """Forty hexadecimal digits, as a commit has."""
    return hashlib.sha1(text.encode()).hexdigest()


@dataclass
class Repo:
    """One model on the hub: its files by name, the same in every revision that it has."""

    files: dict[str, bytes]
    revisions: tuple[str, ...] = ("main",)
    gated: bool = False
    said_sizes: dict[str, int | None] = field(default_factory=dict)

    def commit(self, revision: str) -> str | None:
        """The commit that a branch, a tag or a commit stands for, if there is one."""
        known = {name: commit_of(name) for name in self.revisions}
        return known.get(revision) or (revision if revision in known.values() else None)


class Hub(ThreadingHTTPServer):
    """Repositories by id; `asked` is every file that was sent, in order.

    `status` answers everything with an error, files in `gone` are listed but not found, `pause` holds files back.
    """

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.repos: dict[str, Repo] = {}
        self.asked: list[str] = []
        self.tokens: set[str | None] = set()
        self.listed = 0
        self.status: int | None = None
        self.gone: set[str] = set()
        self.pause = threading.Event()
        self.pause.set()

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class Handler(BaseHTTPRequestHandler):
    """`/api/models/{id}/revision/{revision}` and `/{id}/resolve/{revision}/{file}`; anything else is not found."""

    server: Hub
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        parts = [unquote(part) for part in urlsplit(self.path).path.strip("/").split("/")]
        self.server.tokens.add(self.headers.get("authorization"))
        if self.server.status:
            self.refuse(self.server.status, "")
        elif parts[:2] == ["api", "models"] and parts[4:5] in ([], ["revision"]):
            self.list("/".join(parts[2:4]), "/".join(parts[5:]) or "main")
        elif parts[2:3] == ["resolve"]:
            self.send("/".join(parts[:2]), parts[3], "/".join(parts[4:]))
        else:
            self.refuse(404, "EntryNotFound")

    do_HEAD = do_GET

    def found(self, repo_id: str, revision: str) -> tuple[Repo, str] | None:
        """The repository and the commit; refuses where there is none."""
        repo = self.server.repos.get(repo_id)
        commit = repo and repo.commit(revision)
        if repo and commit:
            return repo, commit
        self.refuse(404, "RevisionNotFound" if repo else "RepoNotFound")
        return None

    def list(self, repo_id: str, revision: str) -> None:
        """What a repository holds, with sizes."""
        self.server.listed += 1
        if found := self.found(repo_id, revision):
            repo, commit = found
            files = [{"rfilename": name, "size": len(data)} for name, data in repo.files.items()]
            for file in files:
                file["size"] = repo.said_sizes.get(str(file["rfilename"]), file["size"])
            about = {"id": repo_id, "sha": commit, "siblings": files, "gated": "auto" if repo.gated else False}
            self.answer(json.dumps(about).encode(), {"content-type": "application/json"})

    def send(self, repo_id: str, revision: str, name: str) -> None:
        """One file, with the headers by which the hub's cache names it."""
        if not (found := self.found(repo_id, revision)):
            return
        repo, commit = found
        if repo.gated:
            self.refuse(401, "GatedRepo")
        elif name not in repo.files or name in self.server.gone:
            self.refuse(404, "EntryNotFound", {"x-repo-commit": commit})
        else:
            if self.command == "GET":
                self.server.asked.append(name)
                self.server.pause.wait(20)
            data = repo.files[name]
            etag = {"etag": f'"{hashlib.sha1(data).hexdigest()}"', "x-repo-commit": commit}
            self.answer(data, etag)

    def answer(self, data: bytes, headers: dict[str, str], status: int = 200) -> None:
        self.send_response(status)
        for name, value in {**headers, "content-length": str(len(data))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            self.wfile.write(data)

    def refuse(self, status: int, code: str, headers: dict[str, str] | None = None) -> None:
        self.answer(b"", {"x-error-code": code, "x-error-message": code, **(headers or {})}, status)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def running() -> Iterator[Hub]:
    """A hub without any repository yet, until the block ends."""
    hub = Hub()
    thread = threading.Thread(target=hub.serve_forever, args=[0.02], daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        hub.pause.set()
        hub.shutdown()
        hub.server_close()
        thread.join()


def classifier(folder: Path, shard_bytes: str = "1GB") -> dict[str, bytes]:
    """The files of a tiny text classifier with random weights, labels ham and spam, and a card; no demo.json."""
    import torch
    from tokenizers import Tokenizer, models, pre_tokenizers, processors, trainers
    from transformers import BertConfig, BertForSequenceClassification, PreTrainedTokenizerFast

    special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
    tokenizer = Tokenizer(models.WordPiece(unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
    tokenizer.train_from_iterator(SENTENCES, trainers.WordPieceTrainer(vocab_size=120, special_tokens=special))
    ids = [(token, tokenizer.token_to_id(token)) for token in ("[CLS]", "[SEP]")]
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=ids)
    names = dict(zip(("pad_token", "unk_token", "cls_token", "sep_token", "mask_token"), special, strict=True))
    fast = PreTrainedTokenizerFast(tokenizer_object=tokenizer, model_max_length=64, **names)
    fast.save_pretrained(folder)
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(fast),
        hidden_size=16,
        num_hidden_layers=1,
        num_attention_heads=2,
        intermediate_size=32,
        max_position_embeddings=64,
        initializer_range=0.5,  # large enough that words move the answer
        id2label={0: "ham", 1: "spam"},
        label2id={"ham": 0, "spam": 1},
    )
    BertForSequenceClassification(config).save_pretrained(folder, max_shard_size=shard_bytes)
    (folder / "README.md").write_text("---\npipeline_tag: text-classification\n---\n# Tiny\n", encoding="utf-8")
    return {path.name: path.read_bytes() for path in folder.iterdir()}
