"""A module whose functions change its globals, for tests/test_changing_outside.py."""

MODE = "plain"
RATE = 1.0


def set_mode(mode):
    global MODE
    MODE = mode


def set_rate(rate):
    global RATE
    RATE = rate
