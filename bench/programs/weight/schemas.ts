/** A service's own schemas, which bring zod along. */
export { treasureHunt } from '../../../config/treasure-hunt/application.js';
