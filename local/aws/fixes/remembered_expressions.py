"""An expression is parsed once, not once per item that it is tried on.

Symptom: ministack splits and checks the text of a condition again for every item of a query and
for every write, and reckons each number's size and canonical form anew; that is a third of all
its work, and everything here waits for its single thread.

Remedy: remember the results of those functions, which depend on nothing but the text, and let the
garbage collector look less often at items that stay.
"""

import functools
import gc

from ministack.services import dynamodb

# Texts differ by their shape only, values stand beside them; numbers vary more.
_MOST_EXPRESSIONS, _MOST_NUMBERS = 1_024, 65_536
_OBJECTS_BEFORE_COLLECTION = 50_000


def apply() -> None:
    """Remember what texts of expressions and numbers mean."""
    split = functools.lru_cache(_MOST_EXPRESSIONS)(dynamodb._tokenize)
    # A list of its own for each caller: nobody's change shows to the next one.
    dynamodb._tokenize = lambda text: split(text).copy()
    _remember("_condition_syntax_error", _MOST_EXPRESSIONS)
    for name in ("_ddb_canonicalize_number", "_number_size_bytes"):
        _remember(name, _MOST_NUMBERS)
    gc.set_threshold(_OBJECTS_BEFORE_COLLECTION)


def _remember(name, most):
    setattr(dynamodb, name, functools.lru_cache(most)(getattr(dynamodb, name)))
