import { InvalidRequest } from "../errors.ts";
import type { CoreContext } from "../events/context.ts";
import type { Content, MessageType } from "../model/message.ts";

/**
 * Checks the content of a message, local or remote: it needs well-formed text within the limit of its type.
 *
 * @throws {InvalidRequest} `/content/text`
 */
export function checkContent(context: Pick<CoreContext, "policy">, type: MessageType, content: Content): void {
	const limit = type === "article" ? context.policy.articleBytes : context.policy.textBytes;
	if (Buffer.byteLength(content.text) > limit)
		throw new InvalidRequest([{ field: "/content/text", expected: `at most ${limit} bytes` }]);
	if (content.text.trim() === "") throw new InvalidRequest([{ field: "/content/text", expected: "some text" }]);
	if (!content.text.isWellFormed())
		throw new InvalidRequest([{ field: "/content/text", expected: "well-formed Unicode" }]);
}
