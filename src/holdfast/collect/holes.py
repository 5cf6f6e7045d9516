"""How texts look that something else still has to fill in."""

from __future__ import annotations

import re

TEMPLATE = re.compile(rb"\{\{-?\s|\{\{[-.$(#]|\{[%#]-?\s|<%[=#-]?\s|^[ \t]*#@|[ \t]#@", re.MULTILINE)
"""Helm, Go, Jinja, ERB and ytt templates."""
