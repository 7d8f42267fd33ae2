import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { durationText } from "../../../sdk/cli/jobWords.ts";
import { inCommandLineWords, LOGIN, loginOf, readOptions } from "../../../sdk/cli/options.ts";
import { askForSecret } from "../../../sdk/cli/secretPrompt.ts";
import { useSandbox } from "../../tools/support/sandbox.ts";
import { environmentOf, runCli } from "./cliRun.ts";

const sandbox = useSandbox();

describe("the usage", () => {
  test.each([
    [["help"]],
    [["--help"]],
    [["-h"]],
    [["doctor", "--help"]],
    [["jobs", "--host", "x", "--help"]],
  ])("is printed for %j, with every command and option", async (args) => {
    const { code, printed } = await runCli(args);
    expect(code).toBe(0);
    for (const part of [
      "doctor [--tenants <all | name,name>] [--anonymous] [--json]",
      "jobs [--tenants <all | name,name>] [--history] [--json]",
      "sandbox [--port <port>] [--version <version>] [--tenants <name,name:oracle>] [--backups <name,name>] [--speed <times>] [--tls] [--json]",
      "the login, for doctor and jobs:",
      "--host <host>  --port <port>  --tenant <tenant>  --user <user>  --cluster <cluster>",
      "--connect-timeout-seconds <seconds>  --endpoints <endpoints>  --tls  --tls-ca-file <file>",
    ]) {
      expect(printed).toContain(part);
    }
    expect(printed).not.toContain("--password");
  });

  test("is a complaint where nothing, or nothing that is known, was asked for", async () => {
    expect(await runCli([])).toMatchObject({
      code: 2,
      printed: "",
      complaints: expect.stringMatching(/^usage:/),
    });
    const { code, complaints } = await runCli(["docter"]);
    expect(code).toBe(2);
    expect(complaints).toMatch(/^there is no command docter; did you mean doctor\?\nusage:/);
    expect((await runCli(["toString"])).complaints).toMatch(/^there is no command toString\nusage:/);
  });
});

test("--version prints the version", async () => {
  expect(await runCli(["--version"])).toEqual({ code: 0, printed: "1.2.3", complaints: "" });
});

describe("an option", () => {
  test.each([
    [["--hots", "x"], /^there is no option --hots; did you mean --host\?$/],
    [["--no-tsl"], /^there is no option --no-tsl; did you mean --no-tls\?$/],
    [["-p", "x"], /^there is no option -p; see --help$/],
    [["extra"], /^an argument stands alone, without an option; see --help$/],
    [["--port"], /--port/],
    [["--history"], /^there is no option --history; see --help$/],
  ])("that is none is refused: %j", async (args, complaint) => {
    const { code, complaints } = await runCli(["doctor", ...args]);
    expect(code).toBe(2);
    expect(complaints).toMatch(complaint);
  });

  test.each([
    ["doctor", "--password=geheim"],
    ["doctor", "--password", "geheim"],
    ["doctor", "--passwordgeheim"],
    ["doctor", "-password", "geheim"],
    ["--password=geheim", "doctor"],
  ])("that is a password is refused without being repeated: %s %s", async (...args) => {
    const { code, printed, complaints } = await runCli(args);
    expect({ code, printed }).toEqual({ code: 2, printed: "" });
    expect(complaints).toMatch(/^a password is not taken from the command line.*OCEANBASE_PASSWORD/);
    expect(complaints).not.toContain("geheim");
  });

  test.each([
    ["doctor", "geheim"],
    ["doctor", "--", "geheim"],
    ["doctor", "--tls", "geheim"],
    ["doctor", "-pgeheim"],
    ["doctor", "--passwrod=geheim"],
    ["--pwd=geheim", "doctor"],
  ])("that may be a password is not repeated: %s %s", async (...args) => {
    const { code, complaints } = await runCli(args);
    expect(code).toBe(2);
    expect(complaints).not.toContain("geheim");
  });

  test("comes before the environment, and each field of a connection has one", () => {
    const args =
      "--host h --port 1 --tenant t --user u --cluster c --connect-timeout-seconds 3 --endpoints a:1,b:2";
    const env = { OCEANBASE_HOST: "other", OCEANBASE_PORT: "2", OCEANBASE_TLS: "true" };
    const given = readOptions([...args.split(" "), "--no-tls"], LOGIN);
    expect(loginOf(given, env)).toEqual({
      connection: {
        host: "h",
        port: 1,
        tenant: "t",
        user: "u",
        cluster: "c",
        connectTimeoutSeconds: 3,
        endpoints: ["a:1", "b:2"],
        tls: false,
      },
    });
    const { connection } = loginOf(readOptions([], LOGIN), env);
    expect(connection).toMatchObject({ host: "other", port: 2, tls: true });
  });
});

test("errors are in the words of a command line", () => {
  expect(
    inCommandLineWords("check connection.host, connection.connectTimeoutSeconds and connection.tls.ca"),
  ).toBe("check --host, --connect-timeout-seconds and connection.tls.ca");
  expect(inCommandLineWords("the connection.cut and oceanbase-backup:tlsCaFile")).toBe(
    "the connection.cut and --tls-ca-file",
  );
});

describe("a password", () => {
  const login = () => environmentOf(sandbox(), sandbox().logins.sys);
  const withoutPassword = () => {
    const { OCEANBASE_PASSWORD: password, ...env } = login();
    return { password, env };
  };

  test("is asked for where the environment has none and there is a person", async () => {
    const { password = "", env } = withoutPassword();
    const questions: string[] = [];
    const askForSecret = async (question: string) => {
      questions.push(question);
      return password;
    };
    const { code, printed, complaints } = await runCli(["doctor"], { env, askForSecret });
    expect({ code, complaints }).toEqual({ code: 0, complaints: "" });
    expect(questions).toEqual(["Password of root@sys at localhost: "]);
    expect(printed).not.toContain(password);
  });

  test("that was typed and is refused is said to be the typed one", async () => {
    const { env } = withoutPassword();
    const { complaints } = await runCli(["jobs"], { env, askForSecret: async () => "wrong" });
    expect(complaints).toMatch(/1045.*; the password is the one that was typed$/);
  });

  test("is not asked for where the environment has one, be it empty, nor before there is a host", async () => {
    const askForSecret = () => Promise.reject(new Error("was asked"));
    expect(await runCli(["jobs"], { env: login(), askForSecret })).toMatchObject({ code: 0 });
    const empty = await runCli(["jobs"], { env: { ...login(), OCEANBASE_PASSWORD: "" }, askForSecret });
    expect(empty.complaints).toMatch(/1045/);
    expect((await runCli(["jobs"], { askForSecret })).complaints).toMatch(/^no host is given/);
  });

  test("that is typed empty is no password, and where there is nobody to ask there is none", async () => {
    const { env } = withoutPassword();
    for (const io of [{ env, askForSecret: async () => "" }, { env }]) {
      expect((await runCli(["jobs"], io)).complaints).toMatch(/1045/);
    }
  });

  test("is not shown while it is typed", async () => {
    const [input, output] = [new PassThrough(), new PassThrough()];
    const asked = askForSecret("Password: ", { input, output });
    input.write("gehe\u007fim\n");
    expect(await asked).toBe("gehim");
    expect(String(output.read())).toBe("Password: \n");
  });

  test("that is never given ends the question", async () => {
    const [input, output] = [new PassThrough(), new PassThrough()];
    const asked = askForSecret("Password: ", { input, output });
    input.end();
    await expect(asked).rejects.toThrow("no password was given");
    const [again, cancelledOutput] = [new PassThrough(), new PassThrough()];
    const cancelled = askForSecret("Password: ", { input: again, output: cancelledOutput });
    again.write("\u0003");
    await expect(cancelled).rejects.toThrow(/cancelled|no password/);
  });
});

test.each([
  [undefined, ""],
  [0, "0 s"],
  [59, "59 s"],
  [60, "1 min"],
  [95, "1 min 35 s"],
  [3600, "1 h"],
  [3725, "1 h 2 min"],
  [90_000, "1 d 1 h"],
])("an age of %s seconds is %j", (seconds, text) => {
  expect(durationText(seconds)).toBe(text);
});
