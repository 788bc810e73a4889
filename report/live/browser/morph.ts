/**
 * Makes one element like another by changing what differs: what has the focus keeps it, what is open stays open, a picture
 * stays drawn, and a screen reader hears only what is new.
 *
 * @module
 */

/** @param changed told of every element whose text became another */
export function morph(from: Element, to: Element, changed: (element: Element) => void): void {
  if (from instanceof HTMLCanvasElement) {
    const label = to.getAttribute("aria-label");
    if (label !== null) from.setAttribute("aria-label", label);
    return;
  }
  morphAttributes(from, to);
  morphChildren(from, to, changed);
}

function morphAttributes(from: Element, to: Element): void {
  for (const { name, value } of to.attributes) if (from.getAttribute(name) !== value) from.setAttribute(name, value);
  for (const { name } of [...from.attributes]) {
    // set by the reader of the page, or by the picture's script
    if (!to.hasAttribute(name) && name !== "open" && name !== "style") from.removeAttribute(name);
  }
}

function morphChildren(from: Element, to: Element, changed: (element: Element) => void): void {
  const wanted = [...to.childNodes];
  for (const [i, next] of wanted.entries()) {
    const known = from.childNodes[i];
    if (known === undefined) {
      from.append(next);
    } else if (known instanceof Element && next instanceof Element && isSame(known, next)) {
      morph(known, next, changed);
    } else if (known instanceof Text && next instanceof Text) {
      if (known.data === next.data) continue;
      known.data = next.data;
      changed(from);
    } else {
      known.replaceWith(next);
    }
  }
  while (from.childNodes.length > wanted.length) from.lastChild?.remove();
}

function isSame(a: Element, b: Element): boolean {
  return a.nodeName === b.nodeName && a.id === b.id;
}
