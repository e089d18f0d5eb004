/** Dollars a month, by service. */

import { type Design, design, type FleetPlan } from './plan.js';
import { type Prices, prices } from './prices.js';
import { type CostService, costServices, termsOf } from './terms.js';

/** US dollars a month. */
export interface Bill extends Readonly<Record<CostService, number>> {
  readonly total: number;
  readonly perNode: number;
}

/**
 * What a fleet costs. Not in it: what the nodes themselves cost, data transfer (NAT gateways and endpoints), the stream of changes,
 * deployments with the functions that they call, and free tiers.
 */
export function billOf(plan: FleetPlan, pace: Design = design, list: Prices = prices): Bill {
  const terms = termsOf(plan, pace, list);
  const sum = (service: CostService): number =>
    terms.reduce((all, term) => (term.service === service ? all + term.usd : all), 0);
  const parts = Object.fromEntries(costServices.map((service) => [service, sum(service)])) as Record<
    CostService,
    number
  >;
  const total = Object.values(parts).reduce((all, part) => all + part, 0);
  return { ...parts, total, perNode: total / plan.nodes };
}
