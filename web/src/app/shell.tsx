import { type ReactNode, useEffect, useRef } from "react";
import { Link } from "react-router";

import { HelpDialog, type HelpHandle } from "@/app/help-dialog";
import { Palette } from "@/app/palette";
import { setTheme, type Theme, useTheme } from "@/kit/preferences";
import { onShortcut } from "@/kit/shortcuts";
import { useZone } from "@/kit/url-state";

import "@/app/shell.css";

const themes: { value: Theme; word: string }[] = [
  { value: "light", word: "Light" },
  { value: "dark", word: "Dark" },
  { value: "system", word: "System" },
];

/** Header, content and footer that all sites share. */
export function Shell({ children }: { children: ReactNode }) {
  const help = useRef<HelpHandle>(null);
  const [zone, setZone] = useZone();
  const theme = useTheme();

  useEffect(() => onShortcut("?", () => help.current?.open()), []);
  useEffect(() => onShortcut("z", () => setZone(zone === "utc" ? "local" : "utc")), [zone, setZone]);

  return (
    <>
      <a className="skip" href="#content">
        Skip to the content
      </a>
      <header className="shell-head">
        <Link to="/" className="brand">
          <img src="/favicon.svg" width="28" height="28" alt="" />
          Industriverse
        </Link>
        <div className="row shell-tools no-print">
          <div className="segmented" role="group" aria-label="Time zone">
            <button type="button" aria-pressed={zone === "utc"} onClick={() => setZone("utc")}>
              UTC
            </button>
            <button type="button" aria-pressed={zone === "local"} onClick={() => setZone("local")}>
              Local
            </button>
          </div>
          <div className="segmented" role="group" aria-label="Theme">
            {themes.map(({ value, word }) => (
              <button key={value} type="button" aria-pressed={theme === value} onClick={() => setTheme(value)}>
                {word}
              </button>
            ))}
          </div>
          <button type="button" className="button help-button" onClick={() => help.current?.open()} aria-label="Keyboard help">
            ?
          </button>
        </div>
      </header>
      <main id="content" tabIndex={-1}>
        {children}
      </main>
      <footer className="shell-foot muted small">
        <p>Every number here was measured or computed from the data named beside it.</p>
        <p className="row">
          <Link to="/regimes">Regimes</Link>
          <Link to="/docs">API</Link>
          <a href="/health/ready">Health</a>
          <a href="/metrics">Metrics</a>
        </p>
      </footer>
      <HelpDialog ref={help} />
      <Palette onHelp={() => help.current?.open()} />
    </>
  );
}
