"""An invented operation as large as a département, for the benchmark of the page of figures."""

import random
import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any


ASKED_AT, ANSWERED_AT = (datetime(2020, 4, day, 8, tzinfo=UTC) for day in (27, 28))
COMMUNES = 40


def fill(schools: int, needs_each: int, *, seed: int = 1) -> Any:
    """Invent an operation in an empty store: schools, answers, pupils, needs, and two thirds of them met.

    One school in ten is silent. Give the operation.
    """
    chance = random.Random(seed)
    operation = _operation()
    places = _schools(operation, schools)
    _answers(operation, [place for rank, place in enumerate(places) if rank % 10], needs_each)
    needs = _needs(places, needs_each)
    product = _stock(operation, places, needs_each)
    met = [need for need in needs if chance.random() < 0.66]
    _hand_over(operation, product, met, chance)
    return operation


def _operation() -> Any:
    from cartable.bodies.models import Body
    from cartable.census.models import Campaign
    from cartable.operations.models import Operation, Pool
    from cartable.territories.models import Academy, Department, Region

    department = Department.objects.create(
        code="93",
        en_code="093",
        name="Département inventé",
        region=Region.objects.create(code="11", name="Région inventée"),
        academy=Academy.objects.create(code="24", name="Académie inventée"),
    )
    owner = Body.objects.create(kind="local_authority", name="Collectivité inventée", department=department)
    operation = Operation.objects.create(
        name="Cartes SIM",
        owner=owner,
        department=department,
        opens_on=date(2020, 4, 27),
        answers_due_on=date(2020, 4, 29),
        state="open",
    )
    Campaign.objects.create(operation=operation, opened_at=ASKED_AT)
    for good, mode in (("sim", "given"), ("tablet", "lent")):
        Pool.objects.create(
            operation=operation, name=good, serves="college", good=good, mode=mode, quantity=20_000
        )
    return operation


def _schools(operation: Any, count: int) -> list[Any]:
    from cartable.territories.models import Commune, School

    communes = Commune.objects.bulk_create(
        Commune(code=f"93{rank:03d}", name=f"Commune {rank:02d}", department=operation.department)
        for rank in range(COMMUNES)
    )
    return School.objects.bulk_create(
        School(
            uai=f"093{rank:04d}A",
            name=f"Collège numéro {rank}",
            kind="college",
            commune=communes[rank % COMMUNES],
            department=operation.department,
        )
        for rank in range(count)
    )


def _answers(operation: Any, schools: list[Any], needs_each: int) -> None:
    from cartable.census.models import Return, ReturnLine

    answers = Return.objects.bulk_create(
        Return(campaign=operation.campaign, school=school, state="validated", submitted_at=ANSWERED_AT)
        for school in schools
    )
    half = needs_each // 2
    ReturnLine.objects.bulk_create(
        ReturnLine(of_return=answer, level="6E", kind=kind, good=good, pupils=count, units=count)
        for answer in answers
        for kind, good, count in (("device", "", half), ("connection", "sim", needs_each - half))
    )


def _needs(schools: list[Any], each: int) -> list[Any]:
    from cartable.pupils.models import Need, NeedPupil, Pupil

    places = [(school, rank) for school in schools for rank in range(each)]
    pupils = Pupil.objects.bulk_create(
        (
            Pupil(
                school=school,
                last_name="Inventé",
                first_name="Élève",
                level="6E",
                source="invented",
                match_key=uuid.uuid4().hex,
                name_key=uuid.uuid4().hex,
                created_at=ASKED_AT,
            )
            for school, _rank in places
        ),
        batch_size=500,
    )
    kinds = ["device" if rank < each // 2 else "connection" for _school, rank in places]
    needs = Need.objects.bulk_create(
        Need(school=school, kind=kind, takes_sim=kind == "connection" or None, marked_at=ASKED_AT)
        for (school, _rank), kind in zip(places, kinds, strict=True)
    )
    NeedPupil.objects.bulk_create(
        NeedPupil(need=need, pupil=pupil, kind=need.kind) for need, pupil in zip(needs, pupils, strict=True)
    )
    return needs


def _stock(operation: Any, schools: list[Any], each: int) -> dict[str, Any]:
    """Put enough of both goods in each school, through a shipment that was accepted whole."""
    from cartable.equipment import places
    from cartable.equipment.models import (
        Agreement,
        Lot,
        Product,
        Receipt,
        ReceiptLine,
        Shipment,
        ShipmentLine,
    )
    from cartable.ledger.actions import NewTransfer, open_resource, post_many
    from cartable.planning.models import Allocation, Plan

    Agreement.objects.create(
        owner=operation.owner, version=1, title="Convention", text="…", deliberated_on=date(2020, 4, 1)
    )
    products = {}
    for good, mode in (("sim", "given"), ("tablet", "lent")):
        open_resource(code=good)
        products[good] = product = Product.objects.create(
            code=good,
            name=good,
            good=good,
            mode=mode,
            number_kind="serial",
            owner=operation.owner,
        )
        total = each * len(schools)
        lot = Lot.objects.create(
            operation=operation,
            product=product,
            quantity=total,
            depot=operation.owner,
            received_on=date(2020, 4, 27),
        )
        plan = Plan.objects.create(
            pool=operation.pools.get(good=good),
            state="approved",
            stock=total,
            made_at=ASKED_AT,
            approved_at=ASKED_AT,
            input_hash="-",
            answered=1,
            asked=1,
        )
        Allocation.objects.bulk_create(
            Allocation(plan=plan, school=school, need=each, computed=each, quantity=each, sentence="-")
            for school in schools
        )
        shipments = Shipment.objects.bulk_create(
            Shipment(
                number=f"{good}-{rank}",
                operation=operation,
                sender=operation.owner,
                to_school=school,
                state="received",
                planned_on=date(2020, 4, 29),
                prepared_at=ASKED_AT,
                receipt_hash=uuid.uuid4().hex,
            )
            for rank, school in enumerate(schools)
        )
        lines = ShipmentLine.objects.bulk_create(
            ShipmentLine(shipment=shipment, school=school, lot=lot, quantity=each)
            for shipment, school in zip(shipments, schools, strict=True)
        )
        receipts = Receipt.objects.bulk_create(
            Receipt(shipment=shipment, confirmed_at=ASKED_AT) for shipment in shipments
        )
        ReceiptLine.objects.bulk_create(
            ReceiptLine(receipt=receipt, line=line, shipped=each, accepted=each)
            for receipt, line in zip(receipts, lines, strict=True)
        )
        post_many(
            actor=None,
            transfers=[
                NewTransfer(
                    uuid.uuid4(),
                    good,
                    "outside:bought:x",
                    places.school(school),
                    each,
                    date(2020, 4, 29),
                    "received",
                )
                for school in schools
            ],
        )
    return products


def _hand_over(operation: Any, products: dict[str, Any], needs: list[Any], chance: random.Random) -> None:
    from cartable.equipment import places
    from cartable.equipment.models import Agreement, Asset, Handover, Lot
    from cartable.ledger.actions import NewTransfer, post_many
    from cartable.pupils.models import Cover

    lots = {good: Lot.objects.get(product=product) for good, product in products.items()}
    goods = ["tablet" if need.kind == "device" else "sim" for need in needs]
    agreement = Agreement.objects.get()
    days = [date(2020, 4, 30) + timedelta(days=chance.randrange(20)) for _ in needs]
    at = [datetime(day.year, day.month, day.day, 10, tzinfo=UTC) for day in days]
    keys = [uuid.uuid4() for _ in needs]
    transfers = post_many(
        actor=None,
        transfers=[
            NewTransfer(
                key,
                good,
                places.school(need.school),
                f"given:{need.school.uai}",
                1,
                day,
                "handed_over",
                str(key),
            )
            for key, good, need, day in zip(keys, goods, needs, days, strict=True)
        ],
    )
    assets = Asset.objects.bulk_create(
        Asset(product=products[good], lot=lots[good], number_kind="serial", number=str(n), number_key=str(n))
        for n, good in enumerate(goods)
    )
    Handover.objects.bulk_create(
        Handover(
            public_id=key,
            operation=operation,
            school=need.school,
            need=need,
            product=products[good],
            asset=asset,
            transfer=transfer,
            mode="given" if good == "sim" else "lent",
            agreement=None if good == "sim" else agreement,
            proof="certificate" if good == "sim" else "agreement",
            receiver="legal_guardian",
            handed_at=moment,
        )
        for key, good, need, asset, transfer, moment in zip(
            keys, goods, needs, assets, transfers, at, strict=True
        )
    )
    Cover.objects.bulk_create(
        Cover(need=need, kind=need.kind, source=key, starts_at=moment)
        for need, key, moment in zip(needs, keys, at, strict=True)
    )
