"""Do the tests notice an unknown variable in a template of the house, and leave those of others alone?"""

import pytest
from django.template import Context, Origin, Template

from tests.conftest import HOUSE


def rendered(text: str, folder: str) -> str:
    return Template(text, origin=Origin(name=f"{folder}/page.html")).render(Context({"known": "oui"}))


@pytest.mark.parametrize("text", ["{{ unknown }}", "{{ known.unknown }}", "{{ unknown|default:'x' }}"])
def test_an_unknown_variable_of_ours_fails(text):
    with pytest.raises(pytest.fail.Exception, match="unknown variable"):
        rendered(text, str(HOUSE / "web"))


def test_what_may_be_missing_is_asked_with_if():
    assert rendered("{% if unknown %}x{% endif %}{{ known }}", str(HOUSE / "web")) == "oui"


def test_the_templates_of_others_are_left_alone():
    assert rendered("{{ unknown }}{{ unknown|default:'x' }}", "/elsewhere") == "x"
