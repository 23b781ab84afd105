/**
 * Build the tracking script: `node web/tracker/build.mjs FOLDER`.
 *
 * Writes each file under a name made of its content, so that an address never changes what it
 * serves, and `manifest.json`: names, integrity (SRI), sizes, and the loader's text. Fails where a
 * file is larger than its budget.
 */

import { createHash } from "node:crypto";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";

import { build } from "esbuild";
import { minify } from "terser";

const SOURCES = new URL("src/", import.meta.url).pathname;
// Bytes after gzip -9: what a visitor's line carries.
const BUDGETS = { loader: 700, script: 6000, overlay: 2500 };
// Names of our own objects, which no browser knows: the build shortens them.
const OURS = /^(hit|unsure|busy|tried|sync|take|settle|doubt|drain|leave|retry|due|flush)$/;

async function bundled(entry, define) {
  const { outputFiles } = await build({
    entryPoints: [join(SOURCES, entry)],
    bundle: true,
    write: false,
    format: "iife",
    target: "es2017",
    mangleProps: OURS,
    minify: true,
    define,
  });
  // esbuild links and shortens; terser also moves functions that are called once to their call.
  const compress = {
    passes: 3,
    ecma: 2017,
    unsafe_arrows: true,
    keep_fargs: false,
    booleans_as_integers: true,
    hoist_funs: true,
  };
  const { code } = await minify(outputFiles[0].text, { compress, mangle: true, ecma: 2017 });
  return code + "\n";
}

function described(kind, text) {
  const gzip = gzipSync(text, { level: 9 }).length;
  if (gzip > BUDGETS[kind])
    throw new Error(`${kind}: ${gzip} B gzipped, over its budget of ${BUDGETS[kind]} B`);
  return {
    name: createHash("sha256").update(text).digest("hex").slice(0, 12) + ".js",
    integrity: "sha256-" + createHash("sha256").update(text).digest("base64"),
    bytes: text.length,
    gzip,
  };
}

async function main(folder) {
  const overlayText = await bundled("overlay.js", {});
  const overlay = described("overlay", overlayText);
  const { name, integrity } = overlay;
  const scriptText = await bundled("entry.js", { OVERLAY: JSON.stringify({ name, integrity }) });
  const script = described("script", scriptText);
  const loaderText = await bundled("loader.js", {
    SOURCE: '"{source}"',
    INTEGRITY: '"{integrity}"',
  });
  const loader = { ...described("loader", loaderText), text: loaderText };
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, overlay.name), overlayText);
  writeFileSync(join(folder, script.name), scriptText);
  writeFileSync(
    join(folder, "manifest.json"),
    JSON.stringify({ script, overlay, loader }, null, 2) + "\n",
  );
  for (const [kind, { gzip, bytes }] of Object.entries({ loader, script, overlay })) {
    console.log(`${kind}: ${bytes} B, ${gzip} B gzipped`);
  }
}

await main(process.argv[2]);
