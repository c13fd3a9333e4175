/** A number that knows its unit at compile time; only `quantity` may make one. */
declare const unitOf: unique symbol;
export type Quantity<U extends string> = number & { readonly [unitOf]: U };

export const quantity = <U extends string>(value: number, _unit: U) => value as Quantity<U>;
