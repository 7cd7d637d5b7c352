"""The derivative rules of SciPy, one table a topic (`srcad/rules/extras.py`)."""
