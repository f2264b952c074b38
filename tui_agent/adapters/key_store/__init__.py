"""Keys that are kept: in the keyring of the desktop, or in a file under a passphrase."""


class KeysError(Exception):
    """A key cannot be kept, got, replaced or taken away; the message is for people."""
