// The sources of edge/web as the oldest browsers get them, for tests.
import { build } from "esbuild";
import { join } from "node:path";

const WEB = join(import.meta.dirname, "..");

/** The targets and options of `cargo xtask web`. */
const options = {
  bundle: true,
  minify: true,
  write: false,
  target: ["chrome70", "safari13"],
  supported: { destructuring: true },
  logLevel: "warning",
};

/** Imports modules by their paths below edge/web, all of their exports together. */
export async function load(...modules) {
  const contents = modules.map((path) => `export * from "./${path}";`).join("\n");
  const { outputFiles } = await build({ ...options, stdin: { contents, resolveDir: WEB }, format: "esm" });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].text).toString("base64")}`);
}

/** The text of a script as a page loads it. */
export async function script(path) {
  const { outputFiles } = await build({ ...options, entryPoints: [join(WEB, path)], format: "iife" });
  return outputFiles[0].text;
}
