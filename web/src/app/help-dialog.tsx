import { type Ref, useImperativeHandle, useRef } from "react";

import { setSingleKeys, useSingleKeys } from "@/kit/preferences";
import { shortcuts } from "@/kit/shortcuts";

export type HelpHandle = { open: () => void };

/** The keyboard, listed; single keys can be turned off here. */
export function HelpDialog({ ref }: { ref: Ref<HelpHandle> }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const on = useSingleKeys();
  useImperativeHandle(ref, () => ({ open: () => dialog.current?.showModal() }), []);
  return (
    <dialog ref={dialog} aria-labelledby="help-title">
      <div className="stack">
        <div className="row between">
          <h2 id="help-title">Keyboard</h2>
          <form method="dialog">
            <button className="button">Close</button>
          </form>
        </div>
        <table>
          <thead>
            <tr>
              <th scope="col">Key</th>
              <th scope="col">What it does</th>
            </tr>
          </thead>
          <tbody>
            {shortcuts.map(({ key, does }) => (
              <tr key={key}>
                <td>
                  <kbd>{key}</kbd>
                </td>
                <td>{does}</td>
              </tr>
            ))}
            <tr>
              <td>
                <kbd>Ctrl</kbd> <kbd>K</kbd>
              </td>
              <td>Find a command by its name (⌘ K on a Mac)</td>
            </tr>
            <tr>
              <td>
                <kbd>←</kbd> <kbd>→</kbd>
              </td>
              <td>Step through the frames of a map, once its slider has the focus</td>
            </tr>
            <tr>
              <td>
                <kbd>Tab</kbd> <kbd>Enter</kbd>
              </td>
              <td>Reach and use every control</td>
            </tr>
          </tbody>
        </table>
        <label className="check">
          <input type="checkbox" checked={on} onChange={(event) => setSingleKeys(event.target.checked)} />
          Single-key shortcuts are on
        </label>
      </div>
    </dialog>
  );
}
