"""What each document says: one dataclass a kind, filled by the room that knows, never by the page.

A copy for a home holds that home only; there is no place here for a second address.
Dates and times are local to the département. Lines of text are short French sentences.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Literal


@dataclass(frozen=True, slots=True)
class Party:
    """A body or a person as printed: `lines` is the postal address, empty where it is unknown or kept back."""

    name: str
    lines: tuple[str, ...] = ()
    phone: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class PrivacyNotice:
    """The short notice on personal data; `contact` is where to write, `retention` says how long, in words."""

    controller: str
    purpose: str
    contact: str
    retention: str
    recipients: str = ""
    legal_basis: str = "mission d’intérêt public"


@dataclass(frozen=True, slots=True)
class Sheet:
    """What the pages of one file share: who issues them, on which day, from which source."""

    issuer: Party
    made_on: date
    source: str
    notice: PrivacyNotice | None = None


@dataclass(frozen=True, slots=True)
class InvitationLetter:
    """A letter with a one-use code. `account` says whose access it is ("Collège Jean-Moulin · 0930001A")."""

    recipient: Party
    account: str
    operation: str
    address_to_type: str
    code: str
    valid_until: datetime
    answer_before: datetime | None = None
    contact: Party | None = None
    signatory: str = ""


@dataclass(frozen=True, slots=True)
class SlipLine:
    """One line of a packing slip; numbers are printed as given (an ICCID keeps its 19 or 20 digits)."""

    article: str
    quantity: int
    lot: str = ""
    operator: str = ""
    first_number: str = ""
    last_number: str = ""


@dataclass(frozen=True, slots=True)
class OnwardCount:
    """What a relay sends on to one school."""

    school: str
    town: str
    article: str
    quantity: int


@dataclass(frozen=True, slots=True)
class PackingSlip:
    """A shipment on paper. `receipt_address` is printed in clear and as a QR code; `onward` is for a relay."""

    number: str
    leaves_on: date
    sender: Party
    recipient: Party
    lines: tuple[SlipLine, ...]
    receipt_address: str
    onward: tuple[OnwardCount, ...] = ()
    instructions: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class SigningLine:
    """One pupil of a signing list; `pupil` is a name or initials, as the caller decides."""

    rank: int
    pupil: str
    class_name: str
    article: str
    number: str = ""


@dataclass(frozen=True, slots=True)
class SigningList:
    """The list to sign at the school. `lent` says that the goods come back, else they are given."""

    school: str
    operation: str
    lines: tuple[SigningLine, ...]
    day: date | None = None
    givers: tuple[str, ...] = ()
    lent: bool = False


@dataclass(frozen=True, slots=True)
class Supply:
    """So many of one article."""

    quantity: int
    article: str


WHO_MAY_RECEIVE = (
    "un responsable légal de l’élève",
    "l’élève lui-même, s’il est majeur",
    "un adulte que la famille a désigné auprès de l’établissement",
)
HOW_TO_ACTIVATE = (
    "Éteignez le téléphone ou la tablette.",
    "Détachez la carte SIM à la bonne taille et glissez-la dans l’appareil.",
    "Rallumez. Si un code PIN est demandé, il est écrit sur le support de la carte.",
    "Attendez quelques minutes, coupez le Wi-Fi, puis ouvrez une page Internet pour essayer.",
)
IF_IT_FAILS = (
    "Essayez la carte dans un autre appareil, si vous le pouvez.",
    "Rapportez la carte et son support à l’établissement : elle est échangée tout de suite, sans frais.",
    "Carte perdue ou volée : prévenez l’établissement, qui la fait couper.",
)


@dataclass(frozen=True, slots=True)
class Leaflet:
    """One page for a school, to put up and to copy. `when` and `where` are words ("lundi 4 mai, 9 h à 12 h")."""

    school: str
    operation: str
    supplies: tuple[Supply, ...]
    arrives_on: date
    when: str
    where: str
    contact: Party
    credit_until: date | None = None
    bring: str = ""
    title: str = "Une carte SIM pour suivre l’école"
    who: tuple[str, ...] = WHO_MAY_RECEIVE
    activation: tuple[str, ...] = HOW_TO_ACTIVATE
    if_it_fails: tuple[str, ...] = IF_IT_FAILS


@dataclass(frozen=True, slots=True)
class Item:
    """A thing handed over, with its serial number or ICCID."""

    article: str
    number: str = ""
    quantity: int = 1


Quality = Literal["guardian", "adult_pupil", "authorised_adult", "placement", ""]


@dataclass(frozen=True, slots=True)
class Certificate:
    """Attestation de remise of given goods, the copy of one home (its `home` holds name and address, if shown).

    An empty `quality` prints boxes to tick; an empty `receiver` prints a line to fill in.
    """

    school: str
    pupil: str
    class_name: str
    items: tuple[Item, ...]
    day: date | None
    home: Party | None = None
    receiver: str = ""
    quality: Quality = ""
    given_out_by: str = ""
    operation: str = ""
    givers: tuple[str, ...] = ()
    reference: str = ""
    credit_until: date | None = None


@dataclass(frozen=True, slots=True)
class Clause:
    """An article of the owner's voted text."""

    heading: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AgreementText:
    """The owner's own text, as voted: nothing of it is written by the program."""

    title: str
    version: str
    voted_on: date
    deliberation: str
    clauses: tuple[Clause, ...]


@dataclass(frozen=True, slots=True)
class AgreementParty:
    """A party to the agreement; `represented_by` is who signs for it."""

    role: str
    party: Party
    represented_by: str = ""


@dataclass(frozen=True, slots=True)
class Device:
    """A lent thing, as the owner's inventory names it."""

    article: str
    serial_number: str
    inventory_number: str = ""
    accessories: tuple[str, ...] = ()
    condition: str = ""


@dataclass(frozen=True, slots=True)
class LoanAgreement:
    """Convention de prêt: the copy of one home. `until` is the day of return, `duration` says it in words."""

    text: AgreementText
    parties: tuple[AgreementParty, ...]
    pupil: str
    class_name: str
    school: str
    device: Device
    starts_on: date
    until: date | None
    duration: str
    signatures: tuple[str, ...]
    copy_for: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class AccessoryBack:
    """An accessory at the return."""

    name: str
    returned: bool


@dataclass(frozen=True, slots=True)
class ReturnReceipt:
    """Restitution of a lent thing, signed by who brings it and who takes it; `remarks` speak of the device only."""

    school: str
    pupil: str
    class_name: str
    device: Device
    returned_on: date
    condition: str
    accessories: tuple[AccessoryBack, ...] = ()
    remarks: tuple[str, ...] = ()
    brought_by: str = ""
    taken_by: str = ""
    agreement: str = ""
    lent_on: date | None = None
    home: Party | None = None
    still_missing: tuple[str, ...] = field(default=())


@dataclass(frozen=True, slots=True)
class Appointment:
    """One pupil's slot."""

    at: time
    pupil: str
    class_name: str
    articles: str


@dataclass(frozen=True, slots=True)
class AppointmentSheet:
    """The day's slots at a school, for the school only."""

    school: str
    operation: str
    day: date
    place: str
    appointments: tuple[Appointment, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A family to telephone: its name, its numbers as printed, and the slot to propose."""

    family: str
    numbers: tuple[str, ...]
    slot: datetime


@dataclass(frozen=True, slots=True)
class CallList:
    """The families without e-mail, for the school only; `to_say` is what the caller reads out."""

    school: str
    operation: str
    calls: tuple[Call, ...]
    to_say: str = ""


@dataclass(frozen=True, slots=True)
class Share:
    """A commune's row: how many schools, and one count for each pool."""

    commune: str
    schools: int
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class PlanSheet:
    """The page for the vice-president. `pools` names the columns; `reserve` and `stock` hold one count for each."""

    operation: str
    article: str
    rule: tuple[str, ...]
    pools: tuple[str, ...]
    shares: tuple[Share, ...]
    stock: tuple[int, ...]
    reserve: tuple[int, ...]
    answered: int
    expected: int
    reserve_reason: str = ""
    changed_by_hand: int = 0
    signatory: str = ""


@dataclass(frozen=True, slots=True)
class NeedForm:
    """A blank form for a school that answers on paper; `rows` lines to fill in."""

    school: str
    operation: str
    answer_before: datetime
    contact: Party
    rows: int = 8
