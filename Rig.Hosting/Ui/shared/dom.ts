// Elements of a page: found by what the page is known to hold, made with text and never with HTML from data.

type Child = Node | string | null;

/** The element, which the page is known to hold. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (element === null) {
    throw new Error(`The page has no element '${id}'.`);
  }
  return element as T;
}

export function el<K extends keyof HTMLElementTagNameMap>(
  tag: K, attributes: Record<string, string> = {}, ...children: Child[]): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    element.setAttribute(name, value);
  }
  element.append(...children.filter((child): child is Node | string => child !== null));
  return element;
}

/** Replaces the children only when what they show changed, so that nothing flickers and a playing video plays on. */
export function fill(parent: HTMLElement, key: string, make: () => Child[]): void {
  if (parent.dataset["key"] !== key) {
    parent.dataset["key"] = key;
    parent.replaceChildren(...make().filter((child): child is Node | string => child !== null));
  }
}
