import { describe, expect, test } from "vitest";
import { OceanBaseError } from "../../../provider/oceanbase/errors.ts";
import {
  defineResource,
  PartialFailure,
  type ResourceRules,
} from "../../../provider/resources/defineResource.ts";
import { oneOf } from "../../../provider/resources/inputChecks.ts";
import { recordingContext } from "../../tools/support/sandbox.ts";

interface Inputs {
  color?: string;
}
type State = Inputs & { summary?: string; version?: number };

/** A resource that does what a test says. */
function resource(rules: Partial<ResourceRules<Inputs, State>> = {}) {
  return defineResource<Inputs, State>({
    inputs: { color: { check: oneOf("red", "blue") } },
    outputs: { summary: undefined },
    diff: (state, inputs) => ({ changed: state.color === inputs.color ? [] : ["color"] }),
    preview: async () => ({}),
    create: async (inputs) => ({ id: "1", state: inputs, warnings: [] }),
    update: async (_id, _state, inputs) => ({ state: inputs, warnings: [] }),
    refresh: async (state) => state,
    get: async (_id, inputs) => inputs,
    delete: async () => {},
    ...rules,
  });
}
const previewing = recordingContext({ preview: true });

test("a resource names its outputs, and is created before its predecessor is deleted unless it says otherwise", () => {
  expect(resource()).toMatchObject({ outputNames: ["summary"], deleteBeforeReplace: false });
  expect(resource({ deleteBeforeReplace: true }).deleteBeforeReplace).toBe(true);
});

test("inputs are checked by the table", () => {
  expect(resource().check({ color: "green" })).toMatchObject([{ path: "color" }]);
});

test("a preview creates, updates and deletes nothing", async () => {
  const { create, update, delete: remove } = resource();
  await expect(create({}, previewing)).rejects.toThrow("preview");
  await expect(update("1", {}, {}, previewing)).rejects.toThrow("preview");
  await expect(remove({}, previewing)).rejects.toThrow("preview");
});

describe("the result of a create or an update", () => {
  test("is the state, and its warnings are shown", async () => {
    const context = recordingContext();
    const warned = { state: { color: "red" }, warnings: ["one", "two"] };
    const { create, update } = resource({
      create: async () => ({ id: "7", ...warned }),
      update: async () => warned,
    });
    expect(await create({}, context)).toEqual({ id: "7", state: { color: "red" } });
    expect(await update("7", {}, {}, context)).toEqual({ color: "red" });
    expect(context.warnings).toEqual(["one", "two", "one", "two"]);
  });

  test("is thrown with its state when the action was interrupted, after its warnings", async () => {
    const context = recordingContext();
    const interrupted = new OceanBaseError("timeout", "not yet stopped");
    const made = { state: { color: "red" }, warnings: ["one"], interrupted };
    const { create, update } = resource({
      create: async () => ({ id: "7", ...made }),
      update: async () => made,
    });
    const partial = {
      name: "PartialFailure",
      id: "7",
      state: { color: "red" },
      message: "not yet stopped; the next pulumi up goes on from here",
    };
    for (const attempt of [create({}, context), update("7", {}, {}, context)]) {
      const failure = await attempt.catch((error: unknown) => error);
      expect(failure).toBeInstanceOf(PartialFailure);
      expect(failure).toMatchObject(partial);
    }
    expect(context.warnings).toEqual(["one", "one"]);
  });
});

test("a recorded state is read in the words of this version, wherever it comes in", async () => {
  const seen: (number | undefined)[] = [];
  const see = (state: State) => void seen.push(state.version);
  const {
    diff,
    preview,
    inputsOf,
    update,
    read,
    delete: remove,
  } = resource({
    upgrade: (state) => ({ ...state, version: 2 }),
    diff: (state) => {
      see(state);
      return { changed: [] };
    },
    preview: async (_inputs, _context, state) => {
      see(state as State);
      return {};
    },
    update: async (_id, state, inputs) => {
      see(state);
      return { state: inputs, warnings: [] };
    },
    refresh: async (state) => {
      see(state);
      return state;
    },
    delete: async (state) => see(state),
  });
  const old = { version: 1, summary: "made" };
  diff(old, {});
  await preview({}, recordingContext(), old);
  expect(inputsOf({ ...old, color: "red" })).toEqual({ color: "red" });
  await update("1", old, {}, recordingContext());
  await read("1", old, recordingContext());
  await remove(old, recordingContext());
  expect(seen).toEqual([2, 2, 2, 2, 2]);
});

describe("a refresh", () => {
  test("that fails at the cluster keeps the record and warns", async () => {
    const context = recordingContext();
    const { read } = resource({
      refresh: async () => Promise.reject(new OceanBaseError("unreachable", "away")),
    });
    expect(await read("1", { color: "red", summary: "made" }, context)).toEqual({
      color: "red",
      summary: "made",
    });
    expect(context.warnings).toEqual(["the record was kept as it is: away"]);
  });

  test("that fails by a bug is a failure", async () => {
    const { read } = resource({ refresh: async () => Promise.reject(new TypeError("a bug")) });
    await expect(read("1", { summary: "made" }, recordingContext())).rejects.toThrow("a bug");
  });

  test("of a resource that is gone returns nothing", async () => {
    const { read } = resource({ refresh: async () => undefined });
    expect(await read("1", { summary: "made" }, recordingContext())).toBeUndefined();
  });
});

test("a read without a record gets the resource, and throws its failures", async () => {
  const { read } = resource({
    get: async (id, inputs) => {
      if (id === "none") throw new OceanBaseError("refused", "no such thing");
      return { ...inputs, summary: "found" };
    },
  });
  expect(await read("1", { color: "red" }, recordingContext())).toEqual({
    color: "red",
    summary: "found",
  });
  await expect(read("none", {}, recordingContext())).rejects.toThrow("no such thing");
  expect(await read("1", { summary: "made" }, recordingContext())).toEqual({ summary: "made" });
});
