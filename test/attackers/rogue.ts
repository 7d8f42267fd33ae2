import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { createSecureContext, type SecureContextOptions, TLSSocket } from "node:tls";
import {
  greeting,
  type LoginRequest,
  parseLogin,
  type UnusualGreeting,
} from "../../sdk/sandbox/wire/handshake.ts";
import { PacketStream } from "../../sdk/sandbox/wire/packets.ts";

/** The salt of every rogue server: what it was sent is the same in every run. */
export const SALT = Buffer.from("seven-and-20-letters").subarray(0, 20);

/** A client as its rogue server sees it. */
export interface Victim {
  socket: Socket;
  /** Sends payloads in packets with the right numbers. */
  send(...payloads: Buffer[]): void;
  /** How many packets it has sent, the login included. */
  packets: number;
}

export interface RogueOptions {
  greeting?: UnusualGreeting;
  /** Takes the client's wish for TLS, with this certificate. */
  tls?: SecureContextOptions;
  /** Offers TLS and talks on without it. */
  pretendsTls?: boolean;
  /** What comes in one write with the greeting, before the client has said anything. */
  behindGreeting?: Buffer[];
  /** Instead of a greeting. */
  onConnect?: (victim: Victim) => void;
  /** What it does about each packet of the client, the login included; default: nothing. */
  onPacket?: (victim: Victim, payload: Buffer) => void;
}

/** A server of the tests' own that plays by no rules and keeps all that it gets. */
export class Rogue {
  port = 0;
  /** Every byte as it came over the wire. */
  readonly wire: Buffer[] = [];
  /** Every packet, the ones from within TLS decrypted; the bare wish for TLS is none. */
  readonly payloads: Buffer[] = [];
  private readonly options: RogueOptions;
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();

  constructor(options: RogueOptions) {
    this.options = options;
    this.server = createServer((socket) => this.accept(socket));
  }

  private accept(socket: Socket): void {
    this.sockets.add(socket);
    socket.setNoDelay(true);
    socket.on("error", () => socket.destroy());
    socket.on("data", (data) => this.wire.push(data as Buffer));
    const packets = new PacketStream(socket);
    const victim: Victim = { socket, send: (...payloads) => packets.send(...payloads), packets: 0 };
    const { options } = this;
    packets.onPacket = ({ payload }) => {
      if (victim.packets === 0 && payload.length <= 32 && victim.socket === socket) {
        if (options.tls !== undefined) this.secure(victim, packets, options.tls);
        return;
      }
      this.payloads.push(Buffer.from(payload));
      victim.packets += 1;
      options.onPacket?.(victim, payload);
    };
    if (options.onConnect !== undefined) {
      options.onConnect(victim);
      return;
    }
    const offersTls = options.tls !== undefined || options.pretendsTls === true;
    const hello = numbered(0, greeting(1, "5.7.25", SALT, offersTls, options.greeting));
    // With the numbers that the client will wait for by then.
    const slipped = (options.behindGreeting ?? []).map((payload, i) => numbered(2 + i, payload));
    socket.write(Buffer.concat([hello, ...slipped]));
  }

  private secure(victim: Victim, packets: PacketStream, tls: SecureContextOptions): void {
    packets.release();
    const secureContext = createSecureContext(tls);
    const secured = new TLSSocket(victim.socket, { isServer: true, secureContext });
    secured.on("error", () => secured.destroy());
    packets.moveTo(secured);
    victim.socket = secured;
  }

  /** The first packet of the client, read; undefined when it has sent none. */
  get login(): Exclude<LoginRequest, string> | undefined {
    const [first] = this.payloads;
    if (first === undefined) return undefined;
    const login = parseLogin(first);
    return login === "switch to TLS" ? undefined : login;
  }

  /** All that it got, over the wire and decrypted. */
  get loot(): Buffer {
    return Buffer.concat([...this.wire, ...this.payloads]);
  }

  async start(): Promise<this> {
    this.server.listen(0, "127.0.0.1");
    await once(this.server, "listening");
    this.port = (this.server.address() as { port: number }).port;
    return this;
  }

  stop(): void {
    for (const socket of this.sockets) socket.destroy();
    this.server.close();
  }
}

/** The packets that a rogue server is made of. */
export const packet = {
  ok: Buffer.from([0, 0, 0, 2, 0, 0, 0]),
  eof: Buffer.from([0xfe, 0, 0, 2, 0]),
  /** More of the exchange that the last switch began. */
  more: (data: Buffer) => Buffer.concat([Buffer.from([0x01]), data]),
  error: (errno: number, text: string) =>
    Buffer.concat([Buffer.from([0xff, errno & 0xff, errno >> 8]), Buffer.from(`#HY000${text}`)]),
  /** Asks for a file of the client's machine. */
  localFile: (path: string) => Buffer.concat([Buffer.from([0xfb]), Buffer.from(path)]),
};

/** A packet with a number of the server's choice. */
export function numbered(sequence: number, payload: Buffer): Buffer {
  const header = Buffer.alloc(4);
  header.writeUIntLE(payload.length, 0, 3);
  header[3] = sequence & 0xff;
  return Buffer.concat([header, payload]);
}
