"""The sources of a check: their lines, and what hides the credentials in them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from holdfast.collect.tree import read_file, utf8
from holdfast.core.asset import Asset
from holdfast.estate.overlays import RENDERED

if TYPE_CHECKING:
    from holdfast.app.masking import Masker

__all__ = ["Sources"]


class Sources:
    """The lines of what was examined, read again when an excerpt is shown, with credentials masked."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}
        self.shown: dict[str, Sequence[str]] = {}
        self.maskers: dict[str, Masker] = {}
        self.assets: dict[str, list[Asset]] = {}

    def keep(self, path: str, data: bytes) -> None:
        """Remembers what cannot be read twice."""
        self.kept[path] = data

    def saw(self, assets: Iterable[Asset]) -> None:
        """Remembers whose credentials may stand in which source."""
        for asset in assets:
            self.assets.setdefault(asset.path, []).append(asset)
            if asset.source in RENDERED:  # made of several files
                for path in {spot.path for spot in asset.spots.values()} - {"", asset.path}:
                    self.assets.setdefault(path, []).append(asset)

    def masker(self, path: str) -> Masker:
        """What hides the credentials of a source."""
        if path not in self.maskers:
            from holdfast.app.masking import Masker  # a clean tree shows nothing

            self.maskers[path] = Masker(self.assets.get(path) or self.placed(path))
        return self.maskers[path]

    def hide(self, path: str, text: str) -> str:
        """A text that somebody gave, without the credentials of a source and what else looks like one."""
        if not text:
            return ""
        if not path and path not in self.maskers:
            from holdfast.app.masking import Masker

            self.maskers[path] = Masker()
        return self.masker(path).text(text)

    def placed(self, path: str) -> list[Asset]:
        """The assets with facts in a source that is no asset's own: a file that another one includes."""
        every = (asset for assets in self.assets.values() for asset in assets)
        return [asset for asset in every if any(spot.path == path for spot in asset.spots.values())]

    def lines(self, path: str) -> Sequence[str]:
        """The lines of a source, empty when it is gone."""
        if path not in self.shown:
            try:
                data = self.kept[path] if path in self.kept else read_file(path)
            except (OSError, ValueError):
                return ()
            from holdfast.app.masking import Lines

            self.shown[path] = Lines(utf8(data).decode("utf-8", "replace"), self.masker(path))
        return self.shown[path]
