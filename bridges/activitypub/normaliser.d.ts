/** The part of activitypub-express 4 that we use: its JSON-LD normaliser. The package brings no types. */
declare module "activitypub-express/pub/utils.js" {
	interface Document {
		readonly contextUrl?: string | null;
		readonly documentUrl: string;
		readonly document: unknown;
	}
	interface Engine {
		readonly context: readonly string[];
		jsonldContextLoader(url: string): Promise<Document>;
	}
	interface Utils {
		/** Compacts to `context`; every property becomes an array. */
		fromJSONLD(this: Engine, document: object): Promise<Record<string, unknown>>;
		/** Answers from its own copies of AS2 and security/v1; anything else it would fetch. */
		jsonldContextLoader(
			this: { readonly store: { getContext(url: string): Promise<unknown> } },
			url: string,
		): Promise<Document>;
	}
	const utils: Utils;
	export default utils;
}
