import { type ReactNode, useId, useRef } from "react";

type Props = { about: string; children: ReactNode };

/** A small button that explains a word in one or two plain sentences. */
export function Hint({ about, children }: Props) {
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const box = useRef<HTMLSpanElement>(null);

  const place = () => {
    if (!button.current || !box.current) return;
    const at = button.current.getBoundingClientRect();
    const width = box.current.offsetWidth;
    const height = box.current.offsetHeight;
    const below = at.bottom + 8 + height < innerHeight;
    box.current.style.left = `${Math.max(16, Math.min(at.left, innerWidth - width - 16))}px`;
    box.current.style.top = `${below ? at.bottom + 8 : Math.max(8, at.top - 8 - height)}px`;
  };
  return (
    <>
      <button ref={button} type="button" className="hint-button no-print" popoverTarget={id} aria-label={`What is ${about}?`}>
        <svg className="glyph" viewBox="0 0 16 16" aria-hidden="true">
          <circle cx="8" cy="8" r="6.4" fill="none" stroke="currentColor" strokeWidth="1.2" />
          <path d="M7.2 7h1.6v4.6H7.2zM7.1 4.2h1.8v1.7H7.1z" fill="currentColor" />
        </svg>
      </button>
      <span ref={box} id={id} popover="auto" className="hint" onToggle={place}>
        {children}
      </span>
    </>
  );
}
