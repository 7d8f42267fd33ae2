import type { Socket } from "node:net";
import { type SecureContext, TLSSocket } from "node:tls";
import type { Cluster } from "../cluster/cluster.ts";
import { ServerError } from "../cluster/errors.ts";
import type { Faults } from "../faults.ts";
import { type Peers, Session } from "../sql/session.ts";
import type { StatementLog } from "../statementLog.ts";
import { CommandPhase } from "./commandPhase.ts";
import { greeting, newSalt, parseLogin } from "./handshake.ts";
import { type KnownPasswords, Login, type LoginStep } from "./login.ts";
import { PacketStream } from "./packets.ts";
import { errorPacket } from "./resultPackets.ts";

/** What a connection needs to know of its server. */
export interface ConnectionSettings {
  id: number;
  cluster: Cluster;
  log: StatementLog;
  faults: Faults;
  knownPasswords: KnownPasswords;
  tls: SecureContext | undefined;
  peers: Peers;
}

/** One client connection: greeting, login (over TLS if the client asks), then its commands. */
export class Connection {
  private socket: Socket;
  private readonly settings: ConnectionSettings;
  private readonly packets: PacketStream;
  private readonly salt = newSalt();
  private login: Login | undefined;
  private database: string | undefined;
  private commands: CommandPhase | undefined;

  constructor(socket: Socket, settings: ConnectionSettings) {
    this.socket = socket;
    this.settings = settings;
    socket.setNoDelay(true);
    socket.on("error", () => socket.destroy());
    this.packets = new PacketStream(socket);
    this.packets.onPacket = ({ payload }) => {
      if (this.commands === undefined) this.proceedLogin(payload);
      else this.commands.answer(payload);
    };
    const { cluster, tls, id } = settings;
    const version = cluster.flavor.variables.version as string;
    this.packets.send(greeting(id, version, this.salt, tls !== undefined));
  }

  /** Ends the session, or what it is doing. */
  kill(what: "session" | "query"): void {
    if (this.commands !== undefined) this.commands.kill(what);
    else if (what === "session") this.socket.destroy();
  }

  private proceedLogin(payload: Buffer): void {
    try {
      if (this.login === undefined) this.beginLogin(payload);
      else this.take(this.login.answer(payload));
    } catch (error) {
      if (!(error instanceof ServerError)) throw error;
      this.packets.send(errorPacket(error));
      this.socket.end();
    }
  }

  private beginLogin(payload: Buffer): void {
    const request = parseLogin(payload);
    if (request === "switch to TLS") {
      this.switchToTls();
      return;
    }
    const { cluster, log, faults, knownPasswords } = this.settings;
    const isSecure = this.socket instanceof TLSSocket;
    this.database = request.database;
    this.login = new Login(request, { cluster, log, faults, knownPasswords, salt: this.salt, isSecure });
    this.take(this.login.begin());
  }

  private switchToTls(): void {
    if (this.settings.tls === undefined) {
      this.socket.destroy();
      return;
    }
    // A client may send its TLS hello right behind this packet.
    this.packets.release();
    const secure = new TLSSocket(this.socket, { isServer: true, secureContext: this.settings.tls });
    secure.on("error", () => secure.destroy());
    this.packets.moveTo(secure);
    this.socket = secure;
  }

  /** Sends what the login asks for next; when it is done, the commands begin. */
  private take({ packets, account }: LoginStep): void {
    this.packets.send(...packets);
    if (account === undefined) return;
    const { cluster, id, peers, log, faults } = this.settings;
    const { tenant, user } = account;
    const session = new Session(cluster, tenant, user, id, peers);
    if (this.database !== undefined) session.use(this.database);
    const { socket } = this;
    const login = `${user.name}@${tenant.name}`;
    this.commands = new CommandPhase({ id, login, session, socket, packets: this.packets, log, faults });
    this.commands.sendOk();
  }
}
