// A way of swapping for htmx that touches only what differs. What stays the same keeps its
// focus, its selection and its place, and screen readers hear new messages only.
"use strict";
(() => {
  const NEAR = 80; // pixels from the end that still count as being there

  const atEnd = (box) => box.scrollHeight - box.scrollTop - box.clientHeight < NEAR;

  function keepOpen(old, fresh) {
    for (const details of old.querySelectorAll("details[open][id]")) {
      fresh.querySelector(`#${CSS.escape(details.id)}`)?.setAttribute("open", "");
    }
  }

  function copyAttributes(old, fresh) {
    for (const { name } of [...old.attributes]) if (!fresh.hasAttribute(name)) old.removeAttribute(name);
    for (const { name, value } of fresh.attributes) {
      if (old.getAttribute(name) !== value) old.setAttribute(name, value);
    }
  }

  function replace(old, fresh) {
    const focused = old.contains(document.activeElement) && document.activeElement.id;
    old.replaceWith(fresh);
    if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
    return [fresh];
  }

  function mend(old, fresh) {
    if (old.isEqualNode(fresh)) return [];
    if (!old.hasAttribute("data-keyed") || old.tagName !== fresh.tagName) return replace(old, fresh);
    copyAttributes(old, fresh);
    return mendChildren(old, fresh);
  }

  function mendChildren(old, fresh) {
    const known = new Map([...old.children].map((child) => [child.id, child]));
    const added = [];
    let place = old.firstElementChild;
    for (const child of [...fresh.children]) {
      const same = known.get(child.id);
      known.delete(child.id);
      if (same === undefined) {
        old.insertBefore(child, place);
        added.push(child);
        continue;
      }
      if (same === place) place = place.nextElementSibling;
      else old.insertBefore(same, place);
      added.push(...mend(same, child));
    }
    for (const gone of known.values()) gone.remove();
    return added;
  }

  htmx.defineExtension("keyed", {
    isInlineSwap: (style) => style === "keyed",
    handleSwap(style, target, fragment) {
      if (style !== "keyed") return false;
      const fresh = fragment.firstElementChild;
      if (!fresh) return [];
      const follows = target.hasAttribute("data-follow");
      const wasAtEnd = follows && atEnd(target);
      keepOpen(target, fresh);
      const added = mend(target, fresh);
      if (follows && wasAtEnd) target.scrollTop = target.scrollHeight;
      else if (follows && added.some((one) => one.matches("article"))) {
        target.dispatchEvent(new CustomEvent("newer", { bubbles: true }));
      }
      return added;
    },
  });
})();
