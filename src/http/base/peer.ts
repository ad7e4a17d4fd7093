/** Another provider that sends a request. */
export interface Peer {
	readonly domain: string;
	/** True if the provider signed the request; otherwise the name is an unverified claim. */
	readonly isProven: boolean;
}
