// For tests of applications: a client without a socket. The test reports events, and says what happens to the connection.
export {
  createFakeMissionControl,
  type FakeMissionControl,
  type FakeOptions,
} from './fake-mission-control';
