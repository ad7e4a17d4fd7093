import { accountByHandle } from "../accounts/find-account.ts";
import { Unauthenticated } from "../errors.ts";
import type { World } from "../events/world.ts";
import { deviceCredential, devicePrincipal, publicKeyOf } from "../identity/device-keys.ts";
import type { Principal } from "../identity/principal.ts";
import { signerHeaders } from "../identity/request-signature.ts";
import { checkSignature, type ReceivedRequest } from "../identity/signed-requests.ts";
import { bridgeName } from "../ids.ts";
import { isLocal } from "../model/account.ts";
import type { RemotePerson } from "../ports/bridge/remote-event.ts";
import type { HttpClient } from "../ports/http-client.ts";
import { peerPrincipalOf } from "./peer-principals.ts";
import { createPeers, PeerAway, readDomain } from "./peers.ts";
import type { Secrets } from "./provider-key.ts";
import { createProviderSigner } from "./provider-requests.ts";
import { createRemoteKeys } from "./remote-keys.ts";
import { createRemoteUsers, type RemoteUser, type RemoteUsers } from "./remote-users.ts";
import type { Shadows } from "./shadows.ts";
import { providerKeySource, userKeySource } from "./user-keys.ts";

/** The name under which shadows of other providers' people are kept; no bridge bears it. */
const ofscp = bridgeName("ofscp");

/** May refuse, by throwing, that another provider is asked something on behalf of a caller. */
export type BeforeAsking = () => Promise<void>;

/** What we have to do with other OFSCP providers. */
export interface Federation {
	/**
	 * Who has signed a request: one of our people with a key of theirs, or somebody of another provider, whose keys
	 * their home is asked for and who is known here as a shadow.
	 *
	 * @throws {Unauthenticated} also `actor_keys_unavailable`
	 * @throws {InvalidRequest} `digest_mismatch`
	 * @throws {PermissionDenied} `provider_denied`, before anybody is asked
	 */
	actorOf(request: ReceivedRequest, beforeAsking?: BeforeAsking): Promise<Principal>;
	/** The domain of the provider that has signed a request. Throws as {@link actorOf}. */
	providerOf(request: ReceivedRequest, beforeAsking?: BeforeAsking): Promise<string>;
	/**
	 * Throws what tells a caller that we have nothing to do with this provider.
	 *
	 * @throws {PermissionDenied} `provider_denied`
	 */
	assertPeer(domain: string): void;
	readonly users: RemoteUsers;
}

export interface FederationParts {
	readonly world: World;
	readonly http: HttpClient;
	readonly shadows: Shadows;
	/** Keeps the provider's signing key. */
	readonly secrets: Secrets;
	readonly insecureLocalhost: boolean;
}

const actorShape = /^@?([a-z0-9._=-]{1,64})@(.{1,260})$/;

export function createFederation({ world, http, shadows, secrets, insecureLocalhost }: FederationParts): Federation {
	const peers = createPeers(http, { insecureLocalhost });
	const keys = createRemoteKeys(world, peers);
	const users = createRemoteUsers(world, peers, createProviderSigner(world.domain, secrets, world.clock));

	async function ofOurs(request: ReceivedRequest, handle: string): Promise<Principal> {
		const account = await accountByHandle(world, handle, world.domain);
		// A ghost signs nothing here: its key is ours.
		const isOurs = account !== undefined && isLocal(account);
		const keyId = await checkSignature(world, request, `${handle}@${world.domain}`, async (id) =>
			isOurs ? publicKeyOf(world, account.id, id) : undefined,
		);
		const principal = await devicePrincipal(world, deviceCredential(keyId));
		if (principal === undefined) throw new Unauthenticated("The key has been revoked", "signature_invalid");
		return principal;
	}

	async function ofTheirs(request: ReceivedRequest, handle: string, domain: string, beforeAsking?: BeforeAsking) {
		const source = userKeySource(handle, domain);
		const keyId = await checkSignature(world, request, `${handle}@${domain}`, (id, isAnew) =>
			keys.find(source, id, isAnew, beforeAsking),
		);
		const account = await shadows.of(ofscp, personOf(await users.of(handle, domain, beforeAsking)));
		if (account.deletedAt !== undefined)
			throw new Unauthenticated("This account has been deleted", "signature_invalid");
		return peerPrincipalOf(account, handle, domain, keyId);
	}

	return {
		users,
		async actorOf(request, beforeAsking) {
			const parts = actorShape.exec(request.header(signerHeaders.actor)?.toLowerCase() ?? "");
			const handle = parts?.[1];
			const domain = parts === null ? undefined : readDomain(parts[2] as string);
			if (handle === undefined || domain === undefined)
				throw new Unauthenticated(`${signerHeaders.actor} is not handle@domain`, "signature_incomplete");
			return askingHome(() =>
				domain === world.domain ? ofOurs(request, handle) : ofTheirs(request, handle, domain, beforeAsking),
			);
		},
		async providerOf(request, beforeAsking) {
			const domain = readDomain(request.header(signerHeaders.provider) ?? "");
			if (domain === undefined || domain === world.domain)
				throw new Unauthenticated(`${signerHeaders.provider} is not another provider's domain`, "signature_incomplete");
			const source = providerKeySource(domain);
			await askingHome(() =>
				checkSignature(world, request, domain, (id, isAnew) => keys.find(source, id, isAnew, beforeAsking)),
			);
			return domain;
		},
		assertPeer: (domain) => void peers.url(domain, "/"),
	};
}

function personOf({ id, handle, home, displayName = handle, avatar }: RemoteUser): RemotePerson {
	const profile = { displayName, ...(avatar === undefined ? {} : { avatar }) };
	return { id: `${id}@${home}`, handle, domain: home, kind: "person", profile };
}

/** Whom we can't ask about, we can't believe. */
async function askingHome<T>(work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		if (!(error instanceof PeerAway)) throw error;
		throw new Unauthenticated("The signer's home does not say whose key this is", "actor_keys_unavailable");
	}
}
