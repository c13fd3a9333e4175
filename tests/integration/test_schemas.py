"""What is published does not drift: schemas, OpenAPI, and golden documents that fit them."""

import json
from pathlib import Path

import pytest

from industriverse.apps.schemas import as_text, published_schemas
from industriverse.engines.proofs import verify
from industriverse.services.documents import PredictDocument, ProofFile, ReceiptDocument

ROOT = Path(__file__).parents[2]
GOLDEN = ROOT / "tests" / "golden"


def test_the_committed_schemas_are_the_published_ones():
    for name, schema in published_schemas().items():
        committed = (ROOT / "docs" / name).read_text(encoding="utf-8")
        assert committed == as_text(schema), f"run `make schemas`: docs/{name} is out of date"


@pytest.mark.parametrize(
    ("name", "model"),
    [("predict", PredictDocument), ("proof", ProofFile), ("receipt", ReceiptDocument)],
)
def test_golden_documents_fit_their_schema(name, model):
    text = (GOLDEN / f"{name}.json").read_text(encoding="utf-8")
    assert json.loads(model.model_validate_json(text).model_dump_json()) == json.loads(text)


def test_the_golden_proof_still_verifies():
    found = verify((GOLDEN / "proof.json").read_bytes())
    assert found.valid
    golden = json.loads((GOLDEN / "predict.json").read_text(encoding="utf-8"))
    assert found.id == golden["proof"]["id"]


@pytest.mark.parametrize("member", ["trace_id", "proof", "receipt", "timing_ms", "regime"])
def test_a_document_without_a_promised_member_is_refused(member):
    golden = json.loads((GOLDEN / "predict.json").read_text(encoding="utf-8"))
    del golden[member]
    with pytest.raises(ValueError, match=member):
        PredictDocument.model_validate(golden)
