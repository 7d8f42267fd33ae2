import { connect, createServer, type Socket } from "node:net";
import { setTimeout as pause } from "node:timers/promises";
import { expect, test } from "vitest";
import { openClients } from "../tools/support/memoryNetwork.ts";
import { inVirtualTime, TooLate, VirtualTime } from "../tools/support/virtualTime.ts";

/*
 * The time and the network that histories come to pass in.
 */

const inTime = <T>(act: (time: VirtualTime) => Promise<T>, seed = 1): Promise<T> => {
  const time = new VirtualTime(seed);
  return inVirtualTime(time, () => act(time));
};

test("time passes at once when nothing else is left to do, in the order of the timers", async () => {
  const startedAt = performance.now();
  await inTime(async (time) => {
    const from = Date.now();
    const seen: [string, number][] = [];
    setTimeout(() => seen.push(["late", Date.now() - from]), 7_200_000);
    setTimeout(() => seen.push(["never", 0]), 9_000_000);
    const early = pause(90_000).then(() => seen.push(["early", Date.now() - from]));
    await time.until(early, 100_000);
    await time.pass(8_000_000);
    expect(seen).toEqual([
      ["early", 90_000],
      ["late", 7_200_000],
    ]);
    expect(time.timers.size).toBe(1);
  });
  expect(performance.now() - startedAt).toBeLessThan(5_000);
});

test("work that does not end, or turns without a pause, is too late", async () => {
  await inTime(async (time) => {
    await expect(time.until(new Promise(() => {}), 1_000)).rejects.toBeInstanceOf(TooLate);
    const again = () => setImmediate(again);
    again();
    await expect(time.until(new Promise(() => {}), 1_000)).rejects.toThrow("turns without a moment");
  });
});

test("chance is the same with the same seed", async () => {
  const numbers = async () => [Math.random(), Math.random()];
  const one = await inTime(numbers, 7);
  expect(await inTime(numbers, 7)).toEqual(one);
  expect(await inTime(numbers, 8)).not.toEqual(one);
});

test("what is sent arrives, the end of a connection too, and none is made where nothing listens", async () => {
  await inTime(async (time) => {
    const server = createServer((socket) => socket.on("data", (data) => socket.end(`${data}!`)));
    await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
    const { port } = server.address() as { port: number };
    const said = (socket: Socket) =>
      new Promise<string>((resolve, reject) => {
        let text = "";
        socket.on("data", (data) => {
          text += data;
        });
        socket.on("error", reject);
        socket.on("close", () => resolve(text));
      });
    const socket = connect({ host: "127.0.0.1", port });
    socket.write("well");
    expect(openClients()).toBe(1);
    expect(await time.until(said(socket), 1_000)).toBe("well!");
    expect([openClients(), time.nowMs]).toEqual([0, Date.UTC(2026, 0, 1)]);
    await new Promise((closed) => server.close(closed));
    const refused = time.until(said(connect({ host: "127.0.0.1", port })), 1_000);
    await expect(refused).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });
});
