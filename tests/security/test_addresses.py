"""The addresses of studies: nobody guesses one, and it opens what it names alone."""

from pathlib import Path

import pytest
from conftest import load

from explain.panels.opened import opened
from inference import models
from inference.errors import InputError, NotFound
from inference.serving.catalogue import Catalogue
from inference.serving.endpoints import Endpoints
from inference.study.mapping import guess
from inference.study.reading import Study, read
from inference.study.source import open_source
from inference.study.store import Store

BITS = 90
"""That whoever guesses an address would have to guess."""


@pytest.fixture(scope="module")
def study() -> Study:
    folder = models.find()["penguins"]
    task, source = load(folder), open_source(folder / "background.csv")
    *_, last = read(task, source, guess(task.demo, source.columns), "penguins")
    assert isinstance(last, Study)
    return last


def test_no_address_of_a_study_can_be_guessed(study: Study) -> None:
    store = Store()
    names = {store.put(study) for _ in range(50)}
    letters = set("".join(names))
    assert len(names) == 50 and all(len(name) >= 16 for name in names)
    assert len(letters) ** 16 > 2**BITS
    for name in names:
        for guessed in (name[:-1], name + "x", name[::-1], "", "0", "../x", name.swapcase()):
            with pytest.raises(NotFound, match="no longer in memory"):
                store.get(guessed)


@pytest.fixture
def endpoints() -> Endpoints:
    return Endpoints(Catalogue({name: models.find()[name] for name in ("penguins", "customers")}))


def test_a_row_opens_under_its_own_model_alone(study: Study, endpoints: Endpoints) -> None:
    name = endpoints.studies.put(study)
    assert opened(endpoints, "penguins", f"{name}-1").number == 1
    with pytest.raises(InputError, match="names no row"):
        opened(endpoints, "customers", f"{name}-1")


@pytest.mark.parametrize("row", ["", "-1", "0", "999999", "1e3", "1" * 40, "1-2", "../1"])
def test_a_forged_row_is_told(study: Study, endpoints: Endpoints, row: str, tmp_path: Path) -> None:
    name = endpoints.studies.put(study)
    with pytest.raises(InputError):
        opened(endpoints, "penguins", f"{name}-{row}")
