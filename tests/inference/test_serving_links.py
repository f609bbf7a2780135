"""Links: what goes in comes out, nobody can alter what they say, and what ends says so."""

import base64
import json
import os
import stat
import threading
import time
import zlib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.errors import Busy, InputError, NotFound
from inference.serving import holding, links
from inference.serving.holding import Holding
from inference.serving.links import MOST_CHARACTERS, Links, Shared, secret_of
from inference.types import Contrast, ItemTarget, TextTarget

SECRET = "a key that nobody knows"
PICTURE = {"image": "data:image/png;base64,iVBORw0KGgo="}


def case(**more: Any) -> Shared:
    return Shared(
        **{"model": "sentiment", "inputs": {"text": "A warm, witty film."}, "revision": "0123456789ab"} | more
    )


TARGETS = [
    None,
    ItemTarget("negative"),
    TextTarget("So be it.", 2),
    Contrast((ItemTarget("a"), ItemTarget("b"))),
]


@pytest.mark.parametrize("target", TARGETS)
def test_a_small_case_travels_in_its_link(target: Any, tmp_path: Path) -> None:
    made = Links(SECRET, tmp_path / "kept")
    sent = case(target=target, view="compare", than="variant:int8", other_inputs={"text": "é 😀"})
    token = made.make(sent)
    assert made.open(token.text) == sent
    assert token.until is None and len(token.text) < 400
    assert not (tmp_path / "kept").exists()


@given(
    st.dictionaries(st.text(), st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text())
)
def test_any_input_comes_back_as_it_went(inputs: dict[str, Any]) -> None:
    ours = Links(SECRET)
    assert ours.open(ours.make(case(inputs=inputs)).text).inputs == inputs


def test_a_token_is_made_of_what_an_address_takes_as_it_is() -> None:
    token = Links(SECRET).make(case(inputs={"text": "".join(map(chr, range(1, 500)))})).text
    assert all(char.isascii() and (char.isalnum() or char in "-_") for char in token)


def test_every_altered_character_is_found_out() -> None:
    ours = Links(SECRET)
    token = ours.make(case()).text
    for at in range(len(token)):
        altered = token[:at] + ("A" if token[at] != "A" else "B") + token[at + 1 :]
        if base64.urlsafe_b64decode(altered + "=" * (-len(altered) % 4)) != base64.urlsafe_b64decode(
            token + "=" * (-len(token) % 4)
        ):  # the last character has bits that mean nothing
            with pytest.raises(InputError, match="damaged, or was made by another server"):
                ours.open(altered)


@pytest.mark.parametrize("token", ["", "x", "é", "A" * 500, "%00", "../../etc/passwd", "=" * 30, "a\nb", "😀"])
def test_what_is_no_link_is_refused_in_words(token: str) -> None:
    with pytest.raises(InputError, match="damaged"):
        Links(SECRET).open(token)


def test_a_part_of_a_link_is_refused() -> None:
    ours = Links(SECRET)
    token = ours.make(case()).text
    for cut in (token[:-1], token[1:], token[:40], token + "A"):
        with pytest.raises(InputError, match="damaged"):
            ours.open(cut)


def test_servers_of_one_secret_open_one_anothers_links_and_no_others() -> None:
    token = Links(SECRET).make(case()).text
    assert Links(SECRET).open(token) == case()
    for other in (Links(), Links("another key that nobody knows")):
        with pytest.raises(InputError, match="another server"):
            other.open(token)
    assert (Links(SECRET).lasting, Links().lasting) == (True, False)


def test_a_key_that_could_be_guessed_is_refused() -> None:
    with pytest.raises(InputError, match="16 characters or more, got 5"):
        Links("short")


# What is too large for an address


def noise(size: int) -> str:
    return base64.b64encode(zlib.compress(str(list(range(size))).encode())).decode()


@pytest.mark.parametrize("inputs", [PICTURE, {"text": noise(9_000)}], ids=["picture", "long text"])
def test_pictures_and_long_inputs_are_kept_under_a_name_that_nobody_can_guess(
    inputs: dict[str, Any], tmp_path: Path
) -> None:
    ours = Links(SECRET, tmp_path)
    first, second = ours.make(case(inputs=inputs)), ours.make(case(inputs=inputs))
    assert first.text != second.text and len(first.text) < 150
    assert first.until and abs(first.until - time.time() - holding.SECONDS) < 60
    assert Links(SECRET, tmp_path).open(first.text).inputs == inputs  # another server that shares the folder
    names = [file.name for file in tmp_path.iterdir()]
    assert len(names) == 2 and all(len(name) == 22 for name in names)
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in tmp_path.iterdir())


def test_no_link_is_longer_than_an_address_may_be(tmp_path: Path) -> None:
    ours = Links(SECRET, tmp_path)
    lengths = [len(ours.make(case(inputs={"text": noise(size)})).text) for size in range(0, 4_000, 250)]
    assert max(lengths) <= MOST_CHARACTERS
    assert any(length > 1_000 for length in lengths) and lengths[-1] < 150


def test_a_link_that_has_ended_says_when(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ours = Links(SECRET, tmp_path)
    token = ours.make(case(inputs=PICTURE))
    later = time.time() + holding.SECONDS + 5
    assert len(list(tmp_path.iterdir())) == 1
    monkeypatch.setattr(time, "time", lambda: later)
    with pytest.raises(NotFound, match=r"This link ended on \d+ \w+ 20\d\d: what was sent for it has been deleted\."):
        ours.open(token.text)
    assert list(tmp_path.iterdir()) == []


def test_a_link_whose_file_has_left_says_so(tmp_path: Path) -> None:
    ours = Links(SECRET, tmp_path)
    token = ours.make(case(inputs=PICTURE)).text
    for damage in (lambda file: file.write_bytes(b"x"), lambda file: file.unlink()):
        damage(next(tmp_path.iterdir()))
        with pytest.raises(NotFound, match="no longer kept"):
            ours.open(token)


def test_without_a_secret_what_is_kept_goes_with_the_server() -> None:
    ours = Links()
    token = ours.make(case(inputs=PICTURE))
    folder = ours.keeping.folder
    assert ours.open(token.text).inputs == PICTURE and len(list(folder.iterdir())) == 1
    del ours
    assert not folder.exists()


def test_a_case_beyond_the_bound_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(links, "MOST_BYTES", 1_000_000)
    with pytest.raises(InputError, match="may hold 1 MB, and this case has 2 MB"):
        Links(SECRET).make(case(inputs={"text": "x" * 2_000_000}))


def test_no_more_is_unpacked_than_a_case_may_have(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    ours = Links(SECRET, tmp_path)
    token = ours.make(case(inputs=PICTURE)).text
    (file,) = tmp_path.iterdir()
    file.write_bytes(zlib.compress(b" " * 2_000_000 + json.dumps(case().to_json()).encode()))
    assert ours.open(token) == case()
    monkeypatch.setattr(links, "MOST_BYTES", 1_000_000)
    with pytest.raises(NotFound, match="no longer kept"):
        ours.open(token)


# The folder


def test_the_oldest_leave_where_the_room_does_not_suffice(tmp_path: Path) -> None:
    kept = Holding(tmp_path, most_bytes=250)
    names = []
    for number in range(4):
        names.append(kept.put(bytes([number]) * 100)[0])
        time.sleep(0.01)
    assert kept.get(names[3]) == b"\3" * 100 and kept.get(names[2]) == b"\2" * 100
    for name in names[:2]:
        with pytest.raises(NotFound):
            kept.get(name)


def test_what_is_too_old_is_neither_given_nor_kept(tmp_path: Path) -> None:
    kept = Holding(tmp_path, seconds=0.0)
    name, _ = kept.put(b"x")
    with pytest.raises(NotFound):
        kept.get(name)
    assert not list(tmp_path.iterdir())
    kept.put(b"x")
    kept.put(b"y")
    assert len(list(tmp_path.iterdir())) == 1


def test_what_is_too_old_is_swept_out_and_the_rest_stays(tmp_path: Path) -> None:
    kept = Holding(tmp_path / "kept")
    kept.sweep()  # before anything was kept
    old, fresh = kept.put(b"x")[0], kept.put(b"y")[0]
    (tmp_path / "kept" / "thesis.pdf").write_bytes(b"the presenter's own")
    ended = time.time() - holding.SECONDS - 5
    for name in (old, "thesis.pdf"):
        os.utime(tmp_path / "kept" / name, (ended, ended))
    kept.sweep()
    assert {file.name for file in (tmp_path / "kept").iterdir()} == {fresh, "thesis.pdf"}


@pytest.mark.parametrize("name", ["", "../secret", "x" * 22 + "/", "x" * 21, ".." + "x" * 20, "é" * 22, "x" * 22])
def test_no_other_file_can_be_named(name: str, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    with pytest.raises(NotFound):
        Holding(tmp_path / "kept").get(name)


def test_a_folder_that_cannot_be_written_to_is_told_in_words(tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file in its place")
    with pytest.raises(Busy, match="no room to keep this input"):
        Holding(tmp_path / "kept").put(b"x")


def test_many_at_once_lose_nothing(tmp_path: Path) -> None:
    kept, found = Holding(tmp_path), []
    put = [threading.Thread(target=lambda: found.append(kept.put(b"x" * 1000)[0])) for _ in range(16)]
    for each in put:
        each.start()
    for each in put:
        each.join()
    assert len({*found}) == 16 and all(kept.get(name) == b"x" * 1000 for name in found)


# The key


def test_a_key_may_stand_in_a_file_which_is_made_if_it_is_missing(tmp_path: Path) -> None:
    file = tmp_path / "key"
    made = secret_of(f"@{file}")
    assert len(made) >= links.SHORTEST and secret_of(f"@{file}") == made
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [each.name for each in tmp_path.iterdir()] == ["key"]
    assert (secret_of(None), secret_of(SECRET)) == ("", SECRET)
    with pytest.raises(InputError, match="can neither be read nor made"):
        secret_of(f"@{tmp_path}/nowhere/key")


def test_of_servers_that_start_together_all_have_the_same_key(tmp_path: Path) -> None:
    found: list[str] = []
    start = [threading.Thread(target=lambda: found.append(secret_of(f"@{tmp_path / 'key'}"))) for _ in range(12)]
    for each in start:
        each.start()
    for each in start:
        each.join()
    assert len(found) == 12 and len({*found}) == 1
