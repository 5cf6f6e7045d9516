"""Whose law holds in a provider's region.

Source: the region lists of AWS, Google Cloud, Azure, RunPod, Nebius, CoreWeave and Lambda (checked 2026-11-30). A
region that is not understood is unobserved, never a pass.
"""

from __future__ import annotations

import re

from msgspec import UNSET

from holdfast.core.fact import Fact

EXACT = {
    "eu-west-2": "uk",
    "europe-west2": "uk",
    "uksouth": "uk",
    "ukwest": "uk",
    "eu-central-2": "ch",
    "europe-west6": "ch",
    "switzerlandnorth": "ch",
    "switzerlandwest": "ch",
    "norwayeast": "eea",
    "norwaywest": "eea",
    "northeurope": "eu",
    "westeurope": "eu",
    "brazilsouth": "br",
    "japaneast": "jp",
    "japanwest": "jp",
}
"""Regions whose name says less, or something else, than where they lie."""
PATTERNS = (
    (re.compile(r"eur?-(?:is|no)-\d+"), "eea"),
    (
        re.compile(
            r"eu-(?:[a-z]+-?\d*|[a-z]{2,5}-\d+)|europe-(?:west|north|central|southwest)-?\d+|eur?-[a-z]{2,3}-\d+"
        ),
        "eu",
    ),
    (re.compile(r"(?:germany|france|sweden|poland|italy|spain|austria|belgium|denmark|finland)[a-z]+\d?"), "eu"),
    (
        re.compile(r"us-(?:[a-z]+-?\d*[a-z]?|[a-z]+-[a-z]+-?\d+|[a-z]{2,4}-\d+|[a-z]+-\d+[a-z]?)|us-gov-[a-z]+-\d+"),
        "us",
    ),
    (re.compile(r"(?:east|west|central|northcentral|southcentral|westcentral)us\d?"), "us"),
    (re.compile(r"ca-[a-z]+-\d+|northamerica-northeast\d+|canada[a-z]+"), "ca"),
    (re.compile(r"ap-northeast-[13]|ap-jp-\d+|asia-northeast[12]"), "jp"),
    (re.compile(r"ap-northeast-2|asia-northeast3|korea[a-z]+"), "kr"),
    (re.compile(r"ap-south-\d|asia-south\d|[a-z]+india"), "in"),
    (re.compile(r"ap-southeast-[24]|australia-?[a-z]+\d?|oc-au-\d+"), "au"),
    (re.compile(r"ap-southeast-1|asia-southeast1|southeastasia"), "sg"),
    (re.compile(r"sa-east-\d|southamerica-east\d"), "br"),
    (re.compile(r"cn-[a-z]+-\d|china[a-z]+\d?"), "cn"),
    (re.compile(r"il-central-\d|me-west\d|israelcentral"), "il"),
)


def law_of(region: str) -> Fact[str]:
    """The jurisdiction of a region or zone."""
    name = region.lower()
    zoneless = re.sub(r"(?<=\d)-?[a-f]$", "", name)
    if zoneless in EXACT:
        return EXACT[zoneless]
    return next((law for pattern, law in PATTERNS if pattern.fullmatch(zoneless)), UNSET)


def outside(law: str, jurisdiction: str) -> bool:
    """Whether data of a jurisdiction is elsewhere under this law; the Union is a part of the Economic Area."""
    return law != jurisdiction and (law, jurisdiction) != ("eu", "eea")
