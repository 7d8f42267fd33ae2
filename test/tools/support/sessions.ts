import { createServer, type Socket } from "node:net";
import type { Login } from "../../../provider/oceanbase/connection/login.ts";
import { openSession, type Session } from "../../../provider/oceanbase/connection/session.ts";
import { loginOf, useSandbox } from "./sandbox.ts";

/** Gives every test of a file a sandbox of its own, and sessions of its administrator. */
export function useSessions() {
  const sandbox = useSandbox();
  const sysLogin = (changes: Partial<Login> = {}) => loginOf(sandbox(), sandbox().logins.sys, changes);
  return {
    sandbox,
    sysLogin,
    sessions: (count: number, changes: Partial<Login> = {}) =>
      Promise.all(Array.from({ length: count }, () => openSession(sysLogin(changes)))),
  };
}

/** Closes sessions that a test has no other use for. */
export const closeAll = (all: readonly Session[]) => Promise.all(all.map((session) => session.close()));

/** A server in the place of a cluster. */
export interface StandIn {
  endpoint: { host: string; port: number };
  /** How many connections it has accepted. */
  accepted(): number;
  /** How many of them are open. */
  open(): number;
  /** Cuts all of them and listens no longer. */
  stop(): void;
}

/** Starts a server that does this with each connection, counted from 1. @default it never answers */
export async function startStandIn(
  accept: (socket: Socket, count: number) => void = () => {},
): Promise<StandIn> {
  const sockets = new Set<Socket>();
  let accepted = 0;
  const server = createServer((socket) => {
    accepted += 1;
    sockets.add(socket);
    socket.on("error", () => {});
    socket.on("close", () => sockets.delete(socket));
    accept(socket, accepted);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    endpoint: { host: "127.0.0.1", port: (server.address() as { port: number }).port },
    accepted: () => accepted,
    open: () => sockets.size,
    stop: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
