"""Hypothesis profiles, short by default, long under `make fuzz`; every test checks the IR."""

import os

from hypothesis import HealthCheck, settings

_ASKED = os.environ.get("SRCAD_VERIFY")
os.environ.setdefault("SRCAD_VERIFY", "1")  # Python itself sees to it that nobody changes the IR
from srcad.ir import verify  # noqa: E402

if _ASKED is None:  # processes that a test starts are a user's
    del os.environ["SRCAD_VERIFY"]

_RELAXED = {"deadline": None, "suppress_health_check": list(HealthCheck)}
settings.register_profile("short", max_examples=60, derandomize=True, **_RELAXED)
settings.register_profile(
    "fuzz", max_examples=int(os.environ.get("SRCAD_EXAMPLES", "5000")), **_RELAXED
)
settings.load_profile("short")

verify.switch(_ASKED != "0")
