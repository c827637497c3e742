"""Do the commands that guard the store say what they did, refuse what they must, and print no secret but the link?"""

import json
import os
import re
import subprocess
import sys
from datetime import timedelta

import pytest
from django.test import Client

from cartable.accounts.actions import open_administrator, prove
from cartable.accounts.enums import Role
from cartable.accounts.models import Invitation, SecondFactor, User
from cartable.accounts.queries import administrators
from cartable.cli.main import main
from cartable.foundation.clock import now
from cartable.foundation.refused import Refused
from cartable.journal import checkpoints
from cartable.journal.actions import record
from cartable.journal.models import Entry
from tests import factories


pytestmark = [pytest.mark.django_db, pytest.mark.store]
WHO = ["admin", "Vous@example.test", "--name", "Votre nom"]


def said(capsys) -> str:
    return capsys.readouterr().out


def test_the_first_administrator_gets_a_link_that_opens_once(capsys):
    assert main(WHO) == 0
    link = re.search(r"http\S+/acces/(\S+)", said(capsys))[0]
    user = User.objects.get()
    assert (user.identifier, user.display_name, user.scope.roles) == (
        "vous@example.test",
        "Votre nom",
        frozenset({"administrator"}),
    )
    client, address = Client(), re.sub(r"^http://[^/]+", "", link)
    assert client.post(address, {"password": "une longue phrase à moi"}).status_code == 302
    assert client.get("/comptes").status_code == 200
    assert Client().get(address).status_code == 404


def test_the_link_is_kept_nowhere(capsys):
    main([*WHO, "--json"])
    token = json.loads(said(capsys))["link"].rsplit("/", 1)[1]
    assert token not in str(list(Invitation.objects.values())) + str(list(Entry.objects.values()))
    assert Entry.objects.latest("seq").verb == "account.administrator"


def test_it_is_refused_where_there_is_one_unless_asked_for_another(capsys):
    factories.user(Role.ADMINISTRATOR)
    assert main(WHO) == 1
    assert "--another" in capsys.readouterr().err and User.objects.count() == 1
    assert main([*WHO, "--another"]) == 0
    assert administrators().count() == 2


@pytest.mark.parametrize("other", ["of one place", "closed", "of another role"])
def test_what_is_no_administrator_of_the_whole_does_not_stand_in_the_way(other):
    if other == "of one place":
        factories.user(Role.ADMINISTRATOR, factories.department())
    else:
        factories.user(
            Role.ADMINISTRATOR if other == "closed" else Role.NATIONAL, is_active=other != "closed"
        )
    assert main(WHO) == 0


def test_asked_again_for_the_same_address_only_the_last_link_lives(clock, capsys):
    _user, first = open_administrator(email="vous@example.test", display_name="Vous")
    _user, second = open_administrator(email="VOUS@example.test", display_name="")
    assert User.objects.count() == 1 and User.objects.get().assignments.count() == 1
    assert [Client().get(f"/acces/{link.rsplit('/', 1)[1]}").status_code for link in (first, second)] == [
        404,
        200,
    ]
    with clock.at(now() + timedelta(days=8)):
        assert Client().get(f"/acces/{second.rsplit('/', 1)[1]}").status_code == 404


@pytest.mark.parametrize("address", ["", "vous", "vous@", "deux mots@example.test"])
def test_an_address_that_is_none_opens_nothing(address):
    with pytest.raises(Refused):
        open_administrator(email=address, display_name="x")
    assert not User.objects.exists()


def test_tick_makes_a_checkpoint_and_check_reads_it(capsys):
    record(actor=None, verb="test.step")
    assert main(["tick", "--json"]) == 0
    assert json.loads(said(capsys))["checkpoint"] == 1
    assert len(checkpoints.read()) == 1
    assert main(["tick", "--json"]) == 0 and json.loads(said(capsys))["checkpoint"] is None
    assert main(["check"]) == 0
    checkpoints.path().unlink()
    assert main(["check"]) == 1


def test_tick_goes_on_and_ends_in_1_where_the_journal_was_rewritten(capsys, clock):
    record(actor=None, verb="test.step")
    main(["checkpoint"])
    checkpoints.path().write_text(checkpoints.path().read_text().replace('"seq":1', '"seq":2'))
    record(actor=None, verb="test.step")
    capsys.readouterr()
    with clock.at(now() + timedelta(minutes=5)):
        assert main(["tick", "--json"]) == 1
    told = capsys.readouterr()
    assert "rien n'a été signé" in told.err and json.loads(told.out)["checkpoint"] is None


def test_checkpoint_says_where_and_with_which_key(capsys):
    record(actor=None, verb="test.step")
    assert main(["checkpoint", "--json"]) == 0
    first = json.loads(said(capsys))
    assert (first["made"], first["number"], first["entry"]) == (True, 1, 1) and list(
        first["public_keys"]
    ) == ["c1"]
    assert main(["checkpoint", "--json"]) == 0
    again = json.loads(said(capsys))
    assert (again["made"], again["number"]) == (False, 1)
    assert main(["checkpoint", "--restart", "--json"]) == 0
    assert json.loads(said(capsys))["number"] == 2 and len(checkpoints.read()) == 1


def test_a_code_is_shown_of_a_demo_account_and_of_no_other(capsys):
    person, shown = factories.user(), factories.user(demo=True)
    assert main(["demo-code", shown.identifier]) == 1
    factor = factories.second_factor(shown)
    factories.second_factor(person)
    assert main(["demo-code", person.identifier]) == 1
    assert main(["demo-code", shown.identifier.upper()]) == 0
    prove(actor=shown, code=said(capsys).strip())
    assert SecondFactor.objects.get(pk=factor.pk).last_step


SHOW = (
    "from django.conf import settings as s; print(s.EMAIL_BACKEND.split('.')[-2], s.EMAIL_HOST, s.EMAIL_PORT,"
)
SHOW += " s.EMAIL_USE_TLS, s.EMAIL_USE_SSL, s.EMAIL_HOST_USER, s.EMAIL_HOST_PASSWORD)"


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ({}, "filebased  587 True False  "),
        ({"SMTP_HOST": "relais.example"}, "smtp relais.example 587 True False  "),
        (
            {"SMTP_HOST": "r.example", "SMTP_TLS": "tls", "SMTP_USER": "moi", "SMTP_PASSWORD": "x y"},
            "smtp r.example 465 False True moi x y",
        ),
        (
            {"SMTP_HOST": "localhost", "SMTP_TLS": "none", "SMTP_PORT": "2525"},
            "smtp localhost 2525 False False  ",
        ),
        ({"SMTP_TLS": "oui"}, None),
    ],
)
def test_the_relay_is_read_from_the_environment(given, read):
    environment = {**os.environ, **{f"CARTABLE_{name}": value for name, value in given.items()}}
    done = subprocess.run(
        [sys.executable, "-c", SHOW], env=environment, capture_output=True, text=True, check=False
    )
    assert (done.stdout.rstrip("\n") if done.returncode == 0 else None) == read
    assert read is not None or "starttls, tls or none" in done.stderr
