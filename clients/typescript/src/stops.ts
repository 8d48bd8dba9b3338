// What ends a synchronisation before it is through.

/** The token is over: sign in again. The queue stays as it is. */
export class Unauthorized extends Error {
  constructor() {
    super("The server answers 401.");
    this.name = "Unauthorized";
  }
}

/** The token belongs to somebody else than these records. */
export class WrongAccount extends Error {
  constructor(message = "These records are of another account than the one that is signed in.") {
    super(message);
    this.name = "WrongAccount";
  }
}

/** An answer that the protocol doesn't know: a mistake of this client or of the server. Nothing is lost by it. */
export class UnexpectedAnswer extends Error {
  constructor(
    readonly status: number,
    readonly code: string | undefined,
  ) {
    super(`The server answers ${status}${code === undefined ? "" : ` (${code})`}.`);
    this.name = "UnexpectedAnswer";
  }
}
