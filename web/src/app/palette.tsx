import { type KeyboardEvent, useEffect, useRef, useState } from "react";
import { useNavigate } from "react-router";

import { setTheme } from "@/kit/preferences";
import { useZone } from "@/kit/url-state";

type Action = { name: string; run: () => void };

/** Ctrl-K or ⌘-K: every place and switch of the shell, by typing part of its name. */
export function Palette({ onHelp }: { onHelp: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [text, setText] = useState("");
  const navigate = useNavigate();
  const [, setZone] = useZone();

  useEffect(() => {
    const listen = (event: globalThis.KeyboardEvent) => {
      if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey)) return;
      event.preventDefault();
      setText("");
      if (!dialog.current?.open) dialog.current?.showModal();
    };
    window.addEventListener("keydown", listen);
    return () => window.removeEventListener("keydown", listen);
  }, []);

  const actions: Action[] = [
    { name: "Go to the start page", run: () => navigate("/") },
    { name: "Go to the regimes of records", run: () => navigate("/regimes") },
    { name: "Go to the API reference", run: () => navigate("/docs") },
    { name: "Light theme", run: () => setTheme("light") },
    { name: "Dark theme", run: () => setTheme("dark") },
    { name: "Theme of the system", run: () => setTheme("system") },
    { name: "Times in UTC", run: () => setZone("utc") },
    { name: "Times in your zone", run: () => setZone("local") },
    { name: "Keyboard help", run: onHelp },
  ];
  const shown = actions.filter(({ name }) => name.toLowerCase().includes(text.trim().toLowerCase()));
  const take = (action: Action | undefined) => {
    if (!action) return;
    dialog.current?.close();
    action.run();
  };
  return (
    <dialog ref={dialog} aria-label="Commands">
      <div className="stack-small" onKeyDown={walk}>
        <label className="field">
          <span>Type part of a command</span>
          <input
            type="text"
            value={text}
            autoFocus
            spellCheck={false}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={(event) => event.key === "Enter" && take(shown[0])}
          />
        </label>
        <ul className="plain">
          {shown.map((action) => (
            <li key={action.name}>
              <button type="button" className="ghost command-choice" onClick={() => take(action)}>
                {action.name}
              </button>
            </li>
          ))}
        </ul>
        {shown.length === 0 && <p className="muted">No command has “{text}” in its name.</p>}
      </div>
    </dialog>
  );
}

/** Up and down step through the field and its choices. */
function walk(event: KeyboardEvent<HTMLDivElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step) return;
  event.preventDefault();
  const stops = [...event.currentTarget.querySelectorAll<HTMLElement>("input, button")];
  const at = stops.indexOf(document.activeElement as HTMLElement);
  stops[(at + step + stops.length) % stops.length]?.focus();
}
