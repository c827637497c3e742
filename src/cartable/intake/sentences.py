"""What a person reads when a file is refused as a whole: what is wrong, and what to do."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from cartable.foundation.refused import Refused


SENTENCES = {
    "no_file": gettext_noop(
        "Ce fichier ne peut pas être ouvert : vérifiez qu’il existe et que vous avez le droit de le lire."
    ),
    "empty": gettext_noop("Le fichier est vide : exportez la liste de nouveau, puis déposez-la."),
    "no_rows": gettext_noop(
        "Le fichier ne contient aucune ligne sous ses titres : vérifiez l’export, puis déposez-le."
    ),
    "too_large": gettext_noop(
        "Le fichier dépasse %(limit)s Mo : partagez-le en plusieurs fichiers, ou confiez-le à l’administrateur."
    ),
    "too_many_rows": gettext_noop(
        "Le fichier dépasse %(limit)s lignes : partagez-le en plusieurs fichiers, ou confiez-le à l’administrateur."
    ),
    "too_many_columns": gettext_noop(
        "Le fichier dépasse %(limit)s colonnes : gardez seulement les colonnes du modèle."
    ),
    "too_costly": gettext_noop(
        "Ce fichier demande trop de mémoire ou de temps pour être lu : enregistrez-le au format CSV, ou partagez-le."
    ),
    "wrong_type": gettext_noop(
        "Ce fichier est %(seen)s : enregistrez la liste au format CSV, XLSX ou ODS, puis déposez-la."
    ),
    "not_xml": gettext_noop(
        "Ce fichier n’est pas un export XML de SIECLE : déposez le fichier XML, ou le ZIP qui le contient."
    ),
    "wrong_xml": gettext_noop(
        "Ce fichier XML est %(seen)s, et non %(expected)s : choisissez l’autre fichier de l’export."
    ),
    "encrypted": gettext_noop(
        "Le fichier est protégé par un mot de passe : retirez la protection, puis déposez-le de nouveau."
    ),
    "macros": gettext_noop(
        "Le classeur contient des macros : enregistrez-le au format XLSX sans macro, puis déposez-le."
    ),
    "nested": gettext_noop(
        "L’archive en contient une autre : décompressez-la, puis déposez seulement la liste."
    ),
    "several_files": gettext_noop(
        "L’archive contient plusieurs fichiers : déposez-les un par un, sans archive."
    ),
    "bad_names": gettext_noop(
        "L’archive contient un nom de fichier interdit : décompressez-la, puis déposez seulement la liste."
    ),
    "bomb": gettext_noop(
        "Une fois décompressé, le fichier serait beaucoup trop gros : déposez la liste sans la compresser."
    ),
    "damaged": gettext_noop("Le fichier est abîmé ou incomplet : exportez-le ou téléchargez-le de nouveau."),
    "unreadable": gettext_noop(
        "Le fichier ne peut pas être lu : enregistrez la liste au format CSV UTF-8, puis déposez-la."
    ),
    "nul": gettext_noop(
        "La ligne %(line)s contient des octets nuls, ce n’est pas un texte : enregistrez la liste au format CSV UTF-8."
    ),
    "long_line": gettext_noop(
        "La ligne %(line)s est démesurée : vérifiez que le fichier est bien une liste, une ligne par élément."
    ),
    "no_header": gettext_noop(
        "Titres introuvables dans %(name)s : nommez les colonnes sur la première ligne (attendu : %(expected)s)."
    ),
    "missing_columns": gettext_noop(
        "Il manque dans %(name)s : %(missing)s. Colonnes trouvées : %(seen)s. Complétez le fichier ou partez du modèle."
    ),
    "dtd": gettext_noop(
        "Le fichier contient une définition de document (DTD), refusée par sécurité : exportez-le de nouveau."
    ),
    "xml_depth": gettext_noop(
        "Le fichier XML emboîte trop d’éléments : exportez-le de nouveau depuis l’application d’origine."
    ),
    "json_broken": gettext_noop("Le fichier JSON est mal formé : téléchargez-le de nouveau à sa source."),
    "not_geojson": gettext_noop(
        "Ce fichier JSON n’est pas une liste GeoJSON (FeatureCollection) : déposez celui de la source officielle."
    ),
    "xml_broken": gettext_noop(
        "Le fichier XML est mal formé à la ligne %(line)s : exportez-le ou téléchargez-le de nouveau."
    ),
}
KINDS = {
    "pdf": gettext_noop("un PDF"),
    "picture": gettext_noop("une image"),
    "word": gettext_noop("un texte mis en page"),
    "document": gettext_noop("un document d’un autre type"),
    "archive": gettext_noop("une archive d’un autre type"),
    "program": gettext_noop("un programme"),
    "database": gettext_noop("une base de données"),
    "html": gettext_noop("une page web"),
    "xml": gettext_noop("un fichier XML"),
    "json": gettext_noop("un fichier JSON"),
    "xls": gettext_noop("un ancien classeur Excel (.xls)"),
    "xlsb": gettext_noop("un classeur Excel binaire (.xlsb)"),
    "siecle_pupils": gettext_noop("l’export des élèves"),
    "siecle_guardians": gettext_noop("l’export des responsables"),
    "other": gettext_noop("d’un autre type"),
}


def refusal(code: str, **params: str | int) -> Refused:
    """Build the refusal of a whole file from its code."""
    known = code if code in SENTENCES else "unreadable"
    words = {key: _(KINDS[value]) if value in KINDS else value for key, value in params.items()}
    return Refused(known, _(SENTENCES[known]) % words)
