import { existsSync } from "node:fs";
import * as vscode from "vscode";
import { LanguageClient, type LanguageClientOptions } from "vscode-languageclient/node";

import { programFor, settingsFor } from "./program";

let client: LanguageClient | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  context.subscriptions.push(
    vscode.commands.registerCommand("reloadlint.restart", restart),
    vscode.workspace.onDidChangeConfiguration(async (change) => {
      const programs = ["reloadlint.path", "reloadlint.interpreter"];
      if (programs.some((name) => change.affectsConfiguration(name))) {
        await restart();
      }
    }),
  );
  const python = await pythonExtension();
  python?.environments?.onDidChangeActiveEnvironmentPath?.(restart);
  await start();
}

export async function deactivate(): Promise<void> {
  await client?.stop();
  client = undefined;
}

async function restart(): Promise<void> {
  await deactivate();
  await start();
}

async function start(): Promise<void> {
  const given = vscode.workspace.getConfiguration("reloadlint");
  const chosen = await chosenInterpreter();
  const wishes = {
    path: given.get<string>("path"),
    interpreter: given.get<string>("interpreter"),
    chosen,
  };
  const program = programFor(wishes, existsSync);
  const options: LanguageClientOptions = {
    documentSelector: [{ language: "python", scheme: "file" }],
    initializationOptions: settingsFor({ ...given }, undefined),
    middleware: {
      workspace: {
        configuration: async (params, token, next) => {
          const answers = await next(params, token);
          return Array.isArray(answers)
            ? answers.map((each) => settingsFor(each ?? {}, chosen))
            : answers;
        },
      },
    },
  };
  client = new LanguageClient("reloadlint", "reloadlint", program, options);
  try {
    await client.start();
  } catch (error) {
    client = undefined;
    const told = `reloadlint: ${program.command} doesn't start (${String(error)}); install reloadlint[lsp] in the chosen environment, or set reloadlint.path`;
    void vscode.window.showErrorMessage(told);
  }
}

interface PythonExtension {
  environments?: {
    getActiveEnvironmentPath?(resource?: vscode.Uri): { path: string };
    resolveEnvironment?(
      environment: { path: string },
    ): Promise<{ executable: { uri?: vscode.Uri } } | undefined>;
    onDidChangeActiveEnvironmentPath?: vscode.Event<unknown>;
  };
}

async function pythonExtension(): Promise<PythonExtension | undefined> {
  const extension = vscode.extensions.getExtension<PythonExtension>("ms-python.python");
  return extension?.activate();
}

/** The interpreter that the user has chosen for the first folder of the workspace. */
async function chosenInterpreter(): Promise<string | undefined> {
  const environments = (await pythonExtension())?.environments;
  const active = environments?.getActiveEnvironmentPath?.(vscode.workspace.workspaceFolders?.[0]?.uri);
  if (active === undefined) {
    return undefined;
  }
  const resolved = await environments?.resolveEnvironment?.(active);
  return resolved?.executable.uri?.fsPath;
}
