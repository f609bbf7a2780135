"""What a backend does not go with is said before anything is started."""

import pytest

from inference import device, models, runtime
from inference.errors import ModelError
from inference.serving import arguments, backing

FOLDERS = {"home-loans": models.ASSETS / "models" / "home-loans"}


def test_this_process_computes_unless_told_otherwise() -> None:
    assert backing.begin(arguments.parser().parse_args([]), FOLDERS) is None
    assert device.lent is None and not device.apart


@pytest.mark.parametrize(
    ("given", "made", "said"),
    [(["--allow-model-loading"], False, "--allow-model-loading does not go with"), ([], True, "made in Python")],
)
def test_models_that_replicas_cannot_have_are_refused(given: list[str], made: bool, said: str) -> None:
    options = arguments.parser().parse_args(["--backend", "ray", *given])
    with pytest.raises(ModelError, match=said):
        backing.begin(options, FOLDERS, made)
    assert device.lent is None and not device.apart


def test_two_who_lend_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runtime, "ZERO_GPU", True)
    with pytest.raises(ModelError, match="does not go with ZeroGPU"):
        backing.begin(arguments.parser().parse_args(["--backend", "ray"]), FOLDERS)


def test_a_model_whose_weights_are_elsewhere_has_none_here(monkeypatch: pytest.MonkeyPatch) -> None:
    from inference.serving.catalogue import Catalogue

    monkeypatch.setattr(device, "apart", True)
    catalogue = Catalogue(FOLDERS)
    task = catalogue.task("home-loans")
    assert {each.device.type for each in task.pipeline.model.parameters()} == {"meta"}
    assert catalogue.held() == {"home-loans": 0}
    assert task.where == "on a replica"
