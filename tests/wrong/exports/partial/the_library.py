"""Takes the library's partial by its name.

caught_by: test_what_is_not_callable_and_the_partial_of_the_library_are_refused
"""

import functools


class partial(functools.partial):
    pass
