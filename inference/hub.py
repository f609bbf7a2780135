"""Models from the hub: which files of a repository are fetched, and why a repository is refused.

Only safetensors and the small files around them reach this machine, into the hub's own cache; what is there whole is
used without a network. This module knows no task: whoever calls it says what a model must be for.
"""

import fnmatch
import json
import logging
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

from . import demo, models
from .errors import Busy, ModelError, NotFound

log = logging.getLogger(__name__)

ID = re.compile(
    r"(?!.*(?:\.\.|--))(?P<id>[A-Za-z0-9][\w.-]{0,95}/[A-Za-z0-9][\w.-]{0,95})(?:@(?P<revision>[A-Za-z0-9][\w./-]{0,99}))?",
    re.ASCII,
)
"""`owner/name` or `owner/name@revision`: a branch, a tag or a commit. No path that leads upwards can be spelt so."""
MAX_BYTES = 5 * 10**9
"""What the files of one model may have together unless told otherwise: 1.2 billion weights in float32."""
MAX_HEAD = 10 * 10**6
"""What each file may have that is read before anything large is fetched."""
TIMEOUT = 20.0
"""Seconds that the hub may take to list a repository."""
HEAD = ("config.json", "adapter_config.json", "README.md", demo.FILE, "model.safetensors.index.json")
SMALL = ("*.json", "*.txt", "*.model", "*.jinja", "LICENSE*", "NOTICE*")
"""Beside the weights: sizes, tokenizer and processor files, chat templates, terms."""
NAMED = (".csv", ".jpg", ".jpeg", ".png", ".webp", ".gif")
"""What a demo.json may name: reference rows, items, example pictures."""

Sizes = Mapping[str, int]
"""Bytes by file name of a repository."""


def fetch(
    spec: str,
    examine: Callable[[Path], object],
    max_bytes: int = MAX_BYTES,
    cache: Path | None = None,
    trusted: bool = True,
) -> Path:
    """The folder of the model `owner/name[@revision]`, fetched unless it is there already.

    examine: called with the folder once all but the weights is there; raises to refuse.
    max_bytes: of all files together. cache: instead of the user's. trusted: whether the presenter named it: then its
    demo.json is read, and private models are reached with the presenter's token. Raises NotFound, ModelError, Busy.
    """
    from huggingface_hub import is_offline_mode

    repo, revision = parts(spec)
    there = cached(repo, revision, cache)
    try:
        if not is_offline_mode():
            return Repository(spec, repo, revision, cache, trusted).fetch(examine, max_bytes)
    except Busy:
        if there is None:
            raise
        log.warning("the hub cannot be reached: %s is taken as it was fetched before", spec)
    if there is None:
        raise ModelError(
            f"{spec} was not fetched before, and HF_HUB_OFFLINE keeps this process from asking the hub. "
            "Unset it, or name a folder."
        )
    examine(there)
    return there


class Repository:
    """One revision of a model on the hub, as it was listed: every file then comes from that very commit."""

    def __init__(self, spec: str, repo: str, revision: str, cache: Path | None, trusted: bool) -> None:
        from huggingface_hub import HfApi, hf_hub_download

        token = None if trusted else False
        with told(spec):
            info = HfApi(token=token).model_info(repo, revision=revision, files_metadata=True, timeout=TIMEOUT)
        self.spec, self.revision, self.commit = spec, revision, str(info.sha)
        self.files = [file.rfilename for file in info.siblings or ()]
        self.sizes = {file.rfilename: file.size or 0 for file in info.siblings or () if is_plain(file.rfilename)}
        if not trusted:
            self.sizes.pop(demo.FILE, None)
        self._get = partial(hf_hub_download, repo, revision=self.commit, cache_dir=cache, token=token)

    def fetch(self, examine: Callable[[Path], object], max_bytes: int) -> Path:
        """The folder with all that is needed. The weights come last and the revision is noted after them.

        So what was interrupted does not count as there.
        """
        if not {*models.WEIGHTS} & self.sizes.keys():
            raise models.unreadable(self.spec, self.files)
        folder = self.head()
        weights, tables = self.weights(folder), named(folder)
        small = [name for name in self.sizes if is_small(name) or name in tables]
        total = sum(self.sizes[name] for name in {*small, *weights})
        if total > max_bytes:
            raise ModelError(
                f"{self.spec} has {total / 1e9:,.1f} GB to fetch, and {max_bytes / 1e9:,.1f} GB are allowed. "
                "Choose a smaller one, or raise --max-model-size."
            )
        self.get(small)
        examine(folder)
        models.adapter_base(folder)
        self.get(weights)
        note(folder, self.revision, self.commit)
        return folder

    def head(self) -> Path:
        """The folder with the few files that say what the model is."""
        names = [name for name in HEAD if name in self.sizes]
        if not {"config.json", "adapter_config.json"} & {*names}:
            raise ModelError(f"{self.spec} has no config.json: it is no model that transformers reads.")
        for name in names:
            if self.sizes[name] > MAX_HEAD:
                raise ModelError(f"{self.spec}: {name} has {self.sizes[name]:,} bytes, at most {MAX_HEAD:,} are read.")
        return self.get(names)

    def get(self, names: Iterable[str]) -> Path:
        """The folder with these files in it, one after the other."""
        with told(self.spec):
            paths = [Path(self._get(name)).parents[name.count("/")] for name in names]
        return paths[-1]

    def weights(self, folder: Path) -> list[str]:
        """The names of the safetensors, once their index is there."""
        first = next(name for name in models.WEIGHTS if name in self.sizes)
        shards = shards_of(folder) if first.endswith(".index.json") else [first]
        if missing := [name for name in shards if name not in self.sizes]:
            raise ModelError(f"{self.spec} lacks {missing[0]}, which its {first} names.")
        return shards


def parts(spec: str) -> tuple[str, str]:
    """The id and the revision of `owner/name[@revision]`; "main" where none is given. Raises NotFound."""
    match = ID.fullmatch(spec)
    if not match:
        raise NotFound(f"A model on the hub is named owner/name or owner/name@revision, got {spec[:80]!r}.")
    return match["id"], match["revision"] or "main"


def cached(repo: str, revision: str, cache: Path | None) -> Path | None:
    """The folder of a model that was fetched whole before."""
    from huggingface_hub import try_to_load_from_cache

    for name in HEAD[:2]:
        found = try_to_load_from_cache(repo, name, cache_dir=cache, revision=revision)
        if isinstance(found, str) and is_whole(Path(found).parent):
            return Path(found).parent
    return None


def is_whole(folder: Path) -> bool:
    """Whether the weights are there: all parts of them."""
    if models.weights(folder) != folder:
        return False
    return (folder / "model.safetensors").is_file() or all((folder / name).is_file() for name in shards_of(folder))


def shards_of(folder: Path) -> list[str]:
    """The files that an index of weights names; none without an index. Raises ModelError."""
    index = folder / "model.safetensors.index.json"
    try:
        named = json.loads(index.read_text(encoding="utf-8"))["weight_map"].values() if index.is_file() else ()
        return sorted({str(name) for name in named})
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ModelError(f"{demo.name_of(folder)}/{index.name} does not name the files of the weights.") from None


def note(folder: Path, revision: str, commit: str) -> None:
    """Write down which commit a branch or tag stood for, where the hub's own tools look for it."""
    if revision == commit:
        return
    reference = demo.home(folder) / "refs" / revision
    reference.parent.mkdir(parents=True, exist_ok=True)
    new = reference.with_name(f"{reference.name}.new")
    new.write_text(commit, encoding="utf-8")
    new.replace(reference)


def is_plain(name: str) -> bool:
    """Whether a file name of a repository stays inside the folder that it is fetched to."""
    return not name.startswith("/") and "\\" not in name and not {"", ".", ".."} & {*name.split("/")}


def is_small(name: str) -> bool:
    """Whether a file belongs beside the weights: at the top of the repository, and of a kind that is needed."""
    return "/" not in name and (name == "README.md" or any(fnmatch.fnmatch(name, each) for each in SMALL))


def named(folder: Path) -> set[str]:
    """The names of tables and pictures in a model's demo.json."""
    file = folder / demo.FILE
    text = file.read_text(encoding="utf-8", errors="replace") if file.is_file() else ""
    return {name for name in re.findall(r'"([^"\\]+)"', text) if name.lower().endswith(NAMED)}


def card(folder: Path) -> dict[str, Any]:
    """The front matter of a model's README.md; empty if there is none. Raises ModelError."""
    from huggingface_hub import metadata_load
    from yaml import YAMLError

    try:
        return (metadata_load(folder / "README.md") if (folder / "README.md").is_file() else None) or {}
    except (ValueError, YAMLError):
        raise ModelError(f"{demo.name_of(folder)}/README.md: the front matter is no valid YAML.") from None


@contextmanager
def told(spec: str) -> Iterator[None]:
    """What the hub refuses, or what keeps it from answering, as one of our own errors."""
    from huggingface_hub import errors

    try:
        yield
    except errors.GatedRepoError:
        raise ModelError(
            f"{spec} is gated: accept its terms on the hub's page, then log in here with `hf auth login`."
        ) from None
    except (errors.RepositoryNotFoundError, errors.HFValidationError):
        raise NotFound(f"The hub has no model {spec}; check the spelling, or log in if it is private.") from None
    except errors.RevisionNotFoundError:
        raise NotFound(f"{spec}: there is no such revision; name a branch, a tag or a commit of it.") from None
    except errors.HfHubHTTPError as error:
        status = error.response.status_code
        if status < 500 and status != 429:
            raise ModelError(f"The hub does not give out {spec} (HTTP {status}).") from None
        raise Busy(f"The hub cannot serve {spec} now (HTTP {status}); try again later.") from None
    except (errors.LocalEntryNotFoundError, errors.HTTPError, ConnectionError, TimeoutError):
        raise Busy(f"The hub cannot be reached for {spec}; check the network, or name a folder.") from None
    except OSError as error:
        raise ModelError(
            f"{spec} could not be written to the hub's cache: {error.strerror or 'no reason given'}."
        ) from None
