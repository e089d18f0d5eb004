/** Where what is known of each fleet's load is kept between runs. */

import type { FleetLoadState } from '../../fleet/fleet-load.js';

export interface FleetLoads {
  /** Undefined while nothing that can be read was kept. */
  read(cluster: string): Promise<FleetLoadState | undefined>;
  /** Whoever writes last is believed: two runs at once saw the same fleet. */
  write(cluster: string, state: FleetLoadState): Promise<void>;
}
