import { cleanup, fireEvent, render, screen, within } from "@testing-library/react";
import { useState } from "react";
import { afterEach, expect, test } from "vitest";

import { EvidenceList, oddsOf, RegimeTimeline, timelineItems } from "@/kit/regime-timeline";

afterEach(cleanup);

const bands = [
  { id: "s0", from: 0, to: 40, label: "stable", confirmed: true, probability: 0.9, evidence: "Steady." },
  { id: "s1", from: 40, to: 100, label: "chaotic", confirmed: false, probability: 0.6, evidence: "Differences grow." },
];
const marks = [
  { id: "a0", kind: "anomaly", from: 70, to: 72, evidence: "Unlike all before." },
  { id: "c0", kind: "change", from: 40, to: 40, evidence: "flow rose." },
] as const;
const items = timelineItems(bands, marks, (time) => `t${time}`);

function Both() {
  const [chosen, choose] = useState<string | null>(null);
  return (
    <>
      <RegimeTimeline items={items} range={[0, 100]} chosen={chosen} onChoose={choose} />
      <EvidenceList items={items} chosen={chosen} onChoose={choose} label="Evidence" />
    </>
  );
}

test("items stand in order of time, a change before the band it opens", () => {
  expect(items.map((item) => item.id)).toEqual(["s0", "c0", "s1", "a0"]);
});

test("a band has name and shape, says when it is not confirmed, and lies where it was", () => {
  render(<Both />);
  const band = screen.getByRole("option", { name: "Chaotic, not confirmed, t40 to t100" });
  expect(band.textContent).toBe("Chaotic");
  expect(band.querySelector("svg path")?.getAttribute("fill")).toBe("var(--regime-chaotic)");
  expect(band.className).toContain("unconfirmed");
  expect([band.style.left, band.style.width]).toEqual(["40%", "60%"]);
  expect(screen.getByRole("option", { name: /^Stable, t0/ }).className).not.toContain("unconfirmed");
});

test("arrow keys walk through all of it and tell the evidence", () => {
  render(<Both />);
  const line = screen.getByRole("listbox");
  expect(line.tabIndex).toBe(0);
  const told = ["ArrowRight", "ArrowRight", "End", "ArrowRight", "ArrowLeft", "Home"].map((key) => {
    fireEvent.keyDown(line, { key });
    const option = screen.getByRole("option", { selected: true });
    expect(line.getAttribute("aria-activedescendant")).toBe(option.id);
    return screen.getByRole("status").lastElementChild?.textContent;
  });
  const last = "Unlike all before.";
  const chaos = "60\u2009% sure. Differences grow.";
  expect(told).toEqual(["90\u2009% sure. Steady.", "flow rose.", last, last, chaos, "90\u2009% sure. Steady."]);
});

test("a click on a mark marks its line in the list, and the other way round", () => {
  render(<Both />);
  fireEvent.click(screen.getByRole("option", { name: "Change of pattern, t40" }));
  const list = screen.getByRole("list", { name: "Evidence" });
  expect(within(list).getByRole("button", { current: true }).textContent).toContain("flow rose.");
  fireEvent.click(within(list).getByRole("button", { name: /Anomaly/ }));
  expect(screen.getByRole("option", { selected: true }).getAttribute("aria-label")).toBe("Anomaly, t70 to t72");
});

test("odds are words", () => {
  expect(oddsOf(0.9).replaceAll(/\s/g, " ")).toBe("1 in 10");
  expect(oddsOf(1)).toBe("less than can be counted");
});
