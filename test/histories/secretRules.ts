import type { Side } from "./commands.ts";
import { must } from "./violation.ts";
import type { World } from "./world.ts";

/** A column that holds a secret of the server's own. */
const SECRET_COLUMN = "PASSWD-SANDBOX-SECRET";

/** No secret in what is kept, said or sent; but a password that is an input, which Pulumi keeps encrypted. */
export function checkSecrets(
  { sandbox, secrets }: World,
  { stack, process }: Side,
  failures: readonly Error[],
): void {
  const places = {
    state: [...stack.saved.values()].map(({ inputs, state }) => [
      withoutPassword(inputs),
      withoutPassword(state),
    ]),
    message: [process?.said, failures.map(({ message, stack: trace }) => [message, trace])],
    log: sandbox.log.entries.map(({ sql }) => sql),
  };
  for (const [place, content] of Object.entries(places)) {
    const text = JSON.stringify(content);
    for (const secret of [...secrets, SECRET_COLUMN]) {
      const forms = [
        secret,
        Buffer.from(secret).toString("base64").replace(/=+$/, ""),
        encodeURIComponent(secret),
      ];
      must(!forms.some((form) => text.includes(form)), `a secret in ${place}`, () => secret);
    }
  }
}

function withoutPassword({ password: _, ...others }: Record<string, unknown>): unknown {
  return others;
}
