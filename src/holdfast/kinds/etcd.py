"""`etcd`: the database of a Kubernetes cluster."""

from __future__ import annotations

from typing import ClassVar

from holdfast.core.fact import UNSET, Fact, Kind


class Etcd(Kind, frozen=True):
    """etcd of a control plane as its flags set it up; documented defaults are filled in.

    Source: etcd 3.6 documentation, Configuration options.
    """

    kind: ClassVar[str] = "etcd"

    name: Fact[str] = UNSET
    """The object's name."""
    client_cert_auth: Fact[bool] = UNSET
    """Whether clients must show a certificate; false by default."""
    client_tls: Fact[bool] = UNSET
    """Whether clients are served with a certificate that is given."""
    client_auto_tls: Fact[bool] = UNSET
    """Whether clients are served with a certificate that etcd signs itself."""
    plain_client_urls: Fact[bool] = UNSET
    """Whether it serves clients without TLS beyond loopback."""
    peer_cert_auth: Fact[bool] = UNSET
    """Whether other members must show a certificate; false by default."""
    peer_tls: Fact[bool] = UNSET
    """Whether members talk with certificates that are given."""
    peer_auto_tls: Fact[bool] = UNSET
    """Whether members talk with certificates that they sign themselves."""
