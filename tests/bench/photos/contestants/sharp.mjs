// sharp's side of the talk in turns.py: `node sharp.mjs apart|chained QUALITY EFFORT EDGES`. Sizes and efforts are JSON objects by name.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import sharp from "sharp";

const [manner, quality, efforts, edges] = process.argv.slice(2).map((text, index) => (index ? JSON.parse(text) : text));
sharp.concurrency(1);
sharp.cache(false);

const resident = (field) => Number(readFileSync("/proc/self/status", "utf8").match(new RegExp(`^${field}:\\s+(\\d+)`, "m"))[1]);
const box = (edge) => ({ width: edge, height: edge, fit: "inside", withoutEnlargement: true, kernel: "lanczos3" });
const webp = (name) => ({ quality, effort: efforts[name] });
const sizes = Object.entries(edges).sort(([, one], [, other]) => other - one);

/** As its documentation does it: a pipeline for each size, each with the decoder's own shrinking. */
async function apart(path) {
  const made = {};
  for (const [name, edge] of sizes) {
    made[name] = await sharp(path).rotate().resize(box(edge)).toColourspace("srgb").webp(webp(name)).toBuffer();
  }
  return made;
}

/** One decode, and each size from the next larger one. */
async function chained(path) {
  const made = {};
  let pixels = sharp(path).rotate().toColourspace("srgb");
  for (const [name, edge] of sizes) {
    const { data, info } = await pixels.resize(box(edge)).raw().toBuffer({ resolveWithObject: true });
    const raw = { width: info.width, height: info.height, channels: info.channels };
    made[name] = await sharp(data, { raw }).webp(webp(name)).toBuffer();
    pixels = sharp(data, { raw });
  }
  return made;
}

async function turn({ path, show }) {
  const worked = process.cpuUsage();
  const begin = performance.now();
  const made = await work(path);
  const ms = performance.now() - begin;
  const { user, system } = process.cpuUsage(worked);
  const each = (value) => Object.fromEntries(Object.entries(made).map(([name, content]) => [name, value(content)]));
  return {
    ms: { all: ms },
    cpu: { all: (user + system) / 1000 },
    bytes: each((content) => content.length),
    ...(show && { pictures: each((content) => content.toString("base64")) }),
  };
}

const heif = sharp.format.heif.input.fileSuffix.join(", ");
const base = resident("VmRSS");
const work = { apart, chained }[manner];

for await (const line of createInterface({ input: process.stdin })) {
  const request = JSON.parse(line);
  const answer = request.weigh
    ? { base, peak: resident("VmHWM") }
    : await turn(request).catch(({ message }) => ({ cannot: `${message.split(": ").at(-1).trim()}; of HEIF it reads ${heif}` }));
  console.log(JSON.stringify(answer));
}
