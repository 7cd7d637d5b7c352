"""Hypothesis profiles, short by default, long under `make fuzz`; every test checks the IR."""

import os

from hypothesis import HealthCheck, settings

from srcad.ir import verify

_RELAXED = {"deadline": None, "suppress_health_check": list(HealthCheck)}
settings.register_profile("short", max_examples=60, derandomize=True, **_RELAXED)
settings.register_profile(
    "fuzz", max_examples=int(os.environ.get("SRCAD_EXAMPLES", "5000")), **_RELAXED
)
settings.load_profile("short")

verify.switch(os.environ.get("SRCAD_VERIFY", "1") != "0")
