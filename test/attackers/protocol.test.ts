import type { Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from "vitest";
import { MAX_REPLY_BYTES } from "../../provider/oceanbase/connection/driver.ts";
import { openSession } from "../../provider/oceanbase/connection/session.ts";
import { TYPE } from "../../sdk/sandbox/sql/result.ts";
import { lengthEncoded, lengthEncodedText } from "../../sdk/sandbox/wire/packets.ts";
import { columnDefinition } from "../../sdk/sandbox/wire/resultPackets.ts";
import { numbered, packet, type RogueOptions, type Victim } from "./rogue.ts";
import {
  expectNoPassword,
  failureOf,
  LOGIN_BOUND_MS,
  loginTo,
  REPLY_BOUND_MS,
  SHORT_BOUND_MS,
  SHORT_LOGIN,
  SHORT_REPLY,
  useRogues,
} from "./victim.ts";

const { rogue, session } = useRogues();
const CANCEL = "ALTER SYSTEM CANCEL BACKUP TENANT = `a`";

/** Lets the login through and does this about everything else; a ping is answered. */
const afterLogin = (attack: NonNullable<RogueOptions["onPacket"]>): RogueOptions => ({
  onPacket: (victim, payload) => {
    const isPing = payload.length === 1 && payload[0] === 0x0e;
    if (victim.packets === 1 || isPing) victim.send(packet.ok);
    else attack(victim, payload);
  },
});

/** Writes the chunk again and again, as fast as it is taken; counts what the other side has taken. */
function pour(socket: Socket, chunk: (turn: number) => Buffer): { bytes: number } {
  const poured = { bytes: 0 };
  const more = (turn: number): void => {
    if (socket.destroyed) return;
    const data = chunk(turn);
    socket.write(data, (error) => {
      if (error) return;
      poured.bytes += data.length;
      setImmediate(more, turn + 1);
    });
  };
  more(0);
  return poured;
}

/** One packet as large as a packet can be, with more of it to come. */
const LARGEST = 0xffffff;
const large = (turn: number) => numbered(1 + turn, Buffer.alloc(LARGEST, "x"));
const oneColumn = columnDefinition({ name: "STATUS", type: TYPE.varString });
const header = (first: number) =>
  Buffer.concat([
    numbered(first, lengthEncoded(1)),
    numbered(first + 1, oneColumn),
    numbered(first + 2, packet.eof),
  ]);
/** Many small packets, as many as bring the numbers back to where they began: so they can be sent again and again. */
const many = (first: number, payload: Buffer) =>
  Buffer.concat(Array.from({ length: 40 * 256 }, (_, i) => numbered(first + i, payload)));

/** Endless replies, as what pours out at a victim. */
const endless: Record<string, (victim: Victim) => { bytes: number }> = {
  "a packet": ({ socket }) => pour(socket, large),
  "a row": ({ socket }) => {
    socket.write(header(1));
    return pour(socket, (turn) => numbered(4 + turn, Buffer.alloc(LARGEST, 0xfe)));
  },
  rows: ({ socket }) => {
    socket.write(header(1));
    const rows = many(4, lengthEncodedText("CANCELING"));
    return pour(socket, () => rows);
  },
  columns: ({ socket }) => {
    const COLUMNS = 0xffffff;
    socket.write(numbered(1, lengthEncoded(COLUMNS)));
    const columns = many(2, oneColumn);
    return pour(socket, () => columns);
  },
  results: ({ socket }) => {
    const results = many(1, Buffer.from([0, 0, 0, 0x0a, 0, 0, 0]));
    return pour(socket, () => results);
  },
};

/** What may be on its way when a side stops to read: the buffers of both, and what comes between two looks. */
const ON_THE_WAY_BYTES = 160 * 1024 * 1024;
/** What the process may grow by meanwhile: the reply in all its forms, the attacker's own buffers, garbage. */
const GROWTH_BYTES = 800 * 1024 * 1024;

describe("without end come", () => {
  /** Bytes that were taken, and by how much this process grew; the rogue server is in it, too. */
  async function measured(
    attack: (victim: Victim) => { bytes: number },
    begin: (pouring: (victim: Victim) => void) => Promise<unknown>,
  ) {
    let poured = { bytes: 0 };
    const before = process.memoryUsage.rss();
    let peak = before;
    const watch = setInterval(() => {
      peak = Math.max(peak, process.memoryUsage.rss());
    }, 10);
    try {
      await begin((victim) => {
        poured = attack(victim);
      });
      // It has to have stopped, not to go on behind the back of who was told of the failure.
      await new Promise((resolve) => setTimeout(resolve, 300));
    } finally {
      clearInterval(watch);
    }
    expect(poured.bytes).toBeGreaterThan(0);
    expect(poured.bytes).toBeLessThan(MAX_REPLY_BYTES + ON_THE_WAY_BYTES);
    expect(peak - before).toBeLessThan(GROWTH_BYTES);
  }

  test.each(Object.entries(endless))(
    "%s for a statement: cut when no reply is as long",
    async (_, attack) => {
      await measured(attack, async (pouring) => {
        const server = await rogue(afterLogin(pouring));
        const opened = await session(server, { replyTimeoutSeconds: 15 });
        const failure = await failureOf(opened.send(CANCEL, "cancelling"), 20_000);
        expect(failure).toMatchObject({ kind: "unsupported", outcomeUnknown: true });
        expect(failure.message).toContain("more than 32 MiB came for one reply");
      });
    },
    60_000,
  );

  test("packets instead of a greeting: cut, too", async () => {
    await measured(
      ({ socket }) => pour(socket, (turn) => numbered(turn, Buffer.alloc(LARGEST, 10))),
      async (pouring) => {
        const server = await rogue({ onConnect: pouring });
        const failure = await failureOf(session(server, { connectTimeoutSeconds: 30 }), 40_000);
        expect(failure.kind).toBe("unsupported");
        expect(server.payloads).toEqual([]);
      },
    );
  }, 60_000);

  test("packets instead of an answer to the login: cut, too", async () => {
    await measured(
      ({ socket }) => pour(socket, (turn) => numbered(2 + turn, Buffer.alloc(LARGEST, 0))),
      async (pouring) => {
        const server = await rogue({ onPacket: pouring });
        const failure = await failureOf(session(server, { connectTimeoutSeconds: 30 }), 40_000);
        expect(failure.kind).toBe("unsupported");
      },
    );
  }, 60_000);

  test("bytes, one at a time: given up when the time for a reply is over", async () => {
    const server = await rogue(
      afterLogin(({ socket }) => {
        socket.write(header(1));
        const drip = setInterval(() => socket.write(Buffer.from([9])), 50);
        socket.on("close", () => clearInterval(drip));
      }),
    );
    const opened = await session(server, SHORT_REPLY);
    const failure = await failureOf(opened.send(CANCEL, "cancelling"), SHORT_BOUND_MS);
    expect(failure).toMatchObject({ kind: "unreachable", outcomeUnknown: true });
  });

  test("bytes of a greeting, one at a time: given up when the time to connect is over", async () => {
    const server = await rogue({
      onConnect: ({ socket }) => {
        const drip = setInterval(() => socket.write(Buffer.from([10])), 50);
        socket.on("close", () => clearInterval(drip));
      },
    });
    expect((await failureOf(session(server, SHORT_LOGIN), SHORT_BOUND_MS)).kind).toBe("unreachable");
  });
});

describe("with wrong numbers come", () => {
  let printed: MockInstance;
  beforeEach(() => {
    printed = vi.spyOn(console, "error").mockImplementation(() => {});
  });
  afterEach(() => printed.mockRestore());

  test("the OK of a login: no session", async () => {
    const server = await rogue({ onPacket: ({ socket }) => socket.write(numbered(9, packet.ok)) });
    const failure = await failureOf(session(server), LOGIN_BOUND_MS);
    expect(failure.kind).toBe("unsupported");
    expect(failure.message).toContain("out of order");
    expect(server.payloads).toHaveLength(1);
  });

  test("a greeting: nothing is sent to whom it came from", async () => {
    const server = await rogue({ onConnect: ({ socket }) => socket.write(numbered(3, Buffer.from([10]))) });
    await failureOf(session(server), LOGIN_BOUND_MS);
    expectNoPassword(server);
  });

  test("the OK of a statement: it does not count as done", async () => {
    const server = await rogue(afterLogin(({ socket }) => socket.write(numbered(7, packet.ok))));
    const opened = await session(server);
    const failure = await failureOf(opened.send(CANCEL, "cancelling"), REPLY_BOUND_MS);
    expect(failure).toMatchObject({ kind: "unsupported", outcomeUnknown: true });
  });

  test("rows: they do not count, and the output is not flooded with them", async () => {
    const server = await rogue(
      afterLogin(({ socket }) => {
        const wrong = Array.from({ length: 50_000 }, () => numbered(99, lengthEncodedText("x")));
        socket.write(Buffer.concat([header(1), ...wrong, numbered(99, packet.eof)]));
      }),
    );
    const opened = await session(server);
    const failure = await failureOf(opened.within(5000).read("SELECT 1", "asking"), REPLY_BOUND_MS);
    expect(failure.kind).toBe("unsupported");
    expect(printed.mock.calls.length).toBeLessThanOrEqual(1);
  });
});

describe("a server that", () => {
  test("asks for a file as the answer to a statement gets an empty packet, and no further statement", async () => {
    const server = await rogue(afterLogin((victim) => victim.send(packet.localFile("/etc/passwd"))));
    const opened = await session(server);
    const failure = await failureOf(opened.send(CANCEL, "cancelling"), REPLY_BOUND_MS);
    expect(failure.outcomeUnknown).toBe(true);
    const LOCAL_FILES = 0x80;
    expect((server.login?.capabilities ?? LOCAL_FILES) & LOCAL_FILES).toBe(0);
    const afterwards = server.payloads.slice(server.payloads.findIndex((payload) => payload[0] === 0x03) + 1);
    expect(afterwards.every((payload) => payload.length === 0)).toBe(true);
  });

  test("offers bit 27 gets no statement: it would have a prefix that OceanBase cannot read", async () => {
    const server = await rogue({
      greeting: { capabilities: 0x0800_0000 },
      onPacket: (victim) => victim.send(packet.ok),
    });
    const failure = await failureOf(session(server), LOGIN_BOUND_MS);
    expect(failure.kind).toBe("unsupported");
    expect(failure.message).toContain("query attributes");
    expect(server.payloads.filter((payload) => payload[0] === 0x03)).toEqual([]);
  });

  test("sends several results for one statement is refused", async () => {
    const withMore = Buffer.from([0, 0, 0, 0x0a, 0, 0, 0]);
    const server = await rogue(afterLogin((victim) => victim.send(withMore, packet.ok)));
    const opened = await session(server);
    const failure = await failureOf(opened.send(CANCEL, "cancelling"), REPLY_BOUND_MS);
    expect(failure).toMatchObject({ kind: "unsupported", outcomeUnknown: true });
    expect(failure.message).toContain("several results");
  });

  test("sends a second reply behind the first does not have it taken for that of the next statement", async () => {
    // It has no answer of its own for anything else: whatever is taken for one was sent before it was asked for.
    const server = await rogue(
      afterLogin((victim, payload) => {
        if (payload.includes(CANCEL)) victim.send(packet.ok, packet.ok, packet.ok);
      }),
    );
    const opened = await session(server);
    await opened.send(CANCEL, "cancelling");
    const next = opened.within(500).read("SELECT 1 AS ONE", "asking");
    expect((await failureOf(next, REPLY_BOUND_MS)).kind).toBe("unreachable");
  });

  test.each<[string, RogueOptions]>([
    ["says nothing at all", { onConnect: () => {} }],
    ["says nothing after the greeting", {}],
  ])("%s is given up after the time to connect", async (_, options) => {
    const failure = await failureOf(session(await rogue(options), SHORT_LOGIN), SHORT_BOUND_MS);
    expect(failure.kind).toBe("unreachable");
    expect(failure.message).toContain("no answer within 1 s");
  });

  test("says nothing after the login is given up after the time for a reply", async () => {
    const opened = await session(await rogue(afterLogin(() => {})), SHORT_REPLY);
    const failure = await failureOf(opened.send(CANCEL, "cancelling"), SHORT_BOUND_MS);
    expect(failure).toMatchObject({ kind: "unreachable", outcomeUnknown: true });
  });

  test.each([
    ["instead of a greeting", 0],
    ["instead of an answer to the login", 1],
    ["instead of an answer to a statement", 2],
  ])(
    "sends noise %s, again and again, is refused every time",
    async (_, phase) => {
      const printed = vi.spyOn(console, "error").mockImplementation(() => {});
      for (let seed = 1; seed <= 60; seed += 1) {
        const noise = noiseOf(seed);
        const attack = ({ socket }: Victim) => socket.end(noise);
        const server = await rogue(
          phase === 0 ? { onConnect: attack } : phase === 1 ? { onPacket: attack } : afterLogin(attack),
        );
        const attempt = openSession(loginTo(server)).then(async (opened) => {
          try {
            await opened.send(CANCEL, "cancelling");
          } finally {
            await opened.close();
          }
        });
        await failureOf(attempt, LOGIN_BOUND_MS + REPLY_BOUND_MS);
        expectNoPassword(server);
      }
      printed.mockRestore();
    },
    120_000,
  );
});

/** Bytes that look like packets now and then; the same for the same seed, and never a good answer. */
function noiseOf(seed: number): Buffer {
  let state = seed * 2654435761;
  const next = (below: number) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % below;
  };
  const parts = Array.from({ length: 1 + next(6) }, () => {
    const payload = Buffer.from(Array.from({ length: 1 + next(80) }, () => next(256)));
    payload[0] = [0x01, 0x02, 0xfb, 0xfe, 0x0a, next(256) || 1][next(6)] as number;
    return next(3) === 0 ? payload : numbered(next(4), payload);
  });
  return Buffer.concat(parts);
}
