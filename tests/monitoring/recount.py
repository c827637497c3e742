"""The figures of an operation counted again, slowly: one object after the other, one question at a time."""

from collections import Counter, defaultdict
from typing import Any

from cartable.equipment.models import Handover
from cartable.ledger.models import Transfer
from cartable.pupils.models import Cover, Need
from cartable.territories.models import School


ANSWERED = ("submitted", "validated")
KINDS = {"sim": "connection", "key": "connection", "tablet": "device", "computer": "device"}


class Recount:
    """What is in hands of whom. `needed`, `inside` and `beyond` go by (school, kind); children are match keys."""

    def __init__(self, operation: Any) -> None:
        self.operation = operation
        self.schools = list(School.objects.all())
        self.needed: dict[tuple[int, str], int | None] = {}
        self.inside: dict[tuple[int, str], set] = defaultdict(set)
        self.beyond: dict[tuple[int, str], set] = defaultdict(set)
        for school in self.schools:
            for kind in ("device", "connection"):
                self._count(school, kind)

    def _count(self, school: School, kind: str) -> None:
        answer = self.operation.campaign.returns.filter(school=school, state__in=ANSWERED).first()
        needed = None if answer is None else sum(line.pupils for line in answer.lines.filter(kind=kind))
        self.needed[school.id, kind] = needed
        known, others = set(), set()
        for need in Need.objects.filter(school=school, kind=kind):
            for cover in need.covers.all():
                if self._runs_here(cover):
                    children = {row.pupil.match_key for row in need.of_pupils.all()}
                    (known if self._was_counted(need, cover, answer) else others).update(children)
        others -= known
        erased = [
            row.id
            for row in Handover.objects.filter(operation=self.operation, school=school, state="done")
            if row.need is None and KINDS[row.product.good] == kind
        ]
        candidates = sorted(known)
        if answer is not None and answer.entered_for_by is not None:
            candidates += sorted(others)
        candidates += erased
        self.inside[school.id, kind] = set(candidates[: needed or 0])
        self.beyond[school.id, kind] = (known | others | set(erased)) - self.inside[school.id, kind]

    def _runs_here(self, cover: Cover) -> bool:
        if cover.ends_at is not None:
            return False
        handover = Handover.objects.filter(public_id=cover.source).first()
        return handover is not None and handover.operation == self.operation and handover.state == "done"

    def _was_counted(self, need: Need, cover: Cover, answer: Any) -> bool:
        if answer is None or need.marked_at > answer.submitted_at or cover.starts_at <= answer.submitted_at:
            return False
        for other in need.covers.all():
            begun = other.starts_at <= answer.submitted_at
            if begun and (other.ends_at is None or other.ends_at > answer.submitted_at):
                return False
        return True

    def pupils(self, kind: str, schools: list[School]) -> tuple[int | None, int | None, int]:
        """Give needed, covered and beyond over some schools; None where none of them has answered."""
        answered = [school.id for school in schools if self.needed[school.id, kind] is not None]
        inside = set().union(*(self.inside[school, kind] for school in answered))
        beyond = set().union(*(self.beyond[school.id, kind] for school in schools)) - inside
        if not answered:
            return None, None, len(beyond)
        return sum(self.needed[school, kind] for school in answered), len(inside), len(beyond)

    def in_hands(self, schools: list[School]) -> Counter:
        """Give (good, mode) → articles in hands, from the ledger: what went into hands and did not come out."""
        held: Counter = Counter()
        for school in schools:
            for row in Handover.objects.filter(operation=self.operation, school=school):
                for transfer in Transfer.objects.filter(reference=str(row.public_id)):
                    into = transfer.target.code.split(":")[0] in ("given", "on_loan")
                    held[row.product.good, row.mode] += transfer.amount if into else -transfer.amount
        return +held
