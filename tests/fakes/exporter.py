"""An `Exporter` that keeps to NumPy: enough for tests of services."""

import io
import struct
import zlib
from collections.abc import Mapping
from typing import Any

import numpy as np

from industriverse.kernel.observations import Observation
from industriverse.kernel.results import Forecast


class PlainExporter:
    """Writes NPZ for a forecast and a one-pixel PNG for a picture."""

    def forecast_file(self, forecast: Forecast, observation: Observation) -> bytes:
        buffer = io.BytesIO()
        arrays = {f"mean {name}": values for name, values in forecast.mean.items()}
        arrays |= {f"lower {name}": values for name, values in forecast.lower.items()}
        arrays |= {f"upper {name}": values for name, values in forecast.upper.items()}
        np.savez(buffer, **arrays)  # pyright: ignore[reportArgumentType]
        return buffer.getvalue()

    def picture(self, document: Mapping[str, Any]) -> bytes:
        def chunk(kind: bytes, data: bytes) -> bytes:
            body = kind + data
            return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

        header = chunk(b"IHDR", struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0))
        return (
            b"\x89PNG\r\n\x1a\n"
            + header
            + chunk(b"IDAT", zlib.compress(b"\0\0"))
            + chunk(b"IEND", b"")
        )
