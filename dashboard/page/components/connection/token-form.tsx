// Shows how the user can get a token: a button to sign in, or a field for a token.
import type { TokenSource } from '../../auth/token-source';

interface TokenFormProps {
  readonly remedy: TokenSource['remedy'];
  /** Called when the user has entered a token. */
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
