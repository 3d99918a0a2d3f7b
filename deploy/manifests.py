"""`python -m deploy.manifests`: is what containers are told well-formed? Part of `make check`.

Kubernetes' overlays are rendered by kubectl, and each manifest is held against an old and a new schema; compose files
against the compose specification. Whether the names in them exist in the code is a test's matter (tests/unit/deploy).
Kubernetes' own schemas are out of a package; KEDA's, in keda.schema.json, is our own part of it.
"""

import json
import subprocess
import sys
from collections.abc import Iterator, Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import jsonschema
import kubernetes_validate
import yaml

ROOT = Path(__file__).resolve().parent.parent
KUBERNETES = ROOT / "deploy" / "k8s"
OVERLAYS = ("county", "large")
VERSIONS = ("1.31", "1.37")
COMPOSE = (ROOT / "docker-compose.yml", ROOT / "deploy" / "compose" / "board.yml")
KUBECTL = Path(sys.executable).with_name("kubectl")  # out of a package too

Document = dict[str, Any]


def read(path: Path) -> Document:
    document: Document = yaml.safe_load(path.read_text(encoding="utf-8"))
    return document


def rendered(overlay: Path) -> list[Document]:
    """What `kubectl apply -k` would send.

    Raises:
        CalledProcessError: it does not render; kubectl has said why.
    """
    command = [str(KUBECTL), "kustomize", str(overlay)]
    text = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, timeout=60).stdout
    return list(yaml.safe_load_all(text))


def title(document: Mapping[str, Any]) -> str:
    return f"{document.get('kind')} {document.get('metadata', {}).get('name')}"


def manifest_faults(document: Document) -> Iterator[str]:
    """One sentence for each version of the schema that the manifest breaks. Unknown fields are faults."""
    if document.get("apiVersion", "").startswith("keda.sh/"):
        own = json.loads((KUBERNETES / "keda.schema.json").read_text(encoding="utf-8"))
        yield from value_faults(title(document), document, own | {"$ref": f"#/$defs/{document['kind']}"})
        return
    for version in VERSIONS:
        try:
            kubernetes_validate.validate(document, version, strict=True)
        except kubernetes_validate.ValidationError as error:
            where = ".".join(str(step) for step in error.path)
            yield f"{title(document)}, Kubernetes {version}: {where}: {error.message}"
        except (kubernetes_validate.SchemaNotFoundError, kubernetes_validate.InvalidSchemaError) as error:
            yield f"{title(document)}, Kubernetes {version}: {error.message}"


def compose_faults(path: Path) -> Iterator[str]:
    vendored = resources.files("check_jsonschema") / "builtin_schemas" / "vendor" / "compose-spec.json"
    yield from value_faults(path.name, read(path), json.loads(vendored.read_text(encoding="utf-8")))


def value_faults(name: str, value: Any, schema: Document) -> Iterator[str]:
    checker = jsonschema.validators.validator_for(schema)(schema)
    for error in checker.iter_errors(value):
        yield f"{name}: {'.'.join(str(step) for step in error.absolute_path)}: {error.message[:200]}"


def main() -> int:
    faults = [fault for path in COMPOSE for fault in compose_faults(path)]
    print(f"compose: {len(COMPOSE)} files held against the compose specification")
    for overlay in OVERLAYS:
        documents = rendered(KUBERNETES / "overlays" / overlay)
        faults += [f"{overlay}: {fault}" for document in documents for fault in manifest_faults(document)]
        print(f"{overlay}: {len(documents)} manifests rendered, held against Kubernetes {' and '.join(VERSIONS)}")
    for fault in faults:
        print(fault)
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
