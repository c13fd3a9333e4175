import { useId } from "react";

type Channel = { name: string; title: string };
type Props = { channels: readonly Channel[]; chosen: readonly string[]; onChoose: (names: readonly string[]) => void };

/** Which channels are drawn; the choice is part of the link. */
export function ChannelChooser({ channels, chosen, onChoose }: Props) {
  const id = useId();
  const shown = channels.filter((channel) => chosen.includes(channel.name)).length;
  const toggle = (name: string, on: boolean) =>
    onChoose(channels.map((channel) => channel.name).filter((each) => (each === name ? on : chosen.includes(each))));
  return (
    <details className="chooser">
      <summary className="button">
        Channels <span className="muted num">{`${shown} of ${channels.length}`}</span>
      </summary>
      <fieldset aria-labelledby={id}>
        <legend id={id} className="visually-hidden">
          Channels drawn
        </legend>
        {channels.map((channel) => (
          <label key={channel.name} className="check">
            <input
              type="checkbox"
              checked={chosen.includes(channel.name)}
              onChange={(event) => toggle(channel.name, event.target.checked)}
            />
            {channel.title || channel.name}
          </label>
        ))}
      </fieldset>
    </details>
  );
}
