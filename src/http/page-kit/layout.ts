import type { Instance } from "../base/services.ts";
import { formStylesheet, icon, passkeyScript, stylesheet } from "./assets.ts";
import { fillIn } from "./fill-in.ts";
import { type Fragment, type Html, html } from "./html.ts";
import { texts } from "./texts.ts";

/** The metadata of a page, for its head. */
export interface Subject {
	readonly title: string;
	/** One or two plain sentences. */
	readonly description: string;
	/** The canonical URL; without one, search engines are told not to index the page. */
	readonly url?: string;
	/** False if the page is for anyone with the link, but search engines must not index it. */
	readonly isListed?: boolean;
	readonly kind?: "website" | "article" | "profile";
	readonly alternate?: { readonly type: string; readonly url: string } | undefined;
	readonly publishedAt?: string;
	/** The layout of a page with forms: a narrow `entry` page, or a page of the signed-in `account`. */
	readonly forms?: "entry" | "account";
	/** True if the page needs the passkey script. */
	readonly passkeys?: boolean;
}

/** A whole HTML page. */
export function layout(instance: Instance, subject: Subject, main: Fragment): Html {
	const title = subject.title === instance.name ? instance.name : `${subject.title} · ${instance.name}`;
	return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
<link rel="stylesheet" href="${stylesheet.url}">
${subject.forms !== undefined && html`<link rel="stylesheet" href="${formStylesheet.url}">`}
${subject.passkeys === true && html`<script type="module" src="${passkeyScript.url}"></script>`}
<link rel="icon" type="image/svg+xml" href="${icon.url}">
${head(instance, subject)}
</head>
<body>
<a class="skip" href="#main">${texts.site.skip}</a>
<header class="site"><a class="brand" href="/"><img src="${icon.url}" alt="" width="36" height="24">${instance.name}</a>${subject.forms !== "entry" && html`<nav><a href="/account">${texts.site.account}</a></nav>`}</header>
<main id="main"${subject.forms === "entry" && html` class="entry"`}>
${main}
</main>
<footer class="site"><p>${fillIn(texts.site.foot, { instance: instance.name })}</p></footer>
</body>
</html>
`;
}

function head(
	instance: Instance,
	{ title, description, url, isListed = true, kind = "website", alternate, publishedAt }: Subject,
): Html {
	if (url === undefined) return html`<meta name="robots" content="noindex">`;
	return html`${
		!isListed &&
		html`<meta name="robots" content="noindex">
`
	}<meta name="description" content="${description}">
<link rel="canonical" href="${url}">
${alternate !== undefined && html`<link rel="alternate" type="${alternate.type}" href="${alternate.url}">`}
<meta property="og:site_name" content="${instance.name}">
<meta property="og:type" content="${kind}">
<meta property="og:title" content="${title}">
<meta property="og:description" content="${description}">
<meta property="og:url" content="${url}">
${publishedAt !== undefined && html`<meta property="article:published_time" content="${publishedAt}">`}`;
}
