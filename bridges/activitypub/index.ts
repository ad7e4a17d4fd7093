import type { Bridge, BridgeHost, BridgeModule } from "#bridge-kit";
import { alternateOf } from "./alternate.ts";
import { type ActivityPubConfig, configSchema } from "./config.ts";
import type { PublishingContext } from "./context.ts";
import { createIds } from "./ids.ts";
import { createInbox } from "./inbox.ts";
import { createMessageReader } from "./incoming/read-message.ts";
import type { InboxContext } from "./incoming/reader.ts";
import { createActorKeys } from "./keys.ts";
import { createLookUp } from "./look-up.ts";
import { capabilities } from "./outgoing/activities.ts";
import { createDeliver } from "./outgoing/deliver.ts";
import { createActorDirectory } from "./remote/actor-directory.ts";
import { createDocuments } from "./remote/fetch-document.ts";
import { createKeyFetcher } from "./remote/key-documents.ts";
import { createWebFingerClient } from "./remote/webfinger-client.ts";
import { createReaders } from "./serving/readers.ts";
import { createRouter, paths } from "./serving/router.ts";
import { createKeyCache } from "./signatures/index.ts";

/** The fediverse: every account and every open channel is an actor there (mapping.md). */
const activityPub: BridgeModule<ActivityPubConfig> = { configSchema, commands: {}, create };
export default activityPub;

function create(_config: ActivityPubConfig, host: BridgeHost): Bridge {
	const ids = createIds(host.about.origin, host.about.bridge, host.messages.postedBy);
	const publishing: PublishingContext = { host, ids, keys: createActorKeys(host) };
	const documents = createDocuments(host, publishing);
	const webFinger = createWebFingerClient(host);
	const directory = createActorDirectory(host, documents, webFinger);
	const remoteKeys = createKeyCache({ fetchKey: createKeyFetcher(documents, directory), now: () => host.clock.now() });
	const inbox: InboxContext = {
		host,
		ids,
		documents,
		directory,
		forgetKey: (keyId: string) => remoteKeys.forget(keyId),
	};

	return {
		name: host.about.bridge,
		capabilities,
		paths,
		handle: createRouter(publishing, createInbox(inbox, host, remoteKeys), createReaders(host, remoteKeys)),
		async start() {
			host.report({ state: "connected" });
		},
		async stop() {
			host.report({ state: "stopped" });
		},
		deliver: createDeliver(publishing, host),
		resolvers: {
			person: createLookUp(inbox, webFinger),
			isGone: directory.isMissing,
			room: "unsupported",
			message: createMessageReader(inbox),
			alternate: alternateOf(ids, host),
		},
	};
}
