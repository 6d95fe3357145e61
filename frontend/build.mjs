// Builds every page's script in src/ into the site's static files, or proves that they are built.
//
//   node build.mjs           writes
//   node build.mjs --check   exits 1, naming the files, when what is committed is not what the
//                            sources give
//
// A file directly in src/ is a page's entry: src/map.ts becomes static/map.js. What entries share
// lives in folders below it. What a page needs besides its entry is named in COMPANIONS.

import { build } from "esbuild";
import { existsSync, readFileSync, readdirSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const HERE = dirname(fileURLToPath(import.meta.url));
const MODULES = join(HERE, "node_modules");
const STATIC = join(HERE, "..", "src", "baken", "web", "static");

const MAPLIBRE = join(MODULES, "maplibre-gl", "src");

/**
 * Further entries of a page, and what its imports stand for. They are built together, and what
 * several of them need goes into one file, <page>-chunk.js.
 *
 * MapLibre's own bundle has half of its code twice, for the page and for its worker. Built from its
 * sources with both side by side, the map is a quarter smaller.
 */
const COMPANIONS = {
  map: {
    entries: { "map-worker": join(MAPLIBRE, "source", "worker.ts") },
    alias: { "maplibre-gl": join(MAPLIBRE, "index.ts") },
  },
};

/**
 * Style sheets of packages, minified, without the pictures in them: the site's policy allows none
 * that are written into a style sheet. map.css draws what is used of them.
 */
const STYLES = {
  "maplibre.css": "maplibre-gl/dist/maplibre-gl.css",
};

const LICENCES = "licences.txt";

const entries = readdirSync(join(HERE, "src"))
  .filter((name) => name.endsWith(".ts") && !name.endsWith(".d.ts"))
  .sort();
const common = { absWorkingDir: HERE, bundle: true, minify: true, write: false, metafile: true };
const packages = new Set();
const built = new Map();

for (const entry of entries) {
  const page = entry.replace(/\.ts$/, "");
  const { entries: companions = {}, alias = {} } = COMPANIONS[page] ?? {};
  const result = await build({
    ...common,
    alias,
    chunkNames: `${page}-[name]`,
    entryPoints: { [page]: join("src", entry), ...companions },
    format: "esm",
    legalComments: "inline",
    outdir: STATIC,
    splitting: true,
    target: "es2022",
    // As MapLibre's authors build it: a field that is only declared must not hide an inherited one.
    tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
  });
  for (const input of Object.keys(result.metafile.inputs)) {
    const [, inside] = input.split("node_modules/");
    if (inside) packages.add(packageOf(inside));
  }
  for (const file of result.outputFiles) built.set(basename(file.path), file.contents);
}
for (const [name, path] of Object.entries(STYLES)) {
  const result = await build({
    ...common,
    entryPoints: [join("node_modules", path)],
    outfile: name,
    target: "chrome111",
  });
  const pictures = /background(?:-image)?:url\((?:"data:[^"]*"|data:[^)]*)\)[^;}]*;?/g;
  const text = result.outputFiles[0].text.replace(pictures, "").replace(/[^{}]+\{\}/g, "");
  built.set(name, Buffer.from(text));
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

function manifest(name) {
  return JSON.parse(readFileSync(join(MODULES, name, "package.json"), "utf8"));
}

/** The name, version and licence text of a package whose code is shipped. */
function licence(name) {
  const folder = join(MODULES, name);
  const { version, license } = manifest(name);
  const file = readdirSync(folder).find((file) => /^licen[cs]e/i.test(file));
  const text = file ? readFileSync(join(folder, file), "utf8").trim() : "";
  return `${name} ${version}, ${license}\n\n${text}\n`;
}
