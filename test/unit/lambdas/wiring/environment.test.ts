import { ConfigurationError, readSettings } from '#wiring/environment';

it('reads settings from their variables, with their types', () => {
  const environment = {
    TABLE_NAME: 'table',
    HEARTBEAT_SECONDS: '30',
    USE_MOCK_DATA: 'false',
    GATEWAY_URL: '',
    OTHER: 'ignored',
  };
  const names = ['tableName', 'heartbeatSeconds', 'useMockData'] as const;
  expect(readSettings(environment, names, ['gatewayUrl'])).toEqual({
    tableName: 'table',
    heartbeatSeconds: 30,
    useMockData: false,
  });
});

it('lists every invalid variable in one error', () => {
  const read = () =>
    readSettings({ HEARTBEAT_SECONDS: '7', CALLBACK_URL: 'http://example.com/live' }, [
      'tableName',
      'heartbeatSeconds',
      'callbackUrl',
    ]);
  expect(read).toThrow(ConfigurationError);
  expect(read).toThrow(
    'The environment is invalid: TABLE_NAME is missing; ' +
      'HEARTBEAT_SECONDS must be a divisor or a multiple of 60; CALLBACK_URL must be ' +
      "the stage's own @connections URL: an https URL without credentials.",
  );
});
