"""Opaque page tokens, bound to the list they continue."""

import base64
import binascii
import hashlib
import json

from industriverse.kernel.errors import ContractError

_FILTER_DIGITS = 16


def _filter_hash(scope: str) -> str:
    return hashlib.sha256(scope.encode()).hexdigest()[:_FILTER_DIGITS]


def next_token(before: int, scope: str) -> str:
    """Return the token of the page that follows; `scope` names the list and its filters."""
    body = json.dumps([before, _filter_hash(scope)]).encode()
    return base64.urlsafe_b64encode(body).decode().rstrip("=")


def read_token(token: str | None, scope: str) -> int | None:
    """Return where a page begins; None for the first.

    Raises:
        ContractError: Not a token of this list.
    """
    if token is None:
        return None
    try:
        padded = token + "=" * (-len(token) % 4)
        before, filters = json.loads(base64.urlsafe_b64decode(padded.encode("ascii")))
    except (binascii.Error, ValueError, TypeError) as error:
        raise ContractError("page_token is not one of ours.") from error
    if filters != _filter_hash(scope) or type(before) is not int or before < 0:
        raise ContractError("page_token belongs to another list or filter.")
    return before
