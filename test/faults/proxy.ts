import { connect, createServer, type Server, type Socket } from "node:net";
import { takePort } from "../tools/support/ports.ts";
import { forgetName, newName, restoreName } from "./names.ts";

/** What becomes of one query, or of its reply. */
export type Trouble =
  /** The connection ends; the query never arrives. */
  | { kind: "cut before" }
  /** The query does its work, then the connection ends without a reply. */
  | { kind: "cut after" }
  /** The connection ends in the middle of the reply. */
  | { kind: "truncate" }
  /** The query does its work; no reply comes, and the connection stays. */
  | { kind: "stall" }
  /** The reply comes this much later. */
  | { kind: "delay"; ms: number }
  /** One byte of the reply is another one: every bit of it is the other way round. */
  | { kind: "flip"; byte: number }
  /** Something happens to the server first, and the connection ends; the query never arrives. */
  | { kind: "happens"; act: () => unknown };

interface Trap {
  match: RegExp;
  /** How many matching queries still go through. */
  rest: number;
  trouble: Trouble;
}

/** First byte of a command that carries SQL: COM_QUERY and COM_STMT_PREPARE. */
const SQL_COMMANDS: readonly (number | undefined)[] = [0x03, 0x16];

/**
 * Stands between a client and a server and lets everything through, until it is told to make trouble: at the connection
 * itself, or at one query, which it finds by reading the frames of the protocol (without TLS). It has a name of its own,
 * which can be forgotten.
 */
export class FaultProxy {
  readonly host = newName();
  port = 0;
  /** How many connections clients have made. */
  accepted = 0;
  private readonly targetPort: number;
  private readonly sockets = new Set<Socket>();
  private readonly traps: Trap[] = [];
  private server: Server | undefined;
  private isSilent = false;

  private constructor(targetPort: number) {
    this.targetPort = targetPort;
  }

  static async to(targetPort: number): Promise<FaultProxy> {
    const proxy = new FaultProxy(targetPort);
    await takePort((port) => {
      proxy.port = port;
      return proxy.listen();
    });
    return proxy;
  }

  /** Trouble for the nth of the queries that match and are still to come, once. */
  trap(match: RegExp, trouble: Trouble, nth = 1): void {
    this.traps.push({ match, rest: nth - 1, trouble });
  }

  /** How many troubles have not found their query yet. */
  get waiting(): number {
    return this.traps.length;
  }

  /** No trouble waits for a query any more. */
  disarm(): void {
    this.traps.length = 0;
  }

  /** Ends every connection and takes no more. */
  async refuse(): Promise<void> {
    const server = this.server;
    this.server = undefined;
    const closed = new Promise((resolve) => (server === undefined ? resolve(null) : server.close(resolve)));
    this.cut();
    await closed;
  }

  /** Ends every connection, and nobody knows the name any more. */
  forget(): void {
    forgetName(this.host);
    this.cut();
  }

  /** Ends every connection; new ones are taken, and not a byte is said on them. */
  silence(): void {
    this.isSilent = true;
    this.cut();
  }

  /** As if nothing had happened. */
  async restore(): Promise<void> {
    restoreName(this.host);
    // What hangs hangs for ever.
    if (this.isSilent) this.cut();
    this.isSilent = false;
    if (this.server === undefined) await this.listen();
  }

  async close(): Promise<void> {
    await this.refuse();
    forgetName(this.host);
  }

  private cut(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  private async listen(): Promise<void> {
    const server = createServer((socket) => this.accept(socket));
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen(this.port, "127.0.0.1", resolve);
    });
    this.server = server;
  }

  private accept(client: Socket): void {
    this.accepted += 1;
    this.keep(client);
    if (this.isSilent) return;
    const server = connect({ host: "127.0.0.1", port: this.targetPort, noDelay: true });
    this.keep(server);
    client.setNoDelay(true);
    client.on("close", () => server.destroy());
    server.on("close", () => client.destroy());
    new Link(client, server, (sql) => this.take(sql));
  }

  private keep(socket: Socket): void {
    this.sockets.add(socket);
    socket.on("error", () => socket.destroy());
    socket.on("close", () => this.sockets.delete(socket));
  }

  private take(sql: string): Trouble | undefined {
    for (const trap of this.traps) {
      if (!trap.match.test(sql)) continue;
      if (trap.rest > 0) {
        trap.rest -= 1;
        continue;
      }
      this.traps.splice(this.traps.indexOf(trap), 1);
      return trap.trouble;
    }
    return undefined;
  }
}

/** One connection through the proxy. */
class Link {
  private readonly client: Socket;
  private readonly server: Socket;
  private readonly take: (sql: string) => Trouble | undefined;
  private unread: Buffer = Buffer.alloc(0);
  /** What the reply that comes next is to go through. */
  private trouble: Trouble | undefined;

  constructor(client: Socket, server: Socket, take: (sql: string) => Trouble | undefined) {
    this.client = client;
    this.server = server;
    this.take = take;
    client.on("data", (data: Buffer) => this.fromClient(data));
    server.on("data", (data: Buffer) => this.fromServer(data));
  }

  /** Frame by frame: three bytes of length, one of sequence, the payload. A command begins a sequence. */
  private fromClient(data: Buffer): void {
    this.unread = Buffer.concat([this.unread, data]);
    while (this.unread.length >= 4) {
      const end = 4 + this.unread.readUIntLE(0, 3);
      if (this.unread.length < end) return;
      const frame = this.unread.subarray(0, end);
      this.unread = this.unread.subarray(end);
      const isSql = frame[3] === 0 && SQL_COMMANDS.includes(frame[4]);
      this.trouble = isSql ? this.take(frame.toString("utf8", 5)) : undefined;
      if (this.trouble?.kind === "cut before") this.client.destroy();
      else if (this.trouble?.kind === "happens") this.happens(this.trouble.act);
      else this.server.write(frame);
    }
  }

  private async happens(act: () => unknown): Promise<void> {
    await act();
    this.client.destroy();
  }

  private fromServer(data: Buffer): void {
    const { trouble } = this;
    switch (trouble?.kind) {
      case "stall":
        return;
      case "cut after":
        this.client.destroy();
        return;
      case "truncate":
        this.client.end(data.subarray(0, Math.ceil(data.length / 2)));
        return;
      case "delay":
        setTimeout(() => this.client.write(data), trouble.ms);
        return;
      case "flip": {
        this.trouble = undefined;
        const flipped = Buffer.from(data);
        const at = trouble.byte % data.length;
        flipped[at] = (flipped[at] as number) ^ 0xff;
        this.client.write(flipped);
        return;
      }
      default:
        this.client.write(data);
    }
  }
}
