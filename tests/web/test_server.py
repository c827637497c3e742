"""Is the server ready when it has started: pages loaded, and left alone by the garbage collector?"""

import subprocess
import sys


CODE = """
import gc, sys
import cartable.config.wsgi
print(gc.get_freeze_count(), "cartable.web.figures.views" in sys.modules)
"""


def test_pages_are_loaded_and_frozen_before_the_first_request():
    done = subprocess.run(
        [sys.executable, "-c", CODE], capture_output=True, text=True, check=True, timeout=120
    )
    frozen, loaded = done.stdout.split()
    assert loaded == "True" and int(frozen) > 50_000
