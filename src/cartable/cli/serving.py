"""`cartable serve` and `cartable demo`."""

import ipaddress
import os
import sys
from argparse import Namespace

from cartable.cli.output import progress, say
from cartable.cli.store import bring_up_to_date, check_migrated
from cartable.foundation.refused import Refused


def serve(options: Namespace) -> int:
    """Open the site; refuse any address but loopback while demo accounts exist."""
    from django.db import connections

    from cartable.accounts.queries import demo_accounts_exist

    check_migrated()
    if demo_accounts_exist() and not _is_loopback(options.address):
        raise Refused(
            "demo_accounts",
            "Des comptes de démonstration existent : le site ne s'ouvre que sur 127.0.0.1. "
            "Utilisez une autre base (DATABASE_URL) pour ouvrir ailleurs.",
        )
    connections.close_all()
    # A fresh process: nothing loaded here is carried into the server's workers.
    os.execv(sys.executable, _gunicorn(options.address, getattr(options, "workers", 2)))


def _gunicorn(address: str, workers: int) -> list[str]:
    return [
        sys.executable,
        "-m",
        "gunicorn",
        "cartable.config.wsgi",
        "--bind",
        address,
        "--worker-class",
        "gthread",
        "--workers",
        str(workers),
        "--threads",
        "4",
        "--timeout",
        "120",
        "--log-level",
        "warning",
    ]


def _is_loopback(address: str) -> bool:
    host = address.rpartition(":")[0].strip("[]") or address
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def demo(options: Namespace) -> int:
    """Make the invented département (again: seconds, nothing lost), say how to enter, and serve if asked."""
    from cartable.scenarios.demo import make_demo

    bring_up_to_date()
    accounts = make_demo(progress=progress)
    say("")
    say("Un compte par rôle, tous avec le mot de passe " + accounts.password)
    for account in accounts.rows:
        say(f"  {account.identifier:<34} {account.role:<32} {account.first_thing}")
    say(f"\nLe site : http://{options.address}")
    sys.stdout.flush()
    return serve(options) if options.serve else 0
