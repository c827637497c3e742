"""A school, an école, and a hand that brings lists into them."""

import pytest

from tests.pupils import lists


@pytest.fixture
def school():
    from tests import factories

    return factories.school()


@pytest.fixture
def ecole():
    from tests import factories

    return factories.school("ecole")


@pytest.fixture
def bring(tmp_path):
    """Import paths or texts into a school, and check that every line is counted."""

    from cartable.pupils.imports import import_pupils

    def run(school, *files, actor=None, **more):
        named = enumerate(files)
        paths = [
            lists.write(tmp_path, f"list{n}", file) if isinstance(file, str) else file for n, file in named
        ]
        report = import_pupils(actor=actor, school_id=school.public_id, paths=paths, **more)
        assert report.created + report.changed + report.unchanged + report.rejected == report.lines
        return report

    return run
