"""The columns read from each kind of list; no other column ever leaves the reading process."""

from cartable.intake.contracts import Column, Contract, Group


ONDE_PUPILS = Contract(
    name="la liste des élèves d’ONDE",
    columns=(
        Column("last_name", ("Nom élève",), required=True),
        Column("usage_name", ("Nom d'usage élève",)),
        Column("first_name", ("Prénom élève",), required=True),
        Column("birth_date", ("Date naissance",), required=True),
        Column("ine", ("INE",)),
        Column("address_1", ("Adresse1",)),
        Column("postcode_1", ("Cp1",)),
        Column("city_1", ("Commune1",)),
        Column("address_2", ("Adresse2",)),
        Column("postcode_2", ("Cp2",)),
        Column("city_2", ("Commune2",)),
        Column("level", ("Niveau",)),
        Column("class_label", ("Libellé classe", "Classe")),
    ),
)
ONDE_GUARDIANS = Contract(
    name="la liste des responsables d’ONDE",
    columns=(
        Column("title", ("Civilité Responsable",)),
        Column("usage_name", ("Nom usage responsable", "Nom d'usage responsable")),
        Column("last_name", ("Nom responsable", "Nom de famille responsable"), required=True),
        Column("first_name", ("Prénom responsable",), required=True),
        Column("address", ("Adresse responsable",)),
        Column("postcode", ("CP responsable",)),
        Column("city", ("Commune responsable",)),
        Column("email", ("Courriel",)),
        Column("phone_home", ("Téléphone domicile",)),
        Column("phone_work", ("Téléphone travail",)),
        Column("phone_mobile", ("Téléphone portable",)),
    ),
    group=Group(
        "children",
        (
            Column("usage_name", ("Nom d'usage enfant",)),
            Column("last_name", ("Nom de famille enfant",)),
            Column("first_name", ("Prénom enfant",)),
            Column("class_label", ("Classes enfants", "Classe enfant")),
        ),
    ),
)
FREGATA = Contract(
    name="la liste des élèves de FREGATA",
    columns=(
        Column("ine", ("Identifiant unique*",), required=True),
        Column("first_name", ("Premier prénom*",), required=True),
        Column("last_name", ("Nom de famille*",), required=True),
        Column("usage_name", ("Nom d'usage",)),
        Column("birth_date", ("Date de naissance (jj/mm/aaaa)*",), required=True),
        Column("mef", ("Code MEF*",), required=True),
        Column("class_label", ("Division*",)),
    ),
)
# The first alias of each is the header of the template. The birth date tells pupils from a list of teachers.
TEMPLATE = Contract(
    name="la liste des élèves",
    columns=(
        Column("last_name", ("Nom de l'élève", "Nom élève", "Nom de famille", "Nom"), required=True),
        Column("usage_name", ("Nom d'usage",)),
        Column("first_name", ("Prénom de l'élève", "Prénom élève", "Prénom"), required=True),
        Column("birth_date", ("Date de naissance", "Né le", "Née le", "Né(e) le"), required=True),
        Column("level", ("Niveau",)),
        Column("class_label", ("Classe", "Division", "Libellé classe")),
        Column("address_1", ("Adresse",)),
        Column("postcode_1", ("Code postal",)),
        Column("city_1", ("Commune", "Ville")),
        Column("undisclosed", ("Adresse à ne pas communiquer",)),
        Column("placement", ("Lieu de placement",)),
        Column("priority_area", ("Quartier prioritaire (QPV)", "Quartier prioritaire", "QPV")),
        Column("guardian_1_title", ("Civilité du responsable 1",)),
        Column("guardian_1_last_name", ("Nom du responsable 1",)),
        Column("guardian_1_first_name", ("Prénom du responsable 1",)),
        Column("guardian_1_phone_mobile", ("Téléphone du responsable 1",)),
        Column("guardian_1_email", ("Courriel du responsable 1",)),
        Column("guardian_2_title", ("Civilité du responsable 2",)),
        Column("guardian_2_last_name", ("Nom du responsable 2",)),
        Column("guardian_2_first_name", ("Prénom du responsable 2",)),
        Column("guardian_2_phone_mobile", ("Téléphone du responsable 2",)),
        Column("guardian_2_email", ("Courriel du responsable 2",)),
        Column("address_2", ("Adresse du second domicile",)),
        Column("postcode_2", ("Code postal du second domicile",)),
        Column("city_2", ("Commune du second domicile",)),
    ),
)
