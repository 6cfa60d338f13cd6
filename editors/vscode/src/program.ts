/** Which program to start as the server; knows nothing of VS Code, so that node alone can test it. */

import * as path from "node:path";

export interface Program {
  command: string;
  args: string[];
}

export interface Wishes {
  /** `reloadlint.path`. */
  path?: string;
  /** `reloadlint.interpreter`. */
  interpreter?: string;
  /** The interpreter that the Python extension has chosen. */
  chosen?: string;
}

const SERVER = ["server"];

/** The program that counts: the one that was named, then that of an interpreter, then the PATH's. */
export function programFor(
  wishes: Wishes,
  exists: (file: string) => boolean,
  platform: NodeJS.Platform = process.platform,
): Program {
  if (wishes.path) {
    return { command: wishes.path, args: SERVER };
  }
  if (wishes.interpreter) {
    return { command: wishes.interpreter, args: ["-m", "reloadlint", ...SERVER] };
  }
  if (wishes.chosen) {
    const beside = programBeside(wishes.chosen, platform);
    if (exists(beside)) {
      return { command: beside, args: SERVER };
    }
  }
  return { command: "reloadlint", args: SERVER };
}

/** Where an environment has its `reloadlint`: in the folder of its interpreter. */
export function programBeside(interpreter: string, platform: NodeJS.Platform): string {
  const on = platform === "win32" ? path.win32 : path.posix;
  const folder = on.dirname(interpreter);
  if (platform !== "win32") {
    return on.join(folder, "reloadlint");
  }
  const scripts = on.basename(folder).toLowerCase() === "scripts" ? folder : on.join(folder, "Scripts");
  return on.join(scripts, "reloadlint.exe");
}

/** The client's settings as the server takes them: those that are set, without the extension's own. */
export function settingsFor(
  given: Record<string, unknown>,
  python: string | undefined,
): Record<string, unknown> {
  const own = new Set(["path", "interpreter"]);
  const kept = Object.entries(given).filter(([name, value]) => !own.has(name) && value !== null);
  const settings: Record<string, unknown> = Object.fromEntries(kept);
  if (python && settings["python"] === undefined) {
    settings["python"] = python;
  }
  return settings;
}
