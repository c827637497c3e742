"""Run every benchmark, each in a process of its own, and print its figures: `python -m benchmarks [NAME…]`."""

import subprocess
import sys
from pathlib import Path


def names() -> list[str]:
    """List the benchmarks of this folder."""
    return sorted(path.stem for path in Path(__file__).parent.glob("*.py") if not path.stem.startswith("_"))


def main(wanted: list[str]) -> int:
    """Run them one after the other; exit 1 where one failed."""
    failed = []
    for name in wanted or names():
        print(f"== {name}", flush=True)
        if subprocess.run([sys.executable, "-m", f"benchmarks.{name}"], check=False).returncode:
            failed.append(name)
    if failed:
        print("failed: " + ", ".join(failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
