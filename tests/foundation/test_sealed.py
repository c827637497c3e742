"""Does a sealed column stay closed to whoever copies, moves, searches or writes past it?"""

import base64
from uuid import uuid4

import pytest
from django.db import connection, models, transaction
from django.test.utils import isolate_apps

from cartable.foundation.ids import PublicIdField
from cartable.foundation.sealed import BrokenSeal, SealedField


NAME = "Zoé Quinquempoix"


@pytest.fixture
def secret(db):
    """A model with two sealed columns, in a table of its own."""
    with isolate_apps("cartable.foundation"):

        class Secret(models.Model):  # noqa: DJ008
            id = models.IntegerField(primary_key=True)
            public_id = PublicIdField()
            name = SealedField()
            note = SealedField(blank=True, default="")

            class Meta:
                app_label = "foundation"
                db_table = "test_secret"

    kind = "uuid" if connection.vendor == "postgresql" else "char(32)"
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE test_secret (id integer, public_id {kind}, name text, note text)")
    yield Secret
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE test_secret")


def stored(column: str, row_id: int = 1) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {column} FROM test_secret WHERE id = %s", [row_id])
        return cursor.fetchone()[0]


def overwrite(column: str, value: str, row_id: int = 1) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE test_secret SET {column} = %s WHERE id = %s", [value, row_id])


@pytest.mark.store
def test_a_name_is_read_back_and_is_not_in_the_store(secret):
    secret.objects.create(id=1, name=NAME)
    assert secret.objects.get(id=1).name == NAME
    assert NAME not in stored("name")
    assert stored("note") == ""


def test_the_same_name_is_never_sealed_twice_alike(secret):
    secret.objects.bulk_create([secret(id=1, name=NAME), secret(id=2, name=NAME)])
    assert stored("name", 1) != stored("name", 2)
    assert {row.name for row in secret.objects.all()} == {NAME}


def test_a_value_carried_to_another_row_does_not_open(secret):
    secret.objects.bulk_create([secret(id=1, name=NAME), secret(id=2, name="Ali")])
    overwrite("name", stored("name", 1), row_id=2)
    with pytest.raises(BrokenSeal):
        _ = secret.objects.get(id=2).name


def test_a_value_carried_to_another_column_does_not_open(secret):
    secret.objects.create(id=1, name=NAME)
    overwrite("note", stored("name"))
    with pytest.raises(BrokenSeal):
        _ = secret.objects.get(id=1).note


def test_one_altered_byte_is_seen(secret):
    secret.objects.create(id=1, name=NAME)
    head, body = stored("name").rsplit(":", 1)
    raw = bytearray(base64.b64decode(body))
    raw[-1] ^= 1
    overwrite("name", f"{head}:{base64.b64encode(bytes(raw)).decode()}")
    with pytest.raises(BrokenSeal):
        _ = secret.objects.get(id=1).name


def test_another_key_does_not_open_it(secret, settings):
    secret.objects.create(id=1, name=NAME)
    settings.CARTABLE_KEYS = "k1:" + base64.urlsafe_b64encode(b"x" * 32).decode()
    with pytest.raises(BrokenSeal):
        _ = secret.objects.get(id=1).name
    settings.CARTABLE_KEYS = "k2:" + base64.urlsafe_b64encode(b"x" * 32).decode()
    with pytest.raises(BrokenSeal, match="k1"):
        _ = secret.objects.get(id=1).name


def test_after_a_new_key_the_old_values_still_open(secret, settings):
    secret.objects.create(id=1, name=NAME)
    settings.CARTABLE_KEYS = f"k2:{base64.urlsafe_b64encode(b'n' * 32).decode()},{settings.CARTABLE_KEYS}"
    secret.objects.create(id=2, name="Ali")
    assert [row.name for row in secret.objects.order_by("id")] == [NAME, "Ali"]
    assert stored("name", 2).startswith("s1:k2:")


def test_nothing_writes_it_in_clear(secret):
    row = secret.objects.create(id=1, name=NAME)
    with pytest.raises(TypeError, match="in clear"), transaction.atomic():
        secret.objects.update(name="Ali")
    row.name = "Ali"
    with pytest.raises(TypeError, match="in clear"), transaction.atomic():
        secret.objects.bulk_update([row], ["name"])
    assert secret.objects.update(name="") == 1


def test_it_cannot_be_searched(secret):
    with pytest.raises(TypeError, match="cannot be searched"):
        secret.objects.filter(name__startswith="Z").count()


@pytest.mark.store
def test_a_changed_value_is_sealed_again(secret):
    row = secret.objects.create(id=1, name=NAME, public_id=uuid4())
    row.name = "Ali"
    row.save()
    assert secret.objects.get(id=1).name == "Ali"
    assert row.name == "Ali"


def test_a_deferred_column_is_fetched_when_asked(secret):
    secret.objects.create(id=1, name=NAME)
    assert secret.objects.defer("name").get(id=1).name == NAME
