"""Text of a cell to a value, or `BadCell` with the reason in French. Empty text is None or ""."""

import datetime
import re

import phonenumbers
from django.utils.translation import gettext as _
from stdnum import imei as stdnum_imei
from stdnum import luhn
from stdnum.exceptions import ValidationError
from stdnum.fr import siret as stdnum_siret


UAI_KEYS = "ABCDEFGHJKLMNPRSTUVWXYZ"
# Day zero of spreadsheets: they believe in 29 February 1900.
SHEET_EPOCH = datetime.date(1899, 12, 30)
FIRST_YEAR, LAST_YEAR = 1900, 2100
YES = {"oui", "o", "yes", "y", "vrai", "true", "1", "x"}
NO = {"non", "n", "no", "faux", "false", "0"}
ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[ T][\d:.,+Z-]*)?", re.ASCII)
FRENCH = re.compile(r"(\d{1,2})([/.-])(\d{1,2})\2(\d{4})(?: [\d:]+)?", re.ASCII)
SHORT_YEAR = re.compile(r"\d{1,2}([/.-])\d{1,2}\1\d{2}", re.ASCII)
EMAIL = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@([A-Za-z0-9-]{1,63}\.)+[A-Za-z]{2,63}")
SCIENTIFIC = re.compile(r"[\d.,]+e[+-]?\d+", re.ASCII | re.IGNORECASE)
# The regions of the French numbering plan, each with its own country code.
FRENCH_REGIONS = ("FR", "GP", "GF", "MQ", "RE", "YT", "PM", "NC", "PF", "WF", "BL", "MF")
# Numbers kept by the regulator for fiction: demonstrations use them.
FICTION = re.compile(r"0(19900|26191|35301|46571|53649|63998)\d{4}", re.ASCII)


class BadCell(ValueError):
    """A cell that cannot be taken; `reason` says why, in the reader's language."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    @property
    def sentence(self) -> str:
        """The reason as a sentence of its own."""
        return f"{self.reason[:1].upper()}{self.reason[1:]}."


def date(text: str) -> datetime.date | None:
    """Read yyyy-mm-dd, dd/mm/yyyy, dd-mm-yyyy, dd.mm.yyyy, or a spreadsheet's day number."""
    text = text.strip()
    if not text:
        return None
    if match := ISO.fullmatch(text):
        return _day(text, *match.group(1, 2, 3))
    if match := FRENCH.fullmatch(text):
        return _day(text, *match.group(4, 3, 1))
    if SHORT_YEAR.fullmatch(text):
        raise BadCell(_("date « %(text)s » : écrivez l’année sur quatre chiffres") % {"text": text})
    if re.fullmatch(r"[1-9]\d{0,5}(\.0+)?", text, re.ASCII) and 366 <= float(text) < 73_415:
        return SHEET_EPOCH + datetime.timedelta(days=int(float(text)))
    raise BadCell(_("date « %(text)s » non reconnue : écrivez-la jj/mm/aaaa") % {"text": _short(text)})


def _day(text: str, year: str, month: str, day: str) -> datetime.date:
    try:
        found = datetime.date(int(year), int(month), int(day))
    except ValueError:
        raise BadCell(_("la date « %(text)s » n’existe pas au calendrier") % {"text": text}) from None
    if not FIRST_YEAR <= found.year < LAST_YEAR:
        raise BadCell(_("date « %(text)s » : année improbable") % {"text": text})
    return found


def yes_no(text: str) -> bool | None:
    """Read oui/non, o/n, vrai/faux, 1/0, x."""
    word = text.strip().casefold()
    if not word:
        return None
    if word in YES or word in NO:
        return word in YES
    raise BadCell(_("« %(text)s » : écrivez oui ou non") % {"text": _short(text)})


def whole(text: str) -> int | None:
    """Read a whole number, not negative; spaces between thousands and a useless `.0` are accepted."""
    number = re.sub(r"[\s\u00a0\u202f]", "", text)
    if not number:
        return None
    if re.fullmatch(r"\d{1,12}([.,]0+)?", number, re.ASCII):
        return int(re.split("[.,]", number)[0])
    raise BadCell(_("« %(text)s » n’est pas un nombre entier positif") % {"text": _short(text)})


def uai_letter(digits: str) -> str:
    """Give the key letter of the seven digits of an UAI."""
    return UAI_KEYS[int(digits) % 23]


def uai(text: str) -> str:
    """Read an UAI (7 digits, key letter); lower case and spaces are accepted, a wrong key is not."""
    code = re.sub(r"[\s.-]", "", text).upper()
    if not code:
        return ""
    if not re.fullmatch(r"\d{7}[A-Z]", code, re.ASCII):
        raise BadCell(_("UAI « %(text)s » : il faut sept chiffres et une lettre") % {"text": _short(text)})
    expected = uai_letter(code[:7])
    if code[7] != expected:
        raise BadCell(
            _("UAI %(code)s : la lettre attendue est %(expected)s") % {"code": code, "expected": expected}
        )
    return code


def phone(text: str, region: str = "FR") -> str:
    """Read a telephone number; gives it in national format for France (overseas too), else international."""
    number = re.sub(r"\.0$", "", text.strip())
    if not number:
        return ""
    if re.fullmatch(r"[1-9]\d{8}", number, re.ASCII):
        number = "0" + number  # a spreadsheet took the zero away
    bare = re.sub(r"^(\+33|0033)", "0", re.sub(r"[\s.-]", "", number))
    if FICTION.fullmatch(bare):
        return " ".join(re.findall("..", bare))
    for guess in dict.fromkeys((region, *FRENCH_REGIONS)):
        try:
            parsed = phonenumbers.parse(number, guess)
        except phonenumbers.NumberParseException:
            break
        if phonenumbers.is_valid_number(parsed):
            return _dialled(parsed)
    raise BadCell(_("numéro de téléphone « %(text)s » non valable") % {"text": _short(text)})


def _dialled(parsed: phonenumbers.PhoneNumber) -> str:
    french = phonenumbers.region_code_for_number(parsed) in FRENCH_REGIONS
    style = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(parsed, style.NATIONAL if french else style.INTERNATIONAL)


def email(text: str) -> str:
    """Read an e-mail address; the domain is put in lower case."""
    address = text.strip().strip("<>;,")
    if not address:
        return ""
    if len(address) > 254 or ".." in address or not EMAIL.fullmatch(address):
        raise BadCell(_("adresse électronique « %(text)s » non valable") % {"text": _short(text)})
    name, _at, domain = address.rpartition("@")
    return f"{name}@{domain.lower()}"


def postcode(text: str) -> str:
    """Read a French postcode; gives back the zero that a spreadsheet took away."""
    code = re.sub(r"\s", "", text).removesuffix(".0")
    if not code:
        return ""
    if re.fullmatch(r"\d{4,5}", code, re.ASCII):
        return code.zfill(5)
    raise BadCell(_("code postal « %(text)s » : il faut cinq chiffres") % {"text": _short(text)})


def iccid(text: str) -> tuple[str, str | None]:
    """Read a SIM card number; gives (digits, warning or None): a doubtful number warns, it never blocks."""
    number = _digits(text, _("numéro de carte SIM"))
    if not number:
        return "", None
    if not 18 <= len(number) <= 20:
        raise BadCell(
            _("numéro de carte SIM « %(text)s » : %(number)s chiffres, il en faut 19 ou 20")
            % {"text": _short(text), "number": len(number)}
        )
    return number, _doubt(number)


def _doubt(number: str) -> str | None:
    """Say what is odd in an ICCID. Operators print it with or without the check digit, and some pad it."""
    if not number.startswith("89"):
        return _("ne commence pas par 89, comme toute carte SIM : vérifiez-le")
    if len(number) == 18:
        return _("18 chiffres au lieu de 19 ou 20 : vérifiez-le")
    if not number.startswith("8933"):
        return _("carte d’un opérateur étranger (ne commence pas par 8933) : vérifiez-la")
    if not any(luhn.is_valid(number[:size]) for size in {len(number), 19}):
        return _("chiffre de contrôle absent ou inattendu : vérifiez-le")
    return None


def imei(text: str) -> str:
    """Read an IMEI: 15 digits with a right check digit (16 for an IMEISV, 14 without check digit)."""
    number = _digits(text.replace("/", ""), "IMEI")
    if not number:
        return ""
    try:
        return stdnum_imei.validate(number)
    except ValidationError:
        raise BadCell(_("IMEI « %(text)s » : chiffre faux ou manquant") % {"text": _short(text)}) from None


def serial(text: str) -> str:
    """Read a serial number: letters, digits and - / . _ only, in capitals, at most 40 signs."""
    number = re.sub(r"\s", "", text).upper()
    if SCIENTIFIC.fullmatch(number) and "+" in number:
        raise BadCell(
            _("numéro de série « %(text)s » arrondi par le tableur : mettez la colonne au format Texte")
            % {"text": _short(text)}
        )
    if not re.fullmatch(r"[A-Z0-9][A-Z0-9/._-]{0,39}|", number):
        raise BadCell(
            _("numéro de série « %(text)s » : lettres et chiffres seulement, 40 au plus")
            % {"text": _short(text)}
        )
    return number


def siret(text: str) -> str:
    """Read a SIRET (14 digits); gives back the zeros that a spreadsheet took away."""
    number = _digits(text, "SIRET")
    if not number:
        return ""
    try:
        return stdnum_siret.validate(number.zfill(14))
    except ValidationError:
        raise BadCell(
            _("SIRET « %(text)s » : quatorze chiffres attendus, ou chiffre faux") % {"text": _short(text)}
        ) from None


def _digits(text: str, what: str) -> str:
    number = re.sub(r"[\s\u00a0\u202f.'’-]", "", text.strip().removesuffix(".0"))
    if SCIENTIFIC.fullmatch(number):
        raise BadCell(
            _("%(what)s « %(text)s » arrondi par le tableur : mettez la colonne au format Texte")
            % {"what": what, "text": _short(text)}
        )
    if not re.fullmatch(r"\d*", number, re.ASCII):
        raise BadCell(_("%(what)s « %(text)s » : chiffres seulement") % {"what": what, "text": _short(text)})
    return number


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
