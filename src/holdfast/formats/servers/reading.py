"""One server command, asked for its settings: what each product's file is written against."""

from __future__ import annotations

import re
from collections.abc import Mapping

from msgspec import UnsetType

from holdfast.core.fact import UNSET, Fact, Secret
from holdfast.formats.servers import flags, image, masking
from holdfast.formats.servers.address import loopback
from holdfast.formats.servers.address import port as port_number
from holdfast.formats.servers.facts import first, matches
from holdfast.formats.servers.flags import MAX_WORDS, Flags, Syntax
from holdfast.formats.servers.launch import Command
from holdfast.kinds.server import FileSecret, Server


class Reading:
    """The flags, variables and files of one command, each seen, absent or unobserved."""

    def __init__(
        self,
        command: Command,
        syntax: Syntax,
        *,
        parsed: Flags | None = None,
        baked: Mapping[str, str] | None = None,
    ) -> None:
        """`parsed` is for programs with a flag notation of their own, `baked` what their image sets."""
        self.command = command
        self._launch = command.launch
        self._syntax = syntax
        self._settings = command.launch.settings or {}
        self._file_env = _as_variables(self._settings, syntax)
        self._stated = {name: value for name, value in self._settings.items() if isinstance(value, str)}
        self._baked = baked if baked is not None and command.official else {}
        self._flags = parsed if parsed is not None else flags.parse(command.words, syntax)
        seen = len(command.words) <= MAX_WORDS and flags.complete(command.words, syntax)
        self._argv_complete = self._launch.argv_complete and seen

    @property
    def positional(self) -> tuple[str, ...]:
        """The words that are neither flags nor their values."""
        return self._flags.positional

    @property
    def configured(self) -> bool:
        """Whether its configuration file was read."""
        return self._launch.settings is not None

    @property
    def official(self) -> bool:
        """Whether the image is the product's own."""
        return self.command.official

    def flag(self, *names: str) -> Fact[str]:
        """The value of the first of these flags that is given, or that the configuration file sets by that name."""
        for known in (self._flags.options, self._settings):
            for name in names:
                if name in known:
                    return known[name]
        return None if self._argv_complete else UNSET

    def setting(self, name: str, *variables: str) -> Fact[str]:
        """What the configuration file says of `name`, unless one of these variables is set, which wins.

        Unobserved where neither says anything and a variable or a file may that nobody has seen.
        """
        variable = self.env(*variables) if variables else None
        if isinstance(variable, str):
            return variable
        stated = self._settings.get(name)
        return first(stated, variable, self.file)

    def env(self, *names: str) -> Fact[str]:
        """The value of the first of these variables that is set, here or in a file; `$` if it is kept elsewhere."""
        env = self._launch.env
        for name in names:
            if name in env:
                value = env[name]
                return masking.UNSEEN if value is None else value
        for name in names:
            if name in self._file_env:
                return self._file_env[name]
        if not self._launch.env_complete:
            return UNSET
        return next((self._baked[name] for name in names if name in self._baked), None)

    @property
    def file(self) -> Fact[str]:
        """Any setting in a configuration file: unobserved when there is one that was not read, else absent."""
        if self.configured:
            return None
        syntax = self._syntax
        named = any(name in self._flags.options for name in syntax.config)
        pointed = any(self._launch.env.get(name, "") != "" for name in syntax.config_env)
        return UNSET if named or pointed or any(map(self._mounted, syntax.config_files)) else None

    def _mounted(self, path: str) -> bool:
        mounts = self._launch.config_mounts
        return any(m.rstrip("/") == path or path.startswith(m.rstrip("/") + "/") for m in mounts if m)

    def is_default(self, known: Mapping[str, str], *extra: Fact[bool]) -> Fact[bool]:
        """Whether a variable in `known` has the value that the product's documentation or image ships."""
        answers = [*extra, *(matches(self.env(name), value) for name, value in known.items())]
        if True in answers:
            return True
        return UNSET if UNSET in answers else False

    @property
    def version(self) -> Fact[str]:
        """The release that the package pin or the tag of the product's own image states."""
        if self.command.pin:
            return self.command.pin
        if not self._launch.image:
            return UNSET
        if not self.command.official:
            return None
        tag = image.split(self._launch.image).tag
        if "$" in tag:
            return UNSET
        if not self._syntax.tag:
            return image.release(tag)
        match = re.match(self._syntax.tag, tag)
        return image.release(match[1]) or match[1] if match else None

    def server(
        self,
        *,
        host: Fact[str],
        port: Fact[str],
        auth: Fact[bool],
        tls: Fact[bool] = False,
        cors_any: Fact[bool] = None,
        trust_remote_code: Fact[bool] = None,
        default_secret: Fact[bool] = None,
        more: Mapping[str, str] | None = None,
    ) -> Server:
        """The facts; `more` are options that the command states without a flag."""
        extra = self._syntax.secrets
        stated = {name: masking.option(name, value, extra) for name, value in self._settings.items()}
        given = {**(more or {}), **self._flags.options}
        words = {name: masking.shown(name, value, extra) for name, value in given.items()}
        return Server(
            product=self.command.product,
            version=self.version,
            image=self._launch.image or None,
            host=_bound(host),
            loopback=loopback(host),
            port=port_number(port),
            auth=auth,
            tls=tls,
            secret_in_argv=self._secret_in_argv(),
            secret_in_env=self._secret_in_env(),
            file_secrets=self._file_secrets(),
            trust_remote_code=trust_remote_code,
            cors_any=cors_any,
            default_secret=default_secret,
            weak_secret=masking.any_short((*self._flags.given, *self._set()), self._stated.items(), extra),
            options={**stated, **words},
            options_complete=True if self._argv_complete and self.file is None and self._started else UNSET,
            env=self._own_env(),
            env_complete=True if self._launch.env_complete else UNSET,
        )

    def _secret_in_argv(self) -> Fact[bool]:
        extra = self._syntax.secrets
        if any(masking.holds_secret(name, value, extra) for name, value in self._flags.given) or any(
            masking.holds_secret("", word) for word in self._flags.positional
        ):
            return True
        return False if self._argv_complete and self._started else UNSET

    def _file_secrets(self) -> Fact[list[FileSecret]]:
        if not self.configured:
            return UNSET
        extra = self._syntax.secrets
        return [
            FileSecret(name=name, value=None if masking.is_placeholder(literal) else Secret(literal))
            for name, value in self._stated.items()
            for literal in masking.literals(name, value, extra)
        ]

    @property
    def _started(self) -> bool:
        """Whether the command was seen that starts it, not its configuration file alone."""
        return bool(self._launch.argv or self._launch.image)

    def _secret_in_env(self) -> Fact[bool]:
        extra = self._syntax.secrets
        env = self._launch.env
        if any(value and masking.holds_secret(name, value, extra) for name, value in env.items()):
            return True
        return False if self._launch.env_complete else UNSET

    def _set(self) -> list[tuple[str, str]]:
        """The product's own variables that have a value here."""
        prefixes = self._prefixes
        own = self._syntax.env
        env = self._launch.env.items()
        return [(name, value) for name, value in env if value and (name in own or name.startswith(prefixes))]

    @property
    def _prefixes(self) -> tuple[str, ...]:
        return tuple(name for name in self._syntax.env if name.endswith(("_", ".")))

    def _own_env(self) -> dict[str, str]:
        own, prefixes = self._syntax.env, self._prefixes
        extra = self._syntax.secrets
        stated = {name: value for name, value in self._file_env.items() if isinstance(value, str)}
        return {
            name: masking.UNSEEN if value is None else masking.shown(name, value[: flags.MAX_VALUE], extra)
            for name, value in {**stated, **self._launch.env}.items()
            if name in own or name.startswith(prefixes)
        }


def _as_variables(settings: Mapping[str, str | UnsetType], syntax: Syntax) -> dict[str, str | UnsetType]:
    """The settings of a file under the names of the variables that stand for them."""
    if syntax.variables is None:
        return {}
    before, between = syntax.variables
    named = ((name.replace("-", "_").replace(".", between), value) for name, value in settings.items())
    return {f"{before}{name.upper()}": value for name, value in named}


def _bound(host: Fact[str]) -> Fact[str]:
    """The address as a fact: an omitted one is every interface, an unresolved one is not observed."""
    if isinstance(host, str) and "$" in host:
        return UNSET
    return host if host != "" else "*"
