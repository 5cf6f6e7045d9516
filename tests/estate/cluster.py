"""Native YAML in, completed assets out."""

from __future__ import annotations

from holdfast.collect.documents import read_documents
from holdfast.core.asset import Asset, Edge
from holdfast.estate.complete import complete


def seen(**files: str) -> tuple[list[Asset], list[Edge]]:
    """Assets and edges of files; `a__b` is the file `a/b.yaml`."""
    assets: list[Asset] = []
    edges: list[Edge] = []
    for name, text in files.items():
        for item in read_documents(text.encode(), f"{name.replace('__', '/')}.yaml"):
            (edges if isinstance(item, Edge) else assets).append(item)
    return assets, edges


def completed(**files: str) -> dict[str, Asset]:
    """Completed assets by `Kind name`."""
    return {asset.id.rpartition("/")[2]: asset for asset in complete(*seen(**files))}


def workload(**files: str):
    """The facts of the only workload."""
    (found,) = (asset.facts for asset in complete(*seen(**files)) if asset.kind == "workload")
    return found


def deployment(
    name: str = "web", namespace: str = "", spec: str = "", labels: str = "app: web", image: str = "x"
) -> str:
    space = f", namespace: {namespace}" if namespace else ""
    return f"""
---
apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}{space}, labels: {{owner: only}}}}
spec:
  template:
    metadata: {{labels: {{{labels}}}}}
    spec: {{containers: [{{name: c, image: {image}}}]{", " + spec if spec else ""}}}
"""


def thing(kind: str, body: str, name: str = "a", namespace: str = "", api: str = "v1") -> str:
    space = f", namespace: {namespace}" if namespace else ""
    return f"\n---\n{{apiVersion: {api}, kind: {kind}, metadata: {{name: {name}{space}}}, {body}}}\n"


def service(spec: str = "selector: {app: web}", name: str = "svc", namespace: str = "") -> str:
    return thing("Service", f"spec: {{{spec}}}", name, namespace)


def policy(spec: str, namespace: str = "", name: str = "deny") -> str:
    return thing("NetworkPolicy", f"spec: {{{spec}}}", name, namespace, "networking.k8s.io/v1")


def rbac(kind: str, body: str, name: str = "r", namespace: str = "") -> str:
    return thing(kind, body, name, namespace, "rbac.authorization.k8s.io/v1")
