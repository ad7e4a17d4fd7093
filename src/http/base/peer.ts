/** Another provider that sends a request. */
export interface Peer {
	readonly domain: string;
	/** The request is signed by the provider. Otherwise its name is only claimed. */
	readonly isProven: boolean;
}
