"""Other people's errors become one sentence of ours, at the line that calls their code."""

import warnings
from collections.abc import Generator
from contextlib import contextmanager

from industriverse.kernel.errors import IndustriverseError, InputError

_LONGEST = 240


@contextmanager
def foreign_errors(sentence: str, *, hint: str, **context: str | float) -> Generator[None]:
    """Turn whatever a library raises or warns about on bad bytes into an `InputError`.

    Args:
        sentence: What could not be done, without a full stop; the library's reason follows.
        hint: What the user can do.
        context: The place: `file`, `row`, `column`, `variable`, `attribute`, `axis`.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    except IndustriverseError:
        raise
    except (Exception, RecursionError, MemoryError) as error:
        reason = " ".join(str(error).split()) or type(error).__name__
        if len(reason) > _LONGEST:
            reason = reason[:_LONGEST] + "…"
        raise InputError(f"{sentence}: {reason}", hint=hint, **context) from error
