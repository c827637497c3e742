"""What a test says of an action that must say no."""

from typing import Any

import pytest

from cartable.foundation.refused import Refused


def refused(code: str) -> Any:
    """Expect a refusal with that code."""
    return pytest.raises(Refused, check=lambda no: no.code == code)
