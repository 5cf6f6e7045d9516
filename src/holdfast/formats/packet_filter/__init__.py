"""Rules of packet filters: nftables scripts and iptables-save files, and what they let in."""
