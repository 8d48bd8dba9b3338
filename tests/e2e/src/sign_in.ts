// Signing up, as apps do: allauth's headless endpoints, which have a document of their own.
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

const CODE = /^\s*([A-Z0-9]{3,5}-?[A-Z0-9]{3,5})\s*$/m;
const MAIL_SECONDS = 20;

interface Answer {
  status: number;
  meta?: { is_authenticated: boolean; session_token?: string };
}

async function ask(server: string, path: string, body: object, token?: string): Promise<Answer> {
  const answer = await fetch(`${server}/auth/app/v1/auth/${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", ...(token === undefined ? {} : { "X-Session-Token": token }) },
    body: JSON.stringify(body),
  });
  return (await answer.json()) as Answer;
}

/** The code of the newest mail to that address. */
export async function codeFor(mailbox: string, email: string): Promise<string> {
  for (let tries = 0; tries < MAIL_SECONDS * 10; tries += 1) {
    const folder = join(mailbox, email);
    const files = (await readdir(folder).catch(() => [])).filter((name) => name.endsWith(".eml"));
    for (const name of files.reverse()) {
      const code = CODE.exec(await readFile(join(folder, name), "utf8"))?.[1];
      if (code !== undefined) return code;
    }
    await pause(100);
  }
  throw new Error(`No code has arrived for ${email}.`);
}

/** Signs up, confirms the address with the code from the mailbox, and returns the device's token. */
export async function signUp(server: string, mailbox: string, email: string, password: string): Promise<string> {
  const pending = await ask(server, "signup", { email, password });
  if (pending.status !== 401 || pending.meta?.session_token === undefined) {
    throw new Error(`Signing up answers ${JSON.stringify(pending)}`);
  }
  const key = await codeFor(mailbox, email);
  const confirmed = await ask(server, "email/verify", { key }, pending.meta.session_token);
  if (confirmed.status !== 200 || confirmed.meta?.session_token === undefined) {
    throw new Error(`Confirming answers ${JSON.stringify(confirmed)}`);
  }
  return confirmed.meta.session_token;
}
