// The requests to EventBridge, with inputs and answers as the AWS SDK has them.
import type { Entry } from './batch';

export interface PutEventsInput {
  readonly Entries: Entry[];
}

export interface PutEventsAnswer {
  /** In the order of the input. An entry that was accepted has no error code. */
  readonly Entries?: readonly { readonly ErrorCode?: string | undefined }[] | undefined;
}

export interface EventBridgeRequests {
  /**
   * Makes one request.
   * @throws an error whose `name` is the error code of AWS, if the answer has one
   * @throws {SdkMissingError}
   */
  putEvents(input: PutEventsInput): Promise<PutEventsAnswer>;
  /** Called before a request is repeated whose credentials AWS has refused. Never rejects. */
  refreshCredentials(): Promise<void>;
  /** Closes the connections that were opened for the requests. */
  close(): void;
}

/** The AWS SDK, an optional peer dependency, cannot be loaded; `cause` is the error of the import. */
export class SdkMissingError extends Error {}
