"""What tasks share that read a row of a table: records keyed by column name, a whole batch of them at once.

The network is in inference/modeling/tabular.py. What its outputs mean is said by each task.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from transformers import Pipeline, pipeline

from . import columns, models, trees
from .demo import Demo
from .extracted import ExtractedPipeline
from .folders import name_of
from .masks import Parts, Variants, of_columns
from .modeling import tabular  # noqa: F401  registers the architecture
from .modeling.trees import TreesConfig, TreesExtractor, TreesModel
from .task import Task
from .trace import Batch
from .types import Raw

Record = Mapping[str, Any]


class RowPipeline(ExtractedPipeline):
    """`pipe(record)` or `pipe([record, …])`: records keyed by column name, numbers in the columns' own units.

    transformers has no pipeline for tables. A subclass says in `postprocess` what a row's outputs mean.
    """

    def preprocess(self, record: Record | Sequence[Record]) -> Batch:
        """numbers float32[rows, n_numbers], standardised, and categories int64[rows, n_categories]."""
        assert self.feature_extractor is not None  # loaded by declaration above
        batch = self.feature_extractor([record] if isinstance(record, Mapping) else record)
        batch["numbers"] = batch["numbers"].to(self.model.dtype)
        return dict(batch)

    def _forward(self, batch: Batch) -> Batch:
        return {"logits": self.model(**batch).logits}


class RowInput(Task):
    """A task whose input fields are the columns of one row."""

    batch_size = 4096

    @classmethod
    def open(cls, folder: Path, about: Demo) -> Pipeline:
        """Fitted trees where the folder holds some, in the presenter's own format; else what transformers saved."""
        file = models.trees(folder)
        return grown(cls.id, file, about) if file else super().open(folder, about)

    @cached_property
    def trees(self) -> Any:
        """The fitted trees, where explanations follow from them in closed form."""
        return self.pipeline.model.ensemble.explained if isinstance(self.pipeline.model, TreesModel) else None

    def prepare(self, raw: Raw) -> Raw:
        return raw

    @property
    def columns(self) -> Sequence[Mapping[str, Any]]:
        """What the model knows of each column, `name` and `kind` among it, in its own order."""
        assert self.pipeline.feature_extractor is not None  # by its declaration
        return self.pipeline.feature_extractor.columns

    def prepared(self, raw: Raw, batch: Batch) -> str:
        numbers, categories = batch["numbers"].shape[1], batch["categories"].shape[1]
        assert self.pipeline.feature_extractor is not None  # by its declaration
        parts = [f"{numbers} numbers {self.pipeline.feature_extractor.scaling}"] if numbers else []
        return ", ".join([*parts, f"{categories} categories looked up"] if categories else parts)

    def encode(self, raws: Sequence[Raw]) -> Batch:
        """All rows at once: a row is too little work for a loop."""
        batch: Batch = self.pipeline.preprocess(raws)
        return batch

    def variants(
        self, raw: Raw, parts: Parts, rows: Sequence[Raw] = (), weights: NDArray[np.float64] | None = None
    ) -> Variants | None:
        if any(part is not None for part in parts.values()) or set(parts) - {each["name"] for each in self.columns}:
            return None
        order = {name: i for i, name in enumerate(parts)}
        places = {
            plural: np.array([order.get(each["name"], -1) for each in self.columns if each["kind"] == kind], np.intp)
            for kind, plural in (("number", "numbers"), ("category", "categories"))
        }
        assert weights is not None  # a row's parts are columns, and those are referenced
        return of_columns(self.encode([raw]), self.encode(rows), places, weights)


def grown(task: str, file: Path, about: Demo) -> Pipeline:
    """A pipeline around fitted trees, whose columns are the fields. Raises ModelError."""
    ensemble = columns.asked(trees.read(file), about)
    found = columns.matched(ensemble, about, name_of(file.parent))
    labels = dict(enumerate(about.labels or ensemble.labels or ("value",)))
    config = TreesConfig(id2label=labels, label2id={name: i for i, name in labels.items()})
    model = TreesModel(config, ensemble, [each["kind"] for each in found], file.stat().st_size)
    return pipeline(task, model=model, feature_extractor=TreesExtractor(found), device="cpu")
