"""Every address of the site. A page family is a package `web/<family>/` whose `urls.py` lists its pages."""

from django.urls import include, path


# (prefix, family): a new page family adds one line here.
FAMILIES = [
    ("", "home"),
    ("", "signin"),
    ("", "accounts"),
    ("eleves/", "pupils"),
    ("operations/", "operations"),
    ("enquetes/", "census"),
    ("repartition/", "plans"),
    ("partages/", "splits"),
    ("simulations/", "scenarios"),
    ("simulations/", "decisions"),
    ("stock/", "stock"),
    ("", "shipments"),
    ("remises/", "gate"),
    ("prets/", "loans"),
    ("chiffres/", "figures"),
    ("controle/", "audit"),
    ("territoire/", "geography"),
    ("credits/", "funding"),
]

urlpatterns = [path(prefix, include(f"cartable.web.{family}.urls")) for prefix, family in FAMILIES]

handler400 = "cartable.web.errors.bad_request"
handler403 = "cartable.web.errors.forbidden"
handler404 = "cartable.web.errors.not_found"
handler500 = "cartable.web.errors.broken"
