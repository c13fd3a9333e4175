"""Proofs and their log."""

from typing import Annotated, Literal

from fastapi import APIRouter, Query, Request, Response
from pydantic import BaseModel, Field

from industriverse.services.prove import Prove

from .paging import next_token, read_token
from .problems import UnsupportedMediaError, documented

router = APIRouter(prefix="/v1/proofs", tags=["proofs"])

ProofId = Annotated[str, Field(pattern=r"^prf_[0-9a-f]{32}$")]


class ProofItem(BaseModel):
    """One line of the list of proofs."""

    id: str
    stage: Literal["lawful", "settled"]
    passed: bool
    domain: str
    parent: str = Field(description="The lawful record that a settled one extends, or empty.")
    at: str
    leaf: int


class ProofPage(BaseModel):
    """A page of proofs, newest first."""

    items: list[ProofItem]
    next_page_token: str | None


class FindingItem(BaseModel):
    """One thing that the verifier looked at."""

    name: str
    outcome: Literal["holds", "broken", "open"] = Field(
        description="`open`: it could not be looked at with what was given."
    )
    note: str


class VerifyAnswer(BaseModel):
    """What a verifier without any database can say of a proof."""

    valid: bool
    id: str
    stage: Literal["lawful", "settled"]
    passed: bool
    signer: str = Field(description="SHA-256 of the signer's public key, in hex.")
    findings: list[FindingItem]


def _prove(request: Request) -> Prove:
    return request.app.state.platform.prove


@router.get("", summary="Proofs, newest first", responses=documented(422))
def proofs(
    request: Request,
    page_size: Annotated[int, Query(ge=1, le=100)] = 20,
    page_token: Annotated[str | None, Query(max_length=200)] = None,
    domain: Annotated[str | None, Query(max_length=64, pattern=r"^[a-z_]+$")] = None,
    passed: bool | None = None,
) -> ProofPage:
    """List proof records."""
    scope = f"proofs|{domain}|{passed}"
    before = read_token(page_token, scope)
    found = _prove(request).page(before=before, limit=page_size, domain=domain, passed=passed)
    items = [
        ProofItem(
            id=proof.id,
            stage=proof.statement.stage,
            passed=proof.statement.passed,
            domain=proof.statement.claim.domain,
            parent=proof.statement.parent,
            at=proof.at.isoformat(),
            leaf=proof.leaf,
        )
        for proof in found
    ]
    full = len(found) == page_size
    return ProofPage(
        items=items, next_page_token=next_token(found[-1].leaf, scope) if full else None
    )


@router.get(
    "/{proof_id}",
    summary="One proof, self-contained",
    response_class=Response,
    responses={
        200: {"content": {"application/json": {"schema": {"type": "object"}}}},
        **documented(404, 422),
    },
)
def proof(request: Request, proof_id: ProofId) -> Response:
    """Return `proof.json`: envelope, key, inclusion and checkpoint in canonical bytes."""
    return Response(_prove(request).document(proof_id), media_type="application/json")


@router.post(
    "/verify",
    summary="Verify a proof file",
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": {"type": "object"}}},
        }
    },
    responses=documented(413, 415, 422),
)
async def verify(
    request: Request,
    key: Annotated[
        str | None,
        Query(pattern=r"^[0-9a-f]{64}$", description="Public key to pin, 64 hex digits."),
    ] = None,
) -> VerifyAnswer:
    """Check the bytes of a `proof.json`, with nothing but what is inside it."""
    kind = request.headers.get("content-type", "").split(";")[0].strip().lower()
    if kind != "application/json":
        raise UnsupportedMediaError(kind)
    document = await request.body()
    found = _prove(request).verify(document, key=bytes.fromhex(key) if key else None)
    return VerifyAnswer(
        valid=found.valid,
        id=found.id,
        stage=found.statement.stage,
        passed=found.statement.passed,
        signer=found.keyid,
        findings=[
            FindingItem(name=item.name, outcome=item.outcome, note=item.note)
            for item in found.findings
        ],
    )
