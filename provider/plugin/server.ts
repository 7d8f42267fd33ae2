import { type handleUnaryCall, Server, type ServiceError } from "@grpc/grpc-js";
import { type PluginAttach, PluginInfo } from "@pulumi/pulumi/proto/plugin_pb";
import { ResourceProviderService } from "@pulumi/pulumi/proto/provider_grpc_pb";
import {
  type CheckRequest,
  type ConfigureRequest,
  ConfigureResponse,
  type CreateRequest,
  CreateResponse,
  type DeleteRequest,
  type DiffRequest,
  GetSchemaResponse,
  type InvokeRequest,
  InvokeResponse,
  type ProviderHandshakeRequest,
  ProviderHandshakeResponse,
  type ReadRequest,
  ReadResponse,
  type UpdateRequest,
  UpdateResponse,
} from "@pulumi/pulumi/proto/provider_pb";
import { Empty } from "google-protobuf/google/protobuf/empty_pb";
import { changedConfiguration, checkConfiguration } from "./configuration";
import { detailedDiff } from "./detailedDiff";
import { connectEngine } from "./engine";
import { serviceError } from "./failures";
import { FUNCTIONS } from "./functions";
import type { Plugin } from "./plugin";
import { callsFor } from "./resources";
import { checkResponse, diffResponse } from "./responses";
import { readProperties, writeProperties } from "./values";

/** What the plugin says of itself. */
export interface About {
  version: string;
  /** The package's schema, as JSON. */
  schema(): string;
}

/** A server of Pulumi's protocol for plugins. What a call asks for is decided by the resources. */
export function pluginServer(plugin: Plugin, about: About): Server {
  // A state may be longer than the library expects of a message.
  const server = new Server({ "grpc.max_receive_message_length": -1, "grpc.max_send_message_length": -1 });
  const handlers = { ...ownCalls(plugin, about), ...configurationCalls(plugin), ...resourceCalls(plugin) };
  server.addService(
    ResourceProviderService as never,
    Object.fromEntries(
      Object.entries(handlers).map(([name, handler]) => [
        name,
        unary(handler as (request: object) => unknown),
      ]),
    ),
  );
  return server;
}

function unary(handler: (request: object) => unknown): handleUnaryCall<object, unknown> {
  return ({ request }, done) => {
    new Promise((resolve) => resolve(handler(request))).then(
      (response) => done(null, response),
      (error: unknown) => done(serviceError(error) as ServiceError),
    );
  };
}

/** Calls about the plugin itself. */
function ownCalls(plugin: Plugin, { version, schema }: About) {
  return {
    handshake(_request: ProviderHandshakeRequest) {
      const response = new ProviderHandshakeResponse();
      response.setAcceptSecrets(true);
      return response;
    },
    attach(request: PluginAttach) {
      plugin.attach(connectEngine(request.getAddress()));
      return new Empty();
    },
    getPluginInfo() {
      const response = new PluginInfo();
      response.setVersion(version);
      return response;
    },
    getSchema() {
      const response = new GetSchemaResponse();
      response.setSchema(schema());
      return response;
    },
    cancel() {
      plugin.cancel();
      return new Empty();
    },
  };
}

/** Calls about the configuration of the provider. */
function configurationCalls(plugin: Plugin) {
  return {
    checkConfig(request: CheckRequest) {
      const { inputs, problems } = checkConfiguration(readProperties(request.getNews()));
      return checkResponse(inputs, problems);
    },
    diffConfig(request: DiffRequest) {
      // Another login makes no other resource: whether it leads to the same cluster, an update finds out.
      const [olds, news] = [readProperties(request.getOldInputs()), readProperties(request.getNews())];
      const changed = changedConfiguration(olds, news);
      return diffResponse({ changed, places: detailedDiff(changed, olds, news) });
    },
    configure(request: ConfigureRequest) {
      plugin.configure(readProperties(request.getArgs()), request.getUrn());
      const response = new ConfigureResponse();
      // For engines that do not shake hands.
      response.setAcceptsecrets(true);
      response.setSupportspreview(true);
      return response;
    },
  };
}

/** Calls about resources, and functions. */
function resourceCalls(plugin: Plugin) {
  return {
    check(request: CheckRequest) {
      const [urn, news] = [request.getUrn(), readProperties(request.getNews())];
      const declaration = { name: urn.split("::").at(-1) ?? urn, command: plugin.command };
      const { inputs, problems } = callsFor(urn).check(news, plugin.source, declaration);
      return checkResponse(inputs, problems);
    },
    diff(request: DiffRequest) {
      const [state, olds, news] = [request.getOlds(), request.getOldInputs(), request.getNews()];
      const calls = callsFor(request.getUrn());
      return diffResponse(calls.diff(readProperties(state), readProperties(olds), readProperties(news)));
    },
    async create(request: CreateRequest) {
      const [urn, news] = [request.getUrn(), readProperties(request.getProperties())];
      const options = { urn, timeoutSeconds: request.getTimeout(), preview: request.getPreview() };
      const response = new CreateResponse();
      await plugin.run(options, async (context) => {
        const calls = callsFor(urn);
        if (context.preview) {
          const { properties, text } = await calls.preview(news, context);
          if (text !== undefined) plugin.inform(urn, text);
          response.setProperties(writeProperties(properties));
        } else {
          const { id, properties } = await calls.create(news, context);
          response.setId(id);
          response.setProperties(writeProperties(properties));
        }
      });
      return response;
    },
    async update(request: UpdateRequest) {
      const [urn, id] = [request.getUrn(), request.getId()];
      const [state, news] = [readProperties(request.getOlds()), readProperties(request.getNews())];
      const options = { urn, timeoutSeconds: request.getTimeout(), preview: request.getPreview() };
      const response = new UpdateResponse();
      await plugin.run(options, async (context) => {
        const calls = callsFor(urn);
        if (context.preview) {
          const { properties, text } = await calls.preview(news, context, state);
          if (text !== undefined) plugin.inform(urn, text);
          response.setProperties(writeProperties(properties));
        } else {
          response.setProperties(writeProperties((await calls.update(id, state, news, context)).properties));
        }
      });
      return response;
    },
    async read(request: ReadRequest) {
      const [urn, id] = [request.getUrn(), request.getId()];
      const [state, inputs] = [readProperties(request.getProperties()), readProperties(request.getInputs())];
      const options = { urn, timeoutSeconds: request.getTimeout() };
      const found = await plugin.run(options, (context) => callsFor(urn).read(id, state, inputs, context));
      const response = new ReadResponse();
      // Without an id it is gone.
      if (found === undefined) return response;
      response.setId(found.id);
      response.setProperties(writeProperties(found.properties));
      response.setInputs(writeProperties(found.inputs));
      return response;
    },
    async delete(request: DeleteRequest) {
      const [urn, state] = [request.getUrn(), readProperties(request.getProperties())];
      const options = { urn, timeoutSeconds: request.getTimeout() };
      await plugin.run(options, (context) => callsFor(urn).delete(state, context));
      return new Empty();
    },
    async invoke(request: InvokeRequest) {
      const token = request.getTok();
      const call = FUNCTIONS[token];
      if (call === undefined) throw new Error(`there is no function ${token}`);
      const args = readProperties(request.getArgs());
      const result = await plugin.run({ urn: "", preview: request.getPreview() }, (context) =>
        call(args, context),
      );
      const response = new InvokeResponse();
      response.setReturn(writeProperties(result));
      return response;
    },
  };
}
