"""The JSON Schemas of stored documents, made from their types.

python -m tests.schemas        # after a type has changed: write them anew
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from returnctl.domain.order import Order
from returnctl.domain.record import Return
from returnctl.domain.settlement import Settled

FOLDER = Path(__file__).parent.parent / "schemas"
DOCUMENTS: dict[str, type] = {"order": Order, "return": Return, "settlement": Settled}


def made(name: str) -> str:
    schema: dict[str, Any] = msgspec.json.schema(DOCUMENTS[name])
    for definition in schema["$defs"].values():  # docstrings, whose indentation depends on the Python
        if "description" in definition:
            definition["description"] = " ".join(definition["description"].split())
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": f"{name}/v1"}
    return msgspec.json.format(msgspec.json.encode(head | schema), indent=2).decode() + "\n"


def kept(name: str) -> Path:
    return FOLDER / f"{name}.schema.json"


if __name__ == "__main__":
    for document in DOCUMENTS:
        kept(document).write_text(made(document), "utf-8")
