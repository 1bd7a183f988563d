// Computes the monthly bill: usage times prices.
import type { Load } from './load';
import { dollarsFor, type Unit } from './prices';
import { usageOf, type Usage } from './usage';

interface BillItem extends Usage {
  readonly dollars: number;
}

export interface Bill {
  readonly items: readonly BillItem[];
  readonly dollars: number;
}

/** The bill of a month of thirty days. */
export function billOf(load: Load): Bill {
  const sofar = new Map<Unit, number>();
  const items = usageOf(load).map((usage): BillItem => {
    // Items with the same unit share its price tiers.
    const before = sofar.get(usage.unit) ?? 0;
    sofar.set(usage.unit, before + usage.units);
    const dollars = dollarsFor(usage.unit, before + usage.units) - dollarsFor(usage.unit, before);
    return { ...usage, dollars };
  });
  return { items, dollars: items.reduce((sum, { dollars }) => sum + dollars, 0) };
}

/** The cost of one item in dollars. */
export function dollarsOf({ items }: Bill, item: string): number {
  return items.filter((one) => one.item === item).reduce((sum, { dollars }) => sum + dollars, 0);
}
