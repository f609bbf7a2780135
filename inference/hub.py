"""Models from the hub: which files of a repository are fetched, and why a repository is refused.

Only safetensors and the small files around them reach this machine, into the hub's own cache; what is there whole is
used without a network. This module knows no task: whoever calls it says what a model must be for.
"""

import logging
import re
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from . import demo, models, snapshot
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

    repo, revision = parts(spec, trusted)
    there = snapshot.cached(repo, revision, cache)
    try:
        if not is_offline_mode():
            return Repository(spec, repo, revision, cache, trusted).fetch(examine, max_bytes)
    except Busy:
        if there is None:
            raise
        log.warning("the hub cannot be reached: %s is taken as it was fetched before", spec)
    if there is None:
        advice = "HF_HUB_OFFLINE keeps this process from asking the hub. Unset it, or name a folder."
        if not trusted:
            advice = "this server asks the hub for none at present. Choose one of those here."
        raise ModelError(f"{spec} was not fetched before, and {advice}")
    examine(there)
    return there


class Repository:
    """One revision of a model on the hub, as it was listed: every file then comes from that very commit."""

    def __init__(self, spec: str, repo: str, revision: str, cache: Path | None, trusted: bool) -> None:
        from huggingface_hub import HfApi, hf_hub_download

        token = None if trusted else False
        with told(spec, trusted):
            info = HfApi(token=token).model_info(repo, revision=revision, files_metadata=True, timeout=TIMEOUT)
        self.spec, self.revision, self.commit, self.trusted = spec, revision, str(info.sha), trusted
        self.files = [file.rfilename for file in info.siblings or ()]
        plain = [file for file in info.siblings or () if snapshot.is_plain(file.rfilename)]
        self.sizes = {file.rfilename: file.size or 0 for file in plain if trusted or file.rfilename != demo.FILE}
        if not trusted and any(file.size is None for file in plain):
            raise ModelError(f"The hub does not say how large the files of {spec} are.")
        self._get = partial(hf_hub_download, repo, revision=self.commit, cache_dir=cache, token=token)

    def fetch(self, examine: Callable[[Path], object], max_bytes: int) -> Path:
        """The folder with all that is needed. The weights come last and the revision is noted after them.

        So what was interrupted does not count as there.
        """
        if not {*models.WEIGHTS} & self.sizes.keys():
            raise models.unreadable(self.spec, self.files)
        folder = self.head()
        weights, tables = self.weights(folder), snapshot.named(folder)
        small = [name for name in self.sizes if snapshot.is_small(name) or name in tables]
        total = sum(self.sizes[name] for name in {*small, *weights})
        if total > max_bytes:
            raise ModelError(
                f"{self.spec} has {total / 1e9:,.1f} GB to fetch, and {max_bytes / 1e9:,.1f} GB are allowed. "
                f"Choose a smaller one{', or raise --max-model-size' if self.trusted else ''}."
            )
        self.get(small)
        examine(folder)
        models.adapter_base(folder)
        self.get(weights)
        snapshot.note(folder, self.revision, self.commit)
        return folder

    def head(self) -> Path:
        """The folder with the few files that say what the model is."""
        names = [name for name in snapshot.HEAD if name in self.sizes]
        if not {"config.json", "adapter_config.json"} & {*names}:
            raise ModelError(f"{self.spec} has no config.json: it is no model that transformers reads.")
        for name in names:
            if self.sizes[name] > MAX_HEAD:
                raise ModelError(f"{self.spec}: {name} has {self.sizes[name]:,} bytes, at most {MAX_HEAD:,} are read.")
        return self.get(names)

    def get(self, names: Iterable[str]) -> Path:
        """The folder with these files in it, one after the other."""
        with told(self.spec, self.trusted):
            paths = [Path(self._get(name)).parents[name.count("/")] for name in names]
        return paths[-1]

    def weights(self, folder: Path) -> list[str]:
        """The names of the safetensors, once their index is there."""
        first = next(name for name in models.WEIGHTS if name in self.sizes)
        shards = snapshot.shards_of(folder) if first.endswith(".index.json") else [first]
        if missing := [name for name in shards if name not in self.sizes]:
            raise ModelError(f"{self.spec} lacks {missing[0]}, which its {first} names.")
        return shards


def parts(spec: str, trusted: bool = True) -> tuple[str, str]:
    """The id and the revision of `owner/name[@revision]`; "main" where none is given. Raises NotFound."""
    from huggingface_hub.utils import validate_repo_id

    match = ID.fullmatch(spec)
    if not match:
        raise NotFound(f"A model on the hub is named owner/name or owner/name@revision, got {spec[:80]!r}.")
    with told(spec, trusted):
        validate_repo_id(match["id"])  # the hub's own rules, which forbid a few endings more
    return match["id"], match["revision"] or "main"


@contextmanager
def told(spec: str, trusted: bool) -> Iterator[None]:
    """What the hub refuses, or what keeps it from answering, as one of our own errors.

    trusted: whether a presenter reads it, who can log in, mend the network or name a folder; a visitor cannot.
    """
    from huggingface_hub import errors

    try:
        yield
    except errors.GatedRepoError:
        advice = "accept its terms on the hub's page, then log in here with `hf auth login`"
        if not trusted:
            advice = "only those who have accepted its terms may fetch it; choose one that is open to all"
        raise ModelError(f"{spec} is gated: {advice}.") from None
    except (errors.RepositoryNotFoundError, errors.HFValidationError):
        private = "or log in if it is private" if trusted else "and choose one that is not private"
        raise NotFound(f"The hub has no model {spec}; check the spelling, {private}.") from None
    except errors.RevisionNotFoundError:
        raise NotFound(f"{spec}: there is no such revision; name a branch, a tag or a commit of it.") from None
    except errors.HfHubHTTPError as error:
        status = error.response.status_code
        if status < 500 and status != 429:
            raise ModelError(f"The hub does not give out {spec} (HTTP {status}).") from None
        raise Busy(f"The hub cannot serve {spec} now (HTTP {status}); try again later.") from None
    except (errors.LocalEntryNotFoundError, errors.HTTPError, ConnectionError, TimeoutError):
        advice = "check the network, or name a folder" if trusted else "try again later"
        raise Busy(f"The hub cannot be reached for {spec}; {advice}.") from None
    except OSError as error:
        raise ModelError(
            f"{spec} could not be written to the hub's cache: {error.strerror or 'no reason given'}."
        ) from None
