"""Every style sheet that is there is served, each once."""

from inference import models, styles


def test_every_style_sheet_is_served_once() -> None:
    assert sorted(styles.SHEETS) == sorted((models.ASSETS / "style").glob("*"))
