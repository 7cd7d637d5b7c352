"""Workflows that call numerical packages of other people, left as they are.

    python -m tests.libraries [package ...]     a line for each: right, refused, wrong or crashed
    python -m tests.libraries --write           the table of docs/libraries.md

Each module `of_<package>.py` imports one package; `@workflow(*args)` registers a function of
floats and arrays.  The packages are the optional extra `libraries`.
"""
