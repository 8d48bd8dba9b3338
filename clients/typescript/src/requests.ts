// One request until it has an answer: patient with networks and busy servers, and with nothing else.
import { aborter, pause, type FetchAnswer, type Platform } from "./platform.js";
import { Unauthorized } from "./stops.js";
import type { Problem } from "./wire.js";

export interface Answer {
  readonly status: number;
  readonly body: unknown;
  /** How often it was sent: an earlier time may have got through. */
  readonly tries: number;
}

export interface Patience {
  /** How often one request is sent before `sync()` gives up for now. */
  readonly tries: number;
  /** The first pause is shorter than this, each later one may be twice as long, up to `longest`. In milliseconds. */
  readonly first: number;
  readonly longest: number;
  /** How long an answer may take, in milliseconds. */
  readonly timeout: number;
}

export const PATIENCE: Patience = { tries: 5, first: 1000, longest: 60_000, timeout: 60_000 };

/** No answer for now. `retryIn` is in seconds; `status` is null where nothing came back. */
export class Unreachable extends Error {
  constructor(
    readonly status: number | null,
    readonly retryIn: number,
  ) {
    super(status === null ? "The server can't be reached." : `The server answers ${status}.`);
    this.name = "Unreachable";
  }
}

export interface Request {
  readonly method: "GET" | "POST";
  readonly path: string;
  /** Made anew each time it is sent: the clock goes on. */
  readonly body?: () => string;
  /** Whether a 200 with that body is the server's. Anybody else's is no answer. */
  readonly isAnswer: (body: unknown) => boolean;
}

interface Received {
  readonly status: number;
  readonly body: unknown;
  readonly headers: FetchAnswer["headers"];
}

export class Requests {
  constructor(
    private readonly server: string,
    private readonly token: () => string | Promise<string>,
    private readonly platform: Platform,
    private readonly patience: Patience,
    private readonly onRetry: (inSeconds: number, status: number | null) => void,
    private readonly onAnswer: (headers: FetchAnswer["headers"]) => void,
  ) {}

  /** Raises `Unreachable` when patience is at its end, and `Unauthorized`. */
  async answer(request: Request): Promise<Answer> {
    for (let tries = 1; ; tries += 1) {
      const answer = await this.once(request);
      if (answer !== null) this.onAnswer(answer.headers);
      if (answer?.status === 401) throw new Unauthorized();
      if (answer !== null && !isPassing(answer)) return { status: answer.status, body: answer.body, tries };
      const asked = secondsOf(answer?.headers.get("Retry-After") ?? null, this.platform.now()) * 1000;
      const wait = asked + this.jitter(tries);
      const enough = answer?.status === 500 ? Math.min(2, this.patience.tries) : this.patience.tries;
      if (tries >= enough || asked > this.patience.longest) throw new Unreachable(answer?.status ?? null, wait / 1000);
      this.onRetry(wait / 1000, answer?.status ?? null);
      await pause(this.platform, wait);
    }
  }

  /** Full jitter: anything up to the limit, so that phones that lost the server together don't come back together. */
  private jitter(tries: number): number {
    return this.platform.random() * Math.min(this.patience.longest, this.patience.first * 2 ** (tries - 1));
  }

  /** Null if no answer came, only part of one, or somebody else's. */
  private async once(request: Request): Promise<Received | null> {
    const headers: Record<string, string> = {
      Authorization: `Bearer ${await this.token()}`,
      Accept: "application/json",
    };
    const body = request.body?.();
    if (body !== undefined) headers["Content-Type"] = "application/json";
    const { signal, ...abortable } = withAbort();
    const sent = this.platform
      .fetch(this.server + request.path, {
        method: request.method,
        headers,
        ...(body === undefined ? {} : { body }),
        ...(signal === undefined ? {} : { signal }),
      })
      .then(async (answer): Promise<Received | null> => {
        const text = await answer.text();
        const received = text === "" ? null : parsed(text, answer.status);
        if (answer.status === 200 && !request.isAnswer(received)) return null;
        return { status: answer.status, body: received, headers: answer.headers };
      })
      .catch(() => null);
    let callOff = (): void => undefined;
    const late = new Promise<null>((resolve) => {
      callOff = this.platform.after(this.patience.timeout, () => {
        abortable.abort();
        resolve(null);
      });
    });
    try {
      return await Promise.race([sent, late]);
    } finally {
      callOff();
    }
  }
}

function withAbort(): { signal?: unknown; abort(): void } {
  const controller = aborter();
  return { signal: controller.signal, abort: () => controller.abort() };
}

/** A proxy's page instead of JSON is an answer without a body. Half of a good answer is none: it throws. */
function parsed(text: string, status: number): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (status < 300) throw error;
    return null;
  }
}

/** A server that has lost what it acknowledged, and doesn't know it as a restore yet, says 503 `server_behind`; older ones say
 * 410 `ahead`. What is here may be all that is left of it. */
function isPassing({ status, body }: Received): boolean {
  const behind = status === 410 && ((body ?? {}) as Problem).reason === "ahead";
  return behind || status === 408 || status === 429 || status >= 500;
}

/** `Retry-After` is in seconds or a date. */
function secondsOf(header: string | null, now: number): number {
  if (header === null) return 0;
  const seconds = /^\d+$/.test(header) ? Number(header) : (Date.parse(header) - now) / 1000;
  return Number.isFinite(seconds) ? Math.max(0, seconds) : 0;
}
