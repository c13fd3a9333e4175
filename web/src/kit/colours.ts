/** Colours of the tokens as the canvas needs them: resolved. */

/** Resolves CSS colours (`var(--text)`) for the theme in force. */
export function resolveColours<K extends string>(wanted: Record<K, string>): Record<K, string> {
  const probe = document.createElement("span");
  probe.hidden = true;
  probe.style.setProperty("forced-color-adjust", "none");
  document.body.append(probe);
  const entries = Object.entries<string>(wanted).map(([name, colour]) => {
    probe.style.color = colour;
    return [name, getComputedStyle(probe).color] as const;
  });
  probe.remove();
  return Object.fromEntries(entries) as Record<K, string>;
}

const unpack = (packed: string) =>
  Array.from({ length: packed.length / 6 }, (_, at) =>
    [0, 2, 4].map((digit) => parseInt(packed.slice(at * 6 + digit, at * 6 + digit + 2), 16)),
  );

/** Anchors at equal steps of each perceptually uniform map. */
const anchors = {
  magma: unpack(
    "0000040303120a0822130d341d114729115a36106b440f7651127c5d177f6a1c81762181832681902a819c2e7faa337db73779c43c75d0416fdc4869e75263ef5d5ef56b5cf9795dfc8961fd9869fea772feb67cfec488fed395fde2a3fcf0b2fcfdbf",
  ),
  cividis: unpack(
    "00224e00285b002e6a0533711a386f273e6e32436d3b496c434e6c4b546c535a6d5a5f6e61656f686a716f70737676767d7c788482798c8878938e789b9476a39a74aba072b4a76fbcae6cc4b468cdbb63d5c25edec958e7d150f0d846f9e03afee838",
  ),
  /** Blue below, white at the middle, red above: ColorBrewer's RdBu, turned round. */
  signed: unpack("0530612166ac4393c392c5ded1e5f0f7f7f7fddbc7f4a582d6604db2182b67001f"),
};
export type ColourMap = keyof typeof anchors;

/** Red, green, blue of a position in [0, 1] of a map. */
export function colourAt(map: ColourMap, share: number): [number, number, number] {
  const stops = anchors[map];
  const place = Math.min(1, Math.max(0, share)) * (stops.length - 1);
  const low = Math.min(stops.length - 2, Math.floor(place));
  const mix = place - low;
  const channel = (at: number) => Math.round(stops[low]![at]! * (1 - mix) + stops[low + 1]![at]! * mix);
  return [channel(0), channel(1), channel(2)];
}
