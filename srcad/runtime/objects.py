"""Objects as generated code makes them and tells them apart."""

from __future__ import annotations

import functools
import inspect
import types
from typing import Any

from srcad.errors import UnsupportedSyntax
from srcad.runtime.slots import slots_of


def made(cls: type, /, **fields: Any) -> Any:
    """A new object of the class with these attributes."""
    new: Any = object.__new__(cls)
    for name, value in fields.items():
        object.__setattr__(new, name, value)
    return new


PLAIN_SETTERS = (object.__setattr__, types.SimpleNamespace.__setattr__)


def sets_by_code(cls: type, name: str) -> bool:
    """Whether setting an attribute of an object is more than that; slots only hold it."""
    found = inspect.getattr_static(cls, name, None)
    slot = isinstance(found, types.MemberDescriptorType)
    setter: Any = cls.__setattr__
    return setter not in PLAIN_SETTERS or (hasattr(type(found), "__set__") and not slot)


def reads_by_code(cls: type, name: str, stored: bool) -> bool:
    """Whether reading an attribute runs code of the class: a descriptor, `__getattribute__`.

    Properties and functions are none of these: they are known.  stored: the object has a value
    under the name, which only a descriptor that also sets goes before.
    """
    if isinstance(inspect.getattr_static(cls, "__getattribute__"), types.FunctionType):
        return True
    kind = type(inspect.getattr_static(cls, name, None))
    if not _by_code(kind):
        return False
    return kind is not functools.cached_property and (not stored or hasattr(kind, "__set__"))


def _by_code(kind: type) -> bool:
    """Whether what a class holds says in Python what is read; gates and gradients are methods."""
    made = isinstance(getattr(kind, "__get__", None), types.FunctionType)
    return made and kind.__module__.split(".")[0] != "srcad"


def kept_by(owner: Any, name: str, method: Any) -> bool:
    """Whether an object keeps a function under the name; refused is one that its class makes."""
    if isinstance(owner, type | types.ModuleType):
        return False
    if vars_of(owner).get(name) is method:
        return True
    found = inspect.getattr_static(type(owner), name, None)
    if _by_code(type(found)) or isinstance(found, property):
        raise UnsupportedSyntax(
            f"`.{name}` of a {type(owner).__name__} is made by code of its class, and may hold "
            "what carries a derivative. Use a method."
        )
    return False


def vars_of(owner: Any) -> dict[str, Any]:
    """The attributes that an object has in its dict."""
    found = getattr(owner, "__dict__", None)
    return found if isinstance(found, dict) else {}


def instance(value: Any, cls: type, name: str) -> Any:
    """The object, which is of this class; of another class, it has no such attribute."""
    if type(value) is not cls:
        getattr(value, name)
        raise AttributeError(name)
    return value


def lacks(value: Any, name: str) -> None:
    """Refuse an object that has an attribute of which nothing was known."""
    if hasattr(value, name):
        raise UnsupportedSyntax(
            f"A {type(value).__name__} has an attribute `{name}`, and what sets it was not seen: "
            "its derivative would be lost. Set it in the constructor."
        )


def absent(value: Any, name: str) -> Any:
    """`value.name` of an object that lacks it: Python's own error."""
    lacks(value, name)
    return getattr(value, name)


def has_own(owner: Any, name: str) -> bool:
    """Whether an object has an attribute of its own."""
    return name in vars_of(owner) or name in slots_of(owner)


def no_others(owner: Any, *names: str) -> None:
    """Refuse an object with other attributes than these: nothing is known of them."""
    for name in (*vars_of(owner), *slots_of(owner)):
        if name not in names:
            raise UnsupportedSyntax(
                f"A {type(owner).__name__} with an attribute `{name}` is copied, and what sets it "
                "was not seen. Set it in the constructor."
            )


def put_attributes(owner: Any, table: Any) -> None:
    """`owner.__dict__.update(table)`."""
    past_the_class(owner, table)
    for key, value in table.items():
        setattr(owner, key, value)


def past_the_class(owner: Any, table: Any) -> None:
    """Refuse what an assignment would do in another way than an entry in `__dict__`."""
    cls = type(owner)
    if cls is type or isinstance(owner, type) or not isinstance(table, dict):
        raise UnsupportedSyntax("Write the attributes one by one: `self.name = value`.")
    for key in table:
        if not isinstance(key, str) or sets_by_code(cls, key) or key in slots_of(owner):
            raise UnsupportedSyntax(
                f"`.{key}` of a {cls.__name__} is set past its class. Write `self.{key} = value`."
            )


def not_kept(owner: Any, name: str) -> bool:
    """Whether a cached property has not been computed yet."""
    return name not in owner.__dict__


def wrong_number(function: Any, items: Any) -> None:
    """Call it with as many arguments as it does not take: Python says so."""
    function(*items)
    raise TypeError(f"{function.__name__}() does not take {len(items)} arguments")
