// The fake that the rules are tested with keeps the promises of the port, as DynamoDB's adapter does.
import { describeConnectionStore } from '../../../support/connection-store-contract';
import { MemoryConnectionStore } from '../../../support/fakes';

describeConnectionStore('MemoryConnectionStore', () => new MemoryConnectionStore());
