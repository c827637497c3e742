"""Text of a cell to a value, or `BadCell` with the reason in French. Empty text is None or ""."""

import datetime
import re

import phonenumbers
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
    """A cell that cannot be taken; `reason` says why in French."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


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
        raise BadCell(f"date « {text} » : écrivez l’année sur quatre chiffres")
    if re.fullmatch(r"[1-9]\d{0,5}(\.0+)?", text, re.ASCII) and 366 <= float(text) < 73_415:
        return SHEET_EPOCH + datetime.timedelta(days=int(float(text)))
    raise BadCell(f"date « {_short(text)} » non reconnue : écrivez-la jj/mm/aaaa")


def _day(text: str, year: str, month: str, day: str) -> datetime.date:
    try:
        found = datetime.date(int(year), int(month), int(day))
    except ValueError:
        raise BadCell(f"la date « {text} » n’existe pas au calendrier") from None
    if not FIRST_YEAR <= found.year < LAST_YEAR:
        raise BadCell(f"date « {text} » : année improbable")
    return found


def yes_no(text: str) -> bool | None:
    """Read oui/non, o/n, vrai/faux, 1/0, x."""
    word = text.strip().casefold()
    if not word:
        return None
    if word in YES or word in NO:
        return word in YES
    raise BadCell(f"« {_short(text)} » : écrivez oui ou non")


def whole(text: str) -> int | None:
    """Read a whole number, not negative; spaces between thousands and a useless `.0` are accepted."""
    number = re.sub(r"[\s\u00a0\u202f]", "", text)
    if not number:
        return None
    if re.fullmatch(r"\d{1,12}([.,]0+)?", number, re.ASCII):
        return int(re.split("[.,]", number)[0])
    raise BadCell(f"« {_short(text)} » n’est pas un nombre entier positif")


def uai_letter(digits: str) -> str:
    """Give the key letter of the seven digits of an UAI."""
    return UAI_KEYS[int(digits) % 23]


def uai(text: str) -> str:
    """Read an UAI (7 digits, key letter); lower case and spaces are accepted, a wrong key is not."""
    code = re.sub(r"[\s.-]", "", text).upper()
    if not code:
        return ""
    if not re.fullmatch(r"\d{7}[A-Z]", code, re.ASCII):
        raise BadCell(f"UAI « {_short(text)} » : il faut sept chiffres et une lettre")
    expected = uai_letter(code[:7])
    if code[7] != expected:
        raise BadCell(f"UAI {code} : la lettre attendue est {expected}")
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
    raise BadCell(f"numéro de téléphone « {_short(text)} » non valable")


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
        raise BadCell(f"adresse électronique « {_short(text)} » non valable")
    name, _, domain = address.rpartition("@")
    return f"{name}@{domain.lower()}"


def postcode(text: str) -> str:
    """Read a French postcode; gives back the zero that a spreadsheet took away."""
    code = re.sub(r"\s", "", text).removesuffix(".0")
    if not code:
        return ""
    if re.fullmatch(r"\d{4,5}", code, re.ASCII):
        return code.zfill(5)
    raise BadCell(f"code postal « {_short(text)} » : il faut cinq chiffres")


def iccid(text: str) -> tuple[str, str | None]:
    """Read a SIM card number; gives (digits, warning or None): a doubtful number warns, it never blocks."""
    number = _digits(text, "numéro de carte SIM")
    if not number:
        return "", None
    if not 18 <= len(number) <= 20:
        raise BadCell(f"numéro de carte SIM « {_short(text)} » : {len(number)} chiffres, il en faut 19 ou 20")
    return number, _doubt(number)


def _doubt(number: str) -> str | None:
    """Say what is odd in an ICCID. Operators print it with or without the check digit, and some pad it."""
    if not number.startswith("89"):
        return "ne commence pas par 89, comme toute carte SIM : vérifiez-le"
    if len(number) == 18:
        return "18 chiffres au lieu de 19 ou 20 : vérifiez-le"
    if not number.startswith("8933"):
        return "carte d’un opérateur étranger (ne commence pas par 8933) : vérifiez-la"
    if not any(luhn.is_valid(number[:size]) for size in {len(number), 19}):
        return "chiffre de contrôle absent ou inattendu : vérifiez-le"
    return None


def imei(text: str) -> str:
    """Read an IMEI: 15 digits with a right check digit (16 for an IMEISV, 14 without check digit)."""
    number = _digits(text.replace("/", ""), "IMEI")
    if not number:
        return ""
    try:
        return stdnum_imei.validate(number)
    except ValidationError:
        raise BadCell(f"IMEI « {_short(text)} » : chiffre faux ou manquant") from None


def serial(text: str) -> str:
    """Read a serial number: letters, digits and - / . _ only, in capitals, at most 40 signs."""
    number = re.sub(r"\s", "", text).upper()
    if SCIENTIFIC.fullmatch(number) and "+" in number:
        raise BadCell(
            f"numéro de série « {_short(text)} » arrondi par le tableur : mettez la colonne au format Texte"
        )
    if not re.fullmatch(r"[A-Z0-9][A-Z0-9/._-]{0,39}|", number):
        raise BadCell(f"numéro de série « {_short(text)} » : lettres et chiffres seulement, 40 au plus")
    return number


def siret(text: str) -> str:
    """Read a SIRET (14 digits); gives back the zeros that a spreadsheet took away."""
    number = _digits(text, "SIRET")
    if not number:
        return ""
    try:
        return stdnum_siret.validate(number.zfill(14))
    except ValidationError:
        raise BadCell(f"SIRET « {_short(text)} » : quatorze chiffres attendus, ou chiffre faux") from None


def _digits(text: str, what: str) -> str:
    number = re.sub(r"[\s\u00a0\u202f.'’-]", "", text.strip().removesuffix(".0"))
    if SCIENTIFIC.fullmatch(number):
        raise BadCell(f"{what} « {_short(text)} » arrondi par le tableur : mettez la colonne au format Texte")
    if not re.fullmatch(r"\d*", number, re.ASCII):
        raise BadCell(f"{what} « {_short(text)} » : chiffres seulement")
    return number


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:39] + "…"
