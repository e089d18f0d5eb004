/** The AWS clients and commands that a node cannot do without, and nothing around them. */
export {
  AppConfigDataClient,
  GetLatestConfigurationCommand,
  StartConfigurationSessionCommand,
} from '@aws-sdk/client-appconfigdata';
export { KinesisClient, PutRecordsCommand } from '@aws-sdk/client-kinesis';
