// A participant's life with a client that was generated from the OpenAPI document: every request and answer is typed by it.
import assert from "node:assert/strict";
import { createHash, randomUUID } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import createClient, { type Client } from "openapi-fetch";
import type { components, paths } from "./generated/engram.js";
import { signUp } from "./sign_in.js";

type Api = Client<paths>;
type Problem = components["schemas"]["Problem"];

const [server, mailbox] = process.argv.slice(2);
assert(server !== undefined && mailbox !== undefined, "participant.js SERVER MAILBOX");

/** A step that says what it did. A new one is a function in `life` below. */
async function step<Result>(what: string, work: () => Promise<Result>): Promise<Result> {
  const started = performance.now();
  const result = await work();
  console.log(`  ${what.padEnd(52)}${(performance.now() - started).toFixed(0).padStart(6)} ms`);
  return result;
}

/** The data of an answer, or the problem that it is. */
function taken<Data>(answer: { data?: Data; error?: Problem; response: Response }): Data {
  assert(answer.data !== undefined, `${answer.response.status} ${JSON.stringify(answer.error)}`);
  return answer.data;
}

const DAY = 86_400_000;
const PATIENCE = 60; // seconds
const PASSWORD = "a quiet walk by the river";

/** Monday to Sunday of last week, as dates. */
function lastWeek(): string[] {
  const today = new Date();
  const monday = today.getTime() - ((today.getUTCDay() + 6) % 7) * DAY - 7 * DAY;
  return Array.from({ length: 7 }, (_, index) => new Date(monday + index * DAY).toISOString().slice(0, 10));
}

async function logAWeek(api: Api): Promise<string> {
  let week = "";
  for (const day of lastWeek()) {
    const walk = await api.POST("/v1/exercise-logs", {
      body: { id: randomUUID(), activity: "run", started_at: `${day}T08:00:00Z`, duration_seconds: 1800 },
    });
    week = taken(walk).week;
    assert.equal(walk.response.headers.get("Engram-Outcome"), "created");
    taken(
      await api.POST("/v1/cognitive-logs", {
        body: { id: randomUUID(), activity: "reading", started_at: `${day}T18:00:00Z`, duration_seconds: 2400, social: true },
      }),
    );
    taken(
      await api.POST("/v1/diet-logs", {
        body: {
          id: randomUUID(),
          eaten_at: `${day}T12:00:00Z`,
          meal: "lunch",
          items: [{ food_group: "leafy_greens", servings: 1 }, { food: "blueberries", servings: "0.5" }],
        },
      }),
    );
  }
  taken(
    await api.PUT("/v1/weeks/{week}/confirmation", {
      params: { path: { week } },
      body: { domains: ["exercise", "cognitive", "diet"] },
    }),
  );
  return week;
}

async function changeALog(api: Api): Promise<void> {
  const page = taken(await api.GET("/v1/exercise-logs", { params: { query: { limit: 1 } } }));
  const [log] = page.results;
  assert(log !== undefined && page.next_cursor !== null);
  const address = { path: { uid: log.id } };
  const changed = await api.PUT("/v1/exercise-logs/{uid}", {
    params: { ...address, header: { "If-Match": `"${log.version}"` } },
    body: { ...log, note: "Along the river" },
  });
  assert.equal(taken(changed).version, log.version + 1);
  const stale = await api.PUT("/v1/exercise-logs/{uid}", {
    params: { ...address, header: { "If-Match": `"${log.version}"` } },
    body: { ...log, note: "Unseen" },
  });
  assert.deepEqual([stale.response.status, stale.error?.code], [412, "conflict"]);
}

async function readTheScore(api: Api, week: string): Promise<number> {
  const document = taken(await api.GET("/v1/weeks/{week}", { params: { path: { week } } }));
  assert.equal(document.status, "complete");
  assert.equal(document.logs.length, 21);
  assert(document.score !== null && document.score > 50);
  const guidance = taken(await api.GET("/v1/weeks/{week}/guidance", { params: { path: { week } } }));
  assert(guidance.suggestions.length > 0 && guidance.keep_going !== null);
  return document.score;
}

async function exportEverything(api: Api): Promise<number> {
  let job = taken(await api.POST("/v1/exports"));
  for (let tries = 0; job.state !== "ready"; tries += 1) {
    assert(tries < PATIENCE * 5 && job.state !== "failed", `The export is ${job.state}, ${job.progress} %`);
    await pause(200);
    job = taken(await api.GET("/v1/exports/{uid}", { params: { path: { uid: job.id } } }));
  }
  const archive = await api.GET("/v1/exports/{uid}/download", {
    params: { path: { uid: job.id } },
    parseAs: "arrayBuffer",
  });
  const bytes = Buffer.from(archive.data as unknown as ArrayBuffer);
  assert.equal(bytes.length, job.size);
  assert.equal(createHash("sha256").update(bytes).digest("hex"), job.sha256);
  assert.equal(bytes.subarray(0, 2).toString(), "PK");
  return bytes.length;
}

async function eraseOneself(api: Api): Promise<void> {
  const refused = await api.POST("/v1/erasure", { body: { password: "somebody else's password" } });
  assert.equal(refused.response.status, 422);
  assert.equal(taken(await api.POST("/v1/erasure", { body: { password: PASSWORD } })).state, "requested");
  for (let tries = 0; tries < PATIENCE * 5; tries += 1) {
    if ((await api.GET("/v1/me")).response.status === 401) return;
    await pause(200);
  }
  throw new Error("The account is still there.");
}

async function life(): Promise<void> {
  const email = `e2e-${randomUUID()}@example.org`;
  const token = await step("signs up and confirms the address", () =>
    signUp(server as string, mailbox as string, email, PASSWORD),
  );
  const api = createClient<paths>({ baseUrl: server as string, headers: { Authorization: `Bearer ${token}` } });
  await step("reads and changes the profile", async () => {
    assert.equal(taken(await api.GET("/v1/me")).email, email);
    assert.equal(taken(await api.PATCH("/v1/me", { body: { birth_year: 1960 } })).birth_year, 1960);
  });
  const week = await step("logs a week", () => logAWeek(api));
  await step("changes a log, and overwrites nothing unseen", () => changeALog(api));
  const score = await step("reads the score and the guidance", () => readTheScore(api, week));
  const size = await step("exports everything", () => exportEverything(api));
  await step("erases the account, and its token is worth nothing", () => eraseOneself(api));
  console.log(`  ${week}: ${score}; ${size} bytes exported`);
}

await life();
