"""Lines of the log as JSON and back: the codec with the names of what there is."""

from __future__ import annotations

from typing import Any, get_args

from tui_agent.core.codec import CodecError, Json, decode, encode
from tui_agent.core.events import VERSION, Event, Record, Unknown


def encode_record(record: Record) -> dict[str, Json]:
    """Return the fields of a log line in their order, without `h`, which the log adds last."""
    event = record.event
    name, data = (
        (event.name, event.data)
        if isinstance(event, Unknown)
        else (type(event).__name__, encode(event))
    )
    return {
        "v": record.v,
        "seq": record.seq,
        "ts": record.ts,
        "mono_ms": record.mono_ms,
        "agent_id": record.agent_id,
        "turn": record.turn,
        "step": record.step,
        "type": name,
        "data": data,
    }


def decode_record(line: dict[str, Json]) -> Record:
    """Return the record that a log line spells; a type we do not know becomes `Unknown`.

    Raises:
        CodecError: if the line is no record.
    """
    try:
        name, data = line["type"], line["data"]
        kind = EVENTS.get(name)
        event: Event = Unknown(name=name, data=data) if kind is None else decode(kind, data)
        return Record(
            seq=line["seq"],
            ts=line["ts"],
            mono_ms=line["mono_ms"],
            agent_id=line["agent_id"],
            turn=line["turn"],
            step=line["step"],
            event=event,
            h=line.get("h", ""),
            v=line.get("v", VERSION),
        )
    except (KeyError, TypeError, AttributeError) as error:
        message = f"not a record: {error!r}"
        raise CodecError(message) from error


EVENTS: dict[str, type[Any]] = {
    kind.__name__: kind for kind in get_args(Event) if kind is not Unknown
}
