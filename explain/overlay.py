"""A picture under a veil of its regions, coloured by their values. Colours of the page are in assets/style/."""

import base64
import io
from html import escape

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from inference import boxes
from inference.pictures import data_uri
from inference.types import ItemTarget, Raw

from .types import Explanation, Feature
from .wording import strengths

NUMBERED = 5
"""Regions whose numbers stand on the picture."""
FOR, AGAINST = (37, 99, 235), (217, 95, 2)
"""Blue speaks for the target, orange against it: told apart with any common colour blindness, as are their hues."""


def regions(explanation: Explanation, raw: Raw, alt: str) -> str:
    """The picture under a veil of blue and orange regions."""
    label_map = explanation.label_map
    if label_map is None:
        return ""
    photo = raw[label_map.field].copy()
    photo.thumbnail((512, 512))
    veil = overlay(explanation).resize(photo.size, Image.Resampling.BICUBIC)
    return (
        f'<figure class="regions"><img src="{data_uri(photo)}" alt="{escape(alt)}">'
        f'<img class="veil" src="{data_uri(veil, "PNG")}" alt="">{box(explanation, raw)}{numbers(explanation)}</figure>'
    )


def box(explanation: Explanation, raw: Raw) -> str:
    """The box that is explained, where the target is one."""
    target, label_map = explanation.target, explanation.label_map
    found = boxes.ID.fullmatch(target.item) if isinstance(target, ItemTarget) else None
    if not found or label_map is None:
        return ""
    picture, (x0, y0, x1, y1) = raw[label_map.field], boxes.parsed(found[0])[1]
    width, height = picture.info.get("size", picture.size)
    return (
        f'<svg viewBox="0 0 {width} {height}" aria-hidden="true">'
        f'<rect x="{x0:.0f}" y="{y0:.0f}" width="{x1 - x0:.0f}" height="{y1 - y0:.0f}"/></svg>'
    )


def numbers(explanation: Explanation) -> str:
    """The strongest regions' numbers, each on the pixel of its region nearest to the region's middle."""
    labels = label_array(explanation)
    height, width = labels.shape
    strength = strengths(explanation)
    strongest = sorted(mapped(explanation), key=lambda feature: -abs(strength[feature.id]))[:NUMBERED]
    tags = ""
    for feature in strongest:
        index = (feature.where or {})["region"]
        ys, xs = np.nonzero(labels == index)
        if not len(ys) or not strength[feature.id]:
            continue
        nearest = np.argmin((ys - ys.mean()) ** 2 + (xs - xs.mean()) ** 2)
        left, top = 100 * (xs[nearest] + 0.5) / width, 100 * (ys[nearest] + 0.5) / height
        tags += f'<b style="left:{left:.1f}%;top:{top:.1f}%">{index + 1}</b>'
    return tags


def label_array(explanation: Explanation) -> NDArray[np.uint8]:
    """The label map's indices, uint8[height, width]."""
    assert explanation.label_map is not None  # asked for only where there is one
    _, _, body = explanation.label_map.png.partition(",")
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(body))))


def mapped(explanation: Explanation) -> list[Feature]:
    """The regions of the picture that the label map is of; there may be a second picture."""
    assert explanation.label_map is not None  # asked for only where there is one
    field = explanation.label_map.field
    return [feature for feature in explanation.features if feature.field == field]


def overlay(explanation: Explanation) -> Image.Image:
    """The label map coloured: RGBA, as opaque as a region's value is large."""
    labels, strength = label_array(explanation), strengths(explanation)
    colours = np.zeros((256, 4), np.uint8)
    for feature in mapped(explanation):
        share = strength[feature.id]
        colours[(feature.where or {})["region"]] = (*(FOR if share >= 0 else AGAINST), round(170 * abs(share)))
    return Image.fromarray(colours[labels])
