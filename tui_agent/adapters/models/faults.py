"""What can go wrong in one attempt at a model, and whether another attempt may help."""

from __future__ import annotations

import email.utils
import json
import re
import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from tui_agent.core.messages import FailureKind

Value = Any
"""What a server sent, before it is checked."""
_TEXT_LIMIT = 600
"""Characters of a server's own words that an error message quotes."""

_TOO_LONG = re.compile(
    r"context_length_exceeded|maximum context length|context (window|length|size)[^.]{0,40}exceed"
    r"|exceed[^.]{0,60}context|prompt is too long|input is too long|too many (input )?tokens"
    r"|input length and .?max_tokens.? exceed|request_too_large|string too long",
    re.IGNORECASE,
)
_SPENT = re.compile(
    r"insufficient_quota|exceeded your current quota|billing|insufficient (credit|balance|funds)"
    r"|payment required|credit balance is too low",
    re.IGNORECASE,
)
_NUMBER = re.compile(r"[0-9]+(\.[0-9]*)?|\.[0-9]+")
_TAGS = re.compile(r"<(script|style)\b.*?</\1>|<[^>]+>", re.IGNORECASE | re.DOTALL)
_RETRIED = frozenset({HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.CONFLICT, HTTPStatus.TOO_EARLY})


class Fault(Exception):  # noqa: N818 - a fault may be mended by another attempt; ModelError is final
    """One attempt failed.

    `retry` says that the same request may succeed a moment later; `retry_after` is how many seconds
    the server asks to wait; `remedy` is what the user can do.
    """

    def __init__(
        self,
        kind: FailureKind,
        message: str,
        *,
        remedy: str = "",
        retry: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.remedy = remedy
        self.retry = retry
        self.retry_after = retry_after


def broken(what: str, *, retry: bool = True) -> Fault:
    """Return the fault of an answer that ended early or was not what it should be."""
    return Fault("broken", what, retry=retry)


def of_status(
    status: int, body: str, headers: Mapping[str, str], *, where: str, key_variable: str
) -> Fault:
    """Return the fault that an HTTP status and the words beside it mean.

    Args:
        status: 300 and above.
        body: What the server said, as text.
        headers: By lower-case name.
        where: The address that was asked, for the message.
        key_variable: The variable whose key was sent; empty if none is needed.
    """
    said = words_of(body)
    told = f"{where} answered {status}" + (f": {said}" if said else "")
    if _TOO_LONG.search(body) or status == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return Fault("context", told)
    if status in {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN}:
        return Fault("key", told, remedy=key_remedy(key_variable))
    many = status == HTTPStatus.TOO_MANY_REQUESTS
    if status == HTTPStatus.PAYMENT_REQUIRED or (many and _SPENT.search(body)):
        return Fault("rate", told, remedy="check the account's plan and balance")
    wait = retry_after(headers)
    if many:
        return Fault("rate", told, retry=True, retry_after=wait)
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _RETRIED:
        return Fault("server", told, retry=True, retry_after=wait)
    if status == HTTPStatus.NOT_FOUND:
        return Fault("not_found", told, remedy="check the model's name and the endpoint's base URL")
    if status < HTTPStatus.BAD_REQUEST:
        return _redirected(status, headers, where)
    return Fault("refused", told)


def of_error_object(error: Value, *, where: str, key_variable: str) -> Fault:
    """Return the fault that a stream's own `error` object means, by its code or type."""
    body = json.dumps(error)
    code = error.get("code") if isinstance(error, dict) else None
    kind = str(error.get("type", "")) if isinstance(error, dict) else ""
    if isinstance(code, str) and re.fullmatch("[0-9]{1,5}", code):
        code = int(code)
    if not isinstance(code, int) or isinstance(code, bool):
        code = _STATUS_OF_TYPE.get(kind, 500)
    return of_status(max(code, 400), body, {}, where=where, key_variable=key_variable)


_STATUS_OF_TYPE = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "permission_error": 403,
    "not_found_error": 404,
    "rate_limit_error": 429,
    "overloaded_error": 529,
}


def no_key(key_variable: str, provider: str) -> Fault:
    """Return the fault of a model whose key isn't in the environment."""
    return Fault(
        "key",
        f"no key for {provider}: {key_variable} is not set",
        remedy=f"export {key_variable}=…",
    )


def key_remedy(key_variable: str) -> str:
    """Return what mends a refused key, naming its variable but never its value."""
    if not key_variable:
        return "set the provider's credentials in the environment, or the endpoint's key_variable"
    return f"check the key in {key_variable}, then: export {key_variable}=…"


def web_page(where: str, body: str) -> Fault:
    """Return the fault of a server that answers with a page for people."""
    said = words_of(body)
    return Fault(
        "broken",
        f"{where} answered with a web page, not with a model's answer"
        + (f": {said}" if said else ""),
        remedy="check the endpoint's base URL (it often ends in /v1) and any proxy between",
    )


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Return the seconds that `Retry-After` (RFC 9110) or its milliseconds form asks to wait."""
    milliseconds = headers.get("retry-after-ms", "")
    if _NUMBER.fullmatch(milliseconds):
        return float(milliseconds) / 1000
    value = headers.get("retry-after", "").strip()
    if _NUMBER.fullmatch(value):
        return float(value)
    at = _seconds_of(value)
    if at is None:
        return None
    now = _seconds_of(headers.get("date", ""))
    return max(0.0, at - (time.time() if now is None else now))


def _seconds_of(date: str) -> float | None:
    """Return the moment that a header names, in seconds since 1970; None where it is no date."""
    try:
        found = email.utils.parsedate_tz(date)
        return None if found is None else float(email.utils.mktime_tz(found))
    except (ValueError, OverflowError, TypeError):  # A year or a day that no calendar has.
        return None


def words_of(body: str) -> str:
    """Return a server's words in one line: the message of a JSON error, or a page without tags."""
    text = _message(body) or _TAGS.sub(" ", body)
    text = " ".join(text.split())
    return text if len(text) <= _TEXT_LIMIT else text[: _TEXT_LIMIT - 1] + "…"


def _message(body: str) -> str:
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    for key in ("error", "message", "detail"):
        if isinstance(value, dict) and key in value:
            value = value[key]
    if isinstance(value, dict):
        value = value.get("message", value)
    return value if isinstance(value, str) else json.dumps(value)


def _redirected(status: int, headers: Mapping[str, str], where: str) -> Fault:
    target = headers.get("location", "elsewhere")
    return Fault(
        "refused",
        f"{where} answered {status}, a redirect to {target}; it was not followed with the key",
        remedy="if the address is right, set it as the endpoint's base URL",
    )
