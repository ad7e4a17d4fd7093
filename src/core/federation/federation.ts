import { accountByHandle } from "../accounts/find-account.ts";
import { Unauthenticated, Unavailable } from "../errors.ts";
import type { CoreContext } from "../events/context.ts";
import { deviceCredential, devicePrincipal, publicKeyOf } from "../identity/device-keys.ts";
import type { Principal } from "../identity/principal.ts";
import { signerHeaders } from "../identity/request-signature.ts";
import { checkSignature, type ReceivedRequest } from "../identity/signed-requests.ts";
import { bridgeName } from "../ids.ts";
import { isLocal } from "../model/account.ts";
import type { RemotePerson } from "../ports/bridge/remote-event.ts";
import type { HttpClient } from "../ports/http-client.ts";
import { peerPrincipalOf } from "./peer-principals.ts";
import { createPeers, PeerUnavailable, PeerUnusable, readDomain } from "./peers.ts";
import type { Secrets } from "./provider-key.ts";
import { createProviderSigner } from "./provider-requests.ts";
import { createRemoteKeys } from "./remote-keys.ts";
import { createRemoteUsers, type RemoteUser, type RemoteUsers } from "./remote-users.ts";
import type { Shadows } from "./shadows.ts";
import { providerKeySource, userKeySource } from "./user-keys.ts";

/** The network of the shadows of other OFSCP providers' accounts; no bridge has this name. */
export const ofscp = bridgeName("ofscp");

/** Called before a request to another provider on behalf of a caller; it can prevent the request by throwing. */
export type BeforeAsking = () => Promise<void>;

/** The federation with other OFSCP providers. */
export interface Federation {
	/**
	 * The account that has signed a request: a local account, or the shadow of an account of another provider, whose keys are fetched
	 * from its home.
	 *
	 * @throws {Unauthenticated} the signature is not valid, or its key is not to be had
	 * @throws {Unavailable} `actor_keys_unavailable`: the signer's home can't be asked now
	 * @throws {InvalidRequest} `digest_mismatch`
	 * @throws {PermissionDenied} `provider_denied`, before any request is made
	 */
	actorOf(request: ReceivedRequest, beforeAsking?: BeforeAsking): Promise<Principal>;
	/** The domain of the provider that has signed a request. Throws as {@link actorOf}. */
	providerOf(request: ReceivedRequest, beforeAsking?: BeforeAsking): Promise<string>;
	/**
	 * Checks that this provider federates with another one.
	 *
	 * @throws {PermissionDenied} `provider_denied`
	 */
	assertPeer(domain: string): void;
	readonly users: RemoteUsers;
}

/** The dependencies of the federation. */
export interface FederationParts {
	readonly context: CoreContext;
	readonly http: HttpClient;
	readonly shadows: Shadows;
	/** Stores the provider's signing key. */
	readonly secrets: Secrets;
	/** Whether providers on this machine are reached by http. */
	readonly insecureLocalhost: boolean;
}

const actorShape = /^@?([a-z0-9._=-]{1,64})@(.{1,260})$/;

/** Verifies signed requests, and looks up accounts of other providers. */
export function createFederation({ context, http, shadows, secrets, insecureLocalhost }: FederationParts): Federation {
	const peers = createPeers(http, { insecureLocalhost });
	const keys = createRemoteKeys(context, peers);
	const users = createRemoteUsers(context, peers, createProviderSigner(context.domain, secrets, context.clock));

	async function localPrincipal(request: ReceivedRequest, handle: string): Promise<Principal> {
		const account = await accountByHandle(context, handle, context.domain);
		// A ghost can't sign requests to us, since we hold its key.
		const isLocalAccount = account !== undefined && isLocal(account);
		const keyId = await checkSignature(context, request, `${handle}@${context.domain}`, async (id) =>
			isLocalAccount ? publicKeyOf(context, account.id, id) : undefined,
		);
		const principal = await devicePrincipal(context, deviceCredential(keyId));
		if (principal === undefined) throw new Unauthenticated("The key has been revoked", "signature_invalid");
		return principal;
	}

	async function remotePrincipal(
		request: ReceivedRequest,
		handle: string,
		domain: string,
		beforeAsking?: BeforeAsking,
	) {
		const source = userKeySource(handle, domain);
		const keyId = await checkSignature(context, request, `${handle}@${domain}`, (id, isRefetch) =>
			keys.find(source, id, isRefetch, beforeAsking),
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
			return withSignersHome(() =>
				domain === context.domain
					? localPrincipal(request, handle)
					: remotePrincipal(request, handle, domain, beforeAsking),
			);
		},
		async providerOf(request, beforeAsking) {
			const domain = readDomain(request.header(signerHeaders.provider) ?? "");
			if (domain === undefined || domain === context.domain)
				throw new Unauthenticated(`${signerHeaders.provider} is not another provider's domain`, "signature_incomplete");
			const source = providerKeySource(domain);
			await withSignersHome(() =>
				checkSignature(context, request, domain, (id, isRefetch) => keys.find(source, id, isRefetch, beforeAsking)),
			);
			return domain;
		},
		assertPeer: (domain) => void peers.url(domain, "/"),
	};
}

/** A person as their home describes them. */
export function personOf({ id, handle, home, displayName = handle, avatar }: RemoteUser): RemotePerson {
	const profile = { displayName, ...(avatar === undefined ? {} : { avatar }) };
	return { id: `${id}@${home}`, handle, domain: home, kind: "person", profile };
}

/**
 * Reports that the signer's home can't be asked. Clients and peers take a 401 as final, so that only a lasting reason is one
 *.
 */
async function withSignersHome<T>(work: () => Promise<T>): Promise<T> {
	try {
		return await work();
	} catch (error) {
		if (error instanceof PeerUnusable)
			throw new Unauthenticated("The signer's home provider has no usable document with this key", "signature_invalid");
		if (!(error instanceof PeerUnavailable)) throw error;
		const detail = "The signer's home provider can't be asked for the key now";
		throw new Unavailable(detail, retryAfterSeconds, undefined, "actor_keys_unavailable");
	}
}

const retryAfterSeconds = 30;
