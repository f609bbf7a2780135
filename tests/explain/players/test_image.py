"""A picture's players: its regions, what hides them, and where they are said to be."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from explain.players import (
    ImagePlayers,
    Players,
    Reference,
)
from explain.players.field import singles
from explain.players.segments import LARGEST, PATCHES, REGIONS, cut, segment, whereabouts
from explain.types import Partition
from inference.fields import ImageField

PHOTO = ImageField(name="photo", label="Photo")


def photo(width: int, height: int) -> Image.Image:
    """A picture with some structure: four coloured quarters under a little noise."""
    pixels = np.zeros((height, width, 3))
    pixels[: height // 2, : width // 2] = (200, 40, 40)
    pixels[: height // 2, width // 2 :] = (40, 200, 40)
    pixels[height // 2 :, : width // 2] = (40, 40, 200)
    noise = np.random.default_rng(0).integers(0, 30, pixels.shape)
    return Image.fromarray((pixels + noise).astype(np.uint8))


def decoded(players: ImagePlayers, of: Partition | None = None) -> np.ndarray:
    label_map = players.label_map(of or singles(len(players.features)))
    assert label_map.field == "photo"
    head, _, body = label_map.png.partition(",")
    assert head == "data:image/png;base64"
    labels = np.asarray(Image.open(io.BytesIO(base64.b64decode(body))))
    assert (label_map.width, label_map.height) == labels.shape[::-1]
    return labels


@pytest.mark.parametrize("size", [(200, 150), (256, 256), (700, 400), (90, 300)])
def test_the_label_map_has_one_index_per_player_of_a_level(size: tuple[int, int]) -> None:
    players = ImagePlayers(PHOTO, photo(*size), "")
    first, *others = players.groups
    mixed = (*((atom,) for atom in first), *others)
    for level in (players.groups, singles(len(players.features)), mixed):
        labels = decoded(players, level)
        assert labels.dtype == np.uint8
        assert max(labels.shape) <= 256
        indices = [(players.together(atoms).where or {})["region"] for atoms in level]
        assert sorted(indices) == sorted(np.unique(labels))
        for atoms, index in zip(level, indices, strict=True):
            assert np.array_equal(labels == index, np.isin(players.atoms, atoms))


def test_a_region_is_called_the_same_whether_others_are_taken_apart_or_not() -> None:
    players = ImagePlayers(PHOTO, photo(256, 256), "")
    regions = [players.together(group) for group in players.groups]
    assert [region.where for region in regions] == [{"region": i} for i in range(len(regions))]
    assert [region.label.split(",")[0] for region in regions] == [f"region {i + 1}" for i in range(len(regions))]
    parts = {players.together([atom]).id for group in players.groups if len(group) > 1 for atom in group}
    assert not parts & {region.id for region in regions}


def test_a_patch_lies_in_one_region_and_names_it() -> None:
    picture = photo(256, 200)
    regions = segment(np.asarray(picture))
    patches = cut(np.asarray(picture), regions)
    assert sorted(np.unique(patches)) == list(range(patches.max() + 1))
    assert all(len(np.unique(regions[patches == patch])) == 1 for patch in range(patches.max() + 1))
    players = Players([PHOTO], {"photo": picture}, Reference.every([]), "")
    assert players.groups == tuple(tuple(np.unique(patches[regions == i])) for i in range(regions.max() + 1))
    for group in players.groups:
        whole = players.together(group)
        for atom in group:
            assert players.features[atom].parent == (whole.id if len(group) > 1 else None)


def test_a_photo_has_a_few_dozen_patches_of_similar_size() -> None:
    players = ImagePlayers(PHOTO, photo(256, 256), "")
    sizes = np.bincount(players.atoms.ravel())
    assert PATCHES / 2 <= len(sizes) <= PATCHES + REGIONS
    assert sizes.max() <= 0.1 * sizes.sum()


def test_all_kept_is_the_picture_itself() -> None:
    picture = photo(300, 200)
    players = ImagePlayers(PHOTO, picture, "")
    shown = players.show(np.ones(len(players.features), bool))
    assert np.array_equal(np.asarray(shown.composed()), np.asarray(picture))


def test_all_hidden_is_blurred_everywhere() -> None:
    picture = photo(320, 200)
    players = ImagePlayers(PHOTO, picture, "")
    shown = players.show(np.zeros(len(players.features), bool)).composed()
    assert players.baseline == "hidden regions of Photo (found by SLIC) are blurred beyond recognition"
    assert shown.size == picture.size
    assert np.abs(np.diff(np.asarray(shown, int), axis=0)).max() < 10
    assert np.asarray(shown).mean() == pytest.approx(np.asarray(picture).mean(), rel=0.02)


def test_a_second_means_covers_with_the_mean_colour() -> None:
    picture = photo(320, 200)
    players = ImagePlayers(PHOTO, picture, "")
    players.otherwise()
    shown = np.asarray(players.show(np.zeros(len(players.features), bool)).composed())
    assert players.baseline == "hidden regions of Photo (found by SLIC) get the picture's mean colour"
    assert len(np.unique(shown.reshape(-1, 3), axis=0)) == 1
    assert shown.mean((0, 1)) == pytest.approx(np.asarray(picture).mean((0, 1)), abs=3)


def test_hiding_one_patch_changes_that_patch_alone() -> None:
    picture = photo(256, 200)
    players = ImagePlayers(PHOTO, picture, "")
    labels = players.atoms
    for hidden in range(len(players.features)):
        shown = np.asarray(players.show(np.arange(len(players.features)) != hidden).composed())
        changed = (shown != np.asarray(picture)).any(-1)
        assert changed[labels == hidden].any()
        assert not changed[labels != hidden].any()


def test_the_picture_itself_is_not_changed() -> None:
    picture = photo(300, 200)
    before = picture.tobytes()
    players = ImagePlayers(PHOTO, picture, "")
    players.show(np.zeros(len(players.features), bool))
    assert (picture.size, picture.tobytes()) == ((300, 200), before)


@pytest.mark.parametrize("size", [(1, 1), (1, 300), (300, 1), (2, 2), (5, 5), (1024, 700)])
@pytest.mark.parametrize("flat", [False, True])
def test_a_picture_of_any_shape_has_at_most_so_many_regions(size: tuple[int, int], flat: bool) -> None:
    picture = Image.new("RGB", size) if flat else photo(*size)
    players = ImagePlayers(PHOTO, picture, "")
    assert 1 <= len(players.groups) <= REGIONS
    assert len(players.features) <= PATCHES + REGIONS
    assert max(map(len, players.groups)) <= LARGEST
    assert decoded(players).shape == players.atoms.shape
    assert players.show(np.zeros(len(players.features), bool)).composed().size == size


def test_regions_are_numbered_without_gaps() -> None:
    labels = segment(np.asarray(photo(128, 128)))
    assert labels.shape == (128, 128)
    assert sorted(np.unique(labels)) == list(range(labels.max() + 1))


@pytest.mark.parametrize(
    ("rows", "columns", "words"),
    [
        (slice(0, 3), slice(0, 3), "upper left"),
        (slice(0, 3), slice(3, 6), "upper"),
        (slice(0, 3), slice(6, 9), "upper right"),
        (slice(3, 6), slice(0, 3), "left"),
        (slice(3, 6), slice(3, 6), "centre"),
        (slice(6, 9), slice(6, 9), "lower right"),
        (slice(0, 9), slice(0, 9), "centre"),
        (slice(8, 9), slice(0, 9), "lower"),
    ],
)
def test_a_region_is_said_to_be_where_its_middle_is(rows: slice, columns: slice, words: str) -> None:
    mask = np.zeros((9, 9), bool)
    mask[rows, columns] = True
    assert whereabouts(mask) == words
