import { createHash } from "node:crypto";
import type { CoreContext } from "../events/context.ts";
import { type Collection, Duplicate } from "../ports/store.ts";

/** The version of a published document, and the hash of its text at that version. */
export interface DocumentVersion {
	readonly hash: string;
	readonly version: number;
}

/** The versions of published documents, by name. */
export const documentVersions: Collection<DocumentVersion> = { name: "document_versions", version: 1, indexes: {} };

/** The version of a document with this text: 1, 2, 3 …, increased whenever the text differs from the last one (OFSCP §3.1). */
export async function versionOf({ store }: Pick<CoreContext, "store">, name: string, text: string): Promise<number> {
	const hash = createHash("sha256").update(text).digest("base64url");
	for (;;) {
		const known = await store.get(documentVersions, name);
		if (known?.doc.hash === hash) return known.doc.version;
		const doc = { hash, version: (known?.doc.version ?? 0) + 1 };
		if (known !== undefined) {
			if (await store.replace(documentVersions, name, known.rev, doc)) return doc.version;
			continue;
		}
		try {
			await store.insert(documentVersions, name, doc);
			return doc.version;
		} catch (error) {
			if (!(error instanceof Duplicate)) throw error;
		}
	}
}
