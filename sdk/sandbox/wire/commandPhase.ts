import { ServerError } from "../cluster/errors.ts";
import { COMMAND } from "./commands.ts";
import { PreparedStatements } from "./preparedStatements.ts";
import { columnDefinition, eofPacket, errorPacket, okPacket, statusOf } from "./resultPackets.ts";
import { type SessionSettings, StatementRunner } from "./statementRunner.ts";

/** A connection after its login: one command after the other. */
export class CommandPhase {
  private readonly settings: SessionSettings;
  private readonly prepared = new PreparedStatements();
  private readonly statements: StatementRunner;

  constructor(settings: SessionSettings) {
    this.settings = settings;
    this.statements = new StatementRunner(settings);
  }

  /** Ends the session, or what it is doing. */
  kill(what: "session" | "query"): void {
    this.statements.kill(what);
  }

  /** Answers that the last command, or the login, has worked. */
  sendOk(): void {
    this.settings.packets.send(okPacket(statusOf(this.settings.session)));
  }

  /** Does what a packet asks for; a mistake in it is answered. */
  answer(payload: Buffer): void {
    try {
      this.command(payload);
    } catch (error) {
      if (!(error instanceof ServerError)) throw error;
      this.settings.packets.send(errorPacket(this.settings.session.asSeen(error)));
    }
  }

  private command(payload: Buffer): void {
    const { session, socket, packets } = this.settings;
    const text = () => payload.toString("utf8", 1);
    switch (payload[0]) {
      case COMMAND.quit:
        socket.end();
        return;
      case COMMAND.initDatabase:
        session.use(text());
        this.sendOk();
        return;
      case COMMAND.query:
        this.statements.run(text(), "text");
        return;
      case COMMAND.execute:
        this.statements.run(this.prepared.bind(payload), "binary");
        return;
      case COMMAND.prepare:
        this.prepare(text());
        return;
      case COMMAND.closeStatement:
        this.prepared.close(payload);
        return;
      case COMMAND.fieldList:
      case COMMAND.setOption:
        packets.send(eofPacket(statusOf(session)));
        return;
      case COMMAND.ping:
      case COMMAND.resetStatement:
      case COMMAND.resetConnection:
        this.sendOk();
        return;
      default:
        throw new ServerError(1047, "08S01", "Unknown command");
    }
  }

  private prepare(sql: string): void {
    const { session, packets } = this.settings;
    const { id, parameters } = this.prepared.prepare(sql, session.tenant?.mode ?? "MYSQL");
    const head = Buffer.alloc(12);
    head.writeUInt32LE(id, 1);
    head.writeUInt16LE(parameters, 7);
    const definitions = Array.from({ length: parameters }, () => columnDefinition({ name: "?", type: 253 }));
    packets.send(head, ...definitions, ...(parameters > 0 ? [eofPacket(statusOf(session))] : []));
  }
}
