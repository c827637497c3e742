"""Do the conformity papers say what the models declare today?"""

from types import ModuleType

import pytest

from cartable.foundation import retention


@pytest.fixture
def papers(monkeypatch, request) -> ModuleType:
    monkeypatch.syspath_prepend(str(request.config.rootpath / "scripts"))
    import make_conformity

    return make_conformity


def test_the_committed_table_is_up_to_date(papers):
    said = papers.TARGET.read_text(encoding="utf-8")
    assert said == papers.page(), "run: python scripts/make_conformity.py"


def test_every_table_of_the_house_is_named_once(papers):
    said = papers.page()
    missing = [model._meta.label for model in retention.house_models() if f"`{model.__name__}`" not in said]
    assert missing == []


def test_a_new_personal_column_changes_the_table(papers, monkeypatch):
    from cartable.pupils.models import Pupil

    before = papers.page()
    monkeypatch.setattr(Pupil, "personal", (*Pupil.personal, "class_label"))
    assert "`class_label`" in papers.page() and "`class_label`" not in before


def test_a_library_table_that_nobody_looked_at_stops_the_script(papers, monkeypatch):
    monkeypatch.delitem(papers.LIBRARIES, "axes.AccessAttempt")
    with pytest.raises(KeyError, match=r"axes\.AccessAttempt"):
        papers.page()
