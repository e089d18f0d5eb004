/** Every operation of Lambda that this local AWS has. */

import * as mappings from './event-source-mappings.js';
import * as functions from './functions.js';
import * as invocations from './invoke.js';
import * as permissions from './permissions.js';
import * as settings from './settings.js';
import * as tags from './tags.js';
import * as versions from './versions.js';

export const operations = {
  AddPermission: permissions.addPermission,
  CreateAlias: versions.createAlias,
  CreateEventSourceMapping: mappings.createEventSourceMapping,
  CreateFunction: functions.createFunction,
  DeleteAlias: versions.deleteAlias,
  DeleteEventSourceMapping: mappings.deleteEventSourceMapping,
  DeleteFunction: functions.deleteFunction,
  DeleteFunctionConcurrency: settings.deleteFunctionConcurrency,
  DeleteFunctionEventInvokeConfig: settings.deleteFunctionEventInvokeConfig,
  GetAlias: versions.getAlias,
  GetEventSourceMapping: mappings.getEventSourceMapping,
  GetFunction: functions.getFunction,
  GetFunctionConcurrency: settings.getFunctionConcurrency,
  GetFunctionConfiguration: functions.getFunctionConfiguration,
  GetFunctionEventInvokeConfig: settings.getFunctionEventInvokeConfig,
  GetPolicy: permissions.getPolicy,
  Invoke: invocations.invoke,
  ListEventSourceMappings: mappings.listEventSourceMappings,
  ListFunctions: functions.listFunctions,
  ListTags: tags.listTags,
  ListVersionsByFunction: versions.listVersionsByFunction,
  PublishVersion: versions.publishVersion,
  PutFunctionConcurrency: settings.putFunctionConcurrency,
  PutFunctionEventInvokeConfig: settings.putFunctionEventInvokeConfig,
  RemovePermission: permissions.removePermission,
  TagResource: tags.tagResource,
  UntagResource: tags.untagResource,
  UpdateAlias: versions.updateAlias,
  UpdateEventSourceMapping: mappings.updateEventSourceMapping,
  UpdateFunctionCode: functions.updateFunctionCode,
  UpdateFunctionConfiguration: functions.updateFunctionConfiguration,
  UpdateFunctionEventInvokeConfig: settings.updateFunctionEventInvokeConfig,
};
