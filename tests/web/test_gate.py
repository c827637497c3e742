"""Does the gate of a school take a family through in a minute, and put right what happens afterwards?"""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cartable.accounts.actions import delegate
from cartable.equipment.actions import schedule
from cartable.equipment.enums import HandoverState, Receiver
from cartable.equipment.models import Appointment, Handover, Incident, Loan
from cartable.pupils.models import Need, Pupil
from tests import factories as make
from tests.equipment.stage import iccid, nothing_damaged, stage


pytestmark = pytest.mark.django_db
NINE = "2020-04-27T09:00+02:00"


@pytest.fixture
def week(clock):
    with clock.at(NINE):
        yield stage()


@pytest.fixture
def at_gate(week, client):
    """Signed in as the head, five cards in stock."""
    week.stock(5, credit_valid_until=date(2020, 5, 24))
    client.force_login(week.head)
    return week


def place(week):
    return [week.operation.public_id, week.school.public_id]


def gate(week):
    return reverse("gate", args=place(week))


def hand_url(week, need):
    return reverse("gate-hand", args=[*place(week), need.public_id])


def form_of(need, number, **more):
    return {
        "number": number,
        "receiver": "legal_guardian",
        "proof": "sim:certificate",
        "key": uuid4(),
        **more,
    }


def text(answer):
    return answer.content.decode().replace("\xa0", " ").replace("&#x27;", "'")


def appointments(week, good="sim", **more):
    from cartable.foundation import clock

    given = {"starts_at": clock.now() + timedelta(hours=1), "minutes_each": 5, "good": good, **more}
    return schedule(
        actor=week.head, school_id=week.school.public_id, operation_id=week.operation.public_id, **given
    )


def test_a_family_is_found_served_and_the_next_one_is_at_hand(at_gate, client):
    need, other = at_gate.need(), at_gate.need()
    page = text(client.get(gate(at_gate)))
    assert "Famille1 Enfant0" in page and "Famille2 Enfant0" in page
    assert "Personne de ce nom" in text(client.post(gate(at_gate), {"q": "inconnu"}))
    found = text(client.post(gate(at_gate), {"q": "enf FAMILLE2"}))
    assert "Famille2" in found and "Famille1" not in found
    sent = client.post(hand_url(at_gate, need), form_of(need, iccid(7)))
    done = Handover.objects.get()
    assert sent.status_code == 302 and sent.url == f"{gate(at_gate)}?faite={done.public_id}"
    after = text(client.get(sent.url))
    assert reverse("handover-paper", args=[done.public_id]) in after
    assert hand_url(at_gate, need) not in after and hand_url(at_gate, other) in after
    counts = [int(part.split("<")[0]) for part in after.split("<dd>")[1:4]]
    assert counts == [4, 1, 1] and nothing_damaged()


def test_the_form_has_the_number_ready_to_be_scanned_and_one_enter_sends_it(at_gate, client):
    need = at_gate.need()
    home = need.of_pupils.get().pupil.in_homes.get().home
    home.guardians.create(last_name="Exemple", first_name="Claire", title="Mme")
    page = client.get(hand_url(at_gate, need))
    assert "autofocus" in text(page).split('name="number"')[1].split(">")[0]
    form = page.context["form"]
    filled = {name: form[name].value() for name in form.fields} | {"number": iccid(7)}
    filled = {name: value for name, value in filled.items() if value is not None}
    assert client.post(hand_url(at_gate, need), filled).status_code == 302
    done = Handover.objects.get()
    assert (done.receiver, done.receiver_name) == (Receiver.LEGAL_GUARDIAN, "Mme Claire Exemple")


def test_a_form_sent_twice_is_one_hand_over(at_gate, client):
    need = at_gate.need()
    same = form_of(need, iccid(7))
    assert [client.post(hand_url(at_gate, need), same).status_code for _ in range(2)] == [302, 302]
    assert Handover.objects.count() == 1


def test_a_doubtful_number_is_taken_and_said(at_gate, client):
    need = at_gate.need()
    sent = client.post(hand_url(at_gate, need), form_of(need, iccid(7)[:-1] + "9"), follow=True)
    assert "contrôle" in text(sent) and Handover.objects.count() == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"number": "12345"}, "il en faut 19 ou 20"),
        ({"receiver": "authorised_adult"}, "Écrivez le nom"),
        ({"receiver": ""}, "Ce champ est obligatoire"),
        ({"proof": "tablet:agreement"}, "n’en fait pas partie"),
    ],
)
def test_a_refusal_is_one_sentence_and_hands_nothing_over(at_gate, client, wrong, said):
    need = at_gate.need()
    sent = client.post(hand_url(at_gate, need), form_of(need, iccid(7)) | wrong)
    assert sent.status_code == 422 and said in text(sent)
    assert not Handover.objects.exists()


def test_a_number_already_out_says_so(at_gate, client):
    first, second = at_gate.need(), at_gate.need()
    client.post(hand_url(at_gate, first), form_of(first, iccid(7)))
    sent = client.post(hand_url(at_gate, second), form_of(second, iccid(7)))
    assert sent.status_code == 422 and "déjà sorti le 27 avril" in text(sent)


def test_an_aunt_comes_and_is_named(at_gate, client):
    need = at_gate.need()
    client.post(
        hand_url(at_gate, need),
        form_of(need, iccid(7), receiver="authorised_adult", receiver_name="Mme Tante"),
    )
    row = Handover.objects.get()
    assert (row.receiver, row.receiver_name) == (Receiver.AUTHORISED_ADULT, "Mme Tante")
    assert "Mme Tante, adulte autorisé" in text(client.get(reverse("handover", args=[row.public_id])))


def test_an_adult_pupil_signs_alone(at_gate, client):
    need = at_gate.need(adult=True)
    page = text(client.get(hand_url(at_gate, need)))
    assert "majeur" in page and "responsable légal" not in page
    client.post(hand_url(at_gate, need), form_of(need, iccid(7), receiver="adult_pupil"))
    assert Handover.objects.get().receiver == Receiver.ADULT_PUPIL


def test_a_child_in_placement_is_met_by_the_service(at_gate, client):
    need = at_gate.need(home={"kind": "placement"})
    home = need.of_pupils.get().pupil.in_homes.get().home
    service = home.guardians.create(last_name="Service Exemple", capacity="placement_service")
    client.post(hand_url(at_gate, need), form_of(need, iccid(7), receiver=str(service.public_id)))
    row = Handover.objects.get()
    assert (row.receiver, row.receiver_name, row.home) == (Receiver.PLACEMENT, "Service Exemple", home)


def test_of_two_homes_the_one_who_came_is_asked_unless_the_adult_says_it(at_gate, client):
    need = at_gate.need()
    pupil = need.of_pupils.get().pupil
    second = make.home(pupil, rank=2, address="2 rue Secrète", undisclosed=True)
    father = second.guardians.create(last_name="Deux", first_name="Paul")
    page = text(client.get(hand_url(at_gate, need)))
    assert "Paul Deux" in page and "Secrète" not in page
    sent = client.post(hand_url(at_gate, need), form_of(need, iccid(7)))
    assert sent.status_code == 422 and "Dites pour quel domicile" in text(sent)
    client.post(hand_url(at_gate, need), form_of(need, iccid(7), receiver=str(father.public_id)))
    assert Handover.objects.get().home == second


def test_a_family_without_a_home_is_served_all_the_same(at_gate, client):
    need = at_gate.need(home=False)
    client.post(hand_url(at_gate, need), form_of(need, iccid(7)))
    assert Handover.objects.get().home is None


def test_no_address_stands_at_the_gate(at_gate, client):
    need = at_gate.need(home={"address": "9 rue Visible"})
    at_gate.hand(at_gate.need(home={"address": "8 rue Visible"}), iccid(3))
    pages = [gate(at_gate), gate(at_gate) + "?remis", hand_url(at_gate, need)]
    assert all("rue Visible" not in text(client.get(page)) for page in pages)


def test_a_tablet_is_lent_until_the_day_said(at_gate, client):
    at_gate.declare(3), at_gate.agree()
    need = at_gate.need("device")
    form = client.get(hand_url(at_gate, need)).context["form"]
    assert next(value for value, _label in form.fields["proof"].choices) == "tablet:agreement"
    client.post(hand_url(at_gate, need), form_of(need, "T-1", proof="tablet:agreement", due_on="2020-06-19"))
    assert Loan.objects.get().due_on == date(2020, 6, 19)


def test_the_paper_signed_last_is_proposed_again(at_gate, client):
    one, two = at_gate.need(), at_gate.need()
    client.post(hand_url(at_gate, one), form_of(one, iccid(7), proof="sim:signing_list"))
    assert client.get(hand_url(at_gate, two)).context["form"]["proof"].value() == "sim:signing_list"


# What happens afterwards: each is one action.


def test_an_absent_family_gives_its_place_to_the_next(at_gate, client):
    at_gate.need()
    (first,) = appointments(at_gate)
    second = at_gate.need()
    page = text(client.get(gate(at_gate)))
    assert "rendez-vous à 10:00" in page and reverse("appointment-absent", args=[first.public_id]) in page
    sent = client.post(reverse("appointment-absent", args=[first.public_id]), {"then": "next"}, follow=True)
    assert "Absence notée. La famille suivante a rendez-vous" in text(sent)
    assert Appointment.objects.get(state="planned").need == second
    assert Appointment.objects.get(pk=first.pk).state == "absent"


def test_an_absent_family_leaves_the_thing_in_stock(at_gate, client):
    at_gate.need()
    (first,) = appointments(at_gate)
    sent = client.post(reverse("appointment-absent", args=[first.public_id]), {"then": "stock"}, follow=True)
    assert "reste en stock" in text(sent) and not Appointment.objects.filter(state="planned").exists()


def test_a_dead_card_is_swapped(at_gate, client):
    need = at_gate.need()
    old = at_gate.hand(need, iccid(7)).handover
    page = client.get(reverse("handover-swap", args=[old.public_id]))
    assert page.context["form"]["incident"].value() == "dead_card"
    sent = client.post(
        reverse("handover-swap", args=[old.public_id]),
        {"new_number": iccid(8), "incident": "dead_card", "key": uuid4()},
    )
    new = Handover.objects.get(state=HandoverState.DONE)
    assert sent.url == reverse("handover", args=[new.public_id]) and new.replaces == old
    assert Incident.objects.get().kind == "dead_card"
    assert sent.url in text(client.get(reverse("handover", args=[old.public_id])))
    assert nothing_damaged()


def test_a_pupil_who_leaves_gives_back_and_his_leaving_is_noted(at_gate, client):
    need = at_gate.need()
    row = at_gate.hand(need, iccid(7)).handover
    client.post(
        reverse("handover-back", args=[row.public_id]), {"condition": "good", "signed": "on", "leaves": "on"}
    )
    row.refresh_from_db()
    assert row.state == HandoverState.GIVEN_BACK and Pupil.objects.get().left_on == date(2020, 4, 27)
    assert "Famille1" not in text(client.get(gate(at_gate)))


def test_a_mistake_is_undone_with_its_reason(at_gate, client):
    need = at_gate.need()
    row = at_gate.hand(need, iccid(7)).handover
    url = reverse("handover-cancel", args=[row.public_id])
    assert client.post(url, {"reason": ""}).status_code == 422
    client.post(url, {"reason": "numéro mal lu"})
    row.refresh_from_db()
    assert row.state == HandoverState.CANCELLED
    assert hand_url(at_gate, need) in text(client.get(gate(at_gate)))


# Who may, and how much it costs


def test_only_who_hands_over_opens_the_gate(at_gate, client):
    need = at_gate.need()
    row = at_gate.hand(at_gate.need(), iccid(7)).handover
    (appointment,) = appointments(at_gate)
    pages = [
        *(
            reverse(name, args=place(at_gate))
            for name in ("gate", "appointments", "appointments-new", "papers")
        ),
        *(
            reverse(n, args=place(at_gate))
            for n in ("appointments-tell", "paper-calls", "paper-appointments")
        ),
        *(
            reverse(n, args=place(at_gate)) + "?article=sim"
            for n in ("paper-signing-list", "paper-certificates")
        ),
        reverse("paper-agreements", args=place(at_gate)) + "?article=sim",
        hand_url(at_gate, need),
        *(reverse(f"handover{n}", args=[row.public_id]) for n in ("", "-swap", "-back", "-cancel", "-paper")),
    ]
    marker = _staff(at_gate, "mark")
    for person in (marker, at_gate.service, make.user("head", make.school())):
        client.force_login(person)
        assert [page for page in pages if client.get(page).status_code != 404] == []
        assert client.post(reverse("appointment-absent", args=[appointment.public_id])).status_code == 404
    client.force_login(_staff(at_gate, "hand_over"))
    refused = [page for page in pages if client.get(page).status_code not in (200, 422)]
    assert refused == []


def _staff(week, right):
    from cartable.accounts.models import User

    identifier = f"{right}@example.test"
    delegate(
        actor=week.head,
        school_id=week.school.public_id,
        identifier=identifier,
        display_name="Collègue",
        rights=[right],
        until=date(2020, 6, 30),
    )
    return User.objects.get(identifier=identifier)


def _queries(client, page):
    client.get(page)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(page).status_code == 200
    return len(asked)


def _fill(week, families):
    week.stock(2 * families)
    for _ in range(families):
        need, served = week.need(), week.need()
        home = need.of_pupils.get().pupil.in_homes.get().home
        home.guardians.create(last_name="Exemple", phone="06 39 98 00 01")
        week.hand(served, iccid(1000 + week.made))
    appointments(week)


def test_ten_times_the_families_take_the_same_queries(at_gate, client):
    names = ("gate", "appointments", "papers")
    pages = [reverse(name, args=place(at_gate)) for name in names]
    pages += [gate(at_gate) + "?remis", reverse("credits")]
    pages += [
        reverse("paper-calls", args=place(at_gate)),
        reverse("paper-certificates", args=place(at_gate)) + "?article=sim&pour=remis",
    ]
    _fill(at_gate, 2)
    few = [_queries(client, page) for page in pages]
    _fill(at_gate, 18)
    many = [_queries(client, page) for page in pages]
    assert many == few


def test_the_first_page_says_what_waits(at_gate, client, clock):
    at_gate.need()
    appointments(at_gate)
    home = text(client.get(reverse("home")))
    assert "1 rendez-vous aujourd'hui" in home
    at_gate.hand(Need.objects.get(), iccid(7))
    shipment = at_gate.ship(2) if at_gate.receive(5) else None
    page = text(client.get(reverse("home")))
    assert "1 livraison à confirmer" in page and shipment.number in page
    with clock.at("2020-05-18T09:00+02:00"):
        client.logout()
        client.force_login(at_gate.head)
        assert "1 crédit finit dans 7 jours" in text(client.get(reverse("home")))
        assert "Famille1" in text(client.get(reverse("credits")))


def test_a_refused_number_leaves_the_field_empty_for_the_next_scan(at_gate, client):
    """A scanner types into what has the focus: what was refused must not stand before the next number."""
    need = at_gate.need()
    page = text(client.post(hand_url(at_gate, need), form_of(need, "12345", receiver="authorised_adult")))
    assert "« 12345 »" in page and 'value="12345"' not in page
    assert 'id="form-faults" tabindex="-1">' in page
    assert "checked" in page.split('value="authorised_adult"')[1].split(">")[0]


def test_hours_are_those_of_the_school_overseas(client, clock):
    """A family of La Réunion called for 10:00 must not read the hour of Paris, on the list as on the card."""
    from tests.equipment.stage import Stage

    with clock.at("2020-04-27T06:00+00:00"):
        island = make.department("974", "La Réunion", time_zone="Indian/Reunion")
        service = make.user("equipment", make.body(department=island))
        school = make.school(department=island)
        far = Stage(service, make.operation(service), school, make.user("head", school))
        far.stock(2)
        far.need()
        appointments(far, minutes_each=5)
        client.force_login(far.head)
        seen = text(client.get(gate(far)))
        assert "rendez-vous à 11:00" in seen
        assert "<strong>11:00</strong>" in text(client.get(reverse("appointments", args=place(far))))
