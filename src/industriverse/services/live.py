"""A living source: samples in, predictions out, settled when their future has come."""

import json
import logging
import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Protocol, runtime_checkable

import numpy as np
from jaxtyping import Float

from industriverse.kernel.canonical import finite_or_none
from industriverse.kernel.context import Context
from industriverse.kernel.errors import IndustriverseError
from industriverse.kernel.ids import sha256_array
from industriverse.kernel.ports import EventStream, ReadResult
from industriverse.kernel.signals import Channel, Signals

from .documents import PredictDocument
from .predict import Predict, PredictRequest
from .settle import Settle
from .watching import StreamWatch

_log = logging.getLogger("industriverse.live")


@runtime_checkable
class LiveSource(Protocol):
    """Something that goes on producing samples, such as the simulated plant."""

    @property
    def name(self) -> str:
        """Short name, also its topic's."""
        ...

    @property
    def title(self) -> str:
        """Name for people."""
        ...

    @property
    def simulated(self) -> bool:
        """Whether it is a simulation; shown wherever its numbers are."""
        ...

    @property
    def step_s(self) -> float:
        """Seconds between samples, on the source's own clock."""
        ...

    @property
    def channels(self) -> tuple[Channel, ...]:
        """What it measures."""
        ...

    @property
    def titles(self) -> dict[str, str]:
        """Channel name to its name for people."""
        ...

    def advance(self, count: int) -> Float[np.ndarray, "time channel"]:
        """Return the next samples."""
        ...


@dataclass(frozen=True, slots=True)
class LivePace:
    """How a live feed runs.

    Attributes:
        sample_every_s: Wall seconds between samples.
        predict_every: Samples between predictions.
        window: Samples that a prediction looks at.
        horizon: Samples that it looks ahead.
        keep_runs: Predictions of the feed that are kept in the store.
    """

    sample_every_s: float = 1.0
    predict_every: int = 20
    window: int = 1500
    horizon: int = 30
    keep_runs: int = 50


@dataclass(slots=True)
class LiveFeed:
    """Runs one source in a thread of its own and publishes what happens."""

    source: LiveSource
    predict: Predict
    settle: Settle
    stream: EventStream
    pace: LivePace = field(default_factory=LivePace)
    on_prediction: Callable[[PredictDocument], None] = lambda _: None
    _rows: deque[Float[np.ndarray, "channel"]] = field(init=False)
    _start_s: float = field(init=False, default=0.0)
    _count: int = field(init=False, default=0)
    _regime: tuple[str, bool] = field(init=False, default=("", False))
    _pending: deque[tuple[int, PredictDocument]] = field(init=False, default_factory=deque)
    _watch: StreamWatch = field(init=False)
    _stopping: threading.Event = field(init=False, default_factory=threading.Event)
    _thread: threading.Thread | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        """Make room for the window, and a watch beside the feed."""
        self._rows = deque(maxlen=self.pace.window)
        self._watch = StreamWatch(self.source.channels, self._time, self._publish)

    @property
    def topic(self) -> str:
        """Where the feed publishes."""
        return f"live.{self.source.name}"

    def hello(self) -> dict[str, Any]:
        """Return what a new listener must know first."""
        titles = self.source.titles
        return {
            "type": "hello",
            "source": self.source.name,
            "title": self.source.title,
            "simulated": self.source.simulated,
            "step_s": self.source.step_s,
            "channels": [
                {"name": c.name, "unit": c.unit, "title": titles.get(c.name, c.name)}
                for c in self.source.channels
            ],
        }

    def start(self, now: datetime) -> None:
        """Fill the window with history that ends now, predict once, and go on in a thread."""
        self._start_s = now.timestamp() - self.pace.window * self.source.step_s
        self._take(self.pace.window)
        self._thread = threading.Thread(target=self._run, name=self.topic, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the thread; waits for the step in progress."""
        self._stopping.set()
        if self._thread is not None:
            self._thread.join(timeout=30)
        self._watch.stop()

    def _run(self) -> None:
        self._predict()
        # Not before: until its loops are compiled it would take a core from the first prediction.
        self._watch.start()
        while not self._stopping.wait(self.pace.sample_every_s):
            self._take(1)
            if self._count % self.pace.predict_every == 0:
                self._settle_due()
                self._predict()

    def _take(self, count: int) -> None:
        for row in self.source.advance(count):
            self._rows.append(row)
            self._count += 1
            self._watch.take(row)
            values = zip(self.source.channels, row, strict=True)
            self._publish(
                {
                    "type": "samples",
                    "time": self._time(self._count - 1),
                    "values": {c.name: finite_or_none(float(v)) for c, v in values},
                }
            )

    def _time(self, index: int) -> str:
        seconds = self._start_s + index * self.source.step_s
        return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")

    def _publish(self, message: dict[str, Any]) -> None:
        self.stream.publish(self.topic, self.source.name, json.dumps(message).encode())

    def _observation(self) -> ReadResult:
        values = np.array(self._rows, np.float64)
        first = self._count - len(values)
        signals = Signals(
            start_s=self._start_s + first * self.source.step_s,
            step_s=self.source.step_s,
            values=values,
            channels=self.source.channels,
            absolute=True,
            source=self.source.name,
        )
        said = ("These are simulated readings.",) if self.source.simulated else ()
        return ReadResult(signals, signals.names, values.shape, said, sha256_array(values))

    def _predict(self) -> None:
        """Predict; a failure is published and logged, and the feed goes on."""
        request = PredictRequest(self._observation(), self.source.title, horizon=self.pace.horizon)
        try:
            document = self.predict.run(request, Context.fresh())
        except IndustriverseError as error:
            self._publish({"type": "problem", "code": error.code, "detail": error.message})
            return
        except Exception:
            _log.exception("the live prediction failed")
            self._publish({"type": "problem", "code": "defect", "detail": "A prediction failed."})
            return
        self.on_prediction(document)
        self._announce(document)
        self._pending.append((self._count, document))
        self.predict.prune(self.source.title, keep=self.pace.keep_runs)

    def _announce(self, document: PredictDocument) -> None:
        time = self._time(self._count - 1)
        regime = document.regime
        if (regime.label, regime.confirmed) != self._regime:
            self._regime = (regime.label, regime.confirmed)
            self._publish(
                {
                    "type": "regime",
                    "time": time,
                    "label": regime.label,
                    "confirmed": regime.confirmed,
                    "evidence": regime.evidence,
                }
            )
        body = document.model_dump(mode="json")
        body["preview"] = _without_past(body["preview"])
        self._publish({"type": "prediction", "time": time, "document": body})

    def _settle_due(self) -> None:
        while self._pending and self._count - self._pending[0][0] >= self.pace.horizon:
            made_at, document = self._pending.popleft()
            stop = len(self._rows) - (self._count - made_at) + self.pace.horizon
            rows = np.array(self._rows, np.float64)
            truth = rows[stop - self.pace.horizon : stop]
            names = [channel.name for channel in self.source.channels]
            outcome = self.settle.run(document, dict(zip(names, truth.T, strict=True)))
            self._publish(
                {
                    "type": "settled",
                    "proof_id": outcome.proof.id,
                    "parent": document.proof.id,
                    "skill": outcome.skill,
                    "coverage": outcome.coverage,
                    "mintable": outcome.proof.mintable,
                }
            )


def _without_past(preview: dict[str, Any]) -> dict[str, Any]:
    """Keep only the last sample: a listener has the others already, as messages."""
    values = {name: series[-1:] for name, series in preview["values"].items()}
    return {**preview, "times": preview["times"][-1:], "values": values}
