/** Choices of the reader that outlive the page: theme and single-key shortcuts. */
import { useSyncExternalStore } from "react";

export type Theme = "light" | "dark" | "system";

const listeners = new Set<() => void>();

function stored(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function store(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Storage is refused: the choice holds until the page is left.
  }
}

const readTheme = (): Theme => {
  const theme = stored("theme");
  return theme === "light" || theme === "dark" ? theme : "system";
};

let theme: Theme = readTheme();
let singleKeys = stored("single-keys") !== "off";
const darkSystem = typeof matchMedia === "function" ? matchMedia("(prefers-color-scheme: dark)") : null;
darkSystem?.addEventListener("change", () => listeners.forEach((listener) => listener()));

const subscribe = (listener: () => void) => {
  listeners.add(listener);
  return () => void listeners.delete(listener);
};
const announce = () => listeners.forEach((listener) => listener());

export function setTheme(next: Theme): void {
  theme = next;
  store("theme", next);
  if (next === "system") delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = next;
  announce();
}

export function setSingleKeys(on: boolean): void {
  singleKeys = on;
  store("single-keys", on ? "on" : "off");
  announce();
}

export const useTheme = (): Theme => useSyncExternalStore(subscribe, () => theme);

/** What the theme comes to: pictures drawn on canvas must know. */
export const useDarkness = (): boolean =>
  useSyncExternalStore(subscribe, () => (theme === "system" ? (darkSystem?.matches ?? false) : theme === "dark"));

export const useSingleKeys = (): boolean => useSyncExternalStore(subscribe, () => singleKeys);
export const singleKeysOn = (): boolean => singleKeys;
