// Creates the errors of SQS, each with its code in the older query protocol, which SDKs still use.
import { AwsError } from '../endpoint/service';

const prefix = 'AWS.SimpleQueueService';

export const queueDoesNotExist = () =>
  new AwsError(
    'QueueDoesNotExist',
    'The specified queue does not exist.',
    400,
    `${prefix}.NonExistentQueue`,
  );

export const invalidParameter = (message: string) =>
  new AwsError('InvalidParameterValueException', message, 400, 'InvalidParameterValue');

export const missingParameter = (name: string) =>
  new AwsError(
    'MissingRequiredParameterException',
    `The request must contain the parameter ${name}.`,
    400,
    'MissingParameter',
  );

export const receiptHandleIsInvalid = (handle: string) =>
  new AwsError(
    'ReceiptHandleIsInvalid',
    `The input receipt handle "${handle}" is not a valid receipt handle.`,
    400,
    'ReceiptHandleIsInvalid',
  );

export const messageNotInflight = () =>
  new AwsError(
    'MessageNotInflight',
    'The message is not in flight.',
    400,
    `${prefix}.MessageNotInflight`,
  );

export const badBatch = (code: string, message: string) =>
  new AwsError(code, message, 400, `${prefix}.${code}`);
