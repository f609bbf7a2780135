"""Batch norm folded into convolutions: the same outputs, whatever the architecture, and the original as it was."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
import torch
import transformers
from torch import Tensor, nn

from inference.folding import Run, folded, has_norm

PICTURES = torch.rand(4, 3, 64, 64, generator=torch.Generator().manual_seed(0))


def mobilenet() -> nn.Module:
    config = transformers.MobileNetV2Config(depth_multiplier=0.35, image_size=64, tf_padding=False, num_labels=5)
    return transformers.MobileNetV2ForImageClassification(config)


def mobilenet_of_tensorflow() -> nn.Module:
    config = transformers.MobileNetV2Config(depth_multiplier=0.35, image_size=64, num_labels=5)
    return transformers.MobileNetV2ForImageClassification(config)


def resnet() -> nn.Module:
    sizes = {"embedding_size": 8, "hidden_sizes": [8, 16, 24], "depths": [1, 2, 1], "layer_type": "bottleneck"}
    return transformers.ResNetForImageClassification(transformers.ResNetConfig(**sizes, num_labels=5))


def efficientnet() -> nn.Module:
    config = transformers.EfficientNetConfig(width_coefficient=0.2, depth_coefficient=0.5, image_size=64, num_labels=5)
    config.hidden_dim = 256
    return transformers.EfficientNetForImageClassification(config)


def convnext() -> nn.Module:
    config = transformers.ConvNextConfig(hidden_sizes=[8, 16], depths=[1, 1], num_stages=2, image_size=64, num_labels=5)
    return transformers.ConvNextForImageClassification(config)


def vit() -> nn.Module:
    sizes = {"hidden_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2, "intermediate_size": 16}
    config = transformers.ViTConfig(**sizes, image_size=64, patch_size=16, num_labels=5)
    return transformers.ViTForImageClassification(config)


def made(build: Callable[[], nn.Module]) -> nn.Module:
    """A random model, its batch norms with statistics and scales that are not those they start with."""
    torch.manual_seed(0)
    model = build().eval()
    for each in model.modules():
        if isinstance(each, nn.BatchNorm2d):
            for values in (each.running_mean, each.running_var, each.weight.data, each.bias.data):
                assert values is not None
                values.uniform_(0.5, 1.5)
    return model


def on(pictures: Tensor) -> Run:
    def run(model: nn.Module) -> dict[str, Tensor]:
        with torch.no_grad():
            return dict(model(pixel_values=pictures))

    return run


def norms(model: nn.Module) -> int:
    return sum(isinstance(each, nn.BatchNorm2d) for each in model.modules())


@pytest.mark.parametrize("build", [mobilenet, mobilenet_of_tensorflow, resnet, efficientnet])
def test_a_folded_model_computes_the_same(build: Callable[[], nn.Module]) -> None:
    model = made(build)
    twin = folded(model, on(PICTURES[:1]))
    assert twin is not None
    assert norms(model) > 5 and norms(twin) == 0
    ours, theirs = on(PICTURES)(twin)["logits"], on(PICTURES)(model)["logits"]
    assert theirs.std() > 0
    assert (ours - theirs).abs().max() <= 1e-5 * theirs.abs().max()


@pytest.mark.parametrize("build", [mobilenet, resnet, efficientnet])
def test_the_original_is_untouched(build: Callable[[], nn.Module]) -> None:
    model = made(build)
    before, names = copy.deepcopy(model.state_dict()), [name for name, _ in model.named_modules()]
    folded(model, on(PICTURES[:1]))
    assert [name for name, _ in model.named_modules()] == names
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert not any(each._forward_hooks or each._forward_pre_hooks for each in model.modules())


@pytest.mark.parametrize("build", [convnext, vit])
def test_without_batch_norm_nothing_is_folded_or_copied(
    build: Callable[[], nn.Module], monkeypatch: pytest.MonkeyPatch
) -> None:
    model = made(build)
    monkeypatch.setattr(copy, "deepcopy", lambda _: pytest.fail("copied"))
    assert not has_norm(model)
    assert folded(model, on(PICTURES[:1])) is None


class Net(nn.Module):
    """A convolution and a batch norm, which a test puts together as it likes."""

    def __init__(self, forward: Callable[[Any, Tensor], Tensor]) -> None:
        super().__init__()
        self.conv, self.norm, self.other = nn.Conv2d(3, 3, 3, padding=1), nn.BatchNorm2d(3), nn.BatchNorm2d(3)
        self._run = forward

    def forward(self, pixel_values: Tensor) -> dict[str, Tensor]:
        return {"logits": self._run(self, pixel_values)}


@pytest.mark.parametrize(
    "forward",
    [
        lambda net, x: net.norm(x),
        lambda net, x: net.norm(net.conv(x).relu()),
        lambda net, x: net.norm(net.conv(net.norm(net.conv(x)))),
        lambda net, x: net.norm(net.conv(x)) + net.other(net.conv(x)),
        lambda net, x: next(y + net.norm(y) for y in [net.conv(x)]),
    ],
    ids=["norm alone", "something between", "both twice", "two norms", "read past the norm"],
)
def test_what_cannot_be_folded_is_left_as_it_is(forward: Callable[[Any, Tensor], Tensor]) -> None:
    assert folded(made(lambda: Net(forward)), on(PICTURES[:1])) is None


def test_what_can_be_folded_is_folded_beside_what_cannot() -> None:
    model = made(lambda: Net(lambda net, x: net.other(net.norm(net.conv(x)).relu())))
    twin: Any = folded(model, on(PICTURES[:1]))
    assert isinstance(twin.norm, nn.Identity) and isinstance(twin.other, nn.BatchNorm2d)


def test_a_convolution_of_another_kind_is_not_taken_for_one() -> None:
    class Standardised(nn.Conv2d):
        def forward(self, values: Tensor) -> Tensor:
            return self._conv_forward(values, self.weight - self.weight.mean(), self.bias)

    def build() -> nn.Module:
        net = Net(lambda net, x: net.norm(net.conv(x)))
        net.conv = Standardised(3, 3, 3, padding=1)
        return net

    assert folded(made(build), on(PICTURES[:1])) is None


def test_a_model_in_training_is_not_folded() -> None:
    model = made(lambda: Net(lambda net, x: net.norm(net.conv(x)))).train()
    assert folded(model, on(PICTURES)) is None
