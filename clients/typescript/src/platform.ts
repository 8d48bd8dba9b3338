// What is taken from the platform. All of it can be given instead: in tests, or where a platform lacks something.

export interface FetchAnswer {
  readonly status: number;
  readonly headers: { get(name: string): string | null };
  text(): Promise<string>;
}

export type Fetch = (
  url: string,
  request: { method: string; headers: Record<string, string>; body?: string; signal?: unknown },
) => Promise<FetchAnswer>;

export interface Platform {
  readonly fetch: Fetch;
  /** Milliseconds since 1970, by the device's clock. */
  readonly now: () => number;
  /** From 0 to below 1. */
  readonly random: () => number;
  /** Calls back after so many milliseconds; returns what calls it off. */
  readonly after: (milliseconds: number, callback: () => void) => () => void;
}

interface Globals {
  fetch?: Fetch;
  setTimeout(callback: () => void, milliseconds: number): unknown;
  clearTimeout(timer: unknown): void;
  AbortController?: new () => { readonly signal: unknown; abort(): void };
  crypto?: { getRandomValues(bytes: Uint8Array): Uint8Array };
}

const globals = globalThis as unknown as Globals;

export function platformWith(given: Partial<Platform>): Platform {
  return {
    fetch: given.fetch ?? ((url, request) => (globals.fetch as Fetch)(url, request)),
    now: given.now ?? Date.now,
    random: given.random ?? Math.random,
    after:
      given.after ??
      ((milliseconds, callback) => {
        const timer = globals.setTimeout(callback, milliseconds);
        return () => globals.clearTimeout(timer);
      }),
  };
}

export function pause(platform: Platform, milliseconds: number): Promise<void> {
  return new Promise((resolve) => {
    platform.after(milliseconds, resolve);
  });
}

/** Calls a request off, where the platform can. */
export function aborter(): { signal?: unknown; abort(): void } {
  return globals.AbortController === undefined ? { abort: () => undefined } : new globals.AbortController();
}

/** A UUID of version 7 (RFC 9562): ids made later sort later. */
export function newId(platform: Pick<Platform, "now" | "random"> = platformWith({})): string {
  const bytes = new Uint8Array(16);
  if (globals.crypto !== undefined) globals.crypto.getRandomValues(bytes);
  else bytes.forEach((_, index) => (bytes[index] = Math.floor(platform.random() * 256)));
  const time = Math.floor(platform.now()).toString(16).padStart(12, "0");
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  const variant = "89ab"[(bytes[8] ?? 0) & 3] as string;
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20)}`;
}
