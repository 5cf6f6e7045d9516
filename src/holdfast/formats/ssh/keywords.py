"""Keywords of sshd_config: how each is read, where it may stand, and what `sshd -T` prints without it.

Source: OpenSSH 9.2p1 as Debian 12 builds it (with PAM, Kerberos and the GSSAPI key exchange): servconf.c (`keywords`,
`fill_default_server_options`, `dump_config`) and the output of `sshd -T`; later versions for what came with them.
"""

from __future__ import annotations

from typing import NamedTuple

from holdfast.formats.ssh import directives as v
from holdfast.formats.ssh.algorithms import DEFAULTS as ALGORITHMS

__all__ = ["ALIASES", "IGNORED", "KEYWORDS", "NEWER", "PRINTED", "Keyword"]


class Keyword(NamedTuple):
    """A keyword that sshd acts on."""

    read: v.Read
    anywhere: bool = True
    """Whether it may stand in a Match block."""


def _all(read: v.Read, names: str, anywhere: bool = True) -> dict[str, Keyword]:
    return {name: Keyword(read, anywhere) for name in names.split()}


KEYWORDS: dict[str, Keyword] = {
    **_all(
        v.FLAG,
        "hostbasedauthentication hostbasedusesnamefrompacketonly pubkeyauthentication kerberosauthentication "
        "gssapiauthentication passwordauthentication kbdinteractiveauthentication x11forwarding x11uselocalhost "
        "permitemptypasswords allowagentforwarding permittty permituserrc streamlocalbindunlink disableforwarding "
        "exposeauthinfo",
    ),
    **_all(
        v.FLAG,
        "usepam kerberosorlocalpasswd kerberosticketcleanup gssapicleanupcredentials gssapistrictacceptorcheck "
        "gssapikeyexchange gssapistorecredentialsonrekey printmotd printlastlog ignoreuserknownhosts strictmodes "
        "tcpkeepalive usedns debianbanner",
        anywhere=False,
    ),
    **_all(v.FORWARDING, "allowtcpforwarding allowstreamlocalforwarding"),
    **_all(v.INTEGER, "x11displayoffset maxauthtries maxsessions clientalivecountmax requiredrsasize"),
    **_all(v.TIME, "clientaliveinterval"),
    **_all(v.TIME, "logingracetime", anywhere=False),
    **_all(v.FILE, "banner trustedusercakeys revokedkeys"),
    **_all(v.FILE, "hostkey hostcertificate pidfile modulifile xauthlocation", anywhere=False),
    **_all(v.USERS, "allowusers denyusers"),
    **_all(v.GROUPS, "allowgroups denygroups"),
    **_all(v.KEYS, "hostbasedacceptedalgorithms pubkeyacceptedalgorithms casignaturealgorithms"),
    **_all(v.KEYS, "hostkeyalgorithms", anywhere=False),
    **_all(v.ALGORITHMS, "ciphers macs kexalgorithms", anywhere=False),
    **_all(v.WORD, "chrootdirectory authorizedkeyscommanduser authorizedprincipalscommanduser"),
    **_all(v.COMMAND, "authorizedkeyscommand authorizedprincipalscommand"),
    **_all(v.FORWARDS, "permitopen permitlisten"),
    "permitrootlogin": Keyword(
        v.choice(
            **dict.fromkeys(("without_password", "prohibit_password"), "without-password"),
            forced_commands_only="forced-commands-only",
            yes="yes",
            no="no",
        )
    ),
    "gatewayports": Keyword(v.choice(clientspecified="clientspecified", yes="yes", no="no")),
    "ignorerhosts": Keyword(v.choice(yes="yes", no="no", shosts_only="shosts-only")),
    "compression": Keyword(v.choice(yes="yes", delayed="yes", no="no"), anywhere=False),
    "addressfamily": Keyword(v.choice(inet="inet", inet6="inet6", any="any"), anywhere=False),
    "loglevel": Keyword(
        v.choice(
            **{word: word.upper() for word in "fatal error info verbose debug debug2 debug3".split()},
            quiet="SILENT",
            silent="SILENT",
            debug1="DEBUG",
        )
    ),
    "syslogfacility": Keyword(
        v.choice(
            **{word: word.upper() for word in ("daemon", "user", "auth", "authpriv", *(f"local{i}" for i in range(8)))}
        ),
        anywhere=False,
    ),
    "fingerprinthash": Keyword(
        v.choice(**{word: word.upper() for word in "md5 sha1 sha256 sha384 sha512".split()}), anywhere=False
    ),
    "logverbose": Keyword(v.LOG_VERBOSE),
    "pubkeyauthoptions": Keyword(v.OPTIONS),
    "rekeylimit": Keyword(v.REKEY),
    "authorizedkeysfile": Keyword(v.KEY_FILES),
    "authorizedprincipalsfile": Keyword(v.PRINCIPALS),
    "acceptenv": Keyword(v.NAMES),
    "setenv": Keyword(v.ASSIGNMENTS),
    "permittunnel": Keyword(v.TUNNEL),
    "forcecommand": Keyword(v.TEXT),
    "ipqos": Keyword(v.QOS),
    "authenticationmethods": Keyword(v.AUTHENTICATION),
    "streamlocalbindmask": Keyword(v.OCTAL),
    "channeltimeout": Keyword(v.CHANNELS),
    "unusedconnectiontimeout": Keyword(v.UNUSED),
    "port": Keyword(v.PORT, anywhere=False),
    "listenaddress": Keyword(v.LISTEN, anywhere=False),
    "hostkeyagent": Keyword(v.SOCKET, anywhere=False),
    "permituserenvironment": Keyword(v.WORD, anywhere=False),
    "subsystem": Keyword(v.SUBSYSTEM, anywhere=False),
    "maxstartups": Keyword(v.STARTUPS, anywhere=False),
    "persourcemaxstartups": Keyword(v.SOURCES, anywhere=False),
    "persourcenetblocksize": Keyword(v.BLOCKS, anywhere=False),
    "versionaddendum": Keyword(v.ADDENDUM, anywhere=False),
    "securitykeyprovider": Keyword(v.PROVIDER, anywhere=False),
    "gssapikexalgorithms": Keyword(v.GSSAPI, anywhere=False),
}

ALIASES = {
    "hostdsakey": "hostkey",
    "hostbasedacceptedkeytypes": "hostbasedacceptedalgorithms",
    "pubkeyacceptedkeytypes": "pubkeyacceptedalgorithms",
    "gssapicleanupcreds": "gssapicleanupcredentials",
    "challengeresponseauthentication": "kbdinteractiveauthentication",
    "skeyauthentication": "kbdinteractiveauthentication",
    "keepalive": "tcpkeepalive",
    "dsaauthentication": "pubkeyauthentication",
}
"""Older spellings. `DSAAuthentication` may not stand in a Match block, as `pubkeyauthentication` may."""

IGNORED: dict[str, bool] = {
    **dict.fromkeys(
        (
            "pamauthenticationviakbdint serverkeybits keyregenerationinterval rhostsauthentication kerberosgetafstoken "
            "kerberostgtpassing afstokenpassing gssusesessionccache gssapiusesessioncredcache checkmail uselogin "
            "permitblacklistedkeys protocol verifyreversemapping reversemappingcheck useprivilegeseparation"
        ).split(),
        False,
    ),
    "rhostsrsaauthentication": True,
    "rsaauthentication": True,
    "authorizedkeysfile2": True,
}
"""Keywords without effect, and whether they may stand in a Match block."""

NEWER: dict[str, str] = {
    **dict.fromkeys(
        (
            "gssapienablek5users kerberosuniqueccache kerberosusekuserok useblacklist useblocklist hpndisabled "
            "hpnbuffersize tcprcvbufpoll noneenabled nonemacenabled disablemtaes x509rsasigtype"
        ).split(),
        "a patched build",
    ),
    "pamservicename": "9.8",
    "persourcepenalties": "9.8",
    "persourcepenaltyexemptlist": "9.8",
    "sshdsessionpath": "9.8",
    "refuseconnection": "9.9",
    "sshdauthpath": "10.0",
}
"""Keywords of later versions of OpenSSH, with the version, and of builds that others patch (Red Hat, FreeBSD, HPN)."""

_NONE = (
    "banner forcecommand chrootdirectory trustedusercakeys revokedkeys|authorizedprincipalsfile versionaddendum "
    "authorizedkeyscommand authorizedkeyscommanduser authorizedprincipalscommand authorizedprincipalscommanduser "
    "hostkeyagent"
)


def _defaults(text: str) -> dict[str, tuple[str, ...]]:
    """`keyword value, keyword value, ...`"""
    return {word: (value,) for word, _, value in (entry.strip().partition(" ") for entry in text.split(","))}


def _without(names: str) -> dict[str, tuple[str, ...]]:
    return dict.fromkeys(names.split(), ())


def _listed(*names: str) -> dict[str, tuple[str, ...]]:
    return {name: (",".join(ALGORITHMS[name]),) for name in names}


_BEFORE, _AFTER = _NONE.split("|")
PRINTED: dict[str, tuple[str, ...]] = {
    **_defaults("port 22, addressfamily any, listenaddress , usepam no, logingracetime 120, x11displayoffset 10"),
    **_defaults("maxauthtries 6, maxsessions 10, clientaliveinterval 0, clientalivecountmax 3, requiredrsasize 1024"),
    **_defaults("streamlocalbindmask 0177, unusedconnectiontimeout none, permitrootlogin without-password"),
    **_defaults("ignorerhosts yes, ignoreuserknownhosts no, hostbasedauthentication no"),
    **_defaults("hostbasedusesnamefrompacketonly no, pubkeyauthentication yes, kerberosauthentication no"),
    **_defaults("kerberosorlocalpasswd yes, kerberosticketcleanup yes, gssapiauthentication no"),
    **_defaults("gssapicleanupcredentials yes, gssapikeyexchange no, gssapistrictacceptorcheck yes"),
    **_defaults("gssapistorecredentialsonrekey no"),
    "gssapikexalgorithms": (
        "gss-group14-sha256-,gss-group16-sha512-,gss-nistp256-sha256-,gss-curve25519-sha256-,gss-group14-sha1-,gss-gex-sha1-",
    ),
    **_defaults("passwordauthentication yes, kbdinteractiveauthentication yes, printmotd yes, printlastlog yes"),
    **_defaults("x11forwarding no, x11uselocalhost yes, permittty yes, permituserrc yes, strictmodes yes"),
    **_defaults("tcpkeepalive yes, permitemptypasswords no, compression yes, gatewayports no, usedns no"),
    **_defaults("allowtcpforwarding yes, allowagentforwarding yes, disableforwarding no"),
    **_defaults("allowstreamlocalforwarding yes, streamlocalbindunlink no, fingerprinthash SHA256, exposeauthinfo no"),
    **_defaults("pidfile /run/sshd.pid, modulifile /etc/ssh/moduli, xauthlocation /usr/bin/xauth"),
    **_listed("ciphers", "macs"),
    **dict.fromkeys(_BEFORE.split(), ("none",)),
    "securitykeyprovider": ("internal",),
    **dict.fromkeys(_AFTER.split(), ("none",)),
    **_listed("kexalgorithms", "casignaturealgorithms", "hostbasedacceptedalgorithms", "hostkeyalgorithms"),
    **_listed("pubkeyacceptedalgorithms"),
    **_defaults("loglevel INFO, syslogfacility AUTH, authorizedkeysfile .ssh/authorized_keys .ssh/authorized_keys2"),
    "hostkey": ("/etc/ssh/ssh_host_rsa_key", "/etc/ssh/ssh_host_ecdsa_key", "/etc/ssh/ssh_host_ed25519_key"),
    **_without("hostcertificate allowusers denyusers allowgroups denygroups acceptenv setenv"),
    **_defaults("authenticationmethods any"),
    **_without("logverbose channeltimeout subsystem"),
    **_defaults("maxstartups 10:30:100, persourcemaxstartups none, persourcenetblocksize 32:128, permittunnel no"),
    **_defaults("ipqos lowdelay throughput, rekeylimit 0 0, permitopen any, permitlisten any"),
    **_defaults("permituserenvironment no, pubkeyauthoptions none"),
}
"""What is printed, in order, with the lines that stand for a default."""
