/** The real server, started and spoken to as the extension does; where `reloadlint` is installed. */

import assert from "node:assert/strict";
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import * as path from "node:path";
import { test, type TestContext } from "node:test";
import { pathToFileURL } from "node:url";
import {
  createMessageConnection,
  type MessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-jsonrpc/node";

import { programFor, settingsFor } from "../src/program";

interface Diagnostic {
  code: string;
  range: { start: { line: number } };
}

const PROGRAM = programFor({ path: process.env["RELOADLINT"] }, () => false);
const HAZARD = `import sqlite3

from flask import Flask

app = Flask(__name__)
db = sqlite3.connect("shop.db", check_same_thread=False)


@app.get("/")
def index():
    return db.execute("SELECT 1").fetchall()
`;

const asked = spawnSync(PROGRAM.command, [...PROGRAM.args, "--help"]);
const skip = asked.status === 0 ? false : "needs reloadlint on the PATH, or named by RELOADLINT";
const options = { skip, timeout: 60_000 };

/** A server for a folder with nothing in it; both are gone when the test is over. */
async function inServer(
  context: TestContext,
  settings: Record<string, unknown>,
  script: (connection: MessageConnection, uri: string) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), "reloadlint-"));
  writeFileSync(path.join(folder, "pyproject.toml"), "");
  const server = spawn(PROGRAM.command, PROGRAM.args, { stdio: ["pipe", "pipe", "inherit"] });
  context.after(() => {
    server.kill();
    rmSync(folder, { recursive: true });
  });
  await spoken(server, folder, settings, script);
}

async function spoken(
  server: ChildProcess,
  folder: string,
  settings: Record<string, unknown>,
  script: (connection: MessageConnection, uri: string) => Promise<void>,
): Promise<void> {
  assert(server.stdout && server.stdin);
  const ended = once(server, "exit");
  const connection = createMessageConnection(
    new StreamMessageReader(server.stdout),
    new StreamMessageWriter(server.stdin),
  );
  connection.listen();
  await connection.sendRequest("initialize", {
    processId: process.pid,
    rootUri: null,
    capabilities: {},
    workspaceFolders: [{ uri: pathToFileURL(folder).href, name: "shop" }],
    initializationOptions: settingsFor(settings, undefined),
  });
  await connection.sendNotification("initialized", {});
  await script(connection, pathToFileURL(path.join(folder, "app.py")).href);
  await connection.sendRequest("shutdown");
  await connection.sendNotification("exit");
  assert.deepEqual(await ended, [0, null]);
  connection.dispose();
}

function open(connection: MessageConnection, uri: string): Promise<void> {
  const textDocument = { uri, languageId: "python", version: 1, text: HAZARD };
  return connection.sendNotification("textDocument/didOpen", { textDocument });
}

/** The diagnostics that are shown first; what the server has to complain of instead. */
function firstShown(connection: MessageConnection): Promise<Diagnostic[]> {
  return new Promise((resolve, reject) => {
    connection.onNotification("textDocument/publishDiagnostics", ({ diagnostics }) =>
      resolve(diagnostics as Diagnostic[]),
    );
    connection.onNotification("window/showMessage", ({ message }) => reject(new Error(message)));
  });
}

test("the server that is started shows the hazard in an open file", options, (context) =>
  inServer(context, { path: PROGRAM.command, select: null }, async (connection, uri) => {
    const shown = firstShown(connection);
    await open(connection, uri);
    assert.deepEqual(
      (await shown).map(({ code, range }) => [code, range.start.line]),
      [["RL106", 5]],
    );
  }),
);

test("it takes all settings of the extension, and heeds them", options, (context) =>
  inServer(context, { run: "onSave", scope: "openFiles", ignore: ["RL106"] }, async (connection, uri) => {
    const told: string[] = [];
    for (const method of ["textDocument/publishDiagnostics", "window/showMessage"]) {
      connection.onNotification(method, () => told.push(method));
    }
    await open(connection, uri);
    // A hover is answered when everything that came before it is analysed.
    const place = { textDocument: { uri }, position: { line: 5, character: 8 } };
    assert.equal(await connection.sendRequest("textDocument/hover", place), null);
    assert.deepEqual(told, []);
  }),
);
