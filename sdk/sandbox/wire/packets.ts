import type { Socket } from "node:net";

/** The client/server protocol's frame: three bytes of length, one of sequence, then the payload. */
export interface Packet {
  sequence: number;
  payload: Buffer;
}

const MAX_PAYLOAD = 0xffffff;

/** Reads whole packets off a socket; can be moved to the TLS socket that takes over the connection. */
export class PacketStream {
  private socket: Socket;
  private pending: Buffer = Buffer.alloc(0);
  private sequence = 0;
  onPacket: (packet: Packet) => void = () => {};

  constructor(socket: Socket) {
    this.socket = socket;
    this.listen();
  }

  /** Stops reading; what was read too far goes back into the socket, for what takes it over. */
  release(): void {
    this.socket.removeAllListeners("data");
    this.socket.pause();
    if (this.pending.length > 0) this.socket.unshift(this.pending);
    this.pending = Buffer.alloc(0);
  }

  moveTo(socket: Socket): void {
    this.socket = socket;
    this.listen();
  }

  private listen(): void {
    this.socket.on("data", (data: Buffer) => {
      this.pending = this.pending.length === 0 ? data : Buffer.concat([this.pending, data]);
      this.drain();
    });
  }

  private drain(): void {
    while (this.pending.length >= 4) {
      const length = this.pending.readUIntLE(0, 3);
      if (length === MAX_PAYLOAD) {
        this.socket.destroy();
        return;
      }
      if (this.pending.length < 4 + length) return;
      const packet = { sequence: this.pending[3] as number, payload: this.pending.subarray(4, 4 + length) };
      this.pending = this.pending.subarray(4 + length);
      this.sequence = packet.sequence + 1;
      this.onPacket(packet);
    }
  }

  /** Sends payloads as one write, numbered on from the packet that was read last. */
  send(...payloads: Buffer[]): void {
    const frames = payloads.map((payload) => {
      const header = Buffer.alloc(4);
      header.writeUIntLE(payload.length, 0, 3);
      header[3] = this.sequence & 0xff;
      this.sequence += 1;
      return Buffer.concat([header, payload]);
    });
    this.socket.write(Buffer.concat(frames));
  }
}

/** A number the way the protocol packs it: one byte up to 250, else a marker and two, three or eight bytes. */
export function lengthEncoded(value: number | bigint): Buffer {
  if (value < 251) return Buffer.from([Number(value)]);
  if (value < 0x10000) return withMarker(0xfc, 2, value);
  if (value < 0x1000000) return withMarker(0xfd, 3, value);
  const buffer = Buffer.alloc(9);
  buffer[0] = 0xfe;
  buffer.writeBigUInt64LE(BigInt(value), 1);
  return buffer;
}

function withMarker(marker: number, bytes: number, value: number | bigint): Buffer {
  const buffer = Buffer.alloc(1 + bytes);
  buffer[0] = marker;
  buffer.writeUIntLE(Number(value), 1, bytes);
  return buffer;
}

/** A text with its length in front. */
export function lengthEncodedText(text: string): Buffer {
  const bytes = Buffer.from(text, "utf8");
  return Buffer.concat([lengthEncoded(bytes.length), bytes]);
}

/** Reads the fields of a payload from left to right. */
export class PayloadReader {
  private readonly payload: Buffer;
  private at: number;

  constructor(payload: Buffer, start = 0) {
    this.payload = payload;
    this.at = start;
  }

  integer(bytes: number): number {
    const value = this.payload.readUIntLE(this.at, bytes);
    this.at += bytes;
    return value;
  }

  bigInteger(): bigint {
    const value = this.payload.readBigInt64LE(this.at);
    this.at += 8;
    return value;
  }

  double(): number {
    const value = this.payload.readDoubleLE(this.at);
    this.at += 8;
    return value;
  }

  bytes(length: number): Buffer {
    const value = this.payload.subarray(this.at, this.at + length);
    this.at += length;
    return value;
  }

  zeroTerminated(): string {
    const end = this.payload.indexOf(0, this.at);
    const stop = end < 0 ? this.payload.length : end;
    const value = this.payload.toString("utf8", this.at, stop);
    this.at = stop + 1;
    return value;
  }

  lengthEncodedBytes(): Buffer {
    const first = this.integer(1);
    const length =
      first === 0xfc
        ? this.integer(2)
        : first === 0xfd
          ? this.integer(3)
          : first === 0xfe
            ? Number(this.bigInteger())
            : first;
    return this.bytes(length);
  }
}
