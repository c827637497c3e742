"""Are the keys read, made and derived so that they stay the same, and only for us?"""

import base64
import stat

import pytest
from django.core.exceptions import ImproperlyConfigured

from cartable.foundation.keys import all_keys, key_for, keyed_hash, local_secret


def key(letter: str) -> str:
    return base64.urlsafe_b64encode(letter.encode() * 32).decode()


def test_the_newest_key_comes_first(settings):
    settings.CARTABLE_KEYS = f"new:{key('n')},old:{key('o')}"
    assert list(all_keys()) == ["new", "old"]


def test_derived_keys_differ_by_purpose_and_outlive_a_new_key(settings):
    settings.CARTABLE_KEYS = f"old:{key('o')}"
    before = key_for("journal"), keyed_hash("ine", "123")
    settings.CARTABLE_KEYS = f"new:{key('n')},old:{key('o')}"
    assert (key_for("journal"), keyed_hash("ine", "123")) == before
    assert key_for("journal") != key_for("ine")


@pytest.mark.parametrize(
    "text", ["k1", "k1:court", f"k-1:{key('x')}", f"k1:{key('x')},", "k1:" + key("x")[:-4]]
)
def test_a_malformed_key_is_refused(settings, text):
    settings.CARTABLE_KEYS = text
    with pytest.raises(ImproperlyConfigured):
        all_keys()


def test_without_keys_a_file_only_for_us_is_made_once(settings, tmp_path):
    settings.CARTABLE_KEYS, settings.VAR_DIR = "", tmp_path
    assert all_keys() == all_keys()
    assert stat.S_IMODE((tmp_path / "keys").stat().st_mode) == 0o600
    assert local_secret(tmp_path) == local_secret(tmp_path)
