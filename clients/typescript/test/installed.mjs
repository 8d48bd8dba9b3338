// The package as an app gets it: packed, installed into an empty folder, type-checked and run there.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const PACKAGE = fileURLToPath(new URL("..", import.meta.url));
const CONFORMANCE = join(PACKAGE, "..", "conformance");
const MODULES = join(PACKAGE, "node_modules");
const STRICT = {
  target: "ES2022",
  module: "NodeNext",
  moduleResolution: "NodeNext",
  strict: true,
  exactOptionalPropertyTypes: true,
  noUncheckedIndexedAccess: true,
  skipLibCheck: false,
};

function run(command, args, cwd, options = {}) {
  return execFileSync(command, args, { cwd, stdio: ["ignore", "pipe", "inherit"], encoding: "utf8", ...options });
}

/** Type-checks a folder of the app. */
function check(app, folder, compilerOptions) {
  writeFileSync(
    join(app, folder, "tsconfig.json"),
    JSON.stringify({ compilerOptions: { ...STRICT, ...compilerOptions }, include: ["."] }),
  );
  run(process.execPath, [join(MODULES, "typescript", "bin", "tsc"), "-p", folder], app, { stdio: "inherit" });
}

/** The examples of the README, in the order in which they stand. */
function examples() {
  const blocks = readFileSync(join(PACKAGE, "README.md"), "utf8").matchAll(/^```ts\n(.*?)^```/gms);
  const code = [...blocks].map((block) => block[1]);
  assert(code.length > 0);
  return code.join("\n");
}

const app = mkdtempSync(join(tmpdir(), "engram-app-"));
try {
  const [{ filename, files }] = JSON.parse(run("npm", ["pack", "--json", "--pack-destination", app], PACKAGE));
  const strange = files
    .map((file) => file.path)
    .filter((path) => !/^(dist\/|package\.json$|README\.md$|LICENSE$)/.test(path));
  assert.deepEqual(strange, []);
  writeFileSync(join(app, "package.json"), JSON.stringify({ name: "app", private: true, type: "module" }));
  run("npm", ["install", "--offline", "--no-audit", "--no-fund", join(app, filename)], app);
  const installed = readdirSync(join(app, "node_modules")).filter((name) => !name.startsWith("."));
  assert.deepEqual(installed, ["@engram"]); // no dependencies

  mkdirSync(join(app, "readme"));
  writeFileSync(join(app, "readme", "example.ts"), examples());
  check(app, "readme", { lib: ["ES2022"], types: [], noEmit: true });

  cpSync(join(PACKAGE, "test"), join(app, "test"), { recursive: true });
  rmSync(join(app, "test", "tsconfig.json"));
  check(app, "test", { typeRoots: [join(MODULES, "@types")], types: ["node"], rootDir: ".", outDir: "../compiled" });

  symlinkSync(join(MODULES, "libsql"), join(app, "node_modules", "libsql"));
  const tests = readdirSync(join(app, "compiled")).filter((name) => name.endsWith(".test.js"));
  const environment = { ...process.env, CONFORMANCE };
  run(process.execPath, ["--test", ...tests], join(app, "compiled"), { stdio: "inherit", env: environment });
} finally {
  rmSync(app, { recursive: true });
}
