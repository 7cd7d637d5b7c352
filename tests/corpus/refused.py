"""The programs of the corpus that srcad refuses today: name → class of the error, and why.

The list may only shrink. tests/test_corpus.py holds each to exactly this error, so that a program
that starts to work turns the test red until its line here is gone. docs/limits.md is written for
users from the same list; `python -m tests.report` shows how every program fares.
"""

from __future__ import annotations

REFUSED: dict[str, tuple[str, str]] = {
    # builtins and the standard library
    # functions
    # objects and dicts
    # writes
    # in place: arrays, views, containers, objects, generators
    # … acceptance
    # … constants_that_change
    "constants_that_change.dict_of_a_class": (
        "UnsupportedMutation",
        "an array that a dict of a class holds, written where what it was is read backwards",
    ),
    # … exceptions_with_values
    "exceptions_with_values.value_in_an_attribute": (
        "UnsupportedSyntax",
        "read out of an exception",
    ),
    "exceptions_with_values.values_in_args": ("UnsupportedSyntax", "read out of an exception"),
    "exceptions_with_values.exception_kept_in_a_list": (
        "UnsupportedSyntax",
        "read out of an exception",
    ),
    # … gates
    "gates.captured_by_a_gate": ("UnsupportedSyntax", "a gate made inside, of an active variable"),
    "gates.written_by_a_gate": ("UnsupportedMutation", "an assignment into `x`"),
    "gates.hook_that_reads_what_changes": ("UnsupportedSyntax", "`k` of a loop"),
    "gates.gate_without_a_rule": ("MissingRule", "no defvjp"),
    # … generators
    "generators.generator_by_hand": ("UnsupportedSyntax", "a generator that is kept"),
    "generators.items_from_a_context": (
        "UnsupportedSyntax",
        "a context manager that holds an active value",
    ),
    # … hunt
    "hunt.identity_after_deepcopy": ("UnsupportedMutation", "an assignment into `state`"),
    "hunt.through_a_string": (
        "UnsupportedSyntax",
        "a number read out of text",
    ),
    "hunt.through_bytes": (
        "UnsupportedSyntax",
        "a number read out of bytes",
    ),
    "hunt.through_a_module_global": ("UnsupportedSyntax", "a global is written"),
    "hunt.through_a_class_attribute": ("UnsupportedMutation", "an assignment into `Shared`"),
    "hunt.through_a_function_attribute": ("UnsupportedMutation", "an assignment into `helper`"),
    # … mixed_containers
    "mixed_containers.held_by_a_partial": (
        "UnsupportedMutation",
        "a function that is known only when it runs writes into a dict",
    ),
    # … kernels
    # … mutable_containers
    "mutable_containers.bound_append": ("SourceUnavailable", "set.add"),
    # … mutable_objects
    "mutable_objects.class_made_inside": ("UnsupportedSyntax", "a class made inside"),
    "mutable_objects.attributes_by_name": ("UnsupportedSyntax", "a class made inside"),
    # … regressions_memory
    "regressions_memory.list_times_what_may_be_an_array": (
        "UnsupportedSyntax",
        "`*` of a list and a value of unknown type",
    ),
    "regressions_memory.key_with_a_derivative": ("UnsupportedSyntax", "keys of a dict"),
    # … regressions_types
    # … regressions_attributes
    "regressions_attributes.set_by_a_property": ("UnsupportedSyntax", "`.__dict__` of an object"),
    "regressions_attributes.set_by_a_method": ("UnsupportedSyntax", "`.scale`, by vars(self)"),
    "regressions_attributes.set_past_the_class": ("UnsupportedSyntax", "object.__setattr__"),
    # … regressions_numbers
    "regressions_numbers.operators_by_method": ("UnsupportedSyntax", "the method `.__add__`"),
    "regressions_numbers.item_of_a_tuple_by_method": ("UnsupportedSyntax", "`.__getitem__`"),
    "regressions_numbers.counting_from": ("MissingRule", "itertools.count of active numbers"),
    # … regressions_random
    "regressions_random.called_function_that_always_raises": (
        "UnsupportedMutation",
        "a call that writes, and raises an exception that is caught",
    ),
    # … regressions_numpy
    "regressions_numpy.sum_of_a_set": ("UnsupportedSyntax", "a set of active values"),
    "regressions_numpy.sum_of_a_set_comprehension": ("UnsupportedSyntax", "a set of active values"),
    "regressions_numpy.array_in_the_memory_of_another": ("MissingRule", "np.ndarray(buffer=x)"),
    # … remembering
    "remembering.decorated_function_that_calls_itself": (
        "UnsupportedSyntax",
        "a decorated function that calls itself",
    ),
    "remembering.function_that_calls_itself_by_another": (
        "UnsupportedSyntax",
        "a function made inside, bound anew, that calls itself",
    ),
    # … storage_kinds
    "storage_kinds.object_array": ("NotDifferentiable", "an array of objects"),
    "storage_kinds.record_array": ("UnsupportedMutation", "an array of records"),
    # … views
    "views.strided_windows": ("UnsupportedSyntax", "`.__array_interface__` in as_strided"),
    # … writes
    # … writes_by_functions
    "writes_by_functions.shuffle_with_seed": ("SourceUnavailable", "Generator.shuffle"),
    "writes_by_functions.shape_attribute_set": ("UnsupportedMutation", "an assignment into `y`"),
}
