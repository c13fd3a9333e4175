/** Short names for the generated types of the published documents. */
import type { components } from "@/data/api.gen";

type Schemas = components["schemas"];

export type PredictDocument = Schemas["PredictDocument"];
export type ForecastDocument = Schemas["ForecastDocument"];
export type SeriesDocument = Schemas["SeriesDocument"];
export type MapPreview = Schemas["MapPreview"];
export type LawDocument = Schemas["LawDocument"];
export type SeriesPreview = Schemas["SeriesPreview"];
export type ProofDocument = Schemas["ProofDocument"];
export type CheckDocument = Schemas["CheckDocument"];
export type ReceiptDocument = Schemas["ReceiptDocument"];
export type Problem = Schemas["Problem"];
export type RunSummary = Schemas["RunItem"];
export type RunPage = Schemas["RunPage"];
export type KeptRegimes = Schemas["KeptRegimesDocument"];
export type RegimeSummary = Schemas["RegimeItem"];
export type RegimePage = Schemas["RegimePage"];
export type AtlasSummary = Schemas["AtlasSummary"];
export type VerifyAnswer = Schemas["VerifyAnswer"];
