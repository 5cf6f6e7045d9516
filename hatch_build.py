"""Build hook: compiles the YAML rules into the one rulebook that the wheel ships."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class RulebookHook(BuildHookInterface[Any]):
    """Runs for wheels, source distributions and editable installs alike."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Writes src/holdfast/rulebook.json; a rule that does not compile stops the build."""
        del version, build_data
        sys.path.insert(0, str(Path(self.root) / "src"))
        from holdfast.app.rulebook import build  # noqa: PLC0415  # the package is only importable from here on

        build()
