"""Rows for tests, made with few words. Each function gives one saved row; a page family appends its own."""

from datetime import UTC, date, datetime
from itertools import count
from typing import Any

from cartable.accounts.enums import ScopeKind
from cartable.accounts.models import Assignment, User
from cartable.bodies.enums import BodyKind
from cartable.bodies.models import Body
from cartable.territories.enums import SchoolKind, Sector
from cartable.territories.models import Academy, Circonscription, Commune, Department, Region, School


PASSWORD = "un mot de passe long"
_number = count(1)
_KEY = "ABCDEFGHJKLMNPRSTUVWXYZ"


def region(code: str = "11", name: str = "Île-de-France") -> Region:
    return Region.objects.get_or_create(code=code, defaults={"name": name})[0]


def academy(code: str = "24", name: str = "Créteil") -> Academy:
    return Academy.objects.get_or_create(code=code, defaults={"name": name})[0]


def department(code: str = "93", name: str = "Seine-Saint-Denis", **more: Any) -> Department:
    given = {"name": name, "en_code": code.zfill(3), "region": region(), "academy": academy(), **more}
    return Department.objects.get_or_create(code=code, defaults=given)[0]


def uai(department_code: str = "93") -> str:
    """Give a new UAI with its right key."""
    digits = f"{department_code.zfill(3)}{next(_number):04d}"
    return digits + _KEY[int(digits) % 23]


def commune(name: str = "Aubervilliers", code: str = "93001", **more: Any) -> Commune:
    given = {
        "name": name,
        "department": more.pop("department", None) or department(),
        "postcode": "93300",
        **more,
    }
    return Commune.objects.get_or_create(code=code, defaults=given)[0]


def circonscription(**more: Any) -> Circonscription:
    given = {"department": more.pop("department", None) or department(), **more}
    number = next(_number)
    return Circonscription.objects.create(**{"name": f"Aubervilliers {number}", "code": uai(), **given})


def school(kind: str = SchoolKind.COLLEGE, **more: Any) -> School:
    given = {"department": more.pop("department", None) or department(), "sector": Sector.PUBLIC, **more}
    if kind == SchoolKind.ECOLE and "circonscription" not in given:
        given["circonscription"] = circonscription(department=given["department"])
    return School.objects.create(
        **{"uai": uai(), "name": f"{SchoolKind(kind).label.capitalize()} Jean Moulin", "kind": kind, **given}
    )


def body(kind: str = BodyKind.LOCAL_AUTHORITY, **more: Any) -> Body:
    """Give a body; without a territory of its own it is on the département 93."""
    if kind == BodyKind.LOCAL_AUTHORITY and "department" not in more:
        return Body.objects.get_or_create(
            kind=kind, department=department(), defaults={"name": "Département", **more}
        )[0]
    return Body.objects.create(**{"kind": kind, "name": f"Organisme {next(_number)}", **more})


def user(role: str | None = None, place: Any = None, **more: Any) -> User:
    """Give an account with `role` on `place` (a region, school, body…; None: the whole country)."""
    name = f"personne{next(_number)}"
    password = more.pop("password", None)
    made = User(**{"identifier": f"{name}@example.test", "display_name": name.capitalize(), **more})
    made.set_password(password) if password else made.set_unusable_password()
    made.save()
    if role is not None:
        assign(made, role, place)
    return made


def assign(to: User, role: str, place: Any = None, **more: Any) -> Assignment:
    """Give `to` a role on `place` since 2020."""
    kind = ScopeKind.EVERYWHERE if place is None else ScopeKind(place._meta.model_name)
    where = {} if place is None else {kind.value: place}
    to.__dict__.pop("held", None), to.__dict__.pop("scope", None)
    return Assignment.objects.create(
        **{"user": to, "role": role, "scope_kind": kind, "valid_from": date(2020, 1, 1), **where, **more}
    )


def decider(role: str, place: Any = None) -> User:
    """Give an account that may commit money: with a second factor."""
    made = user(role, place)
    second_factor(made)
    return made


def pupil(school: School, first_name: str = "Zoé", last_name: str = "Exemple", **more: Any) -> Any:
    """Give a pupil of `school`; `birth_date` is a date or None."""
    from cartable.foundation import clock
    from cartable.pupils import rules
    from cartable.pupils.models import Pupil

    born = more.pop("birth_date", date(2010, 5, 17))
    given = {
        "school": school,
        "first_name": first_name,
        "last_name": last_name,
        "birth_date": born.isoformat() if born else "",
        "level": "5E",
        "class_label": "5A",
        "source": "typed",
        "match_key": rules.match_key(school, last_name, first_name, born),
        "name_key": rules.name_key(school, last_name, first_name),
        "created_at": clock.now(),
        **more,
    }
    return Pupil.objects.create(**given)


def home(*pupils: Any, rank: int = 1, **more: Any) -> Any:
    """Give a home where `pupils` live."""
    from cartable.pupils.models import Home, PupilHome

    made = Home.objects.create(
        **{"school": pupils[0].school, "address": "1 rue Inventée", "postcode": "93300", **more}
    )
    for one in pupils:
        PupilHome.objects.create(pupil=one, home=made, rank=rank)
    return made


def equipment_user() -> User:
    """Give somebody of the equipment service of the conseil départemental of the 93."""
    return user("equipment", body())


def operation(actor: User, *pools: Any, name: str = "Cartes SIM", opened: bool = True, **more: Any) -> Any:
    """Give an operation of `actor`'s body, open with its census unless said; `pools` are `NewPool`s."""
    from cartable.bodies.models import Body
    from cartable.census.actions import open_campaign
    from cartable.operations.actions import create_operation

    owner = Body.objects.get(id__in=actor.scope.body_ids)
    made = create_operation(
        actor=actor,
        owner_id=owner.public_id,
        name=name,
        pools=pools or (pool(),),
        **{"opens_on": date(2020, 4, 27), "answers_due_on": date(2020, 4, 29), **more},
    )
    if opened:
        open_campaign(actor=actor, operation_id=made.public_id)
        made.refresh_from_db()
    return made


def pool(
    quantity: int = 1400, serves: str = "college", good: str = "sim", mode: str = "given", **more: Any
) -> Any:
    """Give a part to be made of an operation."""
    from cartable.operations.actions import NewPool

    return NewPool(**{"name": "", "serves": serves, "good": good, "mode": mode, "quantity": quantity, **more})


def answered(operation: Any, at: School, units: int, *, level: str = "6E", state: str = "submitted") -> Any:
    """Give the return of a school that says it needs `units` SIM cards (0: nobody)."""
    from cartable.census.models import Return, ReturnLine
    from cartable.foundation import clock

    made = Return.objects.create(
        campaign=operation.campaign, school=at, state=state, nobody=not units, submitted_at=clock.now()
    )
    if units:
        ReturnLine.objects.create(
            of_return=made, level=level, kind="connection", good="sim", pupils=units, units=units
        )
    return made


def in_hands(operation: Any, at: School, number: int, *, good: str = "sim") -> list[Any]:
    """Give hand-overs of an operation in a school, each meeting a connection or a device of a new pupil."""
    from uuid import uuid4

    from cartable.equipment.actions.articles import article_of
    from cartable.equipment.models import Asset, Handover, Lot
    from cartable.foundation import clock
    from cartable.ledger.actions import NewTransfer, post_many
    from cartable.operations.enums import SERVES, Good
    from cartable.pupils.models import Cover, Need, NeedPupil

    kind, now, day = SERVES[Good(good)], clock.now(), clock.today()
    answer = operation.campaign.returns.filter(school=at, submitted_at__isnull=False).first()
    product = article_of(operation.owner, good, "given", "")
    lot, _made = Lot.objects.get_or_create(
        operation=operation, product=product, held_by=at, defaults={"quantity": number, "received_on": day}
    )
    keys = [uuid4() for _ in range(number)]
    children = [pupil(at, "Enfant", f"Famille {key}") for key in keys]
    needs = Need.objects.bulk_create(
        Need(school=at, kind=kind, marked_at=answer.submitted_at if answer else now) for _ in keys
    )
    NeedPupil.objects.bulk_create(
        NeedPupil(need=need, pupil=child, kind=kind) for need, child in zip(needs, children, strict=True)
    )
    assets = Asset.objects.bulk_create(
        Asset(product=product, lot=lot, number_kind="serial", number=key.hex, number_key=key.hex)
        for key in keys
    )
    transfers = post_many(
        actor=None,
        transfers=[
            NewTransfer(key, product.code, "outside:x", f"given:{at.uai}", 1, day, "handed_over")
            for key in keys
        ],
    )
    common = {"operation": operation, "school": at, "product": product, "mode": "given", "handed_at": now}
    common |= {"proof": "certificate", "receiver": "legal_guardian"}
    Cover.objects.bulk_create(
        Cover(need=need, kind=kind, source=key, starts_at=now) for need, key in zip(needs, keys, strict=True)
    )
    return Handover.objects.bulk_create(
        Handover(public_id=key, pupil=child, need=need, asset=asset, transfer=transfer, **common)
        for key, child, need, asset, transfer in zip(keys, children, needs, assets, transfers, strict=True)
    )


def second_factor(of: User) -> Any:
    """Give the second factor of an account, in use since 2020."""
    from cartable.accounts.models import SecondFactor
    from cartable.accounts.totp import new_key

    long_ago = datetime(2020, 1, 1, tzinfo=UTC)
    return SecondFactor.objects.create(user=of, key=new_key(), created_at=long_ago, confirmed_at=long_ago)


def strong(client: Any, who: User) -> Any:
    """Sign `who` in with a second factor, given just now; gives the factor."""
    from cartable.accounts.queries import factor_of
    from cartable.foundation import clock
    from cartable.web.proof import FACTOR, PROVEN_AT

    factor = factor_of(who) or second_factor(who)
    client.force_login(who)
    session = client.session
    session[FACTOR], session[PROVEN_AT] = str(factor.public_id), clock.now().isoformat()
    session.save()
    return factor
