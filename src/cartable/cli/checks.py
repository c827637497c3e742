"""Every room that keeps something checks it; this is the list."""

from cartable.foundation.damage import Damage


def all_damages() -> list[Damage]:
    """Gather what each room finds wrong with the store and its files; the ledger speaks for the rules of all rooms."""
    from cartable.documents import checks as documents
    from cartable.equipment import checks as equipment
    from cartable.funding import checks as funding
    from cartable.journal import checks as journal
    from cartable.ledger import checks as ledger
    from cartable.planning import checks as planning

    rooms = (ledger, journal, funding, equipment, planning, documents)
    return [damage for room in rooms for damage in room.damages()]
