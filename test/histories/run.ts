import { type CommandName, newSide, runCommands, type Side } from "./commands.ts";
import type { Level } from "./level.ts";
import { policyWindows } from "./policyRules.ts";
import type { History, Step, Strike } from "./steps.ts";
import { must } from "./violation.ts";
import { SECOND_USER, World } from "./world.ts";

/** How long what was left behind by a history that failed may take to end, in milliseconds. */
const CLEAN_UP_MS = 600_000;

/** Outcomes that have nothing more to come. */
const SETTLED: readonly string[] = ["stopped", "issued", "timedOut", "excluded", "deferred"];

/** Lets a history come to pass, and then everything come to rest; fails with a Violation. */
export async function comeToPass(history: History, level: Level): Promise<void> {
  const world = await World.start(history.version, level);
  const run = new Run(world);
  try {
    for (const step of history.steps) await run.step(step);
    await run.comeToRest();
  } catch (error) {
    await run.giveUp();
    throw error;
  } finally {
    await world.stop();
  }
}

/** A resource that the program has not any more, and whose deletion asks for what cannot be had, is removed from the state. */
function forgetDemanding({ person, stack }: Side, { level }: World): void {
  for (const [name, { state }] of stack.saved) {
    // The login of a tenant that is gone is one of these: its password is wrong.
    const isOwn = state.connection.tenant !== "sys";
    const isHurried = state.timeoutSeconds < level.waitSeconds.usual;
    const isDemanding =
      state.waitForCleanup === true || state.requireRestorePoint === true || isOwn || isHurried;
    if (isDemanding && person.program[name] === undefined) stack.saved.delete(name);
  }
}

class Run {
  private readonly world: World;
  private readonly first: Side;
  private readonly second: Side;
  private isSecondThere = false;

  constructor(world: World) {
    this.world = world;
    this.first = newSide(world, "root");
    this.second = newSide(world, SECOND_USER);
  }

  async step(step: Step): Promise<void> {
    const { first, second } = this;
    switch (step.do) {
      case "world":
        this.world.apply(step.world);
        return;
      case "second":
        this.isSecondThere = true;
        second.person.change({ set: "tenants", to: step.tenants });
        second.person.change({ set: "triggers" });
        await this.command(second, step.command, step.strikes);
        return;
      case "up":
      case "preview":
        for (const change of step.changes) {
          const alias = first.person.change(change);
          if (alias !== undefined) first.stack.rename(...alias);
        }
        if (step.do === "up" && step.besideSecond) await this.together(step.strikes);
        else await this.command(first, step.do, step.strikes);
        return;
      default:
        await this.command(first, step.do, step.strikes);
    }
  }

  private async together(strikes: readonly Strike[]): Promise<void> {
    const { first, second, world } = this;
    this.isSecondThere = true;
    second.person.change({ set: "triggers" });
    await runCommands(world, [
      { side: first, name: "up", strikes },
      { side: second, name: "up", strikes: [] },
    ]);
  }

  private async command(side: Side, name: CommandName, strikes: readonly Strike[] = []) {
    const [end] = await runCommands(this.world, [{ side, name, strikes }]);
    return end ?? { acted: false, failures: [] };
  }

  /** What must always come: after the last fault one `up` brings the truth, and one more changes nothing. */
  async comeToRest(): Promise<void> {
    const { first, second, world } = this;
    await world.mend();
    // Somebody who has done nothing has nothing to come to rest.
    const sides = this.isSecondThere ? [first, second] : [first];
    for (const side of sides) {
      side.person.repair();
      forgetDemanding(side, world);
      await this.succeed(side, "up");
      this.checkSettled(side);
      const sent = world.ledger.carried.length;
      const { acted } = await this.succeed(side, "up");
      const more = world.ledger.carried.slice(sent).map(({ sql }) => sql);
      must(!acted && more.length === 0, "one more up changes nothing", () => [acted, more]);
    }
    for (const side of sides) await this.destroy(side);
  }

  private async destroy(side: Side): Promise<void> {
    const policies = [...side.stack.saved.values()].filter(({ kind }) => kind === "BackupCleanupPolicy");
    await this.succeed(side, "destroy");
    must(side.stack.saved.size === 0, "a destroy leaves nothing", () => [...side.stack.saved.keys()]);
    for (const { state } of policies) {
      const windows = policyWindows(this.world, Number(state.tenantId));
      must(windows.length === 0, "a destroy leaves nothing", () => windows);
    }
  }

  private async succeed(side: Side, name: CommandName) {
    const end = await this.command(side, name);
    const messages = end.failures.map(({ message }) => message);
    must(messages.length === 0, `after the last fault a fault-free ${name} succeeds`, () => messages);
    return end;
  }

  private checkSettled({ stack, person }: Side): void {
    for (const { kind, state } of stack.saved.values()) {
      if (kind !== "CancelBackup") continue;
      must(SETTLED.includes(state.outcome), "a fault-free up brings the state to the truth", () => state);
    }
    const names = Object.keys(person.program).sort();
    const isMade = names.join() === [...stack.saved.keys()].sort().join();
    must(isMade, "a fault-free up makes what the program has", () => names);
  }

  /** Ends what is still under way. */
  async giveUp(): Promise<void> {
    for (const { process } of [this.first, this.second]) process?.kill();
    await this.world.level.time.pass(CLEAN_UP_MS).catch(() => {});
    for (const { process } of [this.first, this.second]) await process?.end();
  }
}
