"""A machine of one's own for a backup or a restore: a store, a var/ folder, and the command run on it."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.kill import ROOT


@dataclass(frozen=True, slots=True)
class Machine:
    """`address` as for DATABASE_URL; `keys` as for CARTABLE_KEYS, "" for none."""

    address: str
    var: Path
    keys: str = os.environ["CARTABLE_KEYS"]

    def cartable(self, *words: object) -> subprocess.CompletedProcess[str]:
        """Run the command in a fresh process."""
        return self._run("cartable.cli.main", *map(str, words))

    def answer(self, *words: object) -> dict[str, Any]:
        """Run a command that must succeed, with --json; give what it printed."""
        done = self.cartable(*words, "--json")
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def refusal(self, *words: object) -> str:
        """Run a command that must be refused in one sentence; give it."""
        done = self.cartable(*words, "--json")
        assert (done.returncode, done.stdout) == (1, ""), done
        assert "Traceback" not in done.stderr, done.stderr
        return done.stderr.splitlines()[-1]

    def call(self, function: str) -> Any:
        """Call `module:function` in a fresh process on this machine; give its result."""
        done = self._run("tests.victim", "call", function)
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout.splitlines()[-1])

    def start(self, function: str) -> subprocess.Popen[str]:
        """Start `module:function` on this machine, and do not wait for it."""
        line = [sys.executable, "-m", "tests.victim", "call", function]
        return subprocess.Popen(line, cwd=ROOT, env=self.environment(), stdout=subprocess.PIPE, text=True)

    def environment(self) -> dict[str, str]:
        own = {"DATABASE_URL": self.address, "CARTABLE_VAR": str(self.var), "CARTABLE_KEYS": self.keys}
        return {**os.environ, **own}

    def _run(self, module: str, *words: str) -> subprocess.CompletedProcess[str]:
        line = [sys.executable, "-m", module, *words]
        return subprocess.run(
            line, cwd=ROOT, env=self.environment(), capture_output=True, text=True, timeout=300, check=False
        )
