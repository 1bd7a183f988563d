// Defines the resource types of Lambda: functions, permissions, event source mappings and asynchronous invocation.
import * as v from 'valibot';
import { functionNameOf } from '../function-name';
import { arnOf } from '../pseudo-parameters';
import { flag, only, resourceType, strict, text, wholeNumber, withoutEffect } from '../properties';

const handlerOf = /^[\w-]+\.\w+$/;

export const lambdaFunction = resourceType({
  properties: strict({
    FunctionName: v.optional(text),
    Code: strict({ S3Bucket: text, S3Key: text }),
    Handler: v.pipe(text, v.regex(handlerOf, 'must look like index.handler')),
    Runtime: v.pipe(text, v.regex(/^nodejs\d+\.x$/, 'must be a Node.js runtime')),
    Role: text,
    Environment: v.optional(strict({ Variables: v.optional(v.record(text, text)) })),
    MemorySize: v.optional(wholeNumber, 128),
    Timeout: v.optional(wholeNumber, 3),
    ReservedConcurrentExecutions: v.optional(wholeNumber),
    LoggingConfig: v.optional(
      strict({
        LogFormat: v.optional(only('Text', 'JSON')),
        LogGroup: v.optional(text),
        ApplicationLogLevel: v.optional(text),
        ...withoutEffect('SystemLogLevel'),
      }),
    ),
    ...withoutEffect(
      'Architectures',
      'Description',
      'EphemeralStorage',
      'PackageType',
      'RecursiveLoop',
      'RuntimeManagementConfig',
      'Tags',
      'TracingConfig',
    ),
  }),
  identify: (properties, names) => {
    const name = properties.FunctionName ?? names.generated;
    return { ref: name, attributes: { Arn: arnOf('lambda', `function:${name}`) } };
  },
});

/** There is one version: a stack that is started again has the current code only. */
export const version = resourceType({
  properties: strict({
    FunctionName: text,
    ...withoutEffect('Description', 'CodeSha256', 'RuntimePolicy'),
  }),
  identify: ({ FunctionName }) => {
    const arn = arnOf('lambda', `function:${functionNameOf(FunctionName)}:1`);
    return { ref: arn, attributes: { FunctionArn: arn, Version: '1' } };
  },
});

export const alias = resourceType({
  properties: strict({
    FunctionName: text,
    FunctionVersion: text,
    Name: text,
    ProvisionedConcurrencyConfig: v.optional(
      strict({ ProvisionedConcurrentExecutions: wholeNumber }),
    ),
    ...withoutEffect('Description'),
  }),
  identify: ({ FunctionName, Name }) => {
    const arn = arnOf('lambda', `function:${functionNameOf(FunctionName)}:${Name}`);
    return { ref: arn, attributes: { AliasArn: arn } };
  },
});

export const permission = resourceType({
  properties: strict({
    Action: only('lambda:InvokeFunction'),
    FunctionName: text,
    Principal: text,
    SourceArn: v.optional(text),
    SourceAccount: v.optional(text),
  }),
  identify: (_, names) => ({ ref: names.generated, attributes: {} }),
});

export const eventSourceMapping = resourceType({
  properties: strict({
    EventSourceArn: text,
    FunctionName: text,
    BatchSize: v.optional(wholeNumber, 10),
    MaximumBatchingWindowInSeconds: v.optional(wholeNumber, 0),
    FunctionResponseTypes: v.optional(v.array(only('ReportBatchItemFailures')), []),
    ScalingConfig: v.optional(strict({ MaximumConcurrency: v.optional(wholeNumber) })),
    Enabled: v.optional(flag, true),
    ...withoutEffect('MetricsConfig', 'Tags'),
  }),
  identify: (_, names) => ({ ref: names.generated, attributes: { Id: names.generated } }),
});

export const eventInvokeConfig = resourceType({
  properties: strict({
    FunctionName: text,
    Qualifier: text,
    MaximumEventAgeInSeconds: v.optional(wholeNumber),
    MaximumRetryAttempts: v.optional(wholeNumber),
    DestinationConfig: v.optional(strict({ OnFailure: v.optional(strict({ Destination: text })) })),
  }),
  identify: (_, names) => ({ ref: names.generated, attributes: {} }),
});
