"""The programs of the corpus that srcad refuses today: name → class of the error, and why.

The list may only shrink. tests/test_corpus.py holds each to exactly this error, so that a program
that starts to work turns the test red until its line here is gone. docs/limits.md is written for
users from the same list; `python -m tests.report` shows how every program fares.
"""

from __future__ import annotations

REFUSED: dict[str, tuple[str, str]] = {
    # builtins and the standard library
    "builtins.iterators": ("MissingRule", "next(it)"),
    "standard_library.property_by_computed_name": (
        "UnsupportedSyntax",
        "getattr by a computed name that may be a property",
    ),
    # functions
    "closures.nonlocal_read_and_count": ("UnsupportedSyntax", "nonlocal is written"),
    "closures.handed_on_before_a_change": (
        "UnsupportedSyntax",
        "a variable captured through two functions changes",
    ),
    "comprehensions.generator_function": ("UnsupportedSyntax", "yield"),
    # objects and dicts
    # writes
    # in place: arrays, views, containers, objects, generators
    # … acceptance
    # … generators
    "generators.nonlocal_accumulator": ("UnsupportedSyntax", "nonlocal is written"),
    "generators.make_stepper": ("UnsupportedSyntax", "nonlocal is written"),
    "generators.generator_in_a_loop": ("UnsupportedSyntax", "yield"),
    "generators.generator_of_pairs": ("UnsupportedSyntax", "yield"),
    "generators.generator_by_hand": ("UnsupportedSyntax", "yield"),
    "generators.generator_writes_an_array": ("UnsupportedSyntax", "yield"),
    "generators.iterator_object": (
        "UnsupportedSyntax",
        "an object with __next__ in a loop",
    ),
    "generators.context_manager_with_state": (
        "UnsupportedSyntax",
        "a context manager that holds an active value",
    ),
    # … hunt
    "hunt.activity_through_captured_buffer": ("UnsupportedMutation", "an assignment into `buffer`"),
    "hunt.view_by_identity_function": ("UnsupportedMutation", "an assignment into `z`"),
    "hunt.identity_after_deepcopy": ("UnsupportedMutation", "an assignment into `state`"),
    "hunt.dirty_buffer": ("UnsupportedMutation", "`np.add.at` into `buffer`"),
    "hunt.ties_in_place": ("UnsupportedMutation", "`np.maximum.at` into `y`"),
    "hunt.types_of_layout": ("UnsupportedMutation", "a 0-d array is written"),
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
    # … kernels
    "kernels.floyd_warshall": ("UnsupportedMutation", "`np.fill_diagonal` into `d`"),
    "kernels.particles_to_grid": ("UnsupportedMutation", "`np.add.at` into `rho`"),
    "kernels.convolution_2d": ("UnsupportedMutation", "`out=` into `pooled`"),
    "kernels.image_filters": ("UnsupportedMutation", "`out=` into `img`"),
    "kernels.option_by_grid": ("UnsupportedMutation", "`out=` into `V`"),
    # … mutable_containers
    "mutable_containers.copies": ("UnsupportedMutation", "an assignment into `memo`"),
    "mutable_containers.deque_window": ("SourceUnavailable", "deque.append"),
    "mutable_containers.bound_append": ("SourceUnavailable", "list.append"),
    "mutable_containers.breadth_first": ("MissingRule", "collections.deque"),
    "mutable_containers.dict_set_and_update": ("UnsupportedSyntax", "`|` of dicts"),
    "mutable_containers.dict_pop_del_setdefault": (
        "MissingRule",
        "list of the values of a dict",
    ),
    "mutable_containers.dict_iteration_with_writes": (
        "UnsupportedSyntax",
        "items() kept in a list",
    ),
    "mutable_containers.group_sums": (
        "UnsupportedSyntax",
        "items that carry a derivative, and cannot be indexed",
    ),
    "mutable_containers.counters_and_sets_are_inactive": (
        "UnsupportedMutation",
        "`+=` into `counts`, which shares memory",
    ),
    "mutable_containers.nested_containers": (
        "SourceUnavailable",
        "list.append of a list of unknown type",
    ),
    "mutable_containers.ordered_dict_moves": ("MissingRule", "collections.OrderedDict"),
    # … mutable_objects
    "mutable_objects.layers_with_backward": (
        "UnsupportedMutation",
        "a method known only when it runs writes its object",
    ),
    "mutable_objects.vector_operators": (
        "UnsupportedMutation",
        "an object of a class with operators, of unknown type",
    ),
    "mutable_objects.dataclass_with_history": (
        "UnsupportedMutation",
        "a default list of a dataclass",
    ),
    "mutable_objects.class_hierarchy": ("UnsupportedSyntax", "next of a generator expression"),
    "mutable_objects.class_made_inside": ("UnsupportedSyntax", "a class made inside"),
    "mutable_objects.attributes_by_name": ("UnsupportedSyntax", "a class made inside"),
    "mutable_objects.tree_of_nodes": (
        "UnsupportedMutation",
        "objects that hold objects of their class",
    ),
    "mutable_objects.linked_list": (
        "UnsupportedMutation",
        "objects that hold objects of their class",
    ),
    # … storage_kinds
    "storage_kinds.zero_dimensional": ("UnsupportedMutation", "`+=` into `a`"),
    "storage_kinds.complex_buffer": ("UnsupportedMutation", "an assignment into `z`"),
    "storage_kinds.object_array": ("NotDifferentiable", "an array of objects"),
    "storage_kinds.record_array": ("UnsupportedMutation", "an array of records"),
    # … views
    "views.flat_iterator": ("UnsupportedMutation", "an assignment into `B`"),
    "views.real_and_imag": ("UnsupportedMutation", "an assignment into `re`"),
    "views.windows_read_after_write": ("MissingRule", "sliding_window_view"),
    "views.strided_windows": ("UnsupportedSyntax", "`.__array_interface__` in as_strided"),
    "views.helper_gets_one_array_twice": ("UnsupportedMutation", "`+=` into `y`"),
    "views.helper_gets_views_of_one_array": ("UnsupportedMutation", "an assignment into `out`"),
    "views.array_in_a_closure": ("UnsupportedMutation", "`+=` into `y`"),
    # … writes
    "writes.restored_by_finally": ("UnsupportedMutation", "an assignment into `y`"),
    # … writes_by_functions
    "writes_by_functions.add_at": ("UnsupportedMutation", "`np.add.at` into `y`"),
    "writes_by_functions.multiply_at": ("UnsupportedMutation", "`np.multiply.at` into `y`"),
    "writes_by_functions.maximum_at": ("UnsupportedMutation", "`np.maximum.at` into `y`"),
    "writes_by_functions.add_at_rows": ("UnsupportedMutation", "`np.add.at` into `T`"),
    "writes_by_functions.histogram_of_weights": ("UnsupportedMutation", "`np.add.at` into `h`"),
    "writes_by_functions.out_into_fresh": ("UnsupportedMutation", "`out=` into `buf`"),
    "writes_by_functions.out_positional_and_returned": (
        "UnsupportedMutation",
        "`np.exp` into `buf`",
    ),
    "writes_by_functions.out_aliases_operand": ("UnsupportedMutation", "`out=` into `y`"),
    "writes_by_functions.out_where": ("UnsupportedMutation", "`out=` into `y`"),
    "writes_by_functions.out_of_products": ("UnsupportedMutation", "`out=` into `C`"),
    "writes_by_functions.out_of_reductions": ("UnsupportedMutation", "`out=` into `rows`"),
    "writes_by_functions.out_of_functions": ("UnsupportedMutation", "`out=` into `y`"),
    "writes_by_functions.relu_in_place": ("UnsupportedMutation", "`out=` into `h`"),
    "writes_by_functions.copyto": ("UnsupportedMutation", "`np.copyto` into `y`"),
    "writes_by_functions.put_and_place": ("UnsupportedMutation", "`np.put` into `B`"),
    "writes_by_functions.fill_diagonal": ("UnsupportedMutation", "`np.fill_diagonal` into `B`"),
    "writes_by_functions.put_along_axis": ("UnsupportedMutation", "`np.put_along_axis` into `B`"),
    "writes_by_functions.fill_method": ("UnsupportedMutation", "`.fill()` into `y`"),
    "writes_by_functions.sort_method": ("UnsupportedMutation", "`.sort()` into `y`"),
    "writes_by_functions.sort_argument_rows": ("UnsupportedMutation", "`.sort()` into `A`"),
    "writes_by_functions.partition_method": ("UnsupportedMutation", "`.partition()` into `y`"),
    "writes_by_functions.shuffle_with_seed": ("SourceUnavailable", "Generator.shuffle"),
    "writes_by_functions.cumulative_out": ("UnsupportedMutation", "`out=` into `y`"),
    "writes_by_functions.modf_and_two_outputs": ("UnsupportedMutation", "`np.modf` into `frac`"),
    "writes_by_functions.nan_to_num_in_place": ("UnsupportedMutation", "`np.nan_to_num` into `y`"),
    "writes_by_functions.shape_attribute_set": ("UnsupportedMutation", "an assignment into `y`"),
    "writes_by_functions.fills_a_given_buffer": ("UnsupportedMutation", "`out=` into `out`"),
    "writes_by_functions.accumulate_into_argument": ("UnsupportedMutation", "`out=` into `total`"),
    "writes_by_functions.bad_shape_after_write": ("UnsupportedMutation", "`out=` into `x`"),
}
