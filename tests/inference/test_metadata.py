"""Picture files lose what a camera wrote beside the pixels, and nothing else."""

import base64
import io
import os
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from gradio.data_classes import FileData
from gradio.utils import get_upload_folder
from PIL import Image, ImageCms, ImageOps, PngImagePlugin

from inference.errors import InputError
from inference.fields import ImageField
from inference.metadata import forget, stripped
from inference.panels import remote
from inference.panels.widgets.image import uploaded

SECRETS = (b"Leica of Mr Smith", b"2026:11:21", b"http://ns.adobe.com/xap", b"my garden", b"\x80\x0d")
PICTURE = Image.fromarray(np.random.default_rng(0).integers(0, 256, (40, 60, 3), np.uint8))
PHOTO = ImageField(name="photo", label="Photo")
UNREADABLE = "^Photo could not be read: send a whole JPEG, PNG, WebP or GIF file"
PROFILE = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


def exif(turn: int | None) -> Image.Exif:
    """A camera's EXIF: its owner, the time, the place, and how it was held."""
    found = Image.Exif()
    found[0x010F], found[0x0132] = "Leica of Mr Smith", "2026:11:21 12:00:00"
    found.get_ifd(0x8825).update({1: "N", 2: (52.0, 31.0, 12.0), 3: "E", 4: (13.0, 24.0, 36.0)})
    if turn:
        found[0x0112] = turn
    return found


def photo(kind: str, turn: int | None = None, picture: Image.Image = PICTURE, **more: Any) -> bytes:
    """A file as a camera and an editor leave it."""
    options: dict[str, Any] = {"exif": exif(turn), "icc_profile": PROFILE, **more}
    if kind == "JPEG":
        options |= {"comment": "my garden", "xmp": b"<x xmlns='http://ns.adobe.com/xap/1.0/'/>"}
    if kind == "WEBP":
        options |= {"xmp": b"<x xmlns='http://ns.adobe.com/xap/1.0/'/>", "lossless": True}
    if kind == "PNG":
        options["pnginfo"] = PngImagePlugin.PngInfo()
        options["pnginfo"].add_text("Comment", "my garden")
        options["pnginfo"].add_itxt("XML:com.adobe.xmp", "<x xmlns='http://ns.adobe.com/xap/1.0/'/>")
    buffer = io.BytesIO()
    picture.save(buffer, kind, **options)
    return buffer.getvalue()


def opened(data: bytes) -> Image.Image:
    return Image.open(io.BytesIO(data))


def pixels(data: bytes) -> Any:
    return np.asarray(ImageOps.exif_transpose(opened(data))).tolist()


@pytest.mark.parametrize("turn", [None, 1, 3, 6, 8])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_place_time_and_owner_go_and_the_picture_stays_as_it_was(kind: str, turn: int | None) -> None:
    data = photo(kind, turn)
    assert dict(opened(data).getexif().get_ifd(0x8825))
    clean = stripped(data)
    assert set(opened(clean).getexif()) == ({0x0112} if turn and turn > 1 else set())
    assert not opened(clean).getexif().get_ifd(0x8825)
    assert not any(secret in clean for secret in SECRETS[:4])
    assert pixels(clean) == pixels(data)
    assert opened(clean).info["icc_profile"] == PROFILE
    assert stripped(clean) == clean


@pytest.mark.parametrize(
    ("kind", "picture", "options"),
    [
        ("JPEG", PICTURE, {"progressive": True}),
        ("JPEG", PICTURE, {"restart_marker_blocks": 1}),
        ("JPEG", PICTURE.convert("CMYK"), {"icc_profile": None}),
        ("JPEG", PICTURE.convert("L"), {"icc_profile": None}),
        ("PNG", PICTURE.quantize(), {"transparency": 0}),
        ("PNG", PICTURE.convert("RGBA"), {}),
        ("WEBP", PICTURE.convert("RGBA"), {}),
    ],
)
def test_every_variant_of_a_format_keeps_its_pixels(kind: str, picture: Image.Image, options: dict[str, Any]) -> None:
    data = photo(kind, 6, picture, **options)
    clean = stripped(data)
    assert pixels(clean) == pixels(data)
    assert opened(clean).mode == opened(data).mode
    assert b"Leica" in data and b"Leica" not in clean


@pytest.mark.parametrize("kind", ["PNG", "WEBP"])
def test_an_animation_stays_one(kind: str) -> None:
    data = photo(kind, save_all=True, append_images=[Image.new("RGB", PICTURE.size, "red")], duration=100)
    clean = stripped(data)
    assert (opened(clean).n_frames, b"Leica" in clean) == (2, False)  # type: ignore[attr-defined]
    assert pixels(clean) == pixels(data)


def test_what_is_appended_to_a_photo_goes_too() -> None:
    data = photo("JPEG")
    assert stripped(data + photo("JPEG")) == stripped(data)


@pytest.mark.filterwarnings("ignore:Truncated File Read", "ignore:Corrupt EXIF data")
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_damaged_file_is_followed_as_far_as_it_goes(kind: str) -> None:
    data = photo(kind)
    for end in range(0, len(data), 7):
        clean = stripped(data[:end])
        assert len(clean) <= end + 20
        assert b"Leica" not in clean
    noisy = bytearray(data)
    for at in np.random.default_rng(0).integers(12, len(data), 40):
        noisy[at] ^= 0xFF
        stripped(bytes(noisy))


def test_fill_bytes_before_a_marker_of_a_photo_are_passed_over() -> None:
    data = photo("JPEG", 6)
    filled = data.replace(b"\xff\xe1", b"\xff\xff\xff\xe1").replace(b"\xff\xdb", b"\xff\xff\xdb")
    assert pixels(filled) == pixels(data)
    assert stripped(filled) == stripped(data)


def test_a_gif_stays_as_it_is() -> None:
    buffer = io.BytesIO()
    PICTURE.save(buffer, "GIF")
    assert stripped(buffer.getvalue()) == buffer.getvalue()


@pytest.mark.parametrize("begin", [b"RIFF\0\0\0\0WAVE", b"fLaC", b"OggS", b"ID3\4", b"\xff\xfb\x90"])
def test_a_recording_stays_as_it_is(begin: bytes) -> None:
    assert stripped(begin + b"fmt and samples") == begin + b"fmt and samples"


@pytest.mark.parametrize("data", [b"", b"RIFF\0\0\0\0AVI ", b"id,name\n1,a\n", b"\xff\xd8", b"II*\0Leica"])
def test_of_a_file_that_no_field_opens_nothing_is_left(data: bytes) -> None:
    assert stripped(data) == b""


@pytest.mark.parametrize("start", [b"RIFF\0\0\0\0WAVE", b"fLaC", b"OggS", b"ID3", b"\xff\xfb"])
def test_a_recording_sent_by_a_program_stays_as_it_is(upload: Path, start: bytes) -> None:
    upload.write_bytes(start + b"the sound")
    assert remote.received({"recording": {"path": str(upload)}}) == {"recording": upload}
    assert upload.read_bytes() == start + b"the sound"


FRACTION = b"MM\0*\0\0\0\x08\0\x01\x01\x12\0\x05\0\0\0\x01\0\0\0\x1a\0\0\0\0\0\0\0\x06\0\0\0\x01"


@pytest.mark.parametrize("tiff", [b"MM\0*\0\0", FRACTION], ids=["cut off", "a fraction"])
@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_damaged_exif_goes_and_the_picture_stays(kind: str, tiff: bytes) -> None:
    data = photo(kind, exif=b"Exif\0\0" + tiff)
    clean = stripped(data)
    assert tiff in data and tiff not in clean
    assert np.array_equal(np.asarray(opened(clean)), np.asarray(opened(data)))


DAMAGES = [(35, 1), (13, 11), (105, 3)]
"""Which byte of a TIFF block becomes what, so that Pillow raises struct.error, AttributeError and TypeError."""


@pytest.mark.filterwarnings("ignore:Metadata Warning")
@pytest.mark.parametrize(("at", "value"), DAMAGES)
def test_a_picture_with_damaged_exif_never_fails_but_with_our_own_message(at: int, value: int) -> None:
    data = bytearray(photo("JPEG", 6))
    data[data.index(b"MM\0*") + at] = value
    with pytest.raises(InputError, match=UNREADABLE):
        PHOTO.parse(f"data:image/jpeg;base64,{base64.b64encode(data).decode()}")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_file_is_replaced_at_its_length_and_nothing_is_left_beside_it(kind: str, tmp_path: Path) -> None:
    path, data = tmp_path / "holiday", photo(kind, 6)
    path.write_bytes(data)
    forget(path)
    clean = path.read_bytes()
    assert clean.rstrip(b"\0") == stripped(data).rstrip(b"\0")
    assert (len(clean), pixels(clean)) == (len(data), pixels(data))
    forget(path)
    assert path.read_bytes() == clean
    forget(tmp_path / "missing.jpg")
    assert list(tmp_path.iterdir()) == [path]


def test_two_may_clean_one_file_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path, data, replace = tmp_path / "holiday", photo("JPEG", 6), os.replace
    path.write_bytes(data)

    def interrupted(*names: Path) -> None:
        monkeypatch.setattr(os, "replace", replace)
        forget(path)
        replace(*names)

    monkeypatch.setattr(os, "replace", interrupted)
    forget(path)
    assert pixels(path.read_bytes()) == pixels(data)
    assert list(tmp_path.iterdir()) == [path]


@pytest.fixture
def upload(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A photo in Gradio's upload folder, as a visitor's browser leaves it."""
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "uploads"))
    path = Path(get_upload_folder()) / "abc" / "holiday.jpg"
    path.parent.mkdir(parents=True)
    path.write_bytes(photo("JPEG", 6))
    return path


def test_the_form_and_gradio_client_forget_where_an_uploaded_photo_was_taken(upload: Path) -> None:
    assert uploaded(FileData(path=str(upload))) == upload
    assert b"Leica" not in upload.read_bytes()
    upload.write_bytes(photo("JPEG"))
    described = {"path": str(upload), "meta": {"_type": "gradio.FileData"}}
    assert remote.received({"image": described}) == {"image": upload}
    assert b"Leica" not in upload.read_bytes()


def test_no_other_file_is_ever_rewritten(upload: Path, tmp_path: Path) -> None:
    own = tmp_path / "own.jpg"
    own.write_bytes(photo("JPEG"))
    uploaded(FileData(path=str(own)))
    remote.received({"image": {"path": str(own)}})
    assert own.read_bytes() == photo("JPEG")


@pytest.mark.parametrize("kind", ["TIFF", "AVIF"])
def test_of_an_upload_that_the_field_refuses_no_place_is_left(upload: Path, kind: str) -> None:
    buffer = io.BytesIO()
    PICTURE.save(buffer, kind, exif=exif(6).tobytes())
    for receive in (uploaded, lambda given: remote.received({"image": given.model_dump()})["image"]):
        upload.write_bytes(buffer.getvalue())
        assert b"Leica" in upload.read_bytes()
        with pytest.raises(InputError, match=UNREADABLE):
            PHOTO.parse(receive(FileData(path=str(upload))))
        assert b"Leica" not in upload.read_bytes()


def test_an_upload_that_cannot_be_cleaned_is_deleted(upload: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(InputError, match=UNREADABLE):
        PHOTO.parse(uploaded(FileData(path=str(upload))))
    assert list(upload.parent.iterdir()) == []
