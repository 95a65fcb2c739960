// <section-nav>: marks the link of the section that is being read.
class SectionNav extends HTMLElement {
  #observer;

  connectedCallback() {
    const links = new Map([...this.querySelectorAll("a[href^='#']")].map((link) => [link.hash.slice(1), link]));
    const seen = new Set();
    this.#observer = new IntersectionObserver((entries) => {
      for (const entry of entries) entry.isIntersecting ? seen.add(entry.target.id) : seen.delete(entry.target.id);
      const current = [...links.keys()].find((id) => seen.has(id));
      if (current !== undefined) this.#mark(links, current);
    }, { rootMargin: "-12% 0px -55% 0px" });
    for (const id of links.keys()) {
      const section = document.getElementById(id);
      if (section !== null) this.#observer.observe(section);
    }
  }

  disconnectedCallback() {
    this.#observer?.disconnect();
  }

  #mark(links, current) {
    for (const [id, link] of links) {
      if (id === current) link.setAttribute("aria-current", "true");
      else link.removeAttribute("aria-current");
    }
  }
}

customElements.define("section-nav", SectionNav);
