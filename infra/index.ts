/** The door of `@veltrix/infra`: the stacks for a project's own applications, and what its own stacks may use of them. */

export { EnvironmentAccess, type EnvironmentAccessProps } from './access/environment-access.js';
export { synthesize } from './app.js';
export { ChangeSubscription, type ChangeSubscriptionProps } from './change-subscription.js';
export { synthesizeGithub } from './pipeline/github.js';
