"""Invented content for every document, with the long names and addresses that break a page."""

from datetime import date, datetime, time

from cartable.documents import data, money_data


LONG_NAME = "Jean-Baptiste de la Très-Longue-Lignée-Saint-Exupéry"
LONG_LINE = "1234 bis, boulevard du Général-Gallieni"
LONG_ADDRESS = (LONG_LINE, "Bâtiment C, escalier 4, porte 127", "93190 LIVRY-GARGAN")
SCHOOL = "Collège Œuvre-du-Cœur, Aubervilliers"
OPERATION = "Cartes SIM d’avril 2020"
ICCID = "8933150000000000017"

ISSUER = data.Party(
    "Conseil départemental de l’Essai-Saint-Denis",
    ("Service de l’équipement des collèges", "3, esplanade Jean-Moulin", "93000 BOBIGNY"),
    "01 99 00 10 20",
    "equipement@essai.invalid",
)
NOTICE = data.PrivacyNotice(
    controller="la principale du collège",
    purpose="remettre le matériel à l’élève et en garder la preuve",
    contact="écrivez à dpd@essai.invalid ou au secrétariat du collège",
    retention="jusqu’à la fin de l’année scolaire, puis un an pour la preuve",
    recipients="le personnel de l’établissement chargé de la remise",
)
SHEET = data.Sheet(ISSUER, date(2020, 4, 30), "Cartable, plan approuvé le 29 avril 2020", NOTICE)
COLLEGE = data.Party(SCHOOL, LONG_ADDRESS, "01 99 00 30 40", "0930001a@essai.invalid")


def certificates(count: int = 2) -> list[data.Certificate]:
    """Give attestations: a long name with a known receiver, then names with boxes to tick."""
    first = data.Certificate(
        school=SCHOOL,
        pupil=LONG_NAME,
        class_name="4e B",
        items=(data.Item("Carte SIM prépayée, données 20 Go", ICCID), data.Item("Chargeur USB-C", "", 1)),
        day=date(2020, 5, 4),
        home=data.Party(f"Mme Marie-Hélène {LONG_NAME[14:]}", LONG_ADDRESS),
        receiver="Mme Marie-Hélène de la Très-Longue-Lignée",
        quality="guardian",
        given_out_by="M. Ibrahim N’Diaye, conseiller principal d’éducation",
        operation=OPERATION,
        givers=("Emmaüs Connect", "Fondation SFR"),
        reference="R-2020-000147",
        credit_until=date(2020, 6, 30),
    )
    others = [
        data.Certificate(
            school=SCHOOL,
            pupil=f"Élève Numéro-{rank}",
            class_name="6e A",
            items=(data.Item("Carte SIM prépayée", str(int(ICCID) + rank)),),
            day=None,
            operation=OPERATION,
            givers=("Emmaüs Connect",),
        )
        for rank in range(1, count)
    ]
    return [first, *others]


def letters() -> list[data.InvitationLetter]:
    """Give two letters, the first with a long name and address."""
    return [
        data.InvitationLetter(
            recipient=data.Party(
                f"M. le Principal {LONG_NAME}" if rank == 0 else "Mme la Directrice", LONG_ADDRESS
            ),
            account=f"{SCHOOL} (093000{rank}A)",
            operation=OPERATION,
            address_to_type="https://cartable.essai.invalid/code",
            code=f"K7QM-4RTX-9B{rank}D",
            valid_until=datetime(2020, 5, 1, 12, 0),
            answer_before=datetime(2020, 4, 29, 12, 30),
            contact=ISSUER,
            signatory="Le service de l’équipement des collèges",
        )
        for rank in range(2)
    ]


def slips() -> list[data.PackingSlip]:
    """Give a slip for a collège, then one for a relay with forty écoles."""
    line = data.SlipLine("Carte SIM prépayée", 1_400, "L-2020-04", "SFR", ICCID, "8933150000000001416")
    counted = data.SlipLine("Tablette 10 pouces avec étui de protection", 12)
    address = "https://cartable.essai.invalid/reception/4f0c7a1e2b"
    relay = data.Party("Circonscription d’Aubervilliers 1", LONG_ADDRESS, "01 99 00 55 66")
    onward = tuple(
        data.OnwardCount(
            f"École élémentaire publique {'Marie-Curie-et-Irène-Joliot' if n % 7 == 0 else n}",
            "Aubervilliers",
            "Carte SIM prépayée",
            n,
        )
        for n in range(1, 41)
    )
    first = data.PackingSlip(
        "E-2020-0012", date(2020, 4, 30), ISSUER, COLLEGE, (line, counted), address,
        instructions=("Ouvrez les cartons devant le chauffeur et comptez avec lui.",),
    )  # fmt: skip
    second = data.PackingSlip("E-2020-0013", date(2020, 4, 30), ISSUER, relay, (line,), address, onward)
    return [first, second]


def signing_lists(count: int = 40) -> list[data.SigningList]:
    """Give one list of `count` pupils."""
    lines = tuple(
        data.SigningLine(
            n, LONG_NAME if n == 2 else f"É. N. {n}", "4e B", "Carte SIM prépayée", str(int(ICCID) + n)
        )
        for n in range(1, count + 1)
    )
    return [data.SigningList(SCHOOL, OPERATION, lines, date(2020, 5, 4), ("Emmaüs Connect", "Fondation SFR"))]


def leaflets() -> list[data.Leaflet]:
    """Give one leaflet."""
    return [
        data.Leaflet(
            SCHOOL, OPERATION,
            (data.Supply(11, "cartes SIM prépayées"), data.Supply(3, "tablettes")),
            date(2020, 4, 30), "lundi 4 mai, de 9 h à 12 h", "à la grille, rue du Général-Gallieni",
            COLLEGE, date(2020, 6, 30),
        )
    ]  # fmt: skip


def agreements(count: int = 2) -> list[data.LoanAgreement]:
    """Give the copies of one agreement, each for another home."""
    text = data.AgreementText(
        "Convention de prêt d’une tablette numérique", "3", date(2019, 9, 26), "2019-IX-26-14",
        tuple(
            data.Clause(
                f"Article {n} — {'Durée' if n == 1 else 'Obligations de la famille'}",
                ("Le matériel est prêté gratuitement. La famille en prend soin et le rend dans l’état où elle "
                 "l’a reçu, l’usure normale mise à part : aucune somme n’est demandée d’avance.",) * 2,
            )
            for n in range(1, 7)
        ),
    )  # fmt: skip
    device = data.Device(
        "Tablette 10 pouces, 64 Go", "SN-ÀÉ-004217-XK", "93-COL-2018-004217", ("chargeur", "étui"), "bon état"
    )
    return [
        data.LoanAgreement(
            text=text,
            parties=(
                data.AgreementParty("Le propriétaire", ISSUER, "son président"),
                data.AgreementParty("L’établissement", COLLEGE, "sa principale"),
                data.AgreementParty(
                    "Le responsable légal",
                    data.Party(f"Mme Marie-Hélène {rank} {LONG_NAME[14:]}", LONG_ADDRESS),
                ),
            ),
            pupil=LONG_NAME,
            class_name="4e B",
            school=SCHOOL,
            device=device,
            starts_on=date(2020, 5, 4),
            until=date(2020, 7, 3),
            duration="jusqu’à la fin de l’année scolaire",
            signatures=("Pour le propriétaire", "Pour l’établissement", "Le responsable légal", "L’élève"),
            copy_for=f"Mme Marie-Hélène {rank}",
            reference="P-2020-000311",
        )
        for rank in range(count)
    ]


def receipts() -> list[data.ReturnReceipt]:
    """Give one receipt with an accessory missing."""
    device = data.Device("Tablette 10 pouces, 64 Go", "SN-004217-XK", "93-COL-2018-004217")
    return [
        data.ReturnReceipt(
            SCHOOL, LONG_NAME, "4e B", device, date(2020, 7, 3), "rayures sur l’écran",
            (data.AccessoryBack("chargeur", False), data.AccessoryBack("étui", True)),
            ("L’écran s’allume.", "La batterie tient la charge."),
            "Mme Marie-Hélène de la Très-Longue-Lignée", "M. Ibrahim N’Diaye", "P-2020-000311",
            date(2020, 5, 4), data.Party("Mme Marie-Hélène", LONG_ADDRESS), ("chargeur",),
        )
    ]  # fmt: skip


def appointment_sheets(count: int = 40) -> list[data.AppointmentSheet]:
    """Give one day of `count` slots."""
    slots = tuple(
        data.Appointment(
            time(9 + n // 12, 5 * (n % 12)),
            LONG_NAME if n == 3 else f"Élève Numéro-{n}",
            "6e A",
            "1 carte SIM, 1 tablette",
        )
        for n in range(count)
    )
    return [data.AppointmentSheet(SCHOOL, OPERATION, date(2020, 5, 4), "à la grille", slots)]


def call_lists(count: int = 30) -> list[data.CallList]:
    """Give one list of `count` families, some with two numbers."""
    calls = tuple(
        data.Call(
            f"Famille {LONG_NAME[14:]}" if n == 1 else f"Famille Numéro-{n}",
            ("06 39 98 00 01", "01 99 00 11 22") if n % 3 == 0 else ("06 39 98 00 02",),
            datetime(2020, 5, 4, 9 + n // 12, 5 * (n % 12)),
        )
        for n in range(count)
    )
    to_say = "Bonjour, c’est le collège. Nous avons une carte SIM pour votre enfant : venez la chercher à l’heure dite."
    return [data.CallList(SCHOOL, OPERATION, calls, to_say)]


def plan_sheets(communes: int = 40) -> list[data.PlanSheet]:
    """Give the plan of a département of `communes` communes."""
    names = ("Aubervilliers", "Saint-Denis", "Épinay-sur-Seine", "Le Pré-Saint-Gervais", "L’Île-Saint-Denis")
    shares = tuple(data.Share(f"{names[n % 5]}", n % 4 + 1, (n, 2 * (n % 9))) for n in range(communes))
    return [
        data.PlanSheet(
            operation=OPERATION,
            article="cartes SIM prépayées",
            rule=(
                "Chaque établissement reçoit une part proportionnelle aux élèves sans connexion, au moins une carte.",
                "Un élève d’une cité éducative compte un quart de plus.",
                "Les cartes qui restent vont d’abord à qui est le moins couvert.",
            ),
            pools=("Collèges", "Écoles"),
            shares=shares,
            stock=(1_400, 400),
            reserve=(120, 36),
            answered=96,
            expected=130,
            reserve_reason="estimée pour les 34 établissements qui n’ont pas encore répondu.",
            changed_by_hand=2,
            signatory="La vice-présidente chargée de l’éducation",
        )
    ]


def need_forms() -> list[data.NeedForm]:
    """Give one blank form."""
    return [data.NeedForm(SCHOOL, OPERATION, datetime(2020, 4, 29, 12, 0), ISSUER)]


def credit_letters() -> list[money_data.CreditLetter]:
    """Give the letter of the Hauts-de-France, with all that it may say."""
    return [
        money_data.CreditLetter(
            recipient=data.Party(
                "Préfecture de la région Hauts-de-France", ("12 rue Inventée", "59000 Lille")
            ),
            number="2020-0007",
            year="2020",
            verb="délègue",
            programme="Plan du 20 avril 2020",
            line="Équipement : délégation supplémentaire",
            amounts=(
                ("Autorisations d’engagement (AE)", "695 294,00 €"),
                ("Crédits de paiement (CP)", "695 294,00 €"),
            ),
            notified_on=date(2020, 5, 4),
            announced_on=date(2020, 4, 20),
            budget_programme="147",
            source="Circulaire D20005443",
            rules=("Ils servent les élèves des quartiers prioritaires (QPV).",),
            reason="Part de la région.",
            signatory="La directrice",
        )
    ]


def grant_sheets() -> list[money_data.GrantSheet]:
    """Give a purchase of which the State pays the net price and a commune the tax."""
    amount = ("20 000,00 €", "10 000,00 €", "4 000,00 €", "0,00 €")
    return [
        money_data.GrantSheet(
            act="achat",
            subject="80 tablettes pour les écoles du quartier",
            bearer=data.Party("Commune inventée"),
            state="engagé",
            decided_on=date(2020, 11, 4),
            amounts=(("Hors taxes", "20 000,00 €"), ("TVA à 20 %", "4 000,00 €"), ("Total", "24 000,00 €")),
            parts=(
                money_data.GrantPart("Préfecture du Vaucluse", "hors taxes", *amount),
                money_data.GrantPart(
                    "Commune inventée", "TVA", "4 000,00 €", "2 000,00 €", "800,00 €", "0,00 €"
                ),
            ),
            number="EJ2103001",
            programme="Plan du 20 avril 2020",
            serves="Élèves du REP",
            justify_by=date(2021, 6, 30),
            two_people=True,
        )
    ]


PLAIN_SHEET = data.Sheet(ISSUER, SHEET.made_on, SHEET.source)
SAMPLES = {
    "invitation_letter": letters,
    "packing_slip": slips,
    "signing_list": signing_lists,
    "leaflet": leaflets,
    "certificate": certificates,
    "loan_agreement": agreements,
    "return_receipt": receipts,
    "appointments": appointment_sheets,
    "call_list": call_lists,
    "plan_sheet": plan_sheets,
    "need_form": need_forms,
    "credit_letter": credit_letters,
    "grant_sheet": grant_sheets,
}
