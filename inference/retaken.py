"""Tasks that transformers 5 gave up, or for which it needs what we do not have: their pipelines are our own."""

from typing import Any

from transformers import pipelines


def register(task: str, pipeline: type[Any], model: type[Any], kind: str = "text") -> None:
    """Make `pipeline(task)` one of ours: transformers refuses the names of tasks that it gave up, and warns of others.

    pipeline: a Pipeline class; model: the Auto class that its models are loaded by; kind: what it reads, as
    transformers calls it.
    """
    getattr(pipelines, "REMOVED_TASKS", {}).pop(task, None)
    pipelines.PIPELINE_REGISTRY.supported_tasks.pop(task, None)
    pipelines.PIPELINE_REGISTRY.register_pipeline(task, pipeline_class=pipeline, pt_model=model, type=kind)
