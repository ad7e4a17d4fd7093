import { z } from "zod";
import { InvalidRequest } from "#core/errors.ts";
import type { CoreContext } from "#core/events/context.ts";
import type { Attachment } from "#core/model/message.ts";
import { withoutUndefined } from "../base/absent.ts";

const elsewhere = "an https URL of another server: uploads are not offered yet";

/**
 * Links to files on other servers (OFSCP §5.3). Of this provider's files only the author's own uploads may be attached, and uploads are not
 * offered yet.
 */
export const attachments = z
	.array(
		z.strictObject({
			id: z.string().min(1).max(200),
			mime: z
				.string()
				.max(200)
				.regex(/^[\w.+-]+\/[\w.+-]+$/, "a media type"),
			url: z.url({ protocol: /^https$/, error: elsewhere }).max(2000),
			size: z.int().min(0),
			description: z.string().max(1500).optional(),
		}),
	)
	.max(10);

/** The host of a URL, however it is written: with a dot at its end, or with the port of its scheme. */
const hostOf = (url: string): string => new URL(url).host.replace(/\.(?=:|$)/, "");

/** The attachments of a new message; absent if there are none. @throws {InvalidRequest} one claims to be a file of this provider */
export function attachmentsOf(
	{ origin }: Pick<CoreContext, "origin">,
	sent: z.output<typeof attachments> = [],
): readonly Attachment[] | undefined {
	const own = hostOf(origin);
	for (const [i, { url }] of sent.entries()) {
		const { username, password } = new URL(url);
		if (hostOf(url) === own || username !== "" || password !== "")
			throw new InvalidRequest([{ field: `/attachments/${i}/url`, expected: elsewhere }]);
	}
	return sent.length === 0
		? undefined
		: sent.map(({ description, ...rest }) => ({ ...rest, ...withoutUndefined({ description }) }));
}

/** Checks that the attachments that are sent back with an edit are those of the message. @throws {InvalidRequest} */
export function assertSameAttachments(
	sent: z.output<typeof attachments> | undefined,
	now: readonly Attachment[] = [],
): void {
	if (sent !== undefined && JSON.stringify(sent) !== JSON.stringify(now))
		throw new InvalidRequest([
			{ field: "/attachments", expected: "the attachments of the message, which don't change" },
		]);
}
