// Renders the page on a server, and prints the HTML. Its arguments are the properties.
import { renderToString } from 'react-dom/server';
import { App, type AppProps } from './react-app';

declare const process: {
  readonly argv: readonly string[];
  readonly stdout: { write(text: string): void };
};

const { userId, url, isStrict } = JSON.parse(process.argv[2] ?? '') as AppProps;
const getToken = () => Promise.reject(new Error('A server needs no token.'));
const html = renderToString(
  <App
    {...{ userId, url, isStrict, getToken }}
    token=""
    rendered={() => {
      throw new Error('A server runs no effects.');
    }}
  />,
);
process.stdout.write(html);
