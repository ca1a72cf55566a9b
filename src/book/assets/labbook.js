// What pages of transcripts can do beside being read: copy commands, and show one of
// several engines. All of them can be read without this.

"use strict";

(() => {
    const KOREAN = {
        copy: "복사",
        copied: "복사됨",
        copyAll: (count) => `명령 ${count}개 복사`,
        copyFile: "파일 복사",
    };
    const ENGLISH = {
        copy: "Copy",
        copied: "Copied",
        copyAll: (count) => (count === 1 ? "Copy the command" : `Copy ${count} commands`),
        copyFile: "Copy the file",
    };
    const words = document.documentElement.lang.startsWith("ko") ? KOREAN : ENGLISH;

    const ICON = '<svg viewBox="0 0 16 16" aria-hidden="true" fill="none" stroke="currentColor" stroke-width="1.5">'
        + '<rect x="5.5" y="5.5" width="8" height="8" rx="1.5"/><path d="M10.5 2.5h-6a2 2 0 0 0-2 2v6"/></svg>';

    const write = async (text) => {
        if (navigator.clipboard && window.isSecureContext) {
            return navigator.clipboard.writeText(text);
        }
        const area = document.createElement("textarea");
        area.value = text;
        document.body.append(area);
        area.select();
        document.execCommand("copy");
        area.remove();
    };

    const copyButton = (label, shown, text) => {
        const button = document.createElement("button");
        button.type = "button";
        button.className = "labbook-button labbook-copy";
        button.innerHTML = ICON;
        button.append(shown);
        button.setAttribute("aria-label", label);
        button.title = label;
        button.addEventListener("click", async () => {
            await write(text());
            button.setAttribute("aria-label", words.copied);
            button.dataset.done = "";
            window.setTimeout(() => {
                button.setAttribute("aria-label", label);
                delete button.dataset.done;
            }, 2000);
        });
        return button;
    };

    // A command as it is typed: without the prompts that ask for its further lines.
    const commandOf = (step) => {
        const lines = [...step.querySelectorAll(".labbook-typed")].map((typed) => typed.textContent);
        return lines.join("\n");
    };

    for (const session of document.querySelectorAll(".labbook-session")) {
        const steps = [...session.querySelectorAll(".labbook-step")].filter((step) => step.querySelector(".labbook-typed"));
        for (const step of steps) {
            const command = commandOf(step);
            step.append(copyButton(`${words.copy}: ${command}`, "", () => command));
        }
        const bar = session.querySelector(".labbook-bar");
        if (steps.length > 1 && bar) {
            const label = words.copyAll(steps.length);
            bar.append(copyButton(label, label, () => steps.map(commandOf).join("\n")));
        }
    }

    for (const file of document.querySelectorAll(".labbook-file")) {
        const text = () => `${file.querySelector("pre").textContent}\n`;
        file.querySelector(".labbook-bar").append(copyButton(words.copyFile, words.copy, text));
    }

    // What is wider than the page is scrolled by keyboard too.
    for (const output of document.querySelectorAll(".labbook-output, .labbook-dockerfile, .labbook-today")) {
        if (output.scrollWidth > output.clientWidth) {
            output.tabIndex = 0;
        }
    }

    // Of several engines, the one that was chosen is shown, here and on other pages.
    const STORED = "labbook-engine";
    const stored = () => {
        try {
            return window.localStorage.getItem(STORED);
        } catch {
            return null;
        }
    };
    const choose = (name) => {
        for (const verdicts of document.querySelectorAll(".labbook-verdicts")) {
            const heads = [...verdicts.querySelectorAll(".labbook-verdict[data-name]")];
            const chosen = heads.find((head) => head.dataset.name === name) || heads[0];
            if (heads.length < 2) {
                continue;
            }
            const scope = verdicts.closest(".labbook-question") || document.querySelector("main");
            for (const shown of scope.querySelectorAll("[data-engine]")) {
                shown.hidden = shown.dataset.engine !== chosen.dataset.engine;
            }
            for (const difference of scope.querySelectorAll(".labbook-diff")) {
                difference.classList.toggle("labbook-holds", !difference.querySelector("[data-engine]:not([hidden])"));
            }
            for (const button of verdicts.querySelectorAll(".labbook-engines button")) {
                button.setAttribute("aria-pressed", String(button.textContent === chosen.dataset.name));
            }
        }
    };
    for (const verdicts of document.querySelectorAll(".labbook-verdicts")) {
        const heads = [...verdicts.querySelectorAll(".labbook-verdict[data-name]")];
        if (heads.length < 2) {
            continue;
        }
        const engines = document.createElement("div");
        engines.className = "labbook-engines labbook-own";
        for (const head of heads) {
            const button = document.createElement("button");
            button.type = "button";
            button.className = "labbook-button";
            button.textContent = head.dataset.name;
            button.addEventListener("click", () => {
                try {
                    window.localStorage.setItem(STORED, head.dataset.name);
                } catch {
                    // A browser that keeps nothing shows it on this page only.
                }
                choose(head.dataset.name);
            });
            engines.append(button);
        }
        verdicts.prepend(engines);
    }
    choose(stored());
})();

// Search for words of any script.
//
// mdBook's index knows English only: of a Hangul word nothing is left in it, nor
// in the query. The texts themselves are in the index, though. So where a query
// holds anything but ASCII, they are looked through for its words, wherever in a
// word they stand ("볼륨" is found in "볼륨은"). Other queries go to the index.

(() => {
    const FIELDS = { title: 30, breadcrumbs: 10, body: 1 };

    // An input method's half syllables arrive as conjoining letters on some
    // systems, and notes may be written in either form.
    const plain = (text) => (text || "").normalize("NFC").toLowerCase();

    const wordsOf = (query) => plain(query).split(/\s+/u).filter((word) => word !== "");

    // How well a document fits: 0 where a word is missing, more for titles and
    // for each time a word stands in the text.
    const score = (fields, words) => {
        let sum = 0;
        for (const word of words) {
            let found = 0;
            for (const [field, weight] of Object.entries(FIELDS)) {
                const times = fields[field].split(word).length - 1;
                found += weight * Math.min(times, 5);
            }
            if (found === 0) {
                return 0;
            }
            sum += found;
        }
        return sum;
    };

    const searchTexts = (documents, query) => {
        const words = wordsOf(query);
        const results = [];
        for (const { ref, doc, fields } of documents) {
            const found = score(fields, words);
            if (found > 0) {
                results.push({ ref, doc, score: found });
            }
        }
        return results.sort((a, b) => b.score - a.score || Number(a.ref) - Number(b.ref));
    };

    // Results are shown as HTML, and mdBook escapes all of them but the headings.
    const escapeHeadings = (results) => results.map((result) => {
        const escaped = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };
        const breadcrumbs = result.doc.breadcrumbs.replace(/[&<>"']/g, (character) => escaped[character]);
        return { ...result, doc: { ...result.doc, breadcrumbs } };
    });

    const Index = window.elasticlunr && window.elasticlunr.Index;
    if (!Index) {
        return;
    }

    const isAscii = (query) => [...query].every((character) => character < "\u0080");
    const searchIndex = Index.prototype.search;
    const prepared = new WeakMap();

    Index.prototype.search = function (query, options) {
        if (isAscii(query)) {
            return escapeHeadings(searchIndex.call(this, query, options));
        }
        if (!prepared.has(this)) {
            const documents = Object.entries(this.documentStore.docs).map(([ref, doc]) => ({
                ref,
                doc,
                fields: Object.fromEntries(Object.keys(FIELDS).map((field) => [field, plain(doc[field])])),
            }));
            prepared.set(this, documents);
        }
        return escapeHeadings(searchTexts(prepared.get(this), query));
    };

    // A page that was opened with a query may have searched before this script
    // came. mdBook searches for the same words only once, so ask for others first.
    const bar = document.getElementById("mdbook-searchbar") || document.getElementById("searchbar");
    if (bar && window.search && window.search.doc_urls && !isAscii(bar.value)) {
        const query = bar.value;
        for (const value of ["-", query]) {
            bar.value = value;
            bar.dispatchEvent(new KeyboardEvent("keyup"));
        }
    }
})();
