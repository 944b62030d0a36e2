"""Writes the generated documents, or says which of them are out of date.

    python tools/docs.py            write them          (make docs)
    python tools/docs.py --check    exit 1 when one of them would change   (part of make check)

A generated document is a path from the project's root and a text that the code itself gives.
"""

import json
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: list[str]) -> int:
    """Exit code: 0 when all documents are as they should be."""
    stale = {path: text for path, text in documents().items() if _text(ROOT / path) != text}
    if "--check" in arguments:
        for path in stale:
            print(f"{path} is out of date; write it again with: make docs", file=sys.stderr)
        return 1 if stale else 0
    for path, text in stale.items():
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_text(text, encoding="utf-8")
        print(f"wrote {path}")
    return 0


def documents() -> dict[str, str]:
    """Path -> text of everything that is generated."""
    from migrate.cli import manual
    from migrate.mapping import schema
    from migrate.platform.describing import model_document
    from migrate.transform.describing import transforms_document
    from migrate.transform.vocabulary import vocabulary
    from reconciliation.describing import forms_document

    return {
        **manual.pages(),  # commands, the schemas of their documents, golden help
        "docs/comparison-forms.md": forms_document(),
        "docs/mapping.schema.json": json.dumps(schema(vocabulary()), indent=2, ensure_ascii=False) + "\n",
        "docs/platform-model.md": model_document(),
        "docs/transforms.md": transforms_document(),
    }


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
