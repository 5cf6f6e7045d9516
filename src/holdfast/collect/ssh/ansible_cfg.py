"""`ansible.cfg`: how Ansible's connections check the host that answers -> `ssh_client`.

Sources: docs.ansible.com, "Ansible Configuration Settings" (HOST_KEY_CHECKING; booleans), "ansible.builtin.ssh
connection" (ssh_args, ssh_common_args, ssh_extra_args); ansible-core 2.19, checked 2026-11-30.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from holdfast.collect.host.settings import unreadable
from holdfast.core.asset import Asset, Spot
from holdfast.core.coverage import Gap
from holdfast.core.errors import FormatError
from holdfast.formats import ini
from holdfast.kinds.ssh_client import Setting, SshClient

CHECKED = {("defaults", "host_key_checking"), ("ssh_connection", "host_key_checking")}
ARGUMENTS = frozenset(("ssh_args", "ssh_common_args", "ssh_extra_args"))
OPTION = re.compile(r"-o\s*\"?'?(\w+)[=\s]+([^\s\"']+)")
OFF = frozenset(("false", "no", "off", "0", "n", "f"))


def read(data: bytes, path: str) -> Iterator[Asset | Gap]:
    """The client, where the file says how hosts are checked."""
    try:
        found = ini.read(data)
    except FormatError as error:
        yield unreadable(path, data, "settings of Ansible", error)
        return
    spots = {"": Spot(1, 1)}
    settings: list[Setting] = []
    for each in found:
        said: list[tuple[str, str]] = []
        if (each.section, each.name) in CHECKED:
            said = [("stricthostkeychecking", "no" if each.value.lower() in OFF else "yes")]
        elif each.section == "ssh_connection" and each.name in ARGUMENTS:
            said = [(match[1].lower(), match[2]) for match in OPTION.finditer(each.value)]
        for keyword, value in said:
            spots[f"settings[{len(settings)}]"] = Spot(each.line, 1)
            settings.append(Setting(keyword=keyword, value=value, hosts="every host", everywhere=True, file=path))
    if settings:
        facts = SshClient(name=path, files=[path], problems=[], settings=settings)
        yield Asset(f"ssh_client/{path}/ansible", facts, "config", path, spots)
