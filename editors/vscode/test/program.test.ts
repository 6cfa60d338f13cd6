import assert from "node:assert/strict";
import { test } from "node:test";

import { programBeside, programFor, settingsFor } from "../src/program";

const everything = (): boolean => true;
const nothing = (): boolean => false;

test("the program that is named goes before all others", () => {
  const wishes = { path: "/opt/reloadlint", interpreter: "/usr/bin/python3", chosen: "/env/bin/python" };
  assert.deepEqual(programFor(wishes, everything), { command: "/opt/reloadlint", args: ["server"] });
});

test("a named interpreter runs its own module", () => {
  const found = programFor({ path: "", interpreter: "/env/bin/python", chosen: "/x/python" }, everything);
  assert.deepEqual(found, { command: "/env/bin/python", args: ["-m", "reloadlint", "server"] });
});

test("the chosen environment's program is taken where there is one", () => {
  const chosen = "/env/bin/python";
  assert.equal(programFor({ chosen }, everything, "linux").command, "/env/bin/reloadlint");
});

test("an environment without it leaves the PATH's alone", () => {
  assert.equal(programFor({ chosen: "/env/bin/python" }, nothing, "linux").command, "reloadlint");
  assert.equal(programFor({}, everything).command, "reloadlint");
});

test("on Windows programs stand in the folder Scripts", () => {
  const expected = "C:\\env\\Scripts\\reloadlint.exe";
  assert.equal(programBeside("C:\\env\\Scripts\\python.exe", "win32"), expected);
  assert.equal(programBeside("C:\\env\\python.exe", "win32"), expected);
});

test("the server is sent what is set, and nothing of the extension's own", () => {
  const given = { path: "/x", interpreter: "", run: "onSave", select: null, ignore: ["RL2"] };
  assert.deepEqual(settingsFor(given, undefined), { run: "onSave", ignore: ["RL2"] });
});

test("the chosen interpreter says whose libraries are meant, unless a setting does", () => {
  assert.equal(settingsFor({}, "/env/bin/python")["python"], "/env/bin/python");
  assert.equal(settingsFor({ python: ".venv" }, "/env/bin/python")["python"], ".venv");
});
