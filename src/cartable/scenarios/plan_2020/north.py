"""Two départements of the Hauts-de-France spend: grants to bearers who declare their bills, a purchase with a commune.

Bearers and amounts are invented; the prices are of the order that public sources give for 2020.
"""

from dataclasses import dataclass, replace
from datetime import date

from cartable.accounts.enums import Role, ScopeKind
from cartable.accounts.models import User
from cartable.bodies.actions import ensure_body
from cartable.bodies.enums import BodyKind
from cartable.bodies.models import Body
from cartable.funding.actions import (
    Amount,
    Awaited,
    Bought,
    Part,
    claim,
    commit,
    confirm,
    credit_note,
    join,
    justify,
    open_credits,
    open_envelope,
    open_line,
    receive,
    redeploy,
    release,
)
from cartable.funding.enums import CommitmentKind, Share
from cartable.funding.models import CommitmentPart
from cartable.scenarios.directory import open_directory
from cartable.scenarios.invent import World
from cartable.scenarios.money import WHOM, Desk, Thread, bill, official
from cartable.scenarios.plan_2020.stage import NORTH, Place, Story, prefecture_desk
from cartable.scenarios.week import paris
from cartable.territories.models import Commune, Department, School


@dataclass(slots=True)
class North:
    """The story seen from one préfecture: its desk, and the bearers around it."""

    story: Story
    place: Place
    desk: Desk
    commune: Body
    mayor: User
    college: Body
    principal: User
    association: Body
    emmaus: Body


def threads_of_the_north(story: Story) -> list[Thread]:
    """Give the year of the first département, of its neighbour, and the redeployment between them."""
    north = _settle(story, NORTH[0])
    return [
        _commune(north),
        _college(north),
        _association(north),
        _emmaus(north),
        _purchase_with_the_commune(north),
        _cite_educative(north),
        _neighbour(story),
        _redeploy(story, north),
    ]


def _settle(story: Story, place: Place) -> North:
    college, commune = _directory(place)
    town = ensure_body(
        actor=None,
        kind=BodyKind.LOCAL_AUTHORITY,
        name=f"Commune de {commune.name} (inventée)",
        commune=commune,
    )
    return North(
        story=story,
        place=place,
        desk=prefecture_desk(place),
        commune=town,
        mayor=official(
            "plan2020-commune-1",
            f"Commune de {commune.name}, finances",
            Role.EQUIPMENT,
            ScopeKind.BODY,
            str(town.public_id),
        ),
        college=ensure_body(actor=None, kind=BodyKind.SCHOOL, name=college.name, school=college),
        principal=official(
            "plan2020-principal-1", "Direction du collège", Role.HEAD, ScopeKind.SCHOOL, college.uai
        ),
        association=ensure_body(
            actor=None, kind=BodyKind.ASSOCIATION, name="Les Ateliers du Canal (inventée)"
        ),
        emmaus=ensure_body(actor=None, kind=BodyKind.ASSOCIATION, name="Emmaüs Connect"),
    )


def _directory(place: Place) -> tuple[School, Commune]:
    """Bring one invented collège and its commune, as the directory's importer does."""
    department = Department.objects.get(code=place.code)
    (college,) = World(place.code, seed=2020).colleges(1)
    open_directory(department, [replace(college, commune_code=f"{place.code}01")], "2020-01-06")
    school = School.objects.select_related("commune").get(uai=college.uai)
    assert school.commune is not None
    return school, school.commune


def _commune(north: North) -> Thread:
    """An arrêté of 60,000 €, two instalments, a bill with its goods, 840 € to give back."""
    yield paris(28, 10)
    desk, envelope = north.desk, north.story.of("equipment_extra", north.place.code)
    part = desk.grants(
        envelope,
        north.commune,
        60_000_00,
        "Tablettes et clés 4G pour les élèves des quartiers",
        kind=CommitmentKind.ORDER,
        justify_by=date(2020, 10, 31),
    )
    yield paris(6, 10, month=5)
    desk.pays(part, 42_000_00, "70 % à la signature")
    yield paris(3, 10, month=7)
    desk.pays(part, 18_000_00, "Solde")
    goods = [Bought("Tablette 10 pouces", 170, 250_00), Bought("Clé 4G", 170, 40_00)]
    found = bill(north.mayor, part, "Fournisseur inventé", "F-2020-118", goods)
    yield paris(10, 10, month=7)
    desk.accepts(found, part)
    back = claim(
        actor=desk.first,
        part_id=part.public_id,
        cents=840_00,
        due_on=date(2020, 9, 30),
        reason="Reste non employé après facture",
    )
    yield paris(15, 10, month=9)
    receive(actor=desk.first, recovery_id=back.public_id)


def _college(north: North) -> Thread:
    """A convention with an EPLE, paid on its bill; what the price was below is released."""
    yield paris(29, 10)
    desk, envelope = north.desk, north.story.of("equipment_extra", north.place.code)
    part = desk.grants(envelope, north.college, 18_400_00, "Ordinateurs portables prêtés")
    yield paris(18, 10, month=5)
    desk.pays(part, 18_240_00)
    found = bill(
        north.principal,
        part,
        "Fournisseur inventé",
        "F-2020-131",
        [Bought("Ordinateur portable", 40, 380_00)],
    )
    desk.accepts(found, part)
    release(actor=desk.first, part_id=part.public_id, cents=160_00, reason="Prix plus bas que le devis")


def _association(north: North) -> Thread:
    """A grant in two instalments; a report justifies most of it, the rest comes back and may serve again."""
    yield paris(13, 10, month=5)
    desk, envelope = north.desk, north.story.of("associations", north.place.code)
    part = desk.grants(
        envelope, north.association, 24_000_00, "Lien avec les familles, frais de fonctionnement"
    )
    desk.pays(part, 16_000_00, "Acompte")
    yield paris(1, 10, month=7)
    desk.pays(part, 8_000_00, "Solde")
    yield paris(5, 10, month=10)
    justify(actor=desk.first, part_id=part.public_id, cents=19_800_00, reason="Compte rendu financier")
    back = claim(
        actor=desk.first,
        part_id=part.public_id,
        cents=4_200_00,
        due_on=date(2020, 11, 15),
        reason="Deux séjours annulés",
        reestablish=True,
    )
    yield paris(9, 10, month=11)
    receive(actor=desk.first, recovery_id=back.public_id)


def _emmaus(north: North) -> Thread:
    """A grant for refurbished computers, with a credit note for those that did not start."""
    yield paris(30, 10)
    desk, envelope = north.desk, north.story.of("equipment_extra", north.place.code)
    part = desk.grants(envelope, north.emmaus, 45_000_00, "Ordinateurs reconditionnés, livrés")
    desk.pays(part, 45_000_00)
    yield paris(20, 10, month=5)
    credit_note(
        actor=desk.first, part_id=part.public_id, cents=1_500_00, reason="30 ordinateurs ne démarrent pas"
    )
    release(actor=desk.first, part_id=part.public_id, cents=1_500_00, reason="Avoir non remplacé")
    yield paris(30, 10, month=6)
    justify(actor=desk.first, part_id=part.public_id, cents=43_500_00, reason="Liste des remises, sans nom")


def _purchase_with_the_commune(north: North) -> Thread:
    """80 tablets: the State pays the price net of tax, the commune the tax, out of its own money."""
    yield paris(11, 14, month=5)
    desk, story = north.desk, north.story
    seller = ensure_body(actor=None, kind=BodyKind.COMPANY, name="Fournisseur inventé")
    own = open_line(
        actor=north.mayor,
        programme=story.plan.programme,
        code="commune_vat",
        name=f"{north.commune.name} : TVA des tablettes",
        funder=north.commune,
        own_money=True,
    )
    purse = open_envelope(
        actor=north.mayor, line_id=own.public_id, year=2020, holder_id=north.commune.public_id
    )
    open_credits(actor=north.mayor, envelope_id=purse.public_id, ae_cents=6_000_00, cp_cents=6_000_00)
    made = commit(
        actor=desk.first,
        kind=CommitmentKind.PURCHASE,
        bearer_id=seller.public_id,
        subject="80 tablettes pour les écoles du réseau",
        parts=[Part(story.of("equipment_extra", north.place.code).public_id, 22_400_00)],
        net_cents=22_400_00,
        vat_rate=2000,
        serves_note=WHOM,
        awaited=[Awaited(north.commune.public_id, 4_480_00)],
    )
    yield paris(14, 10, month=5)
    tax = join(
        actor=north.mayor, commitment_id=made.public_id, part=Part(purse.public_id, 4_480_00, Share.VAT)
    )
    confirm(actor=desk.second, commitment_id=made.public_id)
    yield from _tablets_arrive(north, made.parts.get(share=Share.NET), tax)


def _tablets_arrive(north: North, net: CommitmentPart, tax: CommitmentPart) -> Thread:
    yield paris(2, 10, month=6)
    commune = Desk(north.mayor)
    north.desk.pays(net, 22_400_00)
    commune.pays(tax, 4_480_00)
    found = bill(north.desk.first, net, "Fournisseur inventé", "F-2020-140", [Bought("Tablette", 80, 280_00)])
    north.desk.accepts(found, net)
    justify(actor=north.mayor, part_id=tax.public_id, cents=4_480_00, reason="TVA de la facture F-2020-140")


def _cite_educative(north: North) -> Thread:
    """The cité éducative's own money, on its own territory: the 15 % of 2020, and what was left of 2019."""
    yield paris(19, 10, month=5)
    fifteen = north.story.of("cites_educatives_15", north.place.code)
    part = north.desk.grants(fifteen, north.commune, 40_000_00, "Tablettes de la cité éducative")
    north.desk.pays(part, 20_000_00, "Moitié à la signature")
    before = north.story.of("cites_educatives_2019", north.place.code)
    lead = north.desk.grants(before, north.college, 15_000_00, "Collège chef de file, clés 4G")
    north.desk.pays(lead, 15_000_00)


def _neighbour(story: Story) -> Thread:
    """The second département commits late, and little."""
    yield paris(22, 10, month=6)
    place = NORTH[1]
    desk = prefecture_desk(place)
    envelope = story.of("equipment_extra", place.code)
    for number, cents in ((1, 21_000_00), (2, 12_500_00)):
        bearer = ensure_body(
            actor=None, kind=BodyKind.ASSOCIATION, name=f"Association de quartier {number} (inventée)"
        )
        part = desk.grants(envelope, bearer, cents, "Ordinateurs prêtés en ateliers de tutorat")
        desk.pays(part, cents // 2, "Acompte")


def _redeploy(story: Story, north: North) -> Thread:
    """November: what one département will not use goes to the other, which commits it."""
    yield paris(16, 10, month=11)
    giver = story.of("equipment_extra", NORTH[1].code)
    taker = story.of("equipment_extra", NORTH[0].code)
    redeploy(
        actor=story.region,
        withdrawals=[Amount(giver.public_id, 90_000_00, 90_000_00)],
        delegations=[Amount(taker.public_id, 90_000_00, 90_000_00)],
        reason="Crédits sans emploi avant la fin de l'exercice",
    )
    yield paris(24, 10, month=11)
    part = north.desk.grants(taker, north.commune, 85_000_00, "Ordinateurs pour les collégiens", kind="order")
    north.desk.pays(part, 60_000_00, "Acompte")
