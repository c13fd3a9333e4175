import { lazy } from "react";

/** The nine sites. Adding one means a folder here and a line below; nothing else knows its name. */
export const sites = [
  { slug: "portal", title: "Forecast and proof", path: "/*", Page: lazy(() => import("./portal/page")) },
] as const;
