// @ts-check
// A block of code is copied by a button before it.

/**
 * @param {HTMLElement} block
 * @param {Record<string, string>} words
 */
export function copyButton(block, words) {
	if (!navigator.clipboard || block.previousElementSibling?.classList.contains("copy")) return;
	const button = document.createElement("button");
	button.type = "button";
	button.className = "copy";
	const what = document.getElementById(block.getAttribute("aria-labelledby") ?? "")?.textContent;
	/** @param {string} word @param {string} whole the word, and what it is about */
	const name = (word, whole) => {
		button.textContent = word;
		button.setAttribute(
			"aria-label",
			whole.replace("{what}", what ?? block.getAttribute("aria-label") ?? ""),
		);
	};
	name(words.copy, words.copyThis);
	button.addEventListener("click", async () => {
		try {
			await navigator.clipboard.writeText(block.innerText.trim());
			name(words.copied, words.copiedThis);
		} catch {
			name(words.select, words.select);
			getSelection()?.selectAllChildren(block);
		}
		setTimeout(() => name(words.copy, words.copyThis), 2000);
	});
	block.before(button);
}
