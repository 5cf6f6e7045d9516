"""The shape of the house: arrows point down, nothing is circular, rooms stay small."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

SRC = Path(__file__).parents[2] / "src"
FILES = sorted((SRC / "holdfast").rglob("*.py"))
FLOORS = {
    "core": 10,
    "kinds": 11,  # the vocabulary is written in core's terms
    "formats": 20,
    "trust": 20,
    "collect": 30,
    "estate": 30,
    "engine": 30,
    "enforce": 30,
    "respond": 30,
    "store": 30,
    "report": 30,
    "repair": 30,
    "config": 31,
    "plugins": 31,
    "app": 40,
    "cli": 50,
    "web": 50,
}
MAX_FILE, MAX_CLASS, MAX_FUNCTION = 400, 200, 50


def module_of(path: Path) -> str:
    parts = path.relative_to(SRC).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_of(path) for path in FILES}


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def imports(path: Path) -> set[str]:
    """Every holdfast module that a file imports anywhere, typing imports included."""
    found: set[str] = set()
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            base = node.module or ""
            found.update(f"{base}.{alias.name}" if f"{base}.{alias.name}" in MODULES else base for alias in node.names)
    return {name for name in found if name.split(".")[0] == "holdfast" and name != module_of(path)}


def room(module: str) -> str:
    """core, kinds, collect, ...; below formats and trust every file or folder is a room of its own."""
    parts = module.split(".")
    if len(parts) > 2 and parts[1] in ("formats", "trust"):
        return ".".join(parts[1:3])
    return parts[1] if len(parts) > 1 else ""


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_imports_point_down_and_never_sideways(path: Path) -> None:
    here = room(module_of(path))
    if here in ("", "__main__"):
        return
    for name in imports(path):
        there = room(name)
        if there in (here, "") or here.split(".")[0] == there:
            continue
        assert FLOORS[there.split(".")[0]] < FLOORS[here.split(".")[0]], f"{module_of(path)} imports {name}"
        if here in ("cli", "web"):
            assert there.split(".")[0] in ("app", "core"), f"{module_of(path)} names {name}: go through app"


def test_no_file_imports_itself_through_others() -> None:
    graph = {module_of(path): imports(path) & MODULES for path in FILES}
    done: set[str] = set()
    for start in graph:
        stack: list[tuple[str, list[str]]] = [(start, [start])]
        while stack:
            name, trail = stack.pop()
            if name in done:
                continue
            for target in graph.get(name, ()):
                assert target != start, " -> ".join([*trail, target])
                if target not in trail:
                    stack.append((target, [*trail, target]))
        done.add(start)


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_files_classes_and_functions_stay_small(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert len(text.splitlines()) <= MAX_FILE
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            limit = MAX_CLASS if isinstance(node, ast.ClassDef) else MAX_FUNCTION
            assert (node.end_lineno or 0) - node.lineno < limit, f"{path.name}: {node.name}"


@pytest.mark.parametrize("path", [p for p in FILES if p.name == "__init__.py"], ids=module_of)
def test_package_faces_hold_a_docstring_only(path: Path) -> None:
    body = tree_of(path).body
    extra = [node for node in body[1:] if not isinstance(node, ast.Assign)]
    assert ast.get_docstring(tree_of(path))
    assert extra == []
    assert len(body) == 1 or module_of(path) == "holdfast"


@pytest.mark.parametrize("path", FILES, ids=module_of)
def test_nothing_catches_everything(path: Path) -> None:
    for node in ast.walk(tree_of(path)):
        if isinstance(node, ast.ExceptHandler) and module_of(path) != "holdfast.cli.main":
            broad = node.type is None or (
                isinstance(node.type, ast.Name) and node.type.id in ("Exception", "BaseException")
            )
            assert not broad, f"{path}:{node.lineno}"


@pytest.mark.parametrize("path", [p for p in FILES if "core" in p.parts], ids=module_of)
def test_core_is_pure(path: Path) -> None:
    allowed = {"msgspec", "holdfast"} | set(sys.stdlib_module_names) - {
        "os",
        "socket",
        "subprocess",
        "random",
        "secrets",
    }
    for node in ast.walk(tree_of(path)):
        names = [a.name for a in node.names] if isinstance(node, ast.Import) else []
        names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        for name in names:
            assert name.split(".")[0] in allowed, f"{path.name} imports {name}"
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            assert node.func.id != "open", f"{path.name} opens a file"


def loaded_by(*arguments: str) -> set[str]:
    code = f"import sys; sys.argv[1:] = {list(arguments)!r}\nfrom holdfast.cli.main import main\nmain()\nprint(*sys.modules, file=sys.stderr)"
    unmeasured = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    done = subprocess.run([sys.executable, "-c", code], env=unmeasured, capture_output=True, text=True, check=True)
    return set(done.stderr.split())


def test_version_loads_nothing_heavy() -> None:
    assert loaded_by("--version").isdisjoint({"msgspec", "yaml", "argparse", "re", "holdfast.core"})


def test_check_loads_only_what_it_uses(tmp_path: Path) -> None:
    (tmp_path / "pod.yaml").write_text(
        "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: b}]}\n"
    )
    loaded = loaded_by("check", str(tmp_path))
    heavy = {
        "tree_sitter",
        "hashlib",
        "multiprocessing",
        "holdfast.core.cel.check",
        "holdfast.engine.author",
        "holdfast.report.json",
    }
    assert loaded.isdisjoint(heavy), loaded & heavy
