"""Programs that read their structure out of text with regular expressions."""

import re

import numpy as np

from tests.corpus.registry import program

PAIR = re.compile(r"(\w)=(\d+)")


@program(args=lambda rng: (rng.normal(size=3),))
def numbers_found_in_a_text(x):
    found = {m[1]: float(m[2]) for m in re.finditer(r"(\w)=(\d+)", "a=2,b=3")}
    s = found["a"] * x[0] + found["b"] * x[1] ** 2
    for part in re.split(r"\s*,\s*", "a=2 , b=3"):
        name, number = re.match(r"(\w)=(\d+)", part).groups()
        s += int(number) * x["ab".index(name)]
    if PAIR.search("q=7"):
        s *= x[2]
    return s + len(re.findall("a", "banana")) * np.sin(x[1]) + len(re.sub(r"\d", "", "a1b2"))
