/**
 * AppConfig's limits. Sources: the service models 2019-10-09 and 2021-11-11 ("model"), the User Guide ("guide"); the rest
 * is said at the figure.
 */

/** Items a page holds when the caller does not say, and at most (model). */
export const pageSize = 50;

/** Model: `TagMap`. */
export const tagsPerResource = 50;

/** Model: text of ServiceQuotaExceededException on the create operations. */
export const applicationsPerAccount = 100;
export const environmentsPerApplication = 20;
export const profilesPerApplication = 100;
export const customStrategiesPerAccount = 20;

/** Model: `ValidatorList`, `MonitorList`. */
export const validatorsPerProfile = 2;
export const monitorsPerEnvironment = 5;

/** Default quota of one hosted version (guide, "Creating a configuration in the hosted configuration store": 1 MB). */
export const hostedContentKilobytes = 1024;

/** Guide, "About the hosted configuration store": 1 GB, all versions of an account and region together. */
export const hostedStoreBytes = 1024 ** 3;

/** Model: `ActionsMap`, `ActionList`, `ParameterMap`, `DynamicParameterMap`. */
export const actionPointsPerExtension = 5;
export const parametersPerExtension = 10;
export const dynamicParametersPerDeployment = 10;

/** Model: durations and bakes are 0 to 24 hours, growth factors 1 to 100. */
export const durationMinutes = { min: 0, max: 1440 };
export const growthFactorPercent = { min: 1, max: 100 };

/** Guide, "Reverting a configuration". */
export const revertWindowMs = 72 * 60 * 60 * 1000;

/** Model: `DeletionProtectionSettings`. A resource younger than `protectionGraceMs` is exempt. */
export const protectionPeriodMinutes = { min: 15, max: 1440, default: 60 };
export const protectionGraceMs = 60 * 60 * 1000;

/** Guide, "Understanding validators": run time of a Lambda validator (on AWS with its cold start, here without). */
export const validatorLimitMs = 15_000;

/** A PRE_* action's limit is not published; the validator's is taken. */
export const preActionLimitMs = 15_000;

/** AWS's sample extension for Datadog: AppConfig waits about 3 s for a tick. */
export const tickLimitMs = 3000;

/** The period of ticks is not published; about once a minute. */
export const tickPeriodMs = 60_000;

/** Model: `RequiredMinimumPollIntervalInSeconds`. */
export const pollIntervalSeconds = { min: 15, max: 86_400 };

/** What a poll's answer suggests as the next interval (guide, sample of GetLatestConfiguration). */
export const suggestedPollIntervalSeconds = 60;

/** Model: a token is valid for up to 24 hours, and has at most 8,192 characters. */
export const tokenLifeMs = 24 * 60 * 60 * 1000;
export const tokenLength = 8192;
