"""Pure rules of the bodies: the names of those that every département has."""

from cartable.bodies.models import Body
from cartable.territories.models import Department, Region


# Where the collectivité that owns the collèges is not called conseil départemental.
COUNCILS = {
    "2A": "Collectivité de Corse",
    "2B": "Collectivité de Corse",
    "67": "Collectivité européenne d’Alsace",
    "68": "Collectivité européenne d’Alsace",
    "75": "Ville de Paris",
    "972": "Collectivité territoriale de Martinique",
    "973": "Collectivité territoriale de Guyane",
    "975": "Collectivité territoriale de Saint-Pierre-et-Miquelon",
    "977": "Collectivité de Saint-Barthélemy",
    "978": "Collectivité de Saint-Martin",
    "986": "Territoire des îles Wallis et Futuna",
    "987": "Gouvernement de la Polynésie française",
    "988": "Gouvernement de la Nouvelle-Calédonie",
}
PREFECTURES = {
    "986": "Administration supérieure des îles Wallis et Futuna",
    "987": "Haut-commissariat de la République en Polynésie française",
    "988": "Haut-commissariat de la République en Nouvelle-Calédonie",
}
RECTORATS = {"971", "972", "973", "974", "976"}
VICE_RECTORATS = {"986", "987", "988"}


def contact_of(body: Body) -> str:
    """Say how a school reaches a body that writes to it."""
    return body.email or body.phone or body.privacy_contact


def _of(department: Department) -> str:
    return department.of_name or f"de {department.name}"


def prefecture_name(department: Department) -> str:
    """Name the service of the State's representative."""
    return PREFECTURES.get(department.code, f"Préfecture {_of(department)}")


def region_prefecture_name(region: Region) -> str:
    """Name the service that holds the State's credits of a région, or of a collectivité that has none above it."""
    if len(region.code) == 2:
        return f"Préfecture de la région {region.name}"
    return PREFECTURES.get(region.code, f"Préfecture de {region.name}")


def council_name(department: Department) -> str:
    """Name the collectivité that owns and maintains the equipment of the collèges."""
    return COUNCILS.get(department.code, f"Conseil départemental {_of(department)}")


def academy_service_name(department: Department) -> str:
    """Name the service of the ministry's representative."""
    if department.code in RECTORATS:
        return f"Rectorat {_of(department)}"
    if department.code in VICE_RECTORATS:
        return f"Vice-rectorat {_of(department)}"
    return f"DSDEN {_of(department)}"
