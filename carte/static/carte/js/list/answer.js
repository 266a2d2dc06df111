// @ts-check
// The answer to the form as another page has it: how many places, the list, and what stands under it.

/**
 * Show the answer of this page. Its list is shown by `show`; the count stays the same element, so that it is read out.
 * @param {Document} page
 * @param {(now: Element, next: Element) => void} show
 */
export function showAnswer(page, show) {
	const [count, counted] = pair(page, "compte");
	if (count && counted && count.textContent !== counted.textContent) count.textContent = counted.textContent;
	const [list, listed] = pair(page, "liste");
	if (list && listed) show(list, listed);
	for (const id of ["tout", "suite"]) {
		const [now, next] = pair(page, id);
		if (now && next && now.outerHTML !== next.outerHTML) now.replaceWith(next);
	}
}

/** An element here and there. @param {Document} page @param {string} id */
const pair = (page, id) => [document.getElementById(id), page.getElementById(id)];
