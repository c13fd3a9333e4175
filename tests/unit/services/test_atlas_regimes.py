"""Periods of a regime, from snapshots whose regimes are known."""

from industriverse.services.atlas._regimes import Period, Sighting, periods


def seen(number: int, regime: str, *, source: str = "run", confidence: float = 1.0) -> Sighting:
    return Sighting(
        snapshot_id=f"{source}/{number:04d}@1",
        tenant="",
        source=source,
        domain="fluid",
        number=number,
        regime=regime,
        time=f"2026-01-02T03:04:{number:02d}+00:00",
        clock_s=2.0 * number,
        energy=10.0 + number**2,
        confidence=confidence,
    )


RAMP = [seen(n, regime) for n, regime in enumerate(["stable"] * 3 + ["chaotic"] * 2 + ["stable"])]


def test_each_change_begins_a_period_that_knows_where_it_comes_from():
    found, members = periods(RAMP)
    assert [(p.regime_from, p.regime_to, p.start_s, p.end_s) for p in found] == [
        ("", "stable", 0.0, 4.0),
        ("stable", "chaotic", 6.0, 8.0),
        ("chaotic", "stable", 10.0, 10.0),
    ]
    assert [p.energy_delta for p in found] == [4.0, 7.0, 0.0]
    assert found[1].start_time == RAMP[3].time
    assert found[1].end_time == RAMP[4].time
    assert [regime_id for _, regime_id in members] == [
        *["run/0000@1:stable"] * 3,
        *["run/0003@1:chaotic"] * 2,
        "run/0005@1:stable",
    ]


def test_sources_do_not_see_each_other():
    mixed = [seen(1, "stable"), seen(2, "chaotic", source="other"), seen(3, "stable")]
    found, _ = periods(mixed)
    assert [(p.source, p.regime_from, p.start_s, p.end_s) for p in found] == [
        ("run", "", 2.0, 6.0),
        ("other", "", 4.0, 4.0),
    ]


def test_a_period_is_as_stable_as_its_least_sure_snapshot():
    found, _ = periods([seen(1, "stable"), seen(2, "stable", confidence=0.75), seen(3, "stable")])
    assert [p.stability_score for p in found] == [0.75]


def test_in_parts_it_is_the_same_as_in_one_go():
    whole, members = periods(RAMP)
    for cut in range(1, len(RAMP)):
        first, some = periods(RAMP[:cut])
        second, rest = periods(RAMP[cut:], first)
        latest: dict[str, Period] = {p.regime_id: p for p in (*first, *second)}
        assert list(latest.values()) == whole
        assert some + rest == members
