// What a person does to get a token: signs in, or pastes one.
import type { TokenSource } from '../auth/token-source';

interface TokenFormProps {
  readonly remedy: TokenSource['remedy'];
  /** A token is there now. */
  readonly onToken: () => void;
}

export function TokenForm({ remedy, onToken }: TokenFormProps) {
  switch (remedy.kind) {
    case 'none':
      return null;
    case 'sign-in':
      return (
        <p className="token">
          <button type="button" className="primary" onClick={() => void remedy.signIn()}>
            Sign in
          </button>
        </p>
      );
    case 'paste':
      return (
        <form
          className="token"
          onSubmit={(event) => {
            event.preventDefault();
            const token = new FormData(event.currentTarget).get('token');
            event.currentTarget.reset();
            remedy.accept(typeof token === 'string' ? token : '');
            onToken();
          }}
        >
          <label>
            Token (a JWT){' '}
            <input name="token" type="password" autoComplete="off" spellCheck={false} required />
          </label>
          <button type="submit" className="primary">
            Connect
          </button>
        </form>
      );
  }
}
