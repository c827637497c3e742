"""Invented places and people: the same seed gives the same ones. Any likeness is chance."""

import random
from dataclasses import dataclass, field

from cartable.intake.values import uai_letter


FIRST_NAMES = (
    "Adèle Amina Anaïs Aya Basile Camille Chloé Clément Diane Djibril Elias Éloïse Emma Fatou Félix Gabin Hana Hugo "
    "Ibrahim Inès Issa Jade Jeanne Joseph Kenza Léa Lina Loïc Louane Lucas Maëlys Malik Manon Marius Maya Mehdi Naïm "
    "Nina Noé Octave Ophélie Oumou Paul Rayan Rose Sacha Salomé Samir Sohan Théo Yanis Zoé"
).split()
# Words that are no family names, so that no real family is met by chance.
LAST_NAMES = (
    "Aubépine Bruyère Capucine Chèvrefeuille Clairière Colline Coquelicot Fougère Garrigue Genêt Girouette Grévière "
    "Hirondelle Jonquille Lavandière Libellule Lisière Mésange Myosotis Noisetier Ormeraie Pervenche Peupleraie "
    "Primevère Roselière Rouge-Gorge Sauterelle Sorbier Tilleul Tournesol Vallée-Haute Verveine"
).split()
COMMUNES = (
    "Aubeterre-le-Neuf Bellefontaine-sur-Ourse Boisclair Bourg-la-Prairie Champvert Clairmont-les-Bains Coubrelle "
    "Croix-Blanche Fontenille Grandpré Roseraie-la-Neuve Blanc-Moulin Trois-Tilleuls Mareuil-la-Plaine Montclair "
    "Noisette Pierrelatte-Nord Pont-aux-Aulnes Rivecourte Romaincourt Saint-Aubin-des-Prés Sevranne Stainelle "
    "Tremblaye Vaujolie Villeneuve-la-Haie"
).split()
HEROES = (
    "Alice Milliat,Ambroise Croizat,Berthe Morisot,Camille Claudel,Claude Bernard,Émilie du Châtelet,George Sand,"
    "Germaine Tillion,Gustave Courbet,Jean Moulin,Jean Vilar,Joséphine Baker,Jules Verne,Louise Michel,Lucie Aubrac,"
    "Marie Curie,Nelson Mandela,Olympe de Gouges,Pablo Neruda,Paul Éluard,Pierre Brossolette,Rosa Parks,"
    "Simone Veil,Sonia Delaunay,Victor Hugo,Wangari Maathai"
).split(",")
KINDS = {"college": "Collège", "ecole": "École élémentaire", "lycee": "Lycée"}
STREETS = "rue des Lilas,avenue de la République,allée des Cerisiers,rue du Canal,place du Marché,rue Nouvelle".split(
    ","
)


@dataclass(frozen=True, slots=True)
class Place:
    """A school of the invented directory; `office` is the code of its circonscription, for an école."""

    uai: str
    name: str
    kind: str
    commune: str
    commune_code: str
    pupils: int
    priority: str
    phone: str
    email: str
    office: str = ""
    office_name: str = ""


@dataclass(frozen=True, slots=True)
class Child:
    """A pupil to be."""

    last_name: str
    first_name: str
    level: str
    class_label: str
    birth_year: int


@dataclass(slots=True)
class World:
    """Everything that one seed invents for a département of a three-digit `code`."""

    code: str
    seed: int
    year: int = 2020
    rng: random.Random = field(init=False)

    def __post_init__(self) -> None:
        self.rng = random.Random(self.seed)

    def uai(self, number: int) -> str:
        """Give the UAI number `number` of the département, with its key letter."""
        digits = f"{self.code}{number:04d}"
        return digits + uai_letter(digits)

    def colleges(self, count: int) -> list[Place]:
        """Invent `count` collèges; one in eight has no known e-mail address."""
        return [self._place(1 + n, "college", self.rng.randint(380, 640), n) for n in range(count)]

    def ecoles(self, count: int, offices: int) -> list[Place]:
        """Invent `count` écoles, spread over `offices` circonscriptions."""
        return [
            self._place(1001 + n, "ecole", self.rng.randint(90, 340), n, office=n % offices)
            for n in range(count)
        ]

    def lycees(self, count: int) -> list[Place]:
        """Invent `count` lycées."""
        return [self._place(501 + n, "lycee", self.rng.randint(600, 1100), n) for n in range(count)]

    def _place(self, number: int, kind: str, pupils: int, n: int, office: int | None = None) -> Place:
        commune = n % len(COMMUNES)
        code = self.uai(number)
        hero = HEROES[(n * 7 + n // len(HEROES)) % len(HEROES)]
        name = f"{KINDS[kind]} {hero}"
        has_email = self.rng.random() > 0.12
        return Place(
            uai=code,
            name=name,
            kind=kind,
            commune=COMMUNES[commune],
            commune_code=f"{self.code[:2]}{101 + commune:03d}",
            pupils=pupils,
            priority=self.rng.choices(("", "REP", "REP+"), weights=(5, 4, 2))[0],
            phone=f"01 99 00 {n // 100:02d} {n % 100:02d}",
            email=f"ce.{code.lower()}@ecole.invalid" if has_email else "",
            office="" if office is None else self.uai(9001 + office),
            office_name=""
            if office is None
            else f"Circonscription de {COMMUNES[office % len(COMMUNES)]} {1 + office // len(COMMUNES)}",
        )

    def children(self, count: int, levels: tuple[str, ...]) -> list[Child]:
        """Invent pupils of those levels, spread evenly, in classes of at most 26; no two have the same names."""
        made, seen = [], set()
        while len(made) < count:
            level = levels[len(made) % len(levels)]
            names = (self._last_name(), self.rng.choice(FIRST_NAMES))
            if names in seen:
                continue
            seen.add(names)
            room = "ABCDEF"[(len(made) // len(levels)) // 26 % 6]
            made.append(Child(*names, level, f"{level} {room}", self.year - self._age(level)))
        return made

    def _last_name(self) -> str:
        first = self.rng.choice(LAST_NAMES)
        return f"{first}-{self.rng.choice(LAST_NAMES)}" if self.rng.random() < 0.6 else first

    def _age(self, level: str) -> int:
        ages = {
            "CP": 6,
            "CE1": 7,
            "CE2": 8,
            "CM1": 9,
            "CM2": 10,
            "6E": 11,
            "5E": 12,
            "4E": 13,
            "3E": 14,
            "TLE": 18,
        }
        return ages.get(level, 10)

    def address(self) -> str:
        """Invent a street address."""
        return f"{self.rng.randint(1, 120)} {self.rng.choice(STREETS)}"

    def phone(self) -> str:
        """Invent a telephone number of the range kept for fiction (06 39 98)."""
        return f"06 39 98 {self.rng.randint(0, 99):02d} {self.rng.randint(0, 99):02d}"
