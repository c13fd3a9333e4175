"""A repeatable stream of plant messages, available as a clock says."""

import time
from datetime import UTC, datetime

from tests.e2e.documents import CHANNELS, reading, signals

HISTORY = 300
STEP_S = 0.5
_START = 1_795_428_000


def _moment(step: int) -> str:
    at = datetime.fromtimestamp(_START + step * STEP_S, UTC)
    return at.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _regime(step: int) -> dict[str, object] | None:
    marks = {
        0: ("initializing", False),
        40: ("stable", False),
        60: ("stable", True),
        190: ("transitional", False),
        225: ("stable", True),
    }
    if step not in marks:
        return None
    label, confirmed = marks[step]
    evidence = f"Named after {step} readings."
    return {"type": "regime", "label": label, "confirmed": confirmed, "evidence": evidence}


def _found(step: int) -> dict[str, object] | None:
    """What following the source told at a step: a change, and readings unlike all before."""
    if step == 205:
        evidence = (
            "motor_power: the mean went from 1.84e+04 to 1.91e+04; announced 15 samples later."
        )
        return {
            "type": "change",
            "time": _moment(190),
            "detected_time": _moment(step),
            "score": 0.99999,
            "evidence": evidence,
        }
    if step in {250, 290}:
        return {
            "type": "anomaly",
            "time": _moment(250),
            "end_time": _moment(253 if step > 250 else 250),
            "score": 0.9999,
            "going_on": step == 250,
        }
    return None


def _messages(step: int) -> list[dict[str, object]]:
    values: dict[str, float | None] = {
        CHANNELS[at][0]: reading(at, step * STEP_S) for at in range(len(CHANNELS))
    }
    if step % 97 == 50:
        values["flow"] = None  # a gap to draw
    parts: list[dict[str, object]] = [{"type": "samples", "values": values}]
    if regime := _regime(step):
        parts.append(regime)
    if found := _found(step):
        parts.append(found)
    if step >= 60 and step % 20 == 0:
        document = signals(f"live {step}", origin=step * STEP_S, failing=step % 40 == 0)
        parts.append({"type": "prediction", "document": document.model_dump(mode="json")})
    if step >= 100 and step % 20 == 10:
        settled: dict[str, object] = {
            "proof_id": f"prf_{step:032x}",
            "parent": f"prf_{step - 1:032x}",
        }
        parts.append(
            {"type": "settled", "skill": 0.31, "coverage": 0.9, "mintable": True} | settled
        )
    return [{"time": _moment(step)} | part for part in parts]


class Plant:
    """The stream's messages so far; each has one number for ever."""

    def __init__(self) -> None:
        self._began = time.monotonic()
        self._messages: list[dict[str, object]] = []
        self._steps = 0

    def messages(self) -> list[dict[str, object]]:
        """Return all that exist by now, oldest first, numbered from zero."""
        due = HISTORY + int((time.monotonic() - self._began) / STEP_S)
        while self._steps < due:
            for part in _messages(self._steps):
                self._messages.append(part | {"seq": len(self._messages)})
            self._steps += 1
        return self._messages

    def hello(self) -> dict[str, object]:
        """Return the greeting of a connection."""
        return {
            "type": "hello",
            "source": "feed-station",
            "title": "Feed station",
            "simulated": True,
            "step_s": STEP_S,
            "channels": [{"name": c[0], "unit": c[1], "title": c[2]} for c in CHANNELS],
            "oldest": 0,
            "next": len(self.messages()),
        }
