/** The door of `veltrix/middleware`: requests counted as they end, for those who serve with a framework. */

export { expressMiddleware } from './middleware/express.js';
export { fastifyPlugin } from './middleware/fastify.js';
export { honoMiddleware } from './middleware/hono.js';
export type { Measurer, MiddlewareOptions, ServerResponse } from './middleware/measure-response.js';
export { type Refusal, refusalOf } from './middleware/refusal.js';
