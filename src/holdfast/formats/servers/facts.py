"""Three-valued answers from settings that were seen, are not there, or could not be seen."""

from __future__ import annotations

from holdfast.core.fact import UNSET, Fact, either

_TRUE = frozenset({"true", "1", "yes", "on", "y", "t", "enabled", "enable"})


def first(*settings: Fact[str]) -> Fact[str]:
    """The setting that wins, highest precedence first; unobserved when one above it could be set unseen."""
    for setting in settings:
        if setting is not None:
            return setting
    return None


def negate(answer: Fact[bool]) -> Fact[bool]:
    """Kleene's not."""
    return not answer if isinstance(answer, bool) else answer


def given(*settings: Fact[str]) -> Fact[bool]:
    """Whether any of the settings has a text: one kept elsewhere counts, an empty one does not."""
    return either(*(setting if setting is UNSET else bool(setting) for setting in settings))


def true(setting: Fact[str], default: bool = False) -> Fact[bool]:
    """What a boolean setting says; `default` where it is not set, unobserved where it is unresolved."""
    if setting is None or setting == "":
        return default
    if setting is UNSET or "$" in setting:
        return UNSET
    return setting.strip().lower() in _TRUE


def matches(setting: Fact[str], *texts: str) -> Fact[bool]:
    """Whether a setting is one of `texts`; unobserved where it is unresolved."""
    if setting is None:
        return False
    if setting is UNSET or "$" in setting:
        return UNSET
    return setting in texts


def any_origin(setting: Fact[str], default: bool) -> Fact[bool]:
    """Whether a list of allowed web origins, in any notation, admits every origin."""
    if setting is None:
        return default
    if setting is UNSET or "$" in setting:
        return UNSET
    items = setting.translate(str.maketrans("[]\"',;|", "       ")).split()
    return any(item in {"*", ".*", "http://*", "https://*"} for item in items)
