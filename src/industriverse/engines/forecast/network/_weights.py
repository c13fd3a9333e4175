"""Weights as safetensors, with a card that says what they are; nothing else becomes a model."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, TypeVar, cast

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float
from safetensors import SafetensorError
from safetensors.numpy import load as read_tensors
from safetensors.numpy import save as write_tensors

from industriverse.kernel.errors import ContractError

from ._model import FluxNet
from ._plan import Channel, Plan, Vector

FORMAT, VERSION = "industriverse flux network", 1
Tree = TypeVar("Tree")
Json = dict[str, Any]
Tensors = dict[str, np.ndarray]


def tensors_of(tree: object) -> Tensors:
    """Return the arrays of a tree by their place in it."""
    leaves = jax.tree_util.tree_leaves_with_path(eqx.filter(tree, eqx.is_array))
    return {jax.tree_util.keystr(path): np.asarray(leaf, order="C") for path, leaf in leaves}


def filled(tree: Tree, tensors: Mapping[str, np.ndarray]) -> Tree:
    """Return the tree with its arrays replaced by those of the same place.

    Raises:
        ContractError: An array is missing, left over, of another shape or type, or not finite.
    """
    arrays, rest = eqx.partition(tree, eqx.is_array)
    places, structure = jax.tree_util.tree_flatten_with_path(arrays)
    names = [jax.tree_util.keystr(path) for path, _ in places]
    if unlike := sorted(set(names) ^ set(tensors)):
        raise ContractError(f"The weights do not fit the plan; these are not in both: {unlike}.")
    for name, (_, leaf) in zip(names, places, strict=True):
        found = tensors[name]
        if found.shape != leaf.shape or found.dtype != leaf.dtype:
            raise ContractError(
                f"Weight {name} is {found.dtype} {found.shape}, "
                f"the plan needs {leaf.dtype} {leaf.shape}."
            )
        if not np.isfinite(found).all():
            raise ContractError(f"Weight {name} holds NaN or infinite values.")
    leaves = [jnp.asarray(tensors[name]) for name in names]
    return eqx.combine(jax.tree_util.tree_unflatten(structure, leaves), rest)


def bundle(tensors: Tensors, card: Json) -> bytes:
    """Return tensors and card, with the tensors' hash in it, as one safetensors file."""
    whole = {**card, "sha256": digest(tensors)}
    return write_tensors(tensors, {"card": json.dumps(whole, sort_keys=True)})


def unbundled(data: bytes) -> tuple[Tensors, Json]:
    """Return the tensors and the card of a file.

    Raises:
        ContractError: It is no such file, or its tensors are not those of its card.
    """
    try:
        tensors = read_tensors(data)
        size = int.from_bytes(data[:8], "little")
        header = json.loads(data[8 : 8 + size])
        card = json.loads(header["__metadata__"]["card"])
    except (SafetensorError, ValueError, KeyError, TypeError) as error:
        raise ContractError(
            f"These {len(data)} bytes are no weights with a card: {error}.",
            hint="Give a file that `industriverse train forecast` wrote.",
        ) from error
    if digest(tensors) != card.get("sha256"):
        raise ContractError(
            "The weights are not those that their card speaks of.",
            hint="Restore the file; it was changed after training.",
        )
    return tensors, card


def digest(tensors: Mapping[str, np.ndarray]) -> str:
    """Return the SHA-256 of names, types, shapes and little-endian bytes, in order of names."""
    found = hashlib.sha256()
    for name in sorted(tensors):
        array = tensors[name]
        found.update(f"{name} {array.dtype} {array.shape}\n".encode())
        found.update(np.ascontiguousarray(array, array.dtype.newbyteorder("<")).tobytes())
    return found.hexdigest()


def halved(model: FluxNet) -> FluxNet:
    """Return the network with weights that a file holds in half precision without loss.

    They are still single precision: half the size is all that is wanted. One weight moves by at
    most 5e-4 of itself.
    """

    def rounded(leaf: Float[Array, "..."]) -> Float[Array, "..."]:
        return leaf.astype(jnp.float16).astype(leaf.dtype)

    return jax.tree.map(rounded, model)


def pack(model: FluxNet, about: Mapping[str, object]) -> bytes:
    """Return a network as one file, in half precision where nothing is lost by it.

    Args:
        model: Trained weights.
        about: What else the card is to say: data, seed, scores, licence. JSON values.
    """
    card = {**about, "format": FORMAT, "version": VERSION, "plan": asdict(model.plan)}
    return bundle({name: _smaller(tensor) for name, tensor in tensors_of(model).items()}, card)


def _smaller(tensor: np.ndarray) -> np.ndarray:
    with np.errstate(over="ignore"):
        half = tensor.astype(np.float16)
    return half if np.array_equal(half.astype(tensor.dtype), tensor) else tensor


def unpack(data: bytes) -> tuple[FluxNet, Json]:
    """Return the network of a file, and its card.

    Raises:
        ContractError: The file is no such network, of another version, changed since, or its
            weights do not fit its plan.
    """
    tensors, card = unbundled(data)
    if (card.get("format"), card.get("version")) != (FORMAT, VERSION):
        raise ContractError(
            f"The card says {card.get('format')!r} version {card.get('version')}; "
            f"this release reads {FORMAT!r} version {VERSION}."
        )
    plan = _plan(cast(Json, card.get("plan", {})))
    mould = FluxNet.untrained(plan, seed=0)  # every weight of it is replaced, or nothing comes out
    whole = {
        name: tensor.astype(np.float32) if tensor.dtype == np.float16 else tensor
        for name, tensor in tensors.items()
    }
    return filled(mould, whole), card


def _plan(members: Json) -> Plan:
    try:
        return Plan(
            channels=tuple(Channel(**channel) for channel in members["channels"]),
            vectors=tuple(Vector(**vector) for vector in members["vectors"]),
            domains=tuple(members["domains"]),
            dilations=tuple(members["dilations"]),
            # Plans of before 2026-12 name none; they have no block that would need it.
            **{name: members[name] for name in ("modes",) if name in members},
            **{
                name: members[name]
                for name in ("frames", "width", "conditions", "interval_s", "spacing")
            },
        )
    except (KeyError, TypeError) as error:
        raise ContractError(f"The card's plan cannot be read: {error}.") from error
