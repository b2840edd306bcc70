// Every text is there in both languages and is used; every text that the pages ask for is there.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';

const src = join(import.meta.dirname, '../src');
const read = (path) => readFileSync(join(src, path), 'utf8');

/** Names and texts of one language, in the file's order. */
function texts(language) {
  const found = [...read(`texts/${language}.ts`).matchAll(/^ {2}'([\w.]+)':\s*(?:'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)")/gm)];
  return new Map(found.map(([, key, single, double]) => [key, single ?? double]));
}

/** Everything of the pages but the texts themselves and what is generated. */
const sources = readdirSync(src, { recursive: true })
  .filter((path) => /\.(svelte|ts)$/.test(path) && !/^(texts[\\/]|bindings\.ts)/.test(path))
  .map((path) => read(path))
  .join('\n');

const zh = texts('zh');
const en = texts('en');

/** `\`state.${…}\`` asks for every text that begins so: as a pattern. */
const composed = [...sources.matchAll(/`([a-z_]+\.(?:[\w.]|\$\{[^`}]*\})*)`/g)]
  .map(([, text]) => text)
  .filter((text) => text.includes('${'))
  .map((text) => new RegExp(`^${text.replaceAll('.', '\\.').replace(/\$\{[^}]*\}/g, '\\w+')}$`));

test('both languages have the same texts, in the same order', () => {
  assert.ok(zh.size > 200, `${zh.size} texts were read`);
  assert.deepEqual([...en.keys()], [...zh.keys()]);
});

test('both languages fill in the same values', () => {
  const values = (text) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name).sort();
  for (const [key, text] of zh) assert.deepEqual(values(en.get(key)), values(text), key);
});

test('no text is unused', () => {
  const used = (key) => sources.includes(`'${key}'`) || composed.some((pattern) => pattern.test(key));
  assert.deepEqual([...zh.keys()].filter((key) => !used(key)), []);
});

/** The codes of a type that is one of several words. */
function named(source, type) {
  const [, union] = new RegExp(`type ${type} = ([^;]+);`).exec(source) ?? assert.fail(`no type ${type}`);
  return [...union.matchAll(/["'](\w+)["']/g)].map(([, code]) => code);
}

test('every reason for which a message is not read has its text, and no text is of another', () => {
  const codes = named(read('bindings.ts'), 'UnreadableReason');
  const texts = [...zh.keys()].filter((key) => key.startsWith('look.parked.why.')).map((key) => key.slice('look.parked.why.'.length));
  assert.deepEqual(texts.sort(), codes.sort());
});

test('every refusal of the engine has its text, and no text is of a refusal that nobody gives', () => {
  const codes = [...named(read('bindings.ts'), 'RefusalCode'), ...named(read('lib/refusal.ts'), 'OwnCode')];
  assert.ok(codes.length > 20, `${codes.length} codes were read`);
  // A field that is invalid has a text of its own: error.invalid.{field}.
  const texts = [...zh.keys()].filter((key) => /^error\.\w+$/.test(key)).map((key) => key.slice('error.'.length));
  assert.deepEqual(texts.sort(), codes.filter((code) => code !== 'invalid').sort());
});

test('Chinese is Chinese and English is English', () => {
  const han = /\p{Script=Han}/u;
  // These stand in the other language on purpose, or are names.
  const exceptions = new Set(['bar.language', 'bar.language.title', 'help.language', 'hop.redis', 'site.kind.wifi', 'hotspot.windows', 'hotspot.macos', 'hotspot.linux']);
  for (const [key, text] of zh) if (text && !exceptions.has(key)) assert.match(text, han, key);
  for (const [key, text] of en) if (!exceptions.has(key)) assert.doesNotMatch(text, han, key);
});

test('Chinese has Chinese punctuation', () => {
  for (const [key, text] of zh) assert.doesNotMatch(text, /\p{Script=Han}[,;:?!]|[,;:?!]\p{Script=Han}/u, key);
});
