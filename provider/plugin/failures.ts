import { Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { ErrorResourceInitFailed } from "@pulumi/pulumi/proto/provider_pb";
import { Status } from "@pulumi/pulumi/proto/status_pb";
import { Any } from "google-protobuf/google/protobuf/any_pb";
import { clauseFirst } from "../text";
import { PartlyMade } from "./resourceCalls";
import { writeProperties } from "./values";

/*
 * Failures the way the engine reads them: a text, its first clause on a line of its own, and with it what was made in part.
 */

/** Under this key the engine looks for what a failure has beside its line. */
const DETAILS = "grpc-status-details-bin";

/** What the engine is told of a failure. Nothing of an error but its message: it may hold the driver's own objects. */
export function serviceError(error: unknown): Pick<ServiceError, "code" | "details" | "metadata"> {
  const details = clauseFirst(error instanceof Error ? error.message : String(error));
  const metadata = new Metadata();
  if (error instanceof PartlyMade) metadata.set(DETAILS, partStatus(error, details));
  return { code: status.UNKNOWN, details, metadata };
}

function partStatus({ kept }: PartlyMade, reason: string): Buffer {
  const part = new ErrorResourceInitFailed();
  part.setId(kept.id);
  part.setProperties(writeProperties(kept.properties));
  part.setInputs(writeProperties(kept.inputs));
  part.setReasonsList([reason]);
  const packed = new Any();
  packed.pack(part.serializeBinary(), "pulumirpc.ErrorResourceInitFailed");
  const whole = new Status();
  whole.setCode(status.UNKNOWN);
  whole.setMessage(reason);
  whole.setDetailsList([packed]);
  return Buffer.from(whole.serializeBinary());
}
