import dns from "node:dns";
import { EventEmitter } from "node:events";
import { createRequire, syncBuiltinESMExports } from "node:module";
import { isIP, type Socket } from "node:net";
import { Duplex } from "node:stream";
import { isVirtual } from "./virtualTime.ts";

/*
 * A network within this process, in the place of TCP for as long as time is virtual: so it is known when nothing is under
 * way any more. What is sent arrives at once, but never before the sender goes on.
 */

const require = createRequire(import.meta.url);
const net = require("node:net") as typeof import("node:net");
const real = { connect: net.connect, createServer: net.createServer };

/** Servers that listen, by port. */
const listening = new Map<number, MemoryServer>();

/** Ends of connections that clients have made and that are not closed. */
const clients = new Set<MemorySocket>();

/** How many connections clients have open. */
export function openClients(): number {
  return clients.size;
}

/** Ports that are given out begin here. */
const FIRST_PORT = 40_000;
let nextPort = FIRST_PORT;

class MemorySocket extends Duplex {
  bytesRead = 0;
  peer: MemorySocket | undefined;
  private readonly opening: ((opened: (error?: Error) => void) => void) | undefined;

  constructor(opening?: (opened: (error?: Error) => void) => void) {
    super({ allowHalfOpen: false });
    this.opening = opening;
  }

  override _construct(opened: (error?: Error | null) => void): void {
    if (this.opening === undefined) opened();
    else
      this.opening((error) => {
        opened(error);
        if (error === undefined) this.emit("connect");
      });
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: string, sent: () => void): void {
    this.toPeer((peer) => {
      peer.bytesRead += chunk.length;
      peer.push(chunk);
    });
    sent();
  }

  override _final(ended: () => void): void {
    this.toPeer((peer) => peer.push(null));
    ended();
  }

  override _destroy(error: Error | null, destroyed: (error: Error | null) => void): void {
    clients.delete(this);
    this.toPeer((peer) => {
      peer.push(null);
      // A side that does not read learns of it all the same, as a kernel would see to.
      if (!peer.readableFlowing) peer.destroy();
    });
    destroyed(error);
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  private toPeer(act: (peer: MemorySocket) => void): void {
    const { peer } = this;
    process.nextTick(() => {
      if (peer !== undefined && !peer.destroyed && !peer.readableEnded) act(peer);
    });
  }
}

class MemoryServer extends EventEmitter {
  private port = 0;
  private readonly sockets = new Set<MemorySocket>();
  private closed: (() => void) | undefined;

  constructor(onConnection: (socket: Socket) => void) {
    super();
    this.on("connection", onConnection);
  }

  listen(port: number, _host: string, done: () => void): this {
    nextPort += 1;
    this.port = port === 0 ? nextPort : port;
    const isTaken = listening.has(this.port);
    if (!isTaken) listening.set(this.port, this);
    process.nextTick(() => {
      if (isTaken) this.emit("error", Object.assign(new Error("taken"), { code: "EADDRINUSE" }));
      else done();
    });
    return this;
  }

  address(): { port: number } {
    return { port: this.port };
  }

  close(done?: () => void): this {
    listening.delete(this.port);
    this.closed = done;
    this.endIfEmpty();
    return this;
  }

  /** Takes a connection, and gives the other end of it. */
  accept(client: MemorySocket): void {
    const socket = new MemorySocket();
    socket.peer = client;
    client.peer = socket;
    this.sockets.add(socket);
    socket.on("close", () => {
      this.sockets.delete(socket);
      this.endIfEmpty();
    });
    this.emit("connection", socket);
  }

  private endIfEmpty(): void {
    if (this.sockets.size > 0 || this.closed === undefined) return;
    process.nextTick(this.closed);
    this.closed = undefined;
  }
}

function connect(host: string, port: number): MemorySocket {
  const failure = (code: string) => Object.assign(new Error(`connect ${code} ${host}:${port}`), { code });
  const socket: MemorySocket = new MemorySocket((opened) => {
    const toAddress = (error: Error | null) => {
      const server = listening.get(port);
      if (error !== null) return opened(error);
      if (server === undefined) return opened(failure("ECONNREFUSED"));
      server.accept(socket);
      opened();
    };
    if (isIP(host) !== 0) process.nextTick(toAddress, null);
    else dns.lookup(host, (error) => toAddress(error));
  });
  clients.add(socket);
  return socket;
}

Object.assign(net, {
  connect: (options: { host: string; port: number }, ...rest: []) =>
    isVirtual() ? connect(options.host, options.port) : real.connect(options, ...rest),
  createServer: (...args: [(socket: Socket) => void]) =>
    isVirtual() ? new MemoryServer(args[0]) : real.createServer(...args),
});
syncBuiltinESMExports();
