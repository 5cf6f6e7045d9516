"""Changes the key that signs: the old one seals the entry that announces the new one, and both sign that checkpoint."""

from __future__ import annotations

from holdfast.core.entry import Record
from holdfast.store.keys import make_key, write_key
from holdfast.store.ledger import FOR_GOOD, Ledger
from holdfast.store.statements import KeyChange, text_of, written
from holdfast.trust.note import ED25519

__all__ = ["add_second", "rotate"]


def rotate(ledger: Ledger, now: int) -> str:
    """Makes a new key, announces it and signs with it from then on; answers its text. Raises StoreError.

    The new key is on disk before it is announced; `Ledger.open` finishes what a crash interrupts.
    """
    new = make_key(ledger.origin, ED25519, ledger.random)
    text = text_of(new.verifier)
    write_key(ledger.keys.next, new)
    with ledger.database.transaction():
        ledger.seal([Record("key", "", written(KeyChange(text)))], now, kept=FOR_GOOD, second=new)
        ledger.announce(text)
    ledger.keys.succeed()
    ledger.signer = new
    return text


def add_second(ledger: Ledger, now: int) -> str:
    """Makes an ML-DSA-44 key that signs what is published beside the first one; answers its text. Raises StoreError."""
    new = ledger.keys.make_extra(ledger.origin)
    text = text_of(new.verifier)
    with ledger.database.transaction():
        ledger.seal([Record("key", "", written(KeyChange(text)))], now, kept=FOR_GOOD)
    ledger.extra = new
    return text
