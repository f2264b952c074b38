"""The keyring of the desktop or the system, through the package `keyring`, loaded when used."""

from __future__ import annotations

from tui_agent.adapters.key_store import KeysError

SERVICE = "agent"
"""The name under which keys stand in a keyring."""
SAFE = 1.0
"""The package's own mark of a backend that it recommends; below stand plain files."""


class RingError(KeysError):
    """The keyring cannot be used."""


def ring_name() -> str:
    """Return what the keyring is called; empty where there is none that keeps a key safe."""
    try:
        import keyring
        from keyring.backends import chainer, fail, null
        from keyring.errors import KeyringError
    except ImportError:
        return ""
    try:
        backend = keyring.get_keyring()
        if isinstance(backend, fail.Keyring | null.Keyring) or backend.priority < SAFE:
            return ""
        if isinstance(backend, chainer.ChainerBackend) and not backend.backends:
            return ""
    except (KeyringError, RuntimeError):
        return ""
    return str(backend.name)


def get_key(variable: str) -> str:
    """Return a key; empty where the keyring has none. Raises RingError."""
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError as error:
        raise RingError(_said(error)) from error
    try:
        return keyring.get_password(SERVICE, variable) or ""
    except KeyringError as error:
        raise RingError(_said(error)) from error


def put_key(variable: str, key: str) -> None:
    """Keep a key, in the place of another. Raises RingError."""
    import keyring
    from keyring.errors import KeyringError

    try:
        keyring.set_password(SERVICE, variable, key)
    except KeyringError as error:
        raise RingError(_said(error)) from error


def drop_key(variable: str) -> None:
    """Take a key out; one that isn't there is none to take out. Raises RingError."""
    import keyring
    from keyring.errors import KeyringError, PasswordDeleteError

    try:
        keyring.delete_password(SERVICE, variable)
    except PasswordDeleteError:
        return
    except KeyringError as error:
        raise RingError(_said(error)) from error


def _said(error: Exception) -> str:
    return f"the keyring cannot be used: {str(error) or type(error).__name__}"
