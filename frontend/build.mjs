// Builds every page's script in src/ into the site's static files, or proves that they are built.
//
//   node build.mjs           writes
//   node build.mjs --check   exits 1, naming the files, when what is committed is not what the
//                            sources give
//
// A file directly in src/ is a page's entry: src/map.ts becomes static/map.js. What entries share
// lives in folders below it. Files that a library loads at run time are named in COPIED.

import { build } from "esbuild";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));
const MODULES = join(HERE, "node_modules");
const STATIC = join(HERE, "..", "src", "baken", "web", "static");

/** Static file, and the file of a package that it is; its map, which is not shipped, is not named. */
const COPIED = {
  "map-worker.js": "maplibre-gl/dist/maplibre-gl-worker.mjs",
};

/** Style sheets of packages, minified. */
const STYLES = {
  "maplibre.css": "maplibre-gl/dist/maplibre-gl.css",
};

const LICENCES = "licences.txt";

const entries = readdirSync(join(HERE, "src"))
  .filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts"))
  .sort();
const common = { absWorkingDir: HERE, bundle: true, minify: true, write: false, metafile: true };
const packages = new Set(Object.values(COPIED).map(packageOf));
const built = new Map();

for (const entry of entries) {
  const result = await build({
    ...common,
    entryPoints: [join("src", entry)],
    outfile: entry.replace(/\.ts$/, ".js"),
    format: "esm",
    target: "es2022",
    legalComments: "inline",
  });
  for (const input of Object.keys(result.metafile.inputs)) {
    const [, inside] = input.split("node_modules/");
    if (inside) packages.add(packageOf(inside));
  }
  built.set(entry.replace(/\.ts$/, ".js"), result.outputFiles[0].contents);
}
for (const [name, path] of Object.entries(STYLES)) {
  const result = await build({
    ...common,
    entryPoints: [join("node_modules", path)],
    outfile: name,
    target: "chrome111",
  });
  built.set(name, result.outputFiles[0].contents);
}
for (const [name, path] of Object.entries(COPIED)) {
  const text = readFileSync(join(MODULES, path), "utf8");
  built.set(name, Buffer.from(text.replace(/\n?\/\/# sourceMappingURL=\S+\s*$/, "\n")));
}
built.set(LICENCES, Buffer.from([...packages].sort().map(licence).join(`\n${"-".repeat(80)}\n\n`)));

if (process.argv.includes("--check")) {
  const stale = [...built].filter(([name, contents]) => !isCommitted(name, contents));
  for (const [name] of stale) console.error(`static/${name} is not what frontend/ builds.`);
  if (stale.length > 0) {
    console.error("Run  make frontend  and commit what it writes.");
    process.exit(1);
  }
} else {
  for (const [name, contents] of built) {
    writeFileSync(join(STATIC, name), contents);
    console.log(`${name.padEnd(16)} ${(contents.length / 1024).toFixed(0).padStart(6)} KB`);
  }
}

function isCommitted(name, contents) {
  const path = join(STATIC, name);
  return existsSync(path) && readFileSync(path).equals(contents);
}

/** The package that a path below node_modules belongs to: "@scope/name" or "name". */
function packageOf(path) {
  const parts = path.split("/");
  return path.startsWith("@") ? parts.slice(0, 2).join("/") : parts[0];
}

/** The name, version and licence text of a package whose code is shipped. */
function licence(name) {
  const folder = join(MODULES, name);
  const { version, license } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  const file = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file));
  const text = file ? readFileSync(join(folder, file), "utf8").trim() : "";
  return `${name} ${version}, ${license}\n\n${text}\n`;
}
