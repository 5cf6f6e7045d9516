"""Keywords of ssh_config.

Source: OpenSSH 9.2p1 and later, readconf.c (`keywords`), with those of Debian's patches.
"""

from __future__ import annotations

__all__ = ["ALIASES", "KEYWORDS"]

KEYWORDS = frozenset(
    (
        "protocol cipher fallbacktorsh globalknownhostsfile2 rhostsauthentication userknownhostsfile2 useroaming "
        "usersh useprivilegedport afstokenpassing kerberosauthentication kerberostgtpassing rsaauthentication "
        "rhostsrsaauthentication compressionlevel gssapiauthentication gssapidelegatecredentials pkcs11provider "
        "forwardagent forwardx11 forwardx11trusted forwardx11timeout exitonforwardfailure xauthlocation gatewayports "
        "passwordauthentication kbdinteractiveauthentication kbdinteractivedevices pubkeyauthentication "
        "hostbasedauthentication identityfile identitiesonly certificatefile addkeystoagent identityagent hostname "
        "hostkeyalias proxycommand port ciphers macs remoteforward localforward permitremoteopen user escapechar "
        "globalknownhostsfile userknownhostsfile connectionattempts batchmode checkhostip stricthostkeychecking "
        "compression tcpkeepalive numberofpasswordprompts syslogfacility loglevel logverbose dynamicforward "
        "preferredauthentications hostkeyalgorithms casignaturealgorithms bindaddress bindinterface "
        "clearallforwardings enablesshkeysign verifyhostkeydns nohostauthenticationforlocalhost rekeylimit "
        "connecttimeout addressfamily serveraliveinterval serveralivecountmax sendenv setenv controlpath "
        "controlmaster controlpersist hashknownhosts tunnel tunneldevice localcommand permitlocalcommand "
        "remotecommand visualhostkey kexalgorithms ipqos requesttty sessiontype stdinnull forkafterauthentication "
        "proxyusefdpass canonicaldomains canonicalizefallbacklocal canonicalizehostname canonicalizemaxdots "
        "canonicalizepermittedcnames streamlocalbindmask streamlocalbindunlink revokedhostkeys fingerprinthash "
        "updatehostkeys hostbasedacceptedalgorithms pubkeyacceptedalgorithms proxyjump securitykeyprovider "
        "knownhostscommand requiredrsasize enableescapecommandline "
        # Later versions: 9.4, 9.5, 9.6, 10.0, 10.1.
        "tag obscurekeystroketiming channeltimeout versionaddendum refuseconnection warnweakcrypto "
        # Patches of Debian, Red Hat and Apple.
        "useblacklistedkeys gssapikeyexchange gssapitrustdns gssapiclientidentity gssapiserveridentity "
        "gssapirenewalforcesrekey gssapikexalgorithms setuptimeout usekeychain"
    ).split()
)
"""Those that set something; `host`, `match`, `include` and `ignoreunknown` steer the reading."""

ALIASES = {
    "smartcarddevice": "pkcs11provider",
    "challengeresponseauthentication": "kbdinteractiveauthentication",
    "skeyauthentication": "kbdinteractiveauthentication",
    "tisauthentication": "kbdinteractiveauthentication",
    "dsaauthentication": "pubkeyauthentication",
    "identityfile2": "identityfile",
    "keepalive": "tcpkeepalive",
    "protocolkeepalives": "serveraliveinterval",
    "hostbasedkeytypes": "hostbasedacceptedalgorithms",
    "pubkeyacceptedkeytypes": "pubkeyacceptedalgorithms",
}
"""Older spellings."""
