"""Does what nobody marked leave no row, is every retention served, and does a family get all that is held?"""

import uuid
from datetime import date

import pytest
from django.db import connection, transaction

from cartable.accounts.enums import Role
from cartable.foundation import clock as house_clock
from cartable.foundation import retention
from cartable.foundation.refused import Refused
from cartable.journal.models import Entry
from cartable.pupils import actions, purging, queries, subject_access
from cartable.pupils.inputs import FamilyInput, GuardianInput, HomeInput, NeedInput, PupilInput
from cartable.pupils.models import Guardian, Home, Need, PendingGuardian, Pupil, PupilHome
from tests import factories
from tests.pupils import lists


pytestmark = [pytest.mark.django_db, pytest.mark.store]


@pytest.fixture
def school():
    return factories.school()


@pytest.fixture
def head(school):
    return factories.user(Role.HEAD, school)


def family(head, school, *names, address="1 rue A", lacks=()):
    home = HomeInput(address=address, postcode="93300", guardians=(GuardianInput(phone="0612345678"),))
    pupils = tuple(
        PupilInput("Durand", name, level="5E", lacks=lacks if name == names[0] else ()) for name in names
    )
    return actions.add_family(actor=head, school_id=school.public_id, family=FamilyInput(pupils, (home,)))


def hand(pupil, kind="device"):
    source = uuid.uuid4()
    with transaction.atomic():
        actions.cover(
            need=Need.objects.get(of_pupils__pupil=pupil, kind=kind),
            kind=kind,
            source=source,
            at=house_clock.now(),
        )
    return source


def test_those_nobody_marked_are_erased_with_all_that_was_theirs(school, head):
    marked, _ = family(head, school, "Ana", "Bea", lacks=(NeedInput("device"),))
    family(head, school, "Cleo", address="2 rue B")
    PendingGuardian.objects.create(
        school=school, child_key="k", source_key="s", last_name="X", created_at=house_clock.now()
    )
    totals = actions.erase_unmarked(actor=head, school_id=school.public_id)
    assert totals == {"5E": 3}
    assert list(Pupil.objects.all()) == [marked]
    assert (Home.objects.count(), Guardian.objects.count(), PupilHome.objects.count()) == (1, 1, 1)
    assert not PendingGuardian.objects.exists()
    assert Entry.objects.get(verb="pupils.erased").data["pupils"] == 2


def test_what_is_in_hands_keeps_its_pupil(school, head):
    [ana] = family(head, school, "Ana", lacks=(NeedInput("device"),))
    source = hand(ana)
    actions.leave(actor=head, pupil_id=ana.public_id, on=house_clock.today())
    actions.erase_unmarked(actor=head, school_id=school.public_id)
    assert Pupil.objects.filter(pk=ana.pk).exists()
    with transaction.atomic():
        actions.end_cover(source=source, at=house_clock.now())
    actions.erase_unmarked(actor=head, school_id=school.public_id)
    assert not (Pupil.objects.exists() or Need.objects.exists() or Home.objects.exists())


def test_a_room_above_holds_back_what_it_needs(school, head, monkeypatch):
    [ana] = family(head, school, "Ana")
    monkeypatch.setitem(purging.KEEPERS, "loans", lambda ids: set(ids) & {ana.pk})
    actions.erase_unmarked(actor=head, school_id=school.public_id)
    assert Pupil.objects.get() == ana


def test_only_the_head_ends_the_keeping(school, head):
    with pytest.raises(Refused):
        actions.erase_unmarked(
            actor=factories.user(Role.HEAD, factories.school()), school_id=school.public_id
        )


def test_who_left_lacks_nothing_here_any_more(school, head):
    [ana] = family(head, school, "Ana", lacks=(NeedInput("device"), NeedInput("parent_help")))
    with pytest.raises(Refused, match="le jour venu"):
        actions.leave(actor=head, pupil_id=ana.public_id, on=date(2999, 1, 1))
    actions.leave(actor=head, pupil_id=ana.public_id, on=house_clock.today())
    assert queries.open_needs_by_level(school.public_id, one_per_household=False) == []
    assert Need.objects.filter(closed_at=None).count() == 0
    actions.come_back(actor=head, pupil_id=ana.public_id)
    assert Pupil.objects.get().left_on is None


def test_the_purge_ends_the_year_and_says_how_many_first(school, head, clock):
    with clock.at("2020-05-04T10:00+02:00"):
        family(head, school, "Ana", lacks=(NeedInput("device"),))
    with clock.at("2020-09-02T10:00+02:00"):
        family(head, school, "Bea", address="2 rue B")
        assert actions.purge(actor=None, dry_run=True)["pupils"] == 1
        assert Pupil.objects.count() == 2
        assert actions.purge(actor=None, dry_run=False)["pupils"] == 1
    assert Pupil.objects.get().first_name == "Bea"
    assert not Need.objects.exists()


def test_guardians_that_wait_too_long_are_erased(school, clock):
    with clock.at("2020-05-04T10:00+02:00"):
        PendingGuardian.objects.create(
            school=school, child_key="k", source_key="s", last_name="X", created_at=house_clock.now()
        )
    with clock.at("2020-05-18T10:00+02:00"):
        assert actions.purge(actor=None, dry_run=False)["pupils.PendingGuardian"] == 0
    with clock.at("2020-05-20T10:00+02:00"):
        assert actions.purge(actor=None, dry_run=False)["pupils.PendingGuardian"] == 1


def test_a_head_does_not_purge(head):
    with pytest.raises(Refused):
        actions.purge(actor=head, dry_run=True)


def test_every_retention_of_the_house_is_served():
    due = {m._meta.label for m in retention.house_models() if retention.of(m).end != "never"}
    assert due - purging.served_models() == set()


# Personal data of professionals, and messages that name no child and live thirty days.
NOT_OF_A_CHILD = {
    "accounts.User",
    "accounts.Assignment",
    "accounts.RightDelegation",
    "accounts.Invitation",
    "accounts.RefusedAccess",
    "accounts.SecondFactor",
    "accounts.RecoveryCode",
    "census.Return",
    "documents.StoredDocument",
    "equipment.Receipt",
    "funding.Commitment",
    "funding.Delegation",
    "funding.Invoice",
    "funding.Reservation",
    "messages.OutgoingMessage",
    "planning.Contest",
    "planning.FundAgreement",
    "planning.Plan",
    "planning.Scenario",
    "planning.ScenarioRun",
    "planning.Split",
}


def test_every_model_that_speaks_of_a_child_is_given_to_the_family():
    personal = {m._meta.label for m in retention.house_models() if retention.personal_fields(m)}
    assert personal - subject_access.served_models() - NOT_OF_A_CHILD == set()


def test_a_model_that_nobody_serves_is_noticed(monkeypatch):
    monkeypatch.delitem(purging.PURGES, "pupils.PendingGuardian")
    monkeypatch.delitem(subject_access.PARTS, "homes")
    with pytest.raises(AssertionError):
        test_every_retention_of_the_house_is_served()
    with pytest.raises(AssertionError):
        test_every_model_that_speaks_of_a_child_is_given_to_the_family()


def test_a_family_gets_all_that_is_held(school, head):
    [ana] = family(head, school, "Ana", lacks=(NeedInput("connection", True),))
    hand(ana, "connection")
    held = actions.export_child(ana.public_id, actor=head)
    assert held["pupil"]["first_name"] == "Ana"
    assert held["homes"][0]["guardians"][0]["phone"] == "06 12 34 56 78"
    assert held["needs"][0]["takes_sim"] is True and held["needs"][0]["covered"]
    assert Entry.objects.filter(verb="pupils.exported", target=str(ana.public_id)).exists()


def test_nobody_else_gets_it(school, head):
    [ana] = family(head, school, "Ana")
    with pytest.raises(Refused):
        actions.export_child(ana.public_id, actor=factories.user(Role.HEAD, factories.school()))
    with pytest.raises(Refused):
        actions.export_child(uuid.uuid4(), actor=head)
    assert actions.export_child(ana.public_id)["pupil"]["first_name"] == "Ana", (
        "the operator of the machine may"
    )


def test_no_name_stands_in_clear_anywhere_in_the_store(ecole, bring, caplog):
    waiting = lists.onde_guardian("ZZCANARI", "Zzcanari", "1 rue Zzcanari|59000|Zzcanari", "ZZCANARI Tom")
    bring(ecole, lists.guardians(waiting))
    bring(
        ecole,
        lists.onde(
            lists.onde_pupil(
                "ZZCANARI", "Zzcanari", ine="1234567890Z", homes=["2 rue Zzcanari|59000|Zzcanari"]
            ),
            lists.onde_pupil("ZZCANARI", "Zoé", "hier"),
        ),
        lists.guardians(lists.onde_guardian("ZZCANARI", "Jean", "", "ZZCANARI Zzcanari", phone="0612345678")),
    )
    assert Pupil.objects.exists() and Guardian.objects.exists() and PendingGuardian.objects.exists()
    said = caplog.text
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
            said += str(cursor.fetchall())
    for secret in ("canari", "1234567890Z", "12 34 56 78", "2012-08-17"):
        assert secret.lower() not in said.lower()
