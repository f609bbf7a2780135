"""What arrives → what happens, of pictures: refused, converted, or answered with a warning."""

import json
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest
from conftest import ROOT
from pictured import JPEG, Asked, animated, bomb, deep, drawing, noise, photo, saved, transparent, turned, uri
from PIL import Image, ImageFilter

REFUSED_PICTURES = {
    "none": (None, "Photo is missing: choose a picture."),
    "an empty text": ("", "Photo is missing"),
    "a truncated JPEG": (uri(JPEG[: len(JPEG) // 2]), "could not be read: send a whole JPEG, PNG, WebP or GIF"),
    "a truncated PNG": (uri(saved(photo(), "PNG")[:5_000]), "could not be read"),
    "an empty file": (uri(b""), "could not be read"),
    "a text": (uri(b"I am a picture, believe me."), "could not be read"),
    "an SVG": (uri(b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'), "could not be read"),
    "a PDF": (uri(b"%PDF-1.4\n"), "could not be read"),
    "13,000 × 13,000 pixels": (uri(bomb()), "may have 50,000,000 pixels; send a smaller picture"),
    "an address": ("https://example.com/cat.jpg", "must be a picture file or a data URI"),
    "a path": ("/etc/passwd", "must be a picture file or a data URI"),
    "damaged base64": ("data:image/png;base64,???", "base64 is damaged"),
    "a number": (7, "must be a picture file or a data URI"),
}


@pytest.mark.parametrize(("sent", "said"), REFUSED_PICTURES.values(), ids=REFUSED_PICTURES)
def test_what_is_no_picture_gets_a_message(ask: Callable[[str, Any], Asked], sent: Any, said: str) -> None:
    status, found = ask("mobilenet-v2", {"image": sent})
    assert (status, said in found["detail"]) == (422, True), found
    assert len(found["detail"]) < 200


CONVERTED = {
    "an animated GIF: its first frame": uri(animated("GIF")),
    "an animated WebP: its first frame": uri(animated("WEBP")),
    "a PNG of 16 bits": uri(saved(deep(photo()), "PNG")),
    "a CMYK JPEG": uri(saved(photo().convert("CMYK"), "JPEG")),
    "a PNG with alpha": uri(saved(transparent(photo()), "PNG")),
    "a greyscale JPEG": uri(saved(photo().convert("L"), "JPEG")),
    "a palette": uri(saved(photo().quantize(), "PNG")),
    "a JPEG turned by EXIF": uri(turned()),
    "a JPEG called PNG": uri(JPEG, "png"),
}


@pytest.mark.parametrize("sent", CONVERTED.values(), ids=CONVERTED)
def test_an_unusual_picture_is_converted_and_recognised_as_before(ask: Callable[[str, Any], Asked], sent: str) -> None:
    status, found = ask("mobilenet-v2", {"image": sent})
    assert (status, found["prediction"]["items"][0]["id"]) == (200, "espresso")


WARNED_PICTURES = {
    "a sound photo": (photo(), None),
    "blank": (Image.new("RGB", (300, 300), "teal"), "nearly one colour"),
    "tiny": (photo().resize((40, 20)), "only 40 × 20 pixels"),
    "smaller than the model's input": (photo().resize((150, 100)), "150 × 100 pixels and the model reads 224 × 224"),
    "dark": (photo().point(lambda v: v // 6), "very dark"),
    "overexposed": (photo().point(lambda v: min(255, v * 12)), "plain white: overexposed"),
    "blurred": (photo().filter(ImageFilter.GaussianBlur(6)), "looks blurred"),
    "noise": (noise(300), "looks like noise"),
    "drawn": (drawing(), "flat and of few colours"),
    "unlike any label": (noise(300), "The model is unsure: its first label has only"),
}


@pytest.mark.parametrize(("picture", "said"), WARNED_PICTURES.values(), ids=WARNED_PICTURES)
def test_a_picture_unlike_the_data_is_answered_with_a_warning(
    ask: Callable[[str, Any], Asked], picture: Image.Image, said: str | None
) -> None:
    status, found = ask("mobilenet-v2", {"image": uri(saved(picture, "PNG"))})
    assert status == 200
    if said is None:
        assert found["warnings"] == []
    else:
        assert any(said in warning for warning in found["warnings"]), found["warnings"]


PEAK = """
import json, resource, sys
from starlette.testclient import TestClient
from explain.streams import STREAMS
from inference import models
from inference.serving.api import rest
from inference.serving.catalogue import Catalogue
from inference.serving.endpoints import Endpoints

sys.path.insert(0, "tests")
from pictured import JPEG, bomb, uri

catalogue = Catalogue({"mobilenet-v2": models.find()["mobilenet-v2"]})
client = TestClient(rest(Endpoints(catalogue, STREAMS)), base_url="http://testserver/api/v1")
peaks, statuses = [], []
for sent in (uri(JPEG), uri(bomb()), uri(bomb())):
    body = {"model": "mobilenet-v2", "inputs": {"image": sent}}
    statuses.append(client.post("/predict", json=body).status_code)
    peaks.append(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
print(json.dumps([statuses, peaks]))
"""


def test_a_picture_of_169_million_pixels_takes_no_memory() -> None:
    run = [sys.executable, "-W", "ignore", "-c", PEAK]
    found = subprocess.run(run, cwd=ROOT, capture_output=True, text=True, check=True, timeout=120)
    statuses, (before, *after) = json.loads(found.stdout.splitlines()[-1])
    assert statuses == [200, 422, 422]
    assert max(after) - before < 60  # MB; decoded, it would take 169 as grey and 507 as RGB
