"""Is each e-mail plain French text, whole, with its link, and without a trace of mark-up?"""

from datetime import date, datetime

import pytest

from cartable.messages import texts
from cartable.messages.texts import Text


LINK = "https://cartable.essai.invalid/x?a=1&b=2"
SCHOOL = "Collège de l'Œuvre & <du> Cœur"
FROM = {"issuer": "Conseil départemental de l'Essai", "contact": "01 99 00 10 20"}
DEADLINE = datetime(2020, 4, 29, 12, 0)
FIRST_OF_MAY = datetime(2020, 5, 1, 9, 5)

END = date(2020, 6, 30)
WORDS = {
    "reminder": {
        "school": SCHOOL,
        "operation": "SIM d'avril",
        "deadline": DEADLINE,
        "late": False,
        "link": LINK,
        **FROM,
    },
    "sent_back": {"school": SCHOOL, "operation": "SIM d'avril", "link": LINK, **FROM},
    "shipment": {
        "number": "E-12",
        "recipient": SCHOOL,
        "arrives_on": FIRST_OF_MAY.date(),
        "link": LINK,
        **FROM,
    },
    "credit_ending": {"school": SCHOOL, "ends_on": END, "cards": 11, "link": LINK, **FROM},
    "loan_ending": {"school": SCHOOL, "ends_on": END, "loans": 1, "link": LINK, **FROM},
    "share": {
        "school": SCHOOL,
        "operation": "SIM d'avril",
        "scenario": "Au plus juste",
        "corrects": False,
        "given": [texts.Line("carte SIM à donner", 6, 2, 0)],
        "kept": [],
        "silent": False,
        "why": "short",
        "until": END,
        "link": LINK,
        **FROM,
    },
    "appointment": {
        "school": SCHOOL,
        "at": FIRST_OF_MAY,
        "place": "à la grille",
        "contact": "01 99 00 30 40",
    },
}


def write(name: str, **changes: object) -> Text:
    return getattr(texts, name)(**WORDS[name] | changes)


@pytest.mark.parametrize("name", WORDS)
def test_a_mail_is_plain_text_with_a_short_subject(name):
    mail = write(name)
    assert 10 < len(mail.subject) <= 150
    assert len(mail.subject.splitlines()) == 1
    assert mail.body.startswith("Bonjour,\n")
    for trace in ("&amp;", "&#", "{{", "{%", "\n\n\n", "None"):
        assert trace not in mail.subject + mail.body


@pytest.mark.parametrize("name", sorted(WORDS.keys() - {"appointment"}))
def test_a_mail_gives_its_link_whole_and_says_who_writes(name):
    assert f"\n{LINK}\n" in write(name).body
    assert all(value in write(name).body for value in FROM.values())


def test_a_deadline_is_written_as_people_say_it():
    assert "mercredi 29 avril 2020 à 12 h.\n" in write("reminder").body
    assert "« Personne n'en a besoin ici » est une réponse" in write("reminder").body


def test_the_first_of_the_month_is_written_in_french():
    assert write("appointment").subject == "Rendez-vous à l'école : vendredi 1er mai 2020 à 9 h 05"
    assert "vendredi 1er mai 2020" in write("shipment").subject


def test_one_and_many_agree():
    assert "11 cartes SIM" in write("credit_ending").body
    assert "1 prêt qui se termine le" in write("loan_ending").body


def test_a_family_is_told_what_to_bring_when_there_is_something():
    told = texts.appointment(
        school=SCHOOL, at=FIRST_OF_MAY, place="grille", contact="01", bring="votre stylo"
    )
    assert "À apporter : votre stylo" in told.body
    assert "apporter" not in write("appointment").body


def test_a_subject_that_holds_a_long_name_still_fits_the_outbox():
    assert write("reminder", operation="o" * 300).subject.endswith("oo…")
    assert len(write("reminder", operation="o" * 300).subject) == 150


CARDS, FEWER = texts.Line("carte SIM à donner", 6, 0, 0), texts.Line("carte SIM à donner", 4, 0, 6)
NONE_LEFT, TABLETS = texts.Line("carte SIM à donner", 0, 0, 6), texts.Line("tablette à prêter", 3, 3, 3)
SHARES = {
    "first": ({}, ["reçoit :\n- carte SIM à donner : 6 (encore attendus : 2)\nChaque livraison"]),
    "nothing": ({"given": []}, ["ne reçoit rien : les articles et l'argent réunis n'ont pas permis"]),
    "covered": ({"given": [], "why": "covered"}, ["ne reçoit rien : ce qui a déjà été livré ou promis"]),
    "kept": (
        {"given": [], "kept": [CARDS], "silent": True},
        ["Il manque la réponse", "il est gardé :\n- carte SIM à donner : 6\nRépondez"],
    ),
    "silent": ({"given": [], "silent": True}, ["ne reçoit rien", "Répondez pour être compté."]),
    "both": (
        {"kept": [TABLETS], "silent": True},
        ["- carte SIM à donner : 6 (", "il est gardé :\n- tablette à prêter : 3\n"],
    ),
    "fewer": (
        {"given": [FEWER, TABLETS], "corrects": True},
        ["a corrigé", "carte SIM à donner : 4 au lieu de 6\n- tablette à prêter : 3 (encore attendus : 3)\n"],
    ),
    "no more": ({"given": [NONE_LEFT], "corrects": True}, ["ne reçoit plus rien : les articles"]),
    "left out": (
        {"given": [NONE_LEFT], "corrects": True, "why": "left_out", "until": None},
        ["ne reçoit plus rien : la répartition corrigée ne concerne plus"],
    ),
}


@pytest.mark.parametrize("case", SHARES)
def test_a_share_says_what_comes_or_why_nothing_does_and_how_to_contest(case):
    changes, said = SHARES[case]
    mail = write("share", **changes)
    for words in said:
        assert words in mail.body, mail.body
    for trace in ("\n\n\n", " \n", "None", "\n."):
        assert trace not in mail.body, mail.body
    assert ("contester sur la même page, jusqu'au mardi 30 juin 2020 compris." in mail.body) == (
        case != "left out"
    )
    assert ("ne reçoit" in mail.body) == (case in ("nothing", "covered", "silent", "no more", "left out"))
    assert mail.subject.startswith("Votre part change" if changes.get("corrects") else "Votre part :")
