import "@/kit/line-legend.css";

type Props = { target: number; times: string; seasonal?: boolean };

/** What each line and tint of a forecast chart means. */
export function LineLegend({ target, times, seasonal = false }: Props) {
  const outer = Math.round(target * 100);
  return (
    <ul className="line-legend" aria-label="Lines">
      <li>
        <i className="mark truth" /> observed
      </li>
      <li>
        <i className="mark mean" /> forecast
      </li>
      <li>
        <i className="mark inner" /> 50 % interval
      </li>
      <li>
        <i className="mark outer" /> {outer} % interval
      </li>
      <li>
        <i className="mark baseline" /> last value held (baseline)
      </li>
      {seasonal && (
        <li>
          <i className="mark seasonal" /> same as one season ago
        </li>
      )}
      <li>{times}</li>
    </ul>
  );
}
