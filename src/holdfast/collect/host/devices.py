"""udev's rules -> `device_rule`."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

from holdfast.collect.host.settings import unreadable
from holdfast.collect.owned import runs_owned, words
from holdfast.core.asset import Asset, Spot
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.core.fact import UNSET
from holdfast.formats import udev
from holdfast.kinds.device_rule import DeviceRule

GPU = re.compile(r"nvidia|^kfd$|^renderD|imex|^hl\d|^hl\*|^accel", re.IGNORECASE)


def devices(data: bytes, path: str, source: str) -> Iterator[Asset | Gap]:
    """Each row that sets a mode or runs a file of plain users."""
    seen: Counter[str] = Counter()
    try:
        rows = udev.read(data)
    except FormatError as error:
        yield unreadable(path, data, "rules of udev", error)
        return
    for row in rows:
        own = [file for file in (runs_owned(words(command)) for command in row.runs) if file is not None]
        if not row.mode and not own:
            continue
        name = row.kernel or row.subsystem or "*"
        seen[name] += 1
        number = f"~{seen[name]}" if seen[name] > 1 else ""
        octal = re.fullmatch(r"[0-7]{3,5}", row.mode) is not None
        facts = DeviceRule(
            name=name,
            mode=row.mode or None,
            group=row.group or None,
            gpu=GPU.search(row.kernel) is not None or row.subsystem in ("kfd", "nvidia", "habanalabs", "accel"),
            others=bool(int(row.mode, 8) & 0o006) if octal else UNSET if row.mode else False,
            own_programs=own,
        )
        yield Asset(f"device_rule/{path}/{name}{number}", facts, source, path, {"": Spot(row.line, 1)})
