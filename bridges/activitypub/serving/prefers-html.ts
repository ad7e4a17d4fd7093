const htmlTypes: ReadonlySet<string> = new Set(["text/html", "application/xhtml+xml"]);
const activityTypes: ReadonlySet<string> = new Set([
	"application/activity+json",
	"application/ld+json",
	"application/json",
]);

/**
 * Whether the client prefers HTML: it is named, with a higher quality than any JSON type that we serve (RFC 9110 §12.5.1). A
 * client that names neither gets JSON: unlike browsers, many servers send only a wildcard, or no `Accept` at all.
 */
export function prefersHtml(accept: string | undefined): boolean {
	let html = 0;
	let json = 0;
	for (const range of (accept ?? "").slice(0, 1000).toLowerCase().split(",")) {
		const [type, ...parameters] = range.split(";").map((part) => part.trim());
		const weight = parameters.find((parameter) => parameter.startsWith("q="))?.slice(2);
		const quality = weight === undefined ? 1 : Number(weight) || 0;
		if (htmlTypes.has(type ?? "")) html = Math.max(html, quality);
		if (activityTypes.has(type ?? "")) json = Math.max(json, quality);
	}
	return html > json;
}
