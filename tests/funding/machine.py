"""Money under a state machine: acts through the actions, with a plain dictionary of cents kept beside them.

Amounts are drawn at the boundary: one cent less than there is, exactly that, one more.
"""

from collections import Counter
from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from cartable.foundation.refused import Refused
from cartable.funding import actions
from cartable.funding.checks import damages
from cartable.funding.models import CommitmentPart, Envelope
from cartable.funding.queries import money, stages_of
from tests.funding import stage
from tests.funding.stage import DAY


THRESHOLD = 40
NAMES = ("nation", "region", "nord", "pas")
PARENT = {"region": "nation", "nord": "region", "pas": "region"}
steps = st.integers(-1, 1)
Place = tuple[str, str, Any]
# (credit, from, to) of each act on a part; "available" and "paid" stand for the envelope.
WAYS = {
    "confirm": (("ae", "asked", "committed"),),
    "refuse": (("ae", "asked", "available"),),
    "pay": (("ae", "committed", "settled"), ("cp", "available", "paid")),
    "credit_note": (("ae", "settled", "committed"), ("cp", "paid", "available")),
    "release": (("ae", "committed", "available"),),
    "justify": (("ae", "settled", "justified"), ("cp", "paid", "justified")),
    "recover": (("ae", "settled", "returned"), ("cp", "paid", "returned")),
    "reestablish": (("ae", "settled", "available"), ("cp", "paid", "available")),
}
OF_ENVELOPE = {"available", "asked", "paid"}


class Money(RuleBasedStateMachine):
    """One line, four envelopes, and whatever people do with them."""

    # What was let through, by act and by the step to the boundary, over all examples.
    succeeded: Counter[str] = Counter()

    def __init__(self) -> None:
        super().__init__()
        self.at: Counter[Place] = Counter()
        self.parts: dict[UUID, dict[str, Any]] = {}
        self.done: list[tuple[UUID, UUID, str, int]] = []
        self.last: tuple[Callable[[], Any], Any] | None = None

    @initialize(cents=st.integers(30, 120))
    def open(self, cents: int) -> None:
        line = stage.line(f"l{uuid4().hex[:8]}", 10_000, second_person_from_cents=THRESHOLD)
        country = stage.Country(line=line)
        self.bearer = country.bearer.public_id
        self.envelopes = {name: getattr(country, name).public_id for name in NAMES}
        actions.open_credits(
            actor=None, envelope_id=self.envelopes["nation"], ae_cents=cents, cp_cents=cents, on=DAY
        )
        for credit in ("ae", "cp"):
            self.at[credit, "available", "nation"] = cents
        for name, share in (("region", 2 * cents // 3), ("nord", cents // 3), ("pas", cents // 6)):
            self._delegate(self.between(PARENT[name], name, share, "both"), PARENT[name], name, share, "both")
        self._commit("nord", cents // 4, False)
        for part in self.parts:
            if not self.parts[part]["asked"]:
                self._act(part, "pay", cents // 8)

    def attempt(self, name: str, moves: list[tuple[Place, Place, int]], act: Callable[..., Any]) -> Any:
        """Act; it must be let through exactly where no place of the plain dictionary goes below zero."""
        after = Counter(self.at)
        for source, target, cents in moves:
            after[source] -= cents
            after[target] += cents
        allowed = all(after[source] >= 0 for source, _target, _cents in moves)
        key = uuid4()
        try:
            made = act(key=key)
        except Refused as no:
            assert no.code in ("not_enough", "claim_too_large"), no.code
            assert not allowed, no.sentence
            return None
        assert allowed
        self.at, self.last = after, (lambda: act(key=key), made)
        self.succeeded[name] += 1
        return made

    def between(self, source: str, target: str, cents: int, credit: str) -> list[tuple[Place, Place, int]]:
        which = ("ae", "cp") if credit == "both" else (credit,)
        return [((c, "available", source), (c, "available", target), cents) for c in which]

    @rule(name=st.sampled_from(NAMES[1:]), credit=st.sampled_from(["ae", "cp", "both"]), step=steps)
    def down(self, name: str, credit: str, step: int) -> None:
        source = PARENT[name]
        cents = self.at["cp" if credit == "cp" else "ae", "available", source] + step
        self._delegate(self.between(source, name, cents, credit), source, name, cents, credit)

    @rule(
        name=st.sampled_from(NAMES[1:]),
        credit=st.sampled_from(["ae", "cp", "both"]),
        cents=st.integers(1, 30),
    )
    def down_some(self, name: str, credit: str, cents: int) -> None:
        self._delegate(self.between(PARENT[name], name, cents, credit), PARENT[name], name, cents, credit)

    def _delegate(self, moves: Any, source: str, name: str, cents: int, credit: str) -> None:
        ends = {"source_id": self.envelopes[source], "target_id": self.envelopes[name]}
        if cents > 0:
            self.attempt(
                "delegate",
                moves,
                lambda key: actions.delegate(actor=None, **ends, **_credits(cents, credit), on=DAY, key=key),
            )

    @rule(name=st.sampled_from(NAMES[1:]), step=steps)
    def back(self, name: str, step: int) -> None:
        cents = self.at["ae", "available", name] + step
        if cents > 0:
            self.attempt(
                "withdraw",
                self.between(name, PARENT[name], cents, "ae"),
                lambda key: actions.withdraw(
                    actor=None, envelope_id=self.envelopes[name], ae_cents=cents, on=DAY, reason="x", key=key
                ),
            )

    @rule(step=steps)
    def sideways(self, step: int) -> None:
        cents = self.at["ae", "available", "nord"] + step
        ends = {"source_id": self.envelopes["nord"], "target_id": self.envelopes["pas"]}
        if cents > 0:
            self.attempt(
                "move",
                self.between("nord", "pas", cents, "ae"),
                lambda key: actions.move(actor=None, **ends, ae_cents=cents, on=DAY, reason="x", key=key),
            )

    @rule(name=st.sampled_from(NAMES), step=steps, ask=st.booleans())
    def commit_about_all(self, name: str, step: int, ask: bool) -> None:
        self._commit(name, self.at["ae", "available", name] + step, ask)

    @rule(name=st.sampled_from(NAMES), cents=st.integers(1, 12), ask=st.booleans())
    def commit_some(self, name: str, cents: int, ask: bool) -> None:
        self._commit(name, cents, ask)

    def _commit(self, name: str, cents: int, ask: bool) -> None:
        if cents <= 0:
            return
        two = ask or cents >= THRESHOLD
        placeholder = uuid4()
        there: Place = ("ae", "asked", name) if two else ("ae", "committed", placeholder)
        given = {"kind": "order", "bearer_id": self.bearer, "subject": "x", "on": DAY, "ask": ask}
        made = self.attempt(
            "propose" if two else "commit",
            [(("ae", "available", name), there, cents)],
            lambda key: actions.commit(
                actor=None, parts=[actions.Part(self.envelopes[name], cents)], key=key, **given
            ),
        )
        if made is not None:
            assert made.state == ("proposed" if two else "committed")
            part = made.parts.get().public_id
            self.at["ae", "committed", part] = self.at.pop(("ae", "committed", placeholder), 0)
            self.parts[part] = {"of": made.public_id, "name": name, "cents": cents, "asked": two}

    @rule(data=st.data(), kind=st.sampled_from(["confirm", "refuse"]))
    def decide(self, data: st.DataObject, kind: str) -> None:
        waiting = [part for part, facts in self.parts.items() if facts["asked"]]
        if not waiting:
            return
        part = data.draw(st.sampled_from(waiting))
        facts = self.parts[part]
        given = {"actor": None, "commitment_id": facts["of"], "on": DAY}
        more = {"reason": "x"} if kind == "refuse" else {}
        act = getattr(actions, kind)
        self.attempt(kind, self._moves(kind, part, facts["cents"]), lambda key: act(**given, **more))
        facts["asked"] = False
        if kind == "refuse":
            del self.parts[part]

    @rule(data=st.data(), kind=st.sampled_from(["pay", "release"]), step=steps)
    def pay_or_release(self, data: st.DataObject, kind: str, step: int) -> None:
        self._about_all(data, kind, "committed", step)

    @rule(data=st.data(), step=steps)
    def take_back(self, data: st.DataObject, step: int) -> None:
        self._about_all(data, "credit_note", "settled", step)

    @rule(data=st.data(), step=steps)
    def justify(self, data: st.DataObject, step: int) -> None:
        self._about_all(data, "justify", "settled", step)

    def _about_all(self, data: st.DataObject, kind: str, where: str, step: int) -> None:
        if part := self._some(data, where):
            self._act(part, kind, min(self._left(kind, part)) + step)

    @rule(data=st.data(), kind=st.sampled_from(["pay", "justify", "credit_note"]), cents=st.integers(1, 5))
    def act_a_little(self, data: st.DataObject, kind: str, cents: int) -> None:
        if part := self._some(data, "committed" if kind == "pay" else "settled"):
            self._act(part, kind, cents)

    def _act(self, part: UUID, kind: str, cents: int) -> None:
        if cents <= 0:
            return
        given = {"actor": None, "part_id": part, "cents": cents, "on": DAY, "reason": "x"}
        act = getattr(actions, kind)
        made = self.attempt(kind, self._moves(kind, part, cents), lambda key: act(key=key, **given))
        if made is not None:
            self.done.append((made.public_id, part, kind, cents))

    @rule(data=st.data(), again=st.booleans(), step=steps)
    def recover(self, data: st.DataObject, again: bool, step: int) -> None:
        part = self._some(data, "settled")
        kind = "reestablish" if again else "recover"
        cents = self.at["ae", "settled", part] + step if part else 0
        if cents <= 0:
            return

        def claim_and_receive(key: UUID) -> Any:
            claim = actions.claim(
                actor=None,
                part_id=part,
                cents=cents,
                due_on=DAY,
                on=DAY,
                reason="x",
                reestablish=again,
                key=key,
            )
            return actions.receive(actor=None, recovery_id=claim.public_id, on=DAY)

        self.attempt(kind, self._moves(kind, part, cents), claim_and_receive)

    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        if not self.done:
            return
        one = data.draw(st.sampled_from(self.done))
        movement, part, kind, cents = one
        back = [(target, source, n) for source, target, n in self._moves(kind, part, cents)]
        given = {"actor": None, "movement_id": movement, "on": DAY, "reason": "x"}
        if self.attempt("undo", back, lambda key: actions.undo(key=key, **given)) is not None:
            self.done.remove(one)

    @rule()
    def repeat(self) -> None:
        if self.last:
            act, made = self.last
            assert act().pk == made.pk

    def _some(self, data: st.DataObject, where: str) -> UUID | None:
        """Draw a part that has something there, or any where none has."""
        there = [part for part, facts in self.parts.items() if not facts["asked"]]
        filled = [part for part in there if self.at["ae", where, part]]
        return data.draw(st.sampled_from(filled or there)) if there else None

    def _moves(self, kind: str, part: UUID, cents: int) -> list[tuple[Place, Place, int]]:
        name = self.parts[part]["name"]

        def place(credit: str, stage_name: str) -> Place:
            by_envelope = credit == "cp" or stage_name in OF_ENVELOPE
            return credit, stage_name, name if by_envelope else part

        return [(place(c, source), place(c, target), cents) for c, source, target in WAYS[kind]]

    def _left(self, kind: str, part: UUID) -> list[int]:
        return [self.at[source] for source, _target, _cents in self._moves(kind, part, 0)]

    @invariant()
    def the_pages_agree_with_the_plain_dictionary(self) -> None:
        if not hasattr(self, "envelopes"):
            return
        rows = money(Envelope.objects.filter(public_id__in=self.envelopes.values()))
        names = {public_id: name for name, public_id in self.envelopes.items()}
        for envelope, said in rows:
            name = names[envelope.public_id]
            shown = (said.available, said.asked, said.cp_available, said.justified, said.recovered)
            cells = (
                ("ae", "available"),
                ("ae", "asked"),
                ("cp", "available"),
                ("cp", "justified"),
                ("cp", "returned"),
            )
            assert shown == tuple(self.at[credit, where, name] for credit, where in cells)
        parts = CommitmentPart.objects.filter(public_id__in=self.parts).select_related("commitment")
        for part, stages in ((part, stages_of(parts)[part.pk]) for part in parts[:2]):
            for where in ("committed", "settled", "justified", "returned"):
                assert getattr(stages, where) == self.at["ae", where, part.public_id]


def _credits(cents: int, credit: str) -> dict[str, int]:
    return {f"{one}_cents": cents for one in (("ae", "cp") if credit == "both" else (credit,))}


def run_machine(examples: int, steps_each: int, *, same: bool = False) -> None:
    """Run the machine, on the `same` steps each time if asked; a failure is said at once, not made shorter."""
    given = settings(
        max_examples=examples,
        stateful_step_count=steps_each,
        deadline=None,
        database=None,
        derandomize=same,
        phases=[Phase.generate],
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
    )
    Money.succeeded.clear()
    run_state_machine_as_test(Money, settings=given)
    assert damages() == []
    never = {*WAYS, "delegate", "withdraw", "move", "commit", "propose", "undo"} - Money.succeeded.keys()
    assert not never, f"never let through: {never}"
